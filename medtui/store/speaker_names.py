"""What a user has entered about a transcript: the speakers' names, and when the station begins.

Kept on this machine per file or session, readable by its owner alone.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from medtui.documents.fields import number, record
from medtui.store import files

MOST = 500
"""The most transcripts remembered; the one saved longest ago is deleted first."""

LOCK_SECONDS = 2
"""Seconds to wait for a lock: longer than another program takes to write."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """Names for a transcript's labels, and the time in seconds at which its station begins.

    `voices`: who says each turn, where the file does not tell; "": not said.
    """

    names: dict[str, str] = field(default_factory=dict)
    begins: float | None = None
    voices: tuple[str, ...] = ()


class SpeakerNames:
    """The entries about one transcript, under a key, in a file of all transcripts."""

    def __init__(self, file: Path, key: str) -> None:
        self._file = file
        self._key = key

    def recall(self) -> Remembered:
        """The saved entries; empty ones if the file is missing or broken."""
        kept = record(self._all().get(self._key))
        names = {str(label): str(name) for label, name in record(kept.get("names")).items()}
        heard = kept.get("voices")
        voices = tuple(map(str, heard)) if isinstance(heard, list) else ()
        return Remembered(names, number(kept.get("begins")), voices)

    def save(self, said: Remembered) -> None:
        """Save the entries. Raises OSError if the file cannot be written."""
        with files.held(self._file, LOCK_SECONDS):  # another program may write, too
            everything = self._all()
            everything.pop(self._key, None)
            seen = {"seen": time.time()}
            told = {"names": said.names, "begins": said.begins, "voices": list(said.voices)}
            everything[self._key] = {**told, **seen}
            files.write(self._file, json.dumps(dict(list(everything.items())[-MOST:])))

    def _all(self) -> dict[str, object]:
        return _read(self._file)


def forget(file: Path, before: float) -> None:
    """Delete entries saved before that time, in seconds since 1970. Raises OSError.

    Entries of an earlier version have no time, and are given that of the file.
    """
    if not file.exists():
        return
    with files.held(file, LOCK_SECONDS):
        everything, written = _read(file), file.stat().st_mtime
        left = {
            key: {"seen": written, **kept}
            for key, kept in everything.items()
            if isinstance(kept, dict) and (number(kept.get("seen")) or written) >= before
        }
        if left != everything:
            files.write(file, json.dumps(left))


def forget_sessions(file: Path, session_ids: Iterable[UUID]) -> None:
    """Delete the entries of these sessions. Raises OSError."""
    if not file.exists():
        return
    keys = {f"session:{session_id}" for session_id in session_ids}
    with files.held(file, LOCK_SECONDS):
        everything = _read(file)
        left = {key: kept for key, kept in everything.items() if key not in keys}
        if left != everything:
            files.write(file, json.dumps(left))


def _read(file: Path) -> dict[str, object]:
    try:
        return record(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, RecursionError):
        return {}
