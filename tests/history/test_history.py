"""The history: one's past sessions, the filters, progress, and what this machine remembers."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from medtui.core.models import FileKind
from medtui.data.assessments import Assessments
from medtui.documents import Document
from medtui.documents.reading import Reading
from medtui.history import loader
from medtui.history import screen as history_screen
from medtui.launcher import Login
from tests.helpers.proxy import proxied
from tests.helpers.seats import NOW, Seat
from tests.helpers.stack import Person, Stack

RAPPORT = "Rapport, introduction, structure and flow"
EMPATHY = "Empathy, listening and patient perspective"


def marked(rapport: float, empathy: float | None, *, by: str | None = None) -> bytes:
    """An assessment in the platform's own shape."""
    domains = [(RAPPORT, rapport), (EMPATHY, empathy)]
    return json.dumps(
        {
            "dimensions": [
                {"name": name, "raw_score_0_to_100": raw, "insufficient_evidence": raw is None,
                 "weighted_score": None if raw is None else round(raw * 0.133, 2)}
                for name, raw in domains
            ],
            "totals": {"total_score": rapport / 2, "percentage": rapport},
        } | ({"marked_by": by} if by else {})
    ).encode()  # fmt: skip


class Past:
    """Two people, and the sessions that they have held."""

    def __init__(self, stack: Stack, amara: Person, mei: Person, tom: Person) -> None:
        self.stack, self.amara, self.mei, self.tom = stack, amara, mei, tom

    async def held(
        self,
        days: int,
        assessment: bytes | None = None,
        *,
        host: Person | None = None,
        guest: Person | None = None,
        candidate: Person | None = None,
        case: UUID | None = None,
        transcript: bool = False,
        at: datetime = NOW,
        **more: Any,
    ) -> UUID:
        session_id = await self.stack.session(
            host or self.amara,
            guest=guest or self.mei,
            datetime_utc=at - timedelta(days=days),
            candidate_id=(candidate or self.amara).id,
            case_id=case,
            version=more.pop("version", 3),
            **more,
        )
        if assessment is not None:
            await self.stack.file(session_id, "assessment.json", content=assessment)
        if transcript:
            talk = b'[{"speaker": "A", "text": "Good morning."}, {"speaker": "B", "text": "Hi."}]'
            await self.stack.file(session_id, "transcript.json", content=talk)
        return session_id


@pytest.fixture
async def past(stack: Stack) -> Past:
    return Past(
        stack,
        await stack.person("Amara", "Okafor", "st1-applicant"),
        await stack.person("Mei", "Tanaka", "foundation"),
        await stack.person("Tom", "Ellery", "st1"),
    )


async def history(here: Seat, person: Person) -> None:
    await here.board(person)
    await here.press("h")
    await here.until_screen("HistoryScreen")
    await here.until(lambda: "reading" not in here.text and "Reading" not in here.text)


@pytest.mark.detail
async def test_a_session_is_told_by_day_role_partner_case_mark_and_files(
    past: Past, seat: Any
) -> None:
    case = await past.stack.case(domain="ethics", category="Clinic", case_name="The school run")
    await past.held(3, marked(70, 60), case=case, transcript=True)
    await past.held(40, marked(50, 40, by="human"), host=past.mei, guest=past.amara)
    await past.held(50, host=past.tom, guest=past.amara, candidate=past.tom, transcript=True)
    await past.held(60)
    here = await seat(size=(120, 30), clock=lambda: NOW)
    await history(here, past.amara)
    lines = [" ".join(line.split()) for line in here.text.splitlines()]
    assert "History 4 sessions: 3 as candidate, 1 as actor" in lines[0]
    assert lines[1].startswith("NOVEMBER 2030")
    row = next(line for line in lines if "23 Nov" in line)
    assert "candidate host Mei Tanaka" in row
    assert "Clinic · ethics" in row
    assert "70 % AI TA" in row
    assert "The school run" in here.text
    assert any("candidate guest Mei Tanaka" in line and "50 % ·A" in line for line in lines)
    assert any("actor guest Tom Ellery" in line and "T·" in line for line in lines)
    assert any("candidate host Mei Tanaka" in line and "··" in line for line in lines)


@pytest.mark.detail
async def test_a_stranger_sees_nothing_of_it(past: Past, seat: Any) -> None:
    await past.held(3, marked(70, 60), transcript=True)
    here = await seat(clock=lambda: NOW)
    await history(here, past.tom)
    await here.until_text("No sessions yet")
    await here.press("tab")
    await here.until_text("No marks yet")
    await here.press("escape")
    assert here.screen == "BoardScreen"


@pytest.mark.detail
async def test_the_name_of_a_case_stays_away_while_one_may_be_its_candidate(
    past: Past, seat: Any
) -> None:
    case = await past.stack.case(case_name="The school run")
    await past.held(3, case=case)
    await past.held(-1, case=case, version=1, host=past.mei, guest=past.amara)
    here = await seat(size=(160, 30), clock=lambda: NOW)
    await history(here, past.amara)
    assert "Red eye · history taking" in here.text
    assert "The school run" not in here.text


async def test_filters_by_role_domain_category_and_words(past: Past, seat: Any) -> None:
    ethics = await past.stack.case(1, domain="ethics", category="Clinic")
    consent = await past.stack.case(2, domain="consent", category="Surgery")
    await past.held(3, case=ethics)
    await past.held(5, case=consent, candidate=past.mei)
    await past.held(7, case=consent, host=past.tom, guest=past.amara)
    here = await seat(size=(80, 24), clock=lambda: NOW)
    await history(here, past.amara)
    await here.press("r")
    await here.until_text("2 of 3: as candidate", "esc shows all")
    await here.press("r")
    await here.until_text("1 of 3: as actor")
    await here.press("tab")
    await here.until_text("You have no mark as the candidate")
    await here.press("tab")
    await here.press("r", "d")
    await here.until_text("Cases of which domain?", "consent (2)", "ethics (1)")
    await here.press("2")
    await here.until_text("2 of 3: consent")
    await here.press("c")
    await here.until_text("Surgery (2)")
    await here.press("2")
    await here.until_text("No matches.")
    await here.press("escape")
    await here.until_text("3 sessions")
    await here.press("slash")
    await here.type("ellery")
    await here.until_text("1 of 3: “ellery”", "Tom Ellery")
    assert "Mei Tanaka" not in here.text
    await here.press("enter", "escape")
    await here.until_text("Mei Tanaka")
    await here.press("escape")
    assert here.screen == "BoardScreen"


@pytest.mark.long
async def test_one_moves_as_on_the_board_and_enter_opens_the_review(past: Past, seat: Any) -> None:
    for days in range(1, 40):
        await past.held(days, marked(70, 60) if days == 39 else None)
    here = await seat(clock=lambda: NOW)
    await history(here, past.amara)
    screen = here.app.screen
    assert screen.list.entry.session.starts_at == NOW - timedelta(days=1)
    await here.press("j", "j", "k")
    assert screen.list.entry.session.starts_at == NOW - timedelta(days=2)
    await here.press("G")
    assert screen.list.entry.session.starts_at == NOW - timedelta(days=39)
    assert "OCTOBER 2030" in here.text
    await here.press("g")
    assert "NOVEMBER 2030" in here.text
    await here.press("ctrl+d", "ctrl+u", "G", "enter")
    await here.until_screen("SessionReviewScreen")
    await here.until_text("AI, formative")
    await here.press("escape")
    await here.until_screen("HistoryScreen")
    assert screen.list.entry.session.starts_at == NOW - timedelta(days=39)


@pytest.mark.detail
async def test_progress_draws_the_weakest_first_and_tells_people_from_ai(
    past: Past, seat: Any
) -> None:
    for days, rapport, empathy in ((120, 60, 40), (80, 62, 50), (40, 61, 58), (5, 60, None)):
        await past.held(days, marked(rapport, empathy))
    await past.held(20, marked(70, 55, by="human"))
    await past.held(10, marked(1, 2), candidate=past.mei)  # not mine
    here = await seat(clock=lambda: NOW)
    await history(here, past.amara)
    await here.press("tab")
    await here.until_text("Progress  5 sessions as candidate, 5 of them marked")
    text = here.text
    assert text.index("Empathy") < text.index("Rapport")
    assert "last 55 %, best 58 %" in text
    assert "points a month" in text
    assert "3 AI, 1 by people, of 5" in text
    assert "1 lack evidence" in text
    assert "Nov ×2" in text
    assert "2 %" not in text
    charts = text[text.index("Empathy") :]
    assert charts.count("○") == 3 + 4
    assert charts.count("◆") == 1 + 1
    await here.resize(40, 12)
    await here.until_text("last 55 %, best 58 %")
    await here.resize(80, 24)
    await here.press("d")
    await here.until_text("By the cases' domains", "no case", "4 AI, 1 by people")
    await here.press("tab")
    await here.until_text("History  6 sessions")


@pytest.mark.detail
async def test_of_files_marks_alone_are_read(
    past: Past, seat: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No transcript is fetched; of a long talk in the place of an assessment no more is read than
    shows that it is one."""
    fetched: list[FileKind] = []
    readings: list[Reading] = []
    fetch = Assessments.read

    async def noted(self: Assessments, session_id: UUID, kind: FileKind) -> bytes:
        fetched.append(kind)
        return await fetch(self, session_id, kind)

    class Kept(Reading):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments)
            readings.append(self)

        async def result(self) -> Document:
            raise AssertionError("the history needs no other values of a file")

    monkeypatch.setattr(Assessments, "read", noted)
    monkeypatch.setattr(loader, "Reading", Kept)
    rows = [{"speaker": "AB"[n % 2], "text": f"This is turn {n}."} for n in range(20_000)]
    await past.held(3, json.dumps(rows).encode(), transcript=True)
    await past.held(4, marked(70, 60), transcript=True)
    here = await seat(size=(120, 30), clock=lambda: NOW)
    await history(here, past.amara)
    await here.until_text("1 file cannot be read", "70 % AI")
    assert set(fetched) == {FileKind.ASSESSMENT}
    processes = [reading._process for reading in readings if reading._process is not None]
    assert [process.poll() is not None for process in processes] == [True]


@pytest.mark.detail
async def test_broken_files_are_counted_and_named_and_stop_nothing(past: Past, seat: Any) -> None:
    await past.held(3, b'{"dimensions": [')
    await past.held(9, marked(70, 60))
    here = await seat(size=(130, 30), clock=lambda: NOW)
    await history(here, past.amara)
    await here.until_text("1 file cannot be read: 23 Nov", "broken", "70 % AI")
    assert "Its assessment cannot be read" in " ".join(here.text.split())


@pytest.mark.long
async def test_a_file_that_comes_later_is_seen(
    past: Past, seat: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history_screen, "LOOK_SECONDS", 0.1)
    session_id = await past.held(3)
    here = await seat(clock=lambda: NOW)
    await history(here, past.amara)
    assert "80 %" not in here.text
    await past.stack.file(session_id, "assessment.json", content=marked(80, 70))
    await here.until_text("80 % AI")


@pytest.mark.detail
async def test_an_assessment_is_fetched_once_and_again_when_it_was_replaced(
    past: Past, seat: Any
) -> None:
    first = await past.held(3, marked(70, 60))
    second = await past.held(9, marked(50, 40))
    fetched = ("GET /storage/v1/object/assessments/", "assessment.json")

    async with proxied(past.stack.url) as proxy:

        def downloads() -> int:
            return sum(all(part in line for part in fetched) for line in proxy.asked)

        here = await seat(server=proxy.url, key=past.stack.anon_key, clock=lambda: NOW)
        await history(here, past.amara)
        await here.until(lambda: downloads() == 2)
        await here.press("escape", "h")
        await here.until(lambda: here.app.screen._reading.is_read)
        await here.until_text("70 % AI", "50 % AI")
        assert downloads() == 2
        await past.stack.remove_files(f"{second}/assessment.json")
        await past.stack.file(second, "assessment.json", content=marked(51, 40))
        await here.press("escape", "h")
        await here.until_text("70 % AI", "51 % AI")
        assert downloads() == 3
        await here.until(lambda: here.app.screen._reading.is_read)
        kept = here.app.backend.history.shelf.recall(past.amara.id)
        assert set(kept["files"]) == {str(first), str(second)}


@pytest.mark.detail
async def test_away_from_the_server_what_is_known_is_shown_as_of_when(
    past: Past, seat: Any
) -> None:
    case = await past.stack.case(case_name="The school run")
    await past.held(3, marked(70, 60), case=case, transcript=True)
    here = await seat(size=(120, 24), clock=lambda: NOW)
    await history(here, past.amara)
    await here.until_text("70 % AI TA", "The school run")
    await here.press("escape")
    await past.stack.stop_gateway()
    await here.press("h")
    await here.until_text("as of today 18:04", "70 % AI TA", "Mei Tanaka")
    assert "The school run" not in here.text
    file = next((here.app.settings.state / "history").iterdir()).read_text()
    assert "The school run" not in file
    await here.pilot.resize_terminal(80, 24)
    await here.until_text("History  1 session", "as of today 18:04")
    await here.press("tab")
    await here.until_text("last 60 %")
    await past.stack.start_gateway()
    await here.until(lambda: "as of" not in here.text, seconds=20)


@pytest.mark.long
async def test_away_from_the_server_and_nothing_known_says_so(past: Past, seat: Any) -> None:
    here = await seat(clock=lambda: NOW, person=past.amara)
    await here.until_text("● LIVE")
    await past.stack.stop_gateway()
    await here.press("h")
    await here.until_text("Trying again…")
    assert "No sessions yet" not in here.text


@pytest.mark.detail
async def test_signing_out_forgets_what_was_known(past: Past, seat: Any) -> None:
    await past.held(3, marked(70, 60))
    here = await seat(clock=lambda: NOW)
    await history(here, past.amara)
    folder = here.app.settings.state / "history"
    await here.until(lambda: len(list(folder.iterdir())) == 1)
    await here.press("escape", "S")
    await here.until_text("You are signed out")
    assert list(folder.iterdir()) == []


@pytest.mark.detail
async def test_nothing_is_kept_of_whom_a_script_has_signed_in(past: Past, seat: Any) -> None:
    await past.held(3, marked(70, 60))
    here = await seat(clock=lambda: NOW, login=Login(past.amara.email, past.amara.password))
    await here.until_text("● LIVE")
    await here.press("h")
    await here.until_text("70 %")
    await here.pause(0.3)
    assert list(here.app.settings.state.glob("history/*")) == []


@pytest.mark.detail
async def test_on_a_server_with_the_data_model_alone_it_is_the_same(
    data_model_stack: Stack, seat: Any
) -> None:
    stack = data_model_stack
    past = Past(stack, await stack.person("Amara"), await stack.person("Mei"), await stack.person())
    case = await stack.case(case_name="The school run")
    session_id = await past.held(3, marked(70, 60), case=case)
    await stack.file(session_id, FileKind.TRANSCRIPT.filename, content=b'[{"text": "Hello"}]')
    here = await seat(size=(160, 24), on=stack, clock=lambda: NOW)
    await history(here, past.amara)
    await here.until_text("70 % AI TA", "The school run")


@pytest.mark.detail
async def test_the_details_use_a_new_width_at_once(past: Past, seat: Any) -> None:
    await past.held(3, marked(70, 60))
    here = await seat(size=(100, 30), clock=lambda: NOW)
    await history(here, past.amara)
    await here.until_text("70 % AI")
    narrow = here.app.screen.details.content
    await here.resize(200, 60)
    assert here.app.screen.details.content != narrow
