"""The review of a session at two sizes: each of its states, and what its keys ask.

    pytest tests/review/test_session_review_pictures.py --snapshot-update

writes the pictures again.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from medtui.models import FileKind
from medtui.store.replace_journal import ReplaceJournal, folder_of
from tests.helpers.seats import NOW, Seat
from tests.helpers.stack import Person, Stack
from tests.review.reader import PLATFORM, TALK
from tests.review.test_session_review import review

SIZES = [(80, 24), (160, 48)]
SESSION = UUID(int=6)
Compare = Callable[[Seat, str], None]
BEFORE = NOW - timedelta(hours=2)


@pytest.fixture
async def people(stack: Stack) -> tuple[Person, Person]:
    host = await stack.person("Amara", "Okafor")
    guest = await stack.person("Mei", "Tanaka")
    await stack.session(
        host, guest=guest, id=SESSION, datetime_utc=BEFORE, candidate_id=guest.id, version=3
    )
    return host, guest


async def put(stack: Stack, name: str, content: bytes, at: datetime = BEFORE) -> None:
    await stack.file(SESSION, name, content=content)
    await stack.sql("update storage.objects set created_at = %s, updated_at = %s", at, at)


@pytest.mark.parametrize("size", SIZES)
async def test_from_nothing_to_both(
    size: tuple[int, int],
    stack: Stack,
    seat: Any,
    people: tuple[Person, Person],
    picture: Compare,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def at(name: str) -> str:
        return f"files-{name}-{size[0]}x{size[1]}"

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "marks.json").write_bytes(PLATFORM.read_bytes())
    here = await review(seat, people[0], size=size, clock=lambda: NOW)
    await here.until_text("No transcript and no assessment yet")
    picture(here, at("empty"))
    await put(stack, "transcript.json", TALK.read_bytes())
    here.app.screen.look_again()
    await here.until_text("Good morning", "No assessment yet", "questions")
    picture(here, at("partial"))
    await here.press("a")
    await here.until_screen("BringScreen")
    here.app.screen.path.value = "~/marks.json"
    await here.press("enter")
    await here.until_text("enter sends it")
    picture(here, at("add"))
    await here.press("escape")
    await put(stack, "assessment.json", b'{"dimensions": [\n  {"name": "Empathy"')
    here.app.screen.look_again()
    await here.until_text("assessment.json: This file")
    picture(here, at("broken"))
    await here.press("d")
    await here.until_text("Delete which file?")
    picture(here, at("delete"))
    await here.press("escape", "s")
    await here.until_text("Save a copy of what?")
    picture(here, at("save"))


@pytest.mark.parametrize("size", SIZES)
async def test_what_was_interrupted(
    size: tuple[int, int],
    stack: Stack,
    seat: Any,
    people: tuple[Person, Person],
    picture: Compare,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kind = FileKind.TRANSCRIPT
    folder = folder_of(tmp_path / "state", people[0].id, SESSION, kind)
    ReplaceJournal.begin(folder, stack.url, SESSION, kind, TALK.read_bytes(), b"[]")
    journal = folder / "journal.json"
    journal.write_text(json.dumps(json.loads(journal.read_text()) | {"began": NOW.isoformat()}))
    here = await seat(person=people[0], size=size, clock=lambda: NOW)
    await here.until_text("finish: the new one", "● LIVE")
    picture(here, f"files-interrupted-{size[0]}x{size[1]}")
