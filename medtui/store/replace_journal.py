"""What is kept on disk while a session's file is replaced: both versions, and what is going on.

A folder each, readable by its owner alone:

    state/replacing/{person}/{session}.{kind}/old, new, journal.json

The journal is written last and removed first. So where there is one, both versions lie beside
it, whole and on the disk; where there is none, nothing was begun, or all is done, and what lies
there is swept up. Everything here may block for a moment, and raises OSError.
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

from medtui.models import FileKind
from medtui.store import files

Which = Literal["old", "new"]

JOURNAL = "journal.json"


def digest(content: bytes) -> str:
    """What a version is recognised by."""
    return hashlib.sha256(content).hexdigest()


@dataclass(frozen=True, slots=True)
class ReplaceJournal:
    """A replacing that has begun, and is not known to have ended."""

    folder: Path
    server: str
    session_id: UUID
    kind: FileKind
    old: str
    new: str
    """Digests of the two versions."""
    began: datetime
    wanted: Which | None = None
    """Which version its owner wants to be there in the end, once they have said so."""

    @classmethod
    def begin(
        cls, folder: Path, server: str, session_id: UUID, kind: FileKind, old: bytes, new: bytes
    ) -> ReplaceJournal:
        """Keep both versions; when this returns, they outlive a power cut."""
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
        """What is going on in a folder; None, and swept up, where nothing is.

        To be called by whoever has its lock. A journal that cannot be understood is left alone:
        a newer medtui may have written it.
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
        """A version as it was kept. Raises OSError also where the disk has changed it."""
        content = (self.folder / which).read_bytes()
        if digest(content) != getattr(self, which):
            raise OSError(f"{self.folder / which} is not what was written")
        return content

    def want(self, which: Which) -> ReplaceJournal:
        """Write down which version is to be there in the end."""
        decided = replace(self, wanted=which)
        decided._write_journal()
        return decided

    def close(self) -> None:
        """All is done: keep nothing any more."""
        (self.folder / JOURNAL).unlink(missing_ok=True)
        files.sync(self.folder)
        _sweep(self.folder)

    def set_aside(self) -> Path:
        """Leave both versions where their owner finds them, and be done with it."""
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
    """Where one file's versions are kept. `keep`: the folder of this program's state."""
    return keep / "replacing" / str(person) / f"{session_id}.{kind}"


def folders(keep: Path, person: UUID) -> list[Path]:
    """Where something may be going on of what somebody has begun."""
    found = (keep / "replacing" / str(person)).glob("*.*")
    return sorted(folder for folder in found if folder.is_dir() and folder.suffix != ".aside")


def _sweep(folder: Path) -> None:
    """Remove what lies in a folder without a journal, and the folder."""
    if (folder / JOURNAL).exists():
        return
    for left in folder.glob("*"):
        left.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        folder.rmdir()
