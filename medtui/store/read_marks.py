"""Whether a candidate has read an assessment on this machine: a self-assessment comes before that.

An empty file for each session, beside the room's notes. Functions may block for a moment.
"""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from medtui.store import files


def note_read(state: Path, person: UUID, session_id: UUID) -> None:
    """Note that a person has read a session's assessment. Raises OSError."""
    file = _file(state, person, session_id)
    if not file.exists():
        files.write(file, "")


def has_read(state: Path, person: UUID, session_id: UUID) -> bool:
    return _file(state, person, session_id).exists()


def _file(state: Path, person: UUID, session_id: UUID) -> Path:
    return state / "rooms" / str(person) / f"{session_id}.read"
