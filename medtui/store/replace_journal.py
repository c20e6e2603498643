"""The journal of a file replacement: both versions and the decision, on disk until it is over.

Each replacement has a folder, readable by its owner alone:

    state/replacing/{person}/{session}.{kind}/old, new, journal.json

The journal is written last and removed first. So if there is one, both versions are beside it,
whole and synced; if there is none, nothing was begun, or all is done, and the folder is deleted.
Everything here may block for a moment, and raises OSError.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Literal
from uuid import UUID

from pydantic import TypeAdapter

from medtui.core.models import FileKind
from medtui.store import files

Which = Literal["old", "new"]

JOURNAL = "journal.json"


def digest(content: bytes) -> str:
    """The digest by which a version is recognised."""
    return hashlib.sha256(content).hexdigest()


@dataclass(frozen=True, slots=True)
class ReplaceJournal:
    """A replacement that has begun, and is not known to have ended."""

    folder: Path
    server: str
    session_id: UUID
    kind: FileKind
    old: str
    new: str
    """Digests of the two versions."""
    began: datetime
    wanted: Which | None = None
    """The version that the user chose for the end; None while they have not chosen."""

    @classmethod
    def begin(
        cls, folder: Path, server: str, session_id: UUID, kind: FileKind, old: bytes, new: bytes
    ) -> ReplaceJournal:
        """Save both versions; when this returns, they survive a power cut."""
        _sweep(folder)
        files.make_folder(folder)
        files.write(folder / "old", old)
        files.write(folder / "new", new)
        for place in (folder, *folder.parents[:3]):
            files.sync(place)
        kept = cls(
            folder, server, session_id, kind, digest(old), digest(new), datetime.now(UTC)
        )  # fmt: skip
        kept._write_journal()
        return kept

    @classmethod
    def read(cls, folder: Path) -> ReplaceJournal | None:
        """The journal in a folder; if there is none, the folder is deleted and None returned.

        The caller has the folder's lock. A journal that cannot be understood is left alone, with
        None returned: a newer medtui may have written it.
        """
        try:
            said = json.loads((folder / JOURNAL).read_text())
            return _adapter().validate_python({**said, "folder": folder})
        except FileNotFoundError:
            _sweep(folder)
        except (TypeError, ValueError):
            pass
        return None

    def content(self, which: Which) -> bytes:
        """A version's bytes. Raises OSError, also if they differ from the digest."""
        content = (self.folder / which).read_bytes()
        if digest(content) != getattr(self, which):
            raise OSError(f"{self.folder / which} is not what was written")
        return content

    def want(self, which: Which) -> ReplaceJournal:
        """Save which version the user wants in the end. Returns the new journal."""
        decided = replace(self, wanted=which)
        decided._write_journal()
        return decided

    def close(self) -> None:
        """Delete the journal and both versions: the replacement is over."""
        (self.folder / JOURNAL).unlink(missing_ok=True)
        files.sync(self.folder)
        _sweep(self.folder)

    def set_aside(self) -> Path:
        """End the replacement, and leave both versions for their owner. Returns their folder."""
        stamp = f"{self.began:%Y-%m-%d-%H%M%S}"
        aside = self.folder.with_name(f"{self.folder.name}.{stamp}.aside")
        self.folder.replace(aside)
        files.sync(aside.parent)
        return aside

    def _write_journal(self) -> None:
        files.write(self.folder / JOURNAL, _adapter().dump_json(self, exclude={"folder"}))


@cache
def _adapter() -> TypeAdapter[ReplaceJournal]:
    return TypeAdapter(ReplaceJournal)


def folder_of(keep: Path, person: UUID, session_id: UUID, kind: FileKind) -> Path:
    """The folder for one file's replacement. `save`: the folder of this program's state."""
    return keep / "replacing" / str(person) / f"{session_id}.{kind}"


def folders(keep: Path, person: UUID) -> list[Path]:
    """The folders of replacements that a person has begun and that may not be over."""
    found = (keep / "replacing" / str(person)).glob("*.*")
    return sorted(folder for folder in found if folder.is_dir() and folder.suffix != ".aside")


def _sweep(folder: Path) -> None:
    """Delete a folder without a journal, and all in it."""
    if (folder / JOURNAL).exists():
        return
    for left in folder.glob("*"):
        left.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        folder.rmdir()
