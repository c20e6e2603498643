"""A room's files on this machine: the user's notes, and a copy of the state both sides share.

Each is one file per session and person, readable by its owner alone, written whole or not at
all. No brief, name or condition of a case is ever in them. One thread writes, in the order of the
calls; a room that is opened meanwhile reads what still waits to be written.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID

from medtui.store import files

_pen = ThreadPoolExecutor(1, "notes")
_newest: dict[Path, str] = {}
"""The text of each file that still waits to be written."""
_guard = threading.Lock()
"""Held while `_newest` is read and changed."""


class RoomNotes:
    """One person's notes and shared state of one session.

    Args:
        folder: the folder of this program's state.
        not_kept: called on the event loop when a file could not be written.
    """

    def __init__(
        self, folder: Path, person: UUID, session_id: UUID, not_kept: Callable[[], None]
    ) -> None:
        pages = folder / "rooms" / str(person)
        self._notes = pages / f"{session_id}.txt"
        self._card = pages / f"{session_id}.json"
        self._not_kept = not_kept

    async def notes(self) -> str:
        """The user's notes; "" if there are none, or they cannot be read."""
        return await asyncio.wrap_future(_pen.submit(_read, self._notes))

    async def card(self) -> Any:
        """The kept shared state; None if there is none."""
        try:
            return json.loads(await asyncio.wrap_future(_pen.submit(_read, self._card)))
        except ValueError:
            return None

    async def take_over(self, notes: str, card: dict[str, Any]) -> None:
        """Begin with what an earlier round had; what is there already stays."""
        if notes.strip() and not await self.notes():
            self.save_notes(notes)
        if await self.card() is None:
            self.save_card(card)

    def save_notes(self, text: str) -> None:
        """Save the notes in the background. Returns at once."""
        self._save(self._notes, text)

    def save_card(self, card: dict[str, Any]) -> None:
        """Save the shared state, so that the clock survives both programs. Returns at once."""
        self._save(self._card, json.dumps(card))

    def _save(self, file: Path, text: str) -> None:
        loop = asyncio.get_running_loop()
        with _guard:
            _newest[file] = text

        def write() -> None:
            try:
                _write(file)
            except OSError:
                with contextlib.suppress(RuntimeError):  # the program ends
                    loop.call_soon_threadsafe(self._not_kept)

        _pen.submit(write)


async def written() -> None:
    """Wait until everything is on the disk."""
    await asyncio.wrap_future(_pen.submit(lambda: None))


def rescue() -> None:
    """Write what is not on the disk yet, in any thread, without syncing. Raises OSError."""
    for file, text in list(_newest.items()):
        files.write(file, text, is_synced=False)


def _read(file: Path) -> str:
    if (newest := _newest.get(file)) is not None:
        return newest
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _write(file: Path) -> None:
    with _guard:
        text = _newest.get(file)
    if text is None:  # written already, by an earlier call
        return
    files.write(file, text)
    with _guard:
        if _newest.get(file) == text:
            del _newest[file]
