"""The mark sheet by its keys, in two apps: who has one, what it keeps, where it goes."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from medtui.app import MedtuiApp
from medtui.config import Settings
from medtui.core.mark_sheet import WHOLE, RemarkKind, Spot
from medtui.documents import Assessment, read
from medtui.documents.assessment import Marker
from medtui.documents.reading import Reading
from medtui.launcher import Launcher, Login
from medtui.review.file_review import FileReviewScreen
from medtui.review.session_review import SessionReviewScreen
from tests.helpers.seats import NOW, Seat
from tests.helpers.stack import Person, Stack
from tests.marking.test_mark_sheet_pictures import write
from tests.room.test_room import enter

SIZE = (120, 40)
RAPPORT = "Rapport, introduction, structure and flow"
OTHER = b'{"max_total": 49.8, "dimensions": [], "totals": {"total_score": 20}, "model": "m"}'


@pytest.fixture
async def amara(stack: Stack) -> Person:
    return await stack.person("Amara", "Okafor", "st1-applicant")


@pytest.fixture
async def mei(stack: Stack) -> Person:
    return await stack.person("Mei", "Tanaka", "foundation")


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("medtui.data.sheet_delivery.PAUSES", (0.2, 1.0))


async def station(stack: Stack, host: Person, guest: Person, candidate: Person) -> UUID:
    """A station that has run for 4:12."""
    return await stack.session(
        host,
        guest=guest,
        datetime_utc=NOW - timedelta(minutes=4),
        case_id=await stack.case(),
        candidate_id=candidate.id,
        version=2,
        stage_since=NOW - timedelta(seconds=252),
    )


async def sheet(here: Seat) -> None:
    await enter(here)
    await here.until_text("INTERVIEW")
    await here.press("m")
    await here.until(lambda: here.screen == "MarkSheetScreen" and here.app.screen._is_open)


async def finish(stack: Stack) -> None:
    await stack.sql("update practice_sessions set version = 3")


async def review(here: Seat, person: Person, session: UUID) -> Seat:
    """The review of a session, as from the history."""
    await here.until_text("● LIVE")
    row = await here.app.backend.sessions.one(session)
    with here.app._context():
        here.app.push_screen(SessionReviewScreen(here.app, row))
    await here.until_text("Review")
    return here


async def uploaded(
    stack: Stack, host: Person, session: UUID, name: str = "assessment.json"
) -> bytes | None:
    client = await stack.client(host)
    try:
        path = f"{session}/{name}"
        return await client.storage.from_("assessments").download(path)
    except Exception:
        return None


def kept(tmp_path: Path, person: Person) -> dict[str, Any]:
    [file] = (tmp_path / "state" / "sheets" / str(person.id)).glob("*.jsonl")
    found: dict[str, Any] = json.loads(file.read_text().splitlines()[-1])
    return found


@pytest.mark.detail
async def test_what_was_just_written_is_in_sight_below_many_others(
    stack: Stack, amara: Person, mei: Person, seat: Any
) -> None:
    await station(stack, amara, mei, candidate=mei)
    here = await seat(size=(80, 16), clock=lambda: NOW, person=amara)
    await sheet(here)
    for number in range(7):
        await write(here, "s", f"No. {number}")
    await here.until_text("No. 6")
    assert "No. 0" not in here.text


@pytest.mark.detail
async def test_a_line_that_is_left_as_it_was_is_no_draft(
    stack: Stack, amara: Person, mei: Person, seat: Any
) -> None:
    await station(stack, amara, mei, candidate=mei)
    now = NOW
    here = await seat(size=SIZE, clock=lambda: now, person=amara)
    await sheet(here)
    await here.press("n")
    await here.until(lambda: here.app.screen.field.value == "4:12 ")
    await here.press("escape")
    assert here.app.screen.sheet.drafts == {}
    now += timedelta(seconds=60)
    await here.press("n")
    await here.until(lambda: here.app.screen.field.value == "5:12 ")
    await here.press("escape")
    await write(here, "s", "Warm")
    await here.press("enter", "enter")
    await here.until(lambda: here.app.screen.field.value == "Warm")
    await here.press("escape")
    assert here.app.screen.sheet.drafts == {}
    assert "Saved as a draft" not in here.text


@pytest.mark.detail
async def test_a_hosts_sheet_becomes_the_assessment_that_others_read(
    stack: Stack, amara: Person, mei: Person, seat: Any
) -> None:
    session = await station(stack, amara, mei, candidate=mei)
    here = await seat(size=SIZE, clock=lambda: NOW, person=amara)
    await sheet(here)
    await here.press("h")
    await here.until_text("There is nothing on this sheet yet")
    await here.press("8", "2")
    await write(here, "s", "Warm")
    await write(here, "n", "Sits down")
    assert here.app.screen.sheet.at(WHOLE).notes == ("4:12 Sits down",)
    await here.press("h")
    await here.until_text("4 domains are not", "The station is still running")
    await here.press("y")
    await here.until_text("Uploaded: it is the session's assessment.")
    found = read(await uploaded(stack, amara, session) or b"", "assessment")
    assert isinstance(found, Assessment)
    assert found.marker is Marker.HUMAN
    assert (found.overall.score, found.overall.max) == (10.91, 13.3)
    assert found.domains[0].strengths == ("Warm",)
    assert found.feedback.summary == "4:12 Sits down"
    await here.press("h")
    await here.until_text("Uploaded: it is the session's assessment.")
    await here.press("j", "5")
    await here.until_text("Changed since then")
    await here.press("full_stop")
    await here.until_text("Marks here are whole numbers.")


@pytest.mark.detail
async def test_a_guests_sheet_is_uploaded_by_the_host_who_sits_at_the_board(
    stack: Stack, amara: Person, mei: Person, seat: Any
) -> None:
    session = await station(stack, amara, mei, candidate=amara)
    guest = await seat(size=SIZE, clock=lambda: NOW, person=mei)
    await sheet(guest)
    await guest.press("7", "0", "h")
    await guest.until_text("Amara Okafor's medtui uploads it")
    await guest.press("y")
    await guest.until_text("Handed in. Waiting for Amara Okafor")
    host = await seat(size=SIZE, clock=lambda: NOW, person=amara)
    await host.until_text("Mei Tanaka's mark sheet has arrived")
    assert await uploaded(stack, amara, session) is None
    await finish(stack)
    await host.until_text("Mei Tanaka's mark sheet is uploaded")
    assert host.screen == "BoardScreen"
    await guest.until_text("Uploaded: it is the session's assessment.")
    assert b'"marked_by": "human"' in (await uploaded(stack, amara, session) or b"")
    # The host was at the board all the while, and is seen in no room.
    assert amara.id not in (guest.app.screen_stack[-2].presence.people or ())


@pytest.mark.long
async def test_the_review_has_the_sheet_and_shows_what_became_of_it(
    stack: Stack, amara: Person, mei: Person, seat: Any
) -> None:
    session = await station(stack, amara, mei, candidate=amara)
    # Long after it has left both boards.
    long_ago = "version = 3, datetime_utc = now() - interval '30 days'"
    await stack.sql(f"update practice_sessions set {long_ago}")
    guest = await review(await seat(size=SIZE, clock=lambda: NOW, person=mei), mei, session)
    await guest.press("m")
    await guest.until(lambda: guest.screen == "MarkSheetScreen" and guest.app.screen._is_open)
    await guest.press("6", "5", "h", "y")
    await guest.until_text("Handed in. Waiting for Amara Okafor")
    host = await review(await seat(size=SIZE, clock=lambda: NOW, person=amara), amara, session)
    await guest.until_text("Uploaded: it is the session's assessment.")
    await host.until_text("by Mei Tanaka", "8.64 / 13.3")
    await host.press("m")
    await host.until_text("Self-assessment")
    await guest.press("escape")
    await guest.until_text("by you", "8.64 / 13.3")


@pytest.mark.detail
async def test_files_from_disk_have_no_mark_sheet(tmp_path: Path) -> None:
    file = tmp_path / "assessment.json"
    file.write_bytes(OTHER)
    settings = Settings(file=tmp_path / "config.toml")
    app = MedtuiApp(
        settings,
        Launcher(viewer=lambda: Login("", "")),
        first=lambda: FileReviewScreen([(file, Reading(file))], tmp_path),
    )
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        here = Seat(app, pilot)
        await here.until_text("20 / 49.8")
        await here.press("m")
        await here.until_text("These are files: a mark sheet")


@pytest.mark.detail
async def test_a_host_who_is_asked_for_the_candidates_own_sheet_decides_by_one_key(
    stack: Stack, amara: Person, mei: Person, seat: Any
) -> None:
    session = await station(stack, amara, mei, candidate=amara)
    guest = await seat(size=SIZE, clock=lambda: NOW, person=mei)
    await sheet(guest)
    await guest.press("7", "0", "h", "y")
    await guest.until_text("Handed in. Waiting for Amara Okafor")
    await stack.sql("update practice_sessions set version = 3, candidate_id = %s", mei.id)
    host = await seat(size=SIZE, clock=lambda: NOW, person=amara)
    await host.until_text("Mei Tanaka's mark sheet has arrived", "Press m in")
    assert await uploaded(stack, amara, session) is None
    await enter(host)
    await host.press("m")
    await host.until_text("Mei Tanaka does not assess this station", "upload Mei Tanaka's")
    await host.press("1")
    await host.until_text("Mei Tanaka's mark sheet is uploaded")
    assert b'"marked_by": "human"' in (await uploaded(stack, amara, session) or b"")


@pytest.mark.long
async def test_an_assessment_that_is_there_stays_until_the_host_decides(
    stack: Stack, amara: Person, mei: Person, seat: Any
) -> None:
    session = await station(stack, amara, mei, candidate=amara)
    await stack.file(session, "assessment.json", content=OTHER)
    host = await seat(size=SIZE, clock=lambda: NOW, person=amara)
    await host.until_text("● LIVE")
    guest = await seat(size=SIZE, clock=lambda: NOW, person=mei)
    await sheet(guest)
    await guest.press("7", "0", "h", "y")
    await finish(stack)
    await guest.until_text("Not uploaded: there is an assessment already", "decides.")
    assert await uploaded(stack, amara, session) == OTHER
    await enter(host)
    await host.until_text("m Mark")  # though the host is the candidate
    await host.press("m")
    await host.until_text("Mei Tanaka's mark sheet is here,", "replace it with Mei Tanaka's")
    await host.press("escape")
    await host.until_screen("RoomScreen")
    assert await uploaded(stack, amara, session) == OTHER
    await host.press("m")
    await host.until_text("replace it with Mei Tanaka's", "decide later")
    await host.press("3")
    await host.until_text("Self-assessment")
    await host.press("escape")
    await host.until_screen("RoomScreen")
    assert await uploaded(stack, amara, session) == OTHER
    await host.press("m")
    await host.until_text("replace it with Mei Tanaka's")
    await host.press("1")
    await guest.until_text("Uploaded: it is the session's assessment.")
    assert b'"marked_by": "human"' in (await uploaded(stack, amara, session) or b"")
    await host.until_screen("RoomScreen")
    await host.press("m")  # which is theirs now, and asks nothing
    await host.until_text("Self-assessment")


@pytest.mark.long
async def test_a_host_who_keeps_the_assessment_that_is_there_is_not_asked_again(
    stack: Stack, amara: Person, mei: Person, seat: Any
) -> None:
    session = await station(stack, amara, mei, candidate=amara)
    await stack.file(session, "assessment.json", content=OTHER)
    host = await seat(size=SIZE, clock=lambda: NOW, person=amara)
    await host.until_text("● LIVE")
    guest = await seat(size=SIZE, clock=lambda: NOW, person=mei)
    await sheet(guest)
    await guest.press("7", "0", "h", "y")
    await finish(stack)
    await guest.until_text("Not uploaded: there is an assessment already", "decides.")
    # Also where the next station has begun, and the host is its assessor.
    await stack.sql("update practice_sessions set candidate_id = %s", mei.id)
    await enter(host)
    await host.press("m")
    await host.until_text("keep the existing one")
    await host.press("2")
    await host.until_screen("MarkSheetScreen")
    await guest.until_text("cannot be handed in.")
    assert await uploaded(stack, amara, session) == OTHER
    await host.press("escape")
    await host.until_screen("RoomScreen")
    await host.press("m")
    await host.until_screen("MarkSheetScreen")


@pytest.mark.detail
async def test_one_who_does_not_assess_is_told_why_there_is_no_sheet(
    stack: Stack, amara: Person, mei: Person, seat: Any
) -> None:
    await station(stack, amara, mei, candidate=mei)
    guest = await seat(size=SIZE, clock=lambda: NOW, person=mei)
    await enter(guest)
    await guest.press("m")
    await guest.until_text("You are the candidate: you can mark yourself once")
    await stack.sql("update practice_sessions set version = 1, candidate_id = null")
    await guest.until_text("PREP")
    await guest.press("m")
    await guest.until_text("The actor marks")
    assert guest.screen == "RoomScreen"


@pytest.mark.detail
async def test_one_who_becomes_the_candidate_leaves_the_sheet(
    stack: Stack, amara: Person, mei: Person, seat: Any
) -> None:
    await station(stack, amara, mei, candidate=mei)
    here = await seat(size=SIZE, clock=lambda: NOW, person=amara)
    await sheet(here)
    await here.press("6")
    await stack.sql(
        "update practice_sessions set version = 1, case_id = null, candidate_id = %s", amara.id
    )
    await here.until_text("You are the candidate: you can mark yourself once")
    assert here.screen == "RoomScreen"


@pytest.mark.long
async def test_everything_is_there_again_after_leaving_and_coming_back(
    stack: Stack, amara: Person, mei: Person, seat: Any, tmp_path: Path
) -> None:
    await station(stack, amara, mei, candidate=mei)
    here = await seat(size=SIZE, clock=lambda: NOW, person=amara)
    await sheet(here)
    await here.press("8", "j", "9", "1", "k", "s")
    await here.type("half a")
    await here.press("escape")
    await here.until_text("Saved as a draft")
    await here.press("escape")
    await here.until_screen("RoomScreen")
    await here.press("m")
    await here.until_text("8/100", "91/100")
    other = await seat(size=SIZE, clock=lambda: NOW, person=amara)
    await enter(other)
    await other.press("m")
    await other.until_text("open in another of your windows")
    await here.press("s")
    await here.until(lambda: here.app.screen.field.value == "half a")
    await here.type("nd more")
    await here.press("enter")
    await here.until_text("+ half and more")
    spot = Spot(RAPPORT, RemarkKind.STRENGTH)
    assert here.app.screen.sheet.at(spot.place).strengths == ("half and more",)
    assert here.app.screen.sheet.drafts == {}
    # A remark is changed, and another is deleted after a question.
    await write(here, "s", "second")
    await here.press("enter", "j", "enter")
    await here.until(lambda: here.app.screen.field.value == "second")
    await here.type("!")
    await here.press("enter")
    await here.until_text("+ second!")
    await here.press("k", "d")
    await here.until_text("Delete this remark? half and more")
    await here.press("y")
    await here.until(lambda: here.app.screen.sheet.at(RAPPORT).strengths == ("second!",))
    await here.press("escape", "minus", "u")
    before = here.app.screen.sheet
    await here.press("N")
    await here.until_text("Set this sheet aside")
    assert (before.at(RAPPORT).score, before.at(RAPPORT).insufficient) == (3, True)
    await here.press("y")
    await here.until(lambda: here.app.screen.sheet.is_empty)
    folder = tmp_path / "state" / "sheets" / str(amara.id)
    [aside] = folder.glob(f"*.{before.id}.jsonl")
    assert "second!" in aside.read_text()
    assert aside.stat().st_mode & 0o077 == 0


async def test_nothing_of_the_case_is_on_the_sheet(
    stack: Stack, amara: Person, mei: Person, seat: Any, tmp_path: Path
) -> None:
    await station(stack, amara, mei, candidate=amara)
    here = await seat(size=SIZE, clock=lambda: NOW, person=mei)
    await sheet(here)
    await here.until_text("Your eye is red")  # the assessor's own part, beside it
    await here.press("5", "h", "y")
    await here.until_text("Handed in. Waiting for Amara Okafor")
    written = "".join(
        file.read_text() for file in (tmp_path / "state").rglob("*") if file.is_file()
    )
    assert '"score": 5' in written
    for secret in ("Name of case", "Condition of case", "Part of case", "Task of case"):
        assert secret not in written


@pytest.mark.detail
async def test_a_bad_rubric_file_is_told_by_file_and_line(
    stack: Stack, amara: Person, mei: Person, seat: Any, tmp_path: Path
) -> None:
    file = tmp_path / "presets.toml"
    file.write_text('[viva]\nname = "Our viva"\n[[viva.domains]]\nname = "Depth"\nmax = 500\n')
    await station(stack, amara, mei, candidate=mei)
    here = await seat(size=SIZE, clock=lambda: NOW, person=amara)
    await sheet(here)
    await here.until_text("presets.toml, line 5: max should be")
    file.write_text('[viva]\nname = "Our viva"\n[[viva.domains]]\nname = "Depth"\nmax = 20\n')
    await here.press("R")
    await here.until_text("Our viva: 1 domain of 20")
    await here.press("G", "enter")
    await here.until_text("Depth", "–/20")
    await here.press("1", "7")
    await here.until_text("17/20", "17 / 20   85 %")
    await here.press("2", "1")
    await here.until_text("1/20")
    assert kept(tmp_path, amara)["rubric"]["name"] == "Our viva"
