"""What a room keeps on this machine: one's notes, and the copy of what both sides share.

A file each per session and person, readable by its owner alone, written whole or not at
all. No brief, name or condition of a case is ever in them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import UUID

from medtui import disk


class Notebook:
    """The pages of one person about one session. Its methods may block for a moment.

    Args:
        folder: of this program's state.
    """

    def __init__(self, folder: Path, person: UUID, session_id: UUID) -> None:
        pages = folder / "rooms" / str(person)
        self._notes = pages / f"{session_id}.txt"
        self._card = pages / f"{session_id}.json"

    def notes(self) -> str:
        """One's notes; empty where there are none, or they cannot be read."""
        try:
            return self._notes.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return ""

    def keep_notes(self, text: str) -> bool:
        """Write the notes down. Whether that worked."""
        return _write(self._notes, text)

    def card(self) -> Any:
        """What was kept of the shared things; None where there is nothing."""
        try:
            return json.loads(self._card.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def keep_card(self, card: dict[str, Any]) -> bool:
        """Keep the shared things, so that the clock survives both programs. Whether it worked."""
        return _write(self._card, json.dumps(card))


def _write(file: Path, text: str) -> bool:
    try:
        disk.write(file, text)
    except OSError:
        return False
    return True
