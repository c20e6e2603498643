"""Deletes finished files about other people from this machine after 30 days.

These are mark sheets that were delivered or refused, file versions that were set aside, room
notes, speakers' names, drafts by a model, cached histories, what calendars were written of, and
transcripts that were begun and left. Other unfinished ones stay: a sheet that was not handed in, a
submission that is not delivered, a replacement that has not ended.
"""

from __future__ import annotations

import contextlib
import json
import logging
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from medtui.store import files, speaker_names
from medtui.store.outbox import LOCK_SECONDS, Submission, read_parcel

log = logging.getLogger(__name__)

KEPT_DAYS = 30


def sweep(folder: Path, now: float | None = None) -> None:
    """Delete old files from the folder of this program's state. Blocks; raises nothing.

    Args:
        now: the time in seconds since 1970; None: this machine's.
    """
    before = (time.time() if now is None else now) - KEPT_DAYS * 86_400
    for step in (_sheets, _parcels, _set_aside, _rooms, _histories, _names, _heard, _recordings):
        try:
            step(folder, before)
        except OSError as error:  # it is tried again at the next start
            log.info("old files could not be removed: %s", error.strerror)


def _sheets(folder: Path, before: float) -> None:
    """Delete mark sheets' journals; before their submissions, which say if they are over."""
    for file in _old(folder / "sheets", "*/*.jsonl", before):
        session, _, name = file.stem.partition(".")
        if not name and not _is_delivered(folder, file.parent.name, session, file):
            continue
        if claim := files.claim(file):  # None: a window has it open
            files.remove(file)
            claim.release(forget=True)


def _is_delivered(folder: Path, person: str, session: str, file: Path) -> bool:
    """Whether a sheet's last revision is in a submission that is over."""
    last: dict[str, Any] = {}
    for line in reversed(file.read_bytes().splitlines()):
        with contextlib.suppress(ValueError):
            last = json.loads(line)
            break
    if not isinstance(last, dict):
        return False
    submission = read_parcel(folder / "handed" / person / session / f"{last.get('id')}.json")
    return (
        submission is not None
        and submission.is_over
        and submission.revision == last.get("revision")
    )


def _parcels(folder: Path, before: float) -> None:
    for file in _old(folder / "handed", "*/*/*.json", before):
        with files.held(file.parents[1], LOCK_SECONDS):  # the lock that writers take
            submission: Submission | None = read_parcel(file)
            if submission is not None and submission.is_over:
                files.remove(file.with_suffix(".assessment"))
                files.remove(file)
                with contextlib.suppress(OSError):  # the folder has other sheets
                    file.parent.rmdir()


def _set_aside(folder: Path, before: float) -> None:
    for aside in _old(folder / "replacing", "*/*.aside", before):
        shutil.rmtree(aside)


def _rooms(folder: Path, before: float) -> None:
    for pattern in ("*/*.txt", "*/*.json"):
        for file in _old(folder / "rooms", pattern, before):
            files.remove(file)


def _histories(folder: Path, before: float) -> None:
    for kept in ("history", "calendar", "model-drafts"):
        for file in _old(folder / kept, "*.json", before):
            files.remove(file)


def _heard(folder: Path, before: float) -> None:
    for file in _old(folder / "listening", "*.jsonl", before):
        files.remove(file)


def _recordings(folder: Path, before: float) -> None:
    for each in _old(folder / "recordings", "*/*", before):
        if each.is_dir():  # what its owner wanted to keep is a file beside it
            shutil.rmtree(each)


def _names(folder: Path, before: float) -> None:
    speaker_names.forget(folder / "reviews.json", before)


def _old(folder: Path, pattern: str, before: float) -> Iterator[Path]:
    """Files last written before a time, in seconds since 1970."""
    for path in folder.glob(pattern):
        with contextlib.suppress(FileNotFoundError):  # another program sweeps, too
            if not path.name.startswith(".") and path.stat().st_mtime < before:
                yield path
