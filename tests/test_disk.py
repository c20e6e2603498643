"""What medtui keeps for itself is its owner's alone, down to the folders that it lies in."""

from __future__ import annotations

import os
from pathlib import Path
from uuid import UUID

from medtui import disk
from medtui.data.kept import Kept, folder_of
from medtui.models import FileKind


def modes(folder: Path) -> set[int]:
    return {path.stat().st_mode & 0o777 for path in folder.rglob("*") if path.is_dir()}


def test_every_folder_that_is_made_is_closed_to_others(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        disk.write(tmp_path / "one" / "two" / "three" / "file", "text")
        folder = folder_of(tmp_path / "state", UUID(int=1), UUID(int=2), FileKind.TRANSCRIPT)
        Kept.begin(folder, "http://server", UUID(int=2), FileKind.TRANSCRIPT, b"old", b"new")
    finally:
        os.umask(before)
    assert modes(tmp_path) == {0o700}


def test_a_folder_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir(mode=0o755)
    disk.write(folder / "file", "text")
    assert folder.stat().st_mode & 0o777 == 0o755
    assert (folder / "file").stat().st_mode & 0o777 == 0o600
