"""The files of a session, by the keys of its review: add, replace, delete, save; and who may."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from filelock import FileLock

from medtui.core.models import FileKind
from medtui.data.events import Event, FeedWentLive
from medtui.data.file_replacement import Replacing
from medtui.review import session_review
from medtui.store.replace_journal import ReplaceJournal, folder_of
from tests.data.cable import cable
from tests.helpers.http_clients import http_client
from tests.helpers.stack import Person, Stack
from tests.review.reader import PLATFORM, SAMPLES, TALK
from tests.review.test_session_review import over, review

TALKED, MARKED = TALK.read_bytes(), PLATFORM.read_bytes()
VTT = SAMPLES / "transcripts" / "zoom.vtt"
OTHER = SAMPLES / "transcripts" / "assemblyai.json"


@pytest.fixture(autouse=True)
def look_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_review, "LOOK_SECONDS", 0.2)


@pytest.fixture
async def people(stack: Stack) -> tuple[Person, Person]:
    return await stack.person("Amara", "Okafor"), await stack.person("Mei", "Tanaka")


async def content(stack: Stack, session_id: UUID, kind: str = "transcript") -> bytes | None:
    """What is in the bucket, read with the service key."""
    headers = {"Authorization": f"Bearer {stack.service_key}"}
    async with http_client(headers=headers) as http:
        path = f"storage/v1/object/assessments/{session_id}/{kind}.json"
        answer = await http.get(f"{stack.url}/{path}")
    return answer.content if answer.is_success else None


async def bring(here: Any, path: Path) -> None:
    await here.press("a")
    await here.until_screen("BringScreen")
    here.app.screen.path.value = str(path)
    await here.pause()
    await here.press("enter")


def said(here: Any) -> str:
    return " ".join(here.text.split())


@pytest.mark.detail
async def test_a_file_is_checked_then_sent_then_shown_then_replaced(
    stack: Stack, seat: Any, people: tuple[Person, Person], tmp_path: Path
) -> None:
    session_id = await over(stack, people)
    here = await review(seat, people[0])
    await here.until_text("Press a to add one from disk")
    await bring(here, PLATFORM)
    await here.until_text("An assessment, 29.08 / 49.8", "press enter to upload")
    assert await content(stack, session_id, "assessment") is None
    await here.press("enter")
    await here.until_text("Assessment uploaded", "10.64 / 13.3", "No transcript yet")
    assert await content(stack, session_id, "assessment") == MARKED

    await bring(here, VTT)
    await here.until_text("A transcript of 5 turns", "VTT: will be uploaded as JSON")
    await here.press("enter")
    await here.until_text("Good morning", "transcript 2 KB, today", "assessment 2 KB, today")
    kept = json.loads(await content(stack, session_id) or b"")
    assert kept["original"]["text"] == VTT.read_text()

    await bring(here, OTHER)
    await here.until(lambda: "Press enter to upload it and replace the transcript" in said(here))
    await here.press("enter")
    await here.until_text("A  Good morning")
    assert await content(stack, session_id) == OTHER.read_bytes()
    assert not [file for file in tmp_path.rglob("old") if file.is_file()]


@pytest.mark.detail
async def test_a_file_that_may_be_either_is_asked_about_and_sent_as_what_it_is_said_to_be(
    stack: Stack, seat: Any, people: tuple[Person, Person], tmp_path: Path
) -> None:
    path = tmp_path / "either.json"
    path.write_text(json.dumps({"strengths": ["Warm hands"], "text": "One line.\nAnd another."}))
    session_id = await over(stack, people)
    here = await review(seat, people[0])
    await here.until_text("Press a to add one from disk")
    await bring(here, path)
    await here.until_text("either.json may be a transcript or an assessment. Which is it?")
    await here.press("escape")
    await here.until_screen("BringScreen")
    await here.press("enter")
    await here.until_text("Which is it?")
    await here.press("1")
    await here.until_text("A transcript of 2 turns", "press enter to upload")
    assert await content(stack, session_id) is None
    await here.press("enter")
    await here.until_text("Transcript uploaded", "And another.")
    assert await content(stack, session_id) == path.read_bytes()
    assert await content(stack, session_id, "assessment") is None


@pytest.mark.long
async def test_what_cannot_be_read_is_not_sent(
    stack: Stack, seat: Any, people: tuple[Person, Person], tmp_path: Path
) -> None:
    session_id = await over(stack, people)
    here = await review(seat, people[0])
    await here.until_text("Press a to add one from disk")
    broken, empty = tmp_path / "broken.json", tmp_path / "empty.json"
    broken.write_text('{"segments": [\n  {"text": "Hello"\n  "start": 1}]}')
    empty.write_text("")
    for path, words in (
        (broken, "line 3, column 3"),
        (empty, "This file is empty"),
        (tmp_path / "none.json", "does not exist"),
        (tmp_path, "is not a file"),
    ):
        await bring(here, path)
        await here.until(lambda words=words: words in said(here))
        await here.press("escape")
        await here.until_screen("SessionReviewScreen")
    assert await content(stack, session_id) is None


@pytest.mark.detail
async def test_a_file_on_its_way_is_seen_and_can_be_stopped(
    stack: Stack, seat: Any, people: tuple[Person, Person], tmp_path: Path
) -> None:
    session_id = await over(stack, people)
    await stack.file(session_id, "transcript.json", content=TALKED)
    large = tmp_path / "large.json"
    turns = [
        {"speaker": "A", "text": "word " * 50, "start": n, "end": n + 1} for n in range(30_000)
    ]
    large.write_text(json.dumps({"segments": turns}))
    async with cable(stack.url) as slow:
        here = await review(seat, people[0], server=slow.url, key=stack.anon_key)
        await here.until_text("Good morning")
        await bring(here, large)
        await here.until_text("A transcript of 1,765 turns")
        slow.pause = 0.02
        await here.press("enter")
        await here.until_text("MB of 9.3 MB", "▇▇")
        slow.pause = 0
        await here.press("escape")
        await here.until_text("Upload cancelled: nothing has changed", "Good morning")
    assert await content(stack, session_id) == TALKED


@pytest.mark.long
async def test_a_network_that_goes_while_a_file_is_replaced_leaves_both_on_disk(
    stack: Stack, seat: Any, people: tuple[Person, Person], tmp_path: Path
) -> None:
    session_id = await over(stack, people)
    await stack.file(session_id, "transcript.json", content=TALKED)
    large = tmp_path / "large.json"
    large.write_text(json.dumps({"segments": [{"speaker": "A", "text": "word " * 400_000}]}))
    async with cable(stack.url) as slow:
        here = await review(seat, people[0], server=slow.url, key=stack.anon_key)
        await here.until_text("Good morning")
        await bring(here, large)
        await here.until_text("replace the")
        slow.pause = 0.02
        await here.press("enter")
        await here.until_text("MB of 2.0 MB", "▇▇")
        slow.cut()
        slow.pause = 0
        await here.until_text("Not finished", "Both")
        assert await content(stack, session_id) is None
        [old] = [file for file in tmp_path.rglob("old") if file.is_file()]
        assert old.read_bytes() == TALKED
        slow.mend()
        await here.until_text("put back the earlier one")
        await here.press("2")
        await here.until_text("nothing was lost", "Good morning")
    assert await content(stack, session_id) == TALKED
    assert not old.exists()


@pytest.mark.long
async def test_a_file_is_deleted_after_a_question_that_names_it(
    stack: Stack, seat: Any, people: tuple[Person, Person]
) -> None:
    session_id = await over(stack, people)
    await stack.file(session_id, "transcript.json", content=TALKED)
    await stack.file(session_id, "assessment.json", content=MARKED)
    here = await review(seat, people[0])
    await here.until_text("Good morning", "29.08 / 49.8")
    await here.press("d")
    await here.until_text("Delete which file?", "the transcript of today")
    await here.press("2")
    await here.until(lambda: "Delete the assessment of today" in said(here))
    await here.press("n", "d", "2")
    await here.until_screen("ConfirmScreen")
    assert await content(stack, session_id, "assessment") == MARKED
    await here.press("y")
    await here.until_text("The assessment is deleted", "No assessment yet", "no assessment")
    assert await content(stack, session_id, "assessment") is None
    assert "29.08" not in here.text
    assert await content(stack, session_id) == TALKED


async def test_copies_are_saved_as_they_are_or_as_markdown(
    stack: Stack, seat: Any, people: tuple[Person, Person], tmp_path: Path
) -> None:
    session_id = await over(stack, people)
    await stack.file(session_id, "transcript.json", content=TALKED)
    here = await review(seat, people[1])  # a guest may, too
    await here.until_text("Good morning")
    for choice, name in (("2", "copy.json"), ("1", "copy.md")):
        await here.press("s")
        await here.until_text("Save a copy of what?")
        await here.press(choice)
        await here.until_screen("SaveScreen")
        here.app.screen.query_one("Input").value = str(tmp_path / name)
        await here.press("enter")
        await here.until_text(f"{name}.")
    assert (tmp_path / "copy.json").read_bytes() == TALKED
    assert "# " in (tmp_path / "copy.md").read_text()


@pytest.mark.detail
async def test_host_guest_and_stranger_see_what_is_theirs(
    stack: Stack, seat: Any, people: tuple[Person, Person]
) -> None:
    session_id = await over(stack, people)
    await stack.file(session_id, "transcript.json", content=TALKED)
    host, guest = [await review(seat, person) for person in people]
    await host.until_text("Good morning", "a Add", "d Delete")
    await guest.until_text("Good morning", "s Save")
    assert "a Add" not in guest.text
    assert "d Delete" not in guest.text
    for here, may in ((host, True), (guest, False)):
        await here.press("question_mark")
        await here.until_screen("HelpScreen")
        assert ("Add or replace a file" in here.text) is may
        await here.press("escape")
        await here.until_screen("SessionReviewScreen")
        await here.press("colon")
        await here.until_screen("CommandPalette")
        await here.type("file")
        await here.until_text("Save a copy: the review as Markdown")
        assert ("Delete a file" in here.text) is may
        assert ("Add or replace a file" in here.text) is may
        await here.press("escape")
        await here.until_screen("SessionReviewScreen")
    await guest.press("a", "d")
    await guest.pause()
    assert guest.screen == "SessionReviewScreen"

    stranger = await seat(size=(120, 40), person=await stack.person("Tom", "Ellery"))
    await stranger.until_text("wrap-up")
    await stranger.press("R")
    await stranger.until_text("Only the two participants")
    await stranger.press("enter")
    await stranger.until_text("This session is already booked by")
    assert stranger.screen == "BoardScreen"
    assert "R Review" not in stranger.text
    assert "review it" not in stranger.text


@pytest.mark.detail
async def test_what_is_not_offered_is_refused_by_the_server_all_the_same(
    stack: Stack, seat: Any, people: tuple[Person, Person]
) -> None:
    """The host's screen, in the hands of the guest and of a stranger."""
    session_id = await over(stack, people)
    await stack.file(session_id, "transcript.json", content=TALKED)
    for person in (people[1], await stack.person("Tom", "Ellery")):
        here = await seat(size=(120, 40), person=person)
        await here.until_text("● LIVE")
        row = await here.app.backend.sessions.one(session_id)
        forged = row.model_copy(update={"host_id": person.id, "guest_id": people[1].id})
        with here.app._context():
            here.app.push_screen(session_review.SessionReviewScreen(here.app, forged))
        await here.until_screen("SessionReviewScreen")
        await here.until_text("no assessment")
        await bring(here, PLATFORM)
        await here.until_text("press enter to upload")
        await here.press("enter")
        await here.until_text("Not allowed")
        if person is people[1]:
            await here.until_text("Good morning")
            await here.press("d", "y")
            await here.until(lambda here=here: "only the host" in said(here))
        else:
            assert "Good morning" not in here.text
    assert await content(stack, session_id) == TALKED
    assert await content(stack, session_id, "assessment") is None


def interrupted(state: Path, stack: Stack, person: Person, session_id: UUID) -> ReplaceJournal:
    """What a run that was killed between delete and upload has left."""
    kind = FileKind.TRANSCRIPT
    folder = folder_of(state, person.id, session_id, kind)
    return ReplaceJournal.begin(folder, stack.url, session_id, kind, TALKED, OTHER.read_bytes())


@pytest.mark.detail
async def test_the_next_start_offers_to_finish_or_put_back(
    stack: Stack, seat: Any, people: tuple[Person, Person], tmp_path: Path
) -> None:
    session_id = await over(stack, people)
    kept = interrupted(tmp_path / "state", stack, people[0], session_id)
    here = await seat(size=(120, 40), person=people[0])
    await here.until_text("A transcript was being replaced (today", "none is there")
    await here.press("escape")
    await here.until_screen("BoardScreen")
    assert await content(stack, session_id) is None
    await here.press("R")  # there one is asked again
    await here.until_text("finish: the new one", "put back the earlier one")
    await here.press("2")
    await here.until_text("nothing was lost", "Good morning")
    assert await content(stack, session_id) == TALKED
    assert not kept.folder.exists()


@pytest.mark.detail
async def test_what_was_chosen_while_the_network_was_away_is_done_when_it_is_back(
    stack: Stack, seat: Any, people: tuple[Person, Person], tmp_path: Path
) -> None:
    session_id = await over(stack, people)
    kept = interrupted(tmp_path / "state", stack, people[0], session_id)
    here = await seat(size=(120, 40), person=people[0])
    await here.until_text("finish: the new one")
    await stack.stop_gateway()
    await here.press("1")
    await here.until_screen("BoardScreen")
    await here.until(
        lambda: json.loads((kept.folder / "journal.json").read_text())["wanted"] == "new"
    )
    await stack.start_gateway()
    await here.until_text("nothing was lost")
    assert await content(stack, session_id) == OTHER.read_bytes()


@pytest.mark.detail
async def test_a_question_that_is_open_is_heard_though_the_feed_comes_back_meanwhile(
    stack: Stack, seat: Any, people: tuple[Person, Person], tmp_path: Path
) -> None:
    session_id = await over(stack, people)
    interrupted(tmp_path / "state", stack, people[0], session_id)
    here = await seat(size=(120, 40), person=people[0])
    await here.until_text("finish: the new one")
    lives: list[Event] = []
    here.app.feed.events.subscribe(
        here.app, lambda event: lives.append(event) if isinstance(event, FeedWentLive) else None
    )
    await stack.stop_gateway()
    await stack.start_gateway()
    await here.until(lambda: lives)
    await here.pause(0.2)
    await here.press("2")
    await here.until_text("nothing was lost")
    assert await content(stack, session_id) == TALKED


@pytest.mark.long
async def test_what_another_window_is_at_is_not_taken_from_it(
    stack: Stack, seat: Any, people: tuple[Person, Person], tmp_path: Path
) -> None:
    session_id = await over(stack, people)
    kept = interrupted(tmp_path / "state", stack, people[0], session_id)
    here = await seat(size=(120, 40), person=people[0])
    await here.until_text("finish: the new one")
    with FileLock(f"{kept.folder}.lock"):
        await here.press("1")
        await here.until_screen("BoardScreen")
        await here.pause(0.3)
    assert here.app.fault is None
    assert (kept.folder / "journal.json").exists()
    assert list(kept.folder.parent.glob("*.aside")) == []
    await here.press("R")
    await here.until_text("finish: the new one")
    await here.press("1")
    await here.until_text("nothing was lost")
    assert await content(stack, session_id) == OTHER.read_bytes()


@pytest.mark.detail
async def test_what_another_window_has_ended_meanwhile_is_no_fault(
    stack: Stack,
    seat: Any,
    people: tuple[Person, Person],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session_id = await over(stack, people)
    kept = interrupted(tmp_path / "state", stack, people[0], session_id)
    here = await seat(size=(120, 40), person=people[0])
    await here.until_text("finish: the new one")
    (kept.folder / "new").write_bytes(b"what the disk has made of it")

    set_aside = Replacing.set_aside

    async def just_before(replacing: Replacing, kept: ReplaceJournal) -> Path:
        kept.close()
        return await set_aside(replacing, kept)

    monkeypatch.setattr(Replacing, "set_aside", just_before)
    await here.press("1")
    await here.until(lambda: not kept.folder.exists())
    await here.pause(0.3)
    assert here.app.fault is None
