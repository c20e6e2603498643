"""The files on the disk: one for each version that a row names, in one folder.

A row's `version` is its file's name, and no file is ever changed. So row and file agree after a
crash at any point: a file is on the disk under its name before the row that names it is committed,
and is removed after the row that named it is gone. Files without a row are deleted at the start.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
from collections.abc import AsyncIterator, Collection, Iterable
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from medtui.local.bodies import uuid_of
from medtui.store.files import PART, sync

CHUNK = 1024 * 1024


class NewFile:
    """A file that is being written. At its end it is removed, unless it `is_kept`. Blocks."""

    def __init__(self, folder: Path) -> None:
        self.version = str(uuid4())
        self.size = 0
        self.is_kept = False
        """Whether a row names it, or perhaps does: that is for the next start to find out."""
        self._digest = hashlib.md5(usedforsecurity=False)
        self._path = folder / self.version
        self._part = folder / (self.version + PART)
        descriptor = os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._file = os.fdopen(descriptor, "wb", 0)

    @property
    def etag(self) -> str:
        return f'"{self._digest.hexdigest()}"'

    def write(self, data: bytes) -> None:
        self.size += len(data)
        self._file.write(data)
        self._digest.update(data)

    def seal(self) -> None:
        """Make it last under its name. From here on a row may name it."""
        with self._file:
            os.fsync(self._file.fileno())
        self._part.rename(self._path)
        sync(self._path.parent)

    def end(self) -> None:
        self._file.close()
        if not self.is_kept:
            _remove([self._part, self._path])


class FileStore:
    """The folder. It is ours alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def open(self, known: Collection[str]) -> int:
        """Make the folder if it is not there, and remove what none of the known versions names.

        Returns how many of these have no file.
        """
        return await asyncio.to_thread(_sweep, self._folder, known)

    @contextlib.asynccontextmanager
    async def new(self) -> AsyncIterator[NewFile]:
        file = await asyncio.to_thread(NewFile, self._folder)
        try:
            yield file
        finally:
            file.end()  # Not awaited: it is to happen even when we are cancelled.

    async def read(self, version: str | None) -> BinaryIO | None:
        """A version's open file, which stays readable when it is removed; None if there is none."""
        if not is_version(version):
            return None
        with contextlib.suppress(FileNotFoundError):
            return await asyncio.to_thread((self._folder / str(version)).open, "rb")
        return None

    async def remove(self, versions: Iterable[str | None]) -> None:
        """Remove the files of versions that no row names any more."""
        paths = [self._folder / str(version) for version in versions if is_version(version)]
        await asyncio.to_thread(_remove, paths)


def is_version(text: str | None) -> bool:
    """Whether it is a name that we gave: rows are also made by others."""
    return text is not None and text == str(uuid_of(text))


async def chunks(file: BinaryIO) -> AsyncIterator[bytes]:
    """An open file to its end, a chunk at a time; closed at the end."""
    with file:
        while data := await asyncio.to_thread(file.read, CHUNK):
            yield data


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def _sweep(folder: Path, known: Collection[str]) -> int:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lost = set(known)
    for path in folder.iterdir():
        name = path.name.removesuffix(PART)
        if is_version(name) and (name != path.name or name not in known):
            path.unlink()
        lost.discard(path.name)
    return len(lost)
