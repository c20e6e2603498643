"""Of a long talk the first turns are shown while the rest is read, from disk and from a session."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from medtui.documents import Document
from medtui.documents.reading import HEAD, Reading
from medtui.review import session_review
from medtui.review.file_review import FileReviewScreen
from medtui.review.screen import ReviewScreen
from tests.helpers.stack import Stack
from tests.review.reader import before

COUNT = 12_000
FIRST = "only the first turns are shown"


class Held(Reading):
    """Reads on after the first turns when it may."""

    may_go_on = asyncio.Event()

    async def first(self) -> Document:
        await self.may_go_on.wait()
        return await super().first()


@pytest.fixture(autouse=True)
def held() -> asyncio.Event:
    Held.may_go_on = asyncio.Event()
    return Held.may_go_on


def long_talk(**more: Any) -> bytes:
    rows = [
        {"speaker": "AB"[n % 2], "text": f"This is turn {n}.", "start": 3.0 * n, "end": 3.0 * n + 2}
        for n in range(COUNT)
    ]
    data = json.dumps({"segments": rows, **more}, indent=1).encode()
    assert len(data) > HEAD
    return data


@pytest.mark.detail
async def test_from_disk(tmp_path: Path, held: asyncio.Event) -> None:
    data = long_talk(ward="seven")

    def first() -> ReviewScreen:
        return FileReviewScreen([(tmp_path / "long.json", Held(data))], tmp_path)

    async with before(first, tmp_path) as reader:
        await reader.until_text("0:00  Speaker A", "This is turn 0.", FIRST)
        for key in ("slash", "w", "f", "b", "o", "s"):
            await reader.press(key)
        assert {"The transcript is still being read: try again in a moment."} < set(reader.said)
        assert "There is nothing to save yet." in reader.said
        await reader.press("j", "j", "j", "j")
        await reader.until(lambda: reader.turns.turn == 4)
        held.set()
        await reader.until(lambda: FIRST not in reader.text and len(reader.turns) == COUNT)
        assert reader.turns.turn == 4
        await reader.until(lambda: reader.review.is_complete)
        await reader.press("o")
        await reader.until_text("Also in the file", "ward: seven")


@pytest.mark.detail
async def test_what_follows_may_be_broken(tmp_path: Path, held: asyncio.Event) -> None:
    data = long_talk()[:-20]

    def first() -> ReviewScreen:
        return FileReviewScreen([(tmp_path / "long.json", Held(data))], tmp_path)

    async with before(first, tmp_path) as reader:
        await reader.until_text("This is turn 0.", FIRST)
        held.set()
        await reader.until_text("long.json: This file breaks off at line")
        assert "This is turn 0." not in reader.text
        assert FIRST not in reader.text


@pytest.mark.detail
async def test_of_a_session(
    stack: Stack, seat: Any, held: asyncio.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_review, "Reading", Held)
    host, guest = await stack.person("Amara", "Okafor"), await stack.person("Mei", "Tanaka")
    told = {"candidate_id": guest.id, "version": 3}
    session_id = await stack.session(host, guest=guest, starts_in=timedelta(hours=-2), **told)
    await stack.file(session_id, "transcript.json", content=long_talk(ward="seven"))
    here = await seat(person=guest, size=(120, 40))
    await here.until_text("wrap-up")
    await here.press("R")
    await here.until_text("0:00  Speaker A", "This is turn 0.", FIRST)
    held.set()
    await here.until(lambda: FIRST not in here.text and here.app.screen.is_complete)
    assert len(here.app.screen.turns) == COUNT
    await here.press("o")
    await here.until_text("Also in the file", "ward: seven")
