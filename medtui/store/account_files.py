"""Deletes what this machine keeps of an account that was deleted."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

from medtui.store import speaker_names

log = logging.getLogger(__name__)

FOLDERS = ("rooms", "sheets", "handed", "replacing", "recordings", "draft-marks")
"""Folders with a folder for each person: notes and drafts by a model, mark sheets, the outbox,
replacements of files, recordings, the marks of drafts."""


def delete(state: Path, person: UUID, sessions: Iterable[UUID]) -> bool:
    """Delete a person's files, and the speakers' names of their sessions. Blocks.

    `state`: the folder of this program's state. Returns whether all of it is gone; raises nothing.
    """
    is_gone = True
    for folder in (state / name / str(person) for name in FOLDERS):
        try:
            if folder.exists():
                shutil.rmtree(folder)
            folder.with_name(f".{folder.name}.lock").unlink(missing_ok=True)
        except OSError as error:
            log.warning("an account's files could not be deleted: %s", error.strerror)
            is_gone = False
    try:
        speaker_names.forget_sessions(state / "reviews.json", sessions)
    except OSError as error:
        log.warning("speakers' names could not be deleted: %s", error.strerror)
        is_gone = False
    return is_gone
