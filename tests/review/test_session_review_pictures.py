"""The review of a session at two sizes: each of its states, and what its keys ask.

    pytest tests/review/test_session_review_pictures.py --snapshot-update

writes the pictures again.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from medtui.core.models import FileKind
from medtui.store.replace_journal import ReplaceJournal, folder_of
from tests.helpers.seats import NOW, Pictures
from tests.helpers.stack import Person, Stack
from tests.review.reader import PLATFORM, TALK
from tests.review.test_session_review import review

SESSION = UUID(int=6)
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


async def test_from_nothing_to_both(
    stack: Stack,
    seat: Any,
    people: tuple[Person, Person],
    pictures: Pictures,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "marks.json").write_bytes(PLATFORM.read_bytes())
    here = await review(seat, people[0], clock=lambda: NOW)
    await here.until_text("No transcript and no assessment yet")
    await pictures(here, "files-empty")
    await put(stack, "transcript.json", TALK.read_bytes())
    here.app.screen.look_again()
    await here.until_text("Good morning", "No assessment yet", "questions")
    await pictures(here, "files-partial")
    await here.press("a")
    await here.until_screen("BringScreen")
    here.app.screen.path.value = "~/marks.json"
    await here.press("enter")
    await here.until_text("press enter to upload")
    await pictures(here, "files-add")
    await here.press("escape")
    await put(stack, "assessment.json", b'{"dimensions": [\n  {"name": "Empathy"')
    here.app.screen.look_again()
    await here.until_text("assessment.json: This file")
    await pictures(here, "files-broken")
    await here.press("d")
    await here.until_text("Delete which file?")
    await pictures(here, "files-delete")
    await here.press("escape", "s")
    await here.until_text("Save a copy of what?")
    await pictures(here, "files-save")


async def test_what_was_interrupted(
    stack: Stack,
    seat: Any,
    people: tuple[Person, Person],
    pictures: Pictures,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kind = FileKind.TRANSCRIPT
    folder = folder_of(tmp_path / "state", people[0].id, SESSION, kind)
    ReplaceJournal.begin(folder, stack.url, SESSION, kind, TALK.read_bytes(), b"[]")
    journal = folder / "journal.json"
    journal.write_text(json.dumps(json.loads(journal.read_text()) | {"began": NOW.isoformat()}))
    here = await seat(person=people[0], clock=lambda: NOW)
    await here.until_text("finish: the new one", "● LIVE")
    await pictures(here, "files-interrupted")
