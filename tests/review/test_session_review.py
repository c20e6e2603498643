"""The review of a session: what is in the bucket is read, what comes is shown, what is missing
or broken is said."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from medtui.review import session_review
from medtui.review.transcript_view import TranscriptView
from tests.helpers.stack import Person, Stack
from tests.review.reader import PLATFORM, TALK

TALKED, MARKED = TALK.read_bytes(), PLATFORM.read_bytes()


@pytest.fixture(autouse=True)
def look_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_review, "LOOK_SECONDS", 0.2)


@pytest.fixture
async def people(stack: Stack) -> tuple[Person, Person]:
    return await stack.person("Amara", "Okafor"), await stack.person("Mei", "Tanaka")


async def over(stack: Stack, people: tuple[Person, Person], **columns: object) -> UUID:
    """A session that is over, of which the guest was the candidate."""
    host, guest = people
    candidate = {"candidate_id": guest.id, "version": 3}
    ago = timedelta(hours=-2)
    return await stack.session(host, guest=guest, starts_in=ago, **candidate, **columns)


async def review(seat: Any, person: Person, **options: Any) -> Any:
    """A user at the review of their one session."""
    here = await seat(person=person, **{"size": (120, 40), **options})
    await here.until_text("wrap-up")
    await here.press("R")
    await here.until_screen("SessionReviewScreen")
    return here


@pytest.mark.detail
async def test_the_two_files_are_read_and_the_title_says_who_one_was(
    stack: Stack, seat: Any, people: tuple[Person, Person]
) -> None:
    session_id = await over(stack, people)
    await stack.file(session_id, "transcript.json", content=TALKED)
    await stack.file(session_id, "assessment.json", content=MARKED)
    here = await review(seat, people[1])
    await here.until_text(
        "mock with Amara Okafor · you were the candidate", "29.08 / 49.8", "red", "10.64 / 13.3"
    )
    await here.press("w")
    await here.until_text("Amara Okafor, Mei Tanaka")
    await here.press("a", "enter", "escape")


@pytest.mark.detail
async def test_a_file_that_comes_while_one_reads_is_shown(
    stack: Stack, seat: Any, people: tuple[Person, Person]
) -> None:
    session_id = await over(stack, people)
    here = await review(seat, people[1])
    await here.until_text("No transcript and no assessment yet", "Amara Okafor, the host, can add")
    await stack.file(session_id, "transcript.json", content=TALKED)
    await here.until_text("Good morning", "No assessment yet")
    assert isinstance(here.app.focused, TranscriptView)
    await stack.file(session_id, "assessment.json", content=MARKED)
    await here.until_text("Good morning", "29.08 / 49.8")


@pytest.mark.detail
async def test_what_is_broken_is_said_and_mended_when_it_is(
    stack: Stack, seat: Any, people: tuple[Person, Person]
) -> None:
    session_id = await over(stack, people)
    await stack.file(session_id, "transcript.json", content=b'{"results": {"utterances": [\n  {')
    await stack.file(session_id, "assessment.json", content=TALKED)
    here = await review(seat, people[0])
    await here.until_text("transcript.json: This file", "column 4", "is no assessment")
    await stack.remove_files()
    await here.until_text("Press a to add one from disk")
    await stack.file(session_id, "transcript.json", content=TALKED)
    await here.until_text("Good morning")


async def test_without_the_server_one_reads_why_and_later_the_files(
    stack: Stack, seat: Any, people: tuple[Person, Person]
) -> None:
    session_id = await over(stack, people)
    await stack.file(session_id, "transcript.json", content=TALKED)
    here = await seat(person=people[0])
    await here.until_text("wrap-up")
    await stack.stop_gateway()
    await here.press("R")
    await here.until_text("cannot be reached", "Trying again")
    await stack.start_gateway()
    await here.until_text("Good morning")


@pytest.mark.long
async def test_who_is_who_is_remembered_for_the_session(
    stack: Stack, seat: Any, people: tuple[Person, Person]
) -> None:
    session_id = await over(stack, people)
    await stack.file(session_id, "transcript.json", content=TALKED)
    here = await review(seat, people[0])
    await here.until_text("Speaker 0  Good morning")
    await here.press("w")
    await here.until_screen("WhoScreen")
    await here.type("Mei")
    await here.press("right", "ctrl+s")
    await here.until_text("Mei Tanaka  Good morning")
    await here.press("escape", "R")
    await here.until_text("Mei Tanaka  Good morning")
    kept = json.loads((here.app.settings.state / "reviews.json").read_text())
    assert kept[f"session:{session_id}"]["names"] == {"0": "Mei Tanaka"}


@pytest.mark.detail
async def test_from_the_room_in_the_wrap_up(
    stack: Stack, seat: Any, people: tuple[Person, Person]
) -> None:
    session_id = await over(stack, people)
    await stack.file(session_id, "transcript.json", content=TALKED)
    here = await seat(size=(120, 40), person=people[1])
    await here.until_text("wrap-up")
    await here.press("enter")
    await here.until_text("R Review", "R reads them")
    await here.press("enter")
    await here.until_text("R reads them side by side", "Transcript", "uploaded")
    await here.press("R")
    await here.until_text("Good morning")
    await here.press("escape")
    await here.until_screen("RoomScreen")
