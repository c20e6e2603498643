"""Replaces a session's file so that a whole version of it exists at any moment.

The bucket has no replacing: the old file is deleted, then the new one is uploaded, and between the
two there is none. So both are saved on disk first (`store/replace_journal.py`), until the new one
was read back and is the same, byte for byte. A replacement that was interrupted, by a crash or a
lost network, is ended later. What is in the bucket decides how: the old version, the new one,
nothing, or another file that was uploaded meanwhile, which stays. Repeating a step is harmless.

One thing a bucket without compare-and-set cannot give: a file uploaded between the last
look and the delete, one round trip, is deleted unseen.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from enum import Enum
from pathlib import Path
from typing import ParamSpec, Protocol, TypeVar
from uuid import UUID

from medtui.core.models import FileKind
from medtui.data.errors import (
    DataError,
    FileExists,
    Gone,
    HalfDone,
    Invalid,
    NotAllowed,
    Unreachable,
)
from medtui.data.upload_progress import Sent
from medtui.store import files as disk
from medtui.store.replace_journal import ReplaceJournal, Which, digest, folder_of, folders

KEPT = "Both versions are kept on this computer until one of them is there for sure."

T = TypeVar("T")
P = ParamSpec("P")


class Busy(Invalid):
    """Another window of the same person is replacing this file."""


class RemoteState(Enum):
    """What is in the bucket where a file is being replaced."""

    OLD = "old"
    NEW = "new"
    NOTHING = "nothing"
    OTHER = "other"


class ReplaceableFiles(Protocol):
    """The files of sessions in the bucket. `Assessments` is one."""

    async def read(self, session_id: UUID, kind: FileKind) -> bytes:
        """A file's bytes. Raises Gone if there is none."""

    async def mark(self, session_id: UUID, kind: FileKind) -> str | None:
        """A mark that differs between two uploads of a file; None if there is no file."""

    async def upload(
        self, session_id: UUID, kind: FileKind, content: bytes, sent: Sent | None = None
    ) -> None: ...

    async def delete_once(self, session_id: UUID, kind: FileKind) -> None:
        """Send one request to delete a file."""


class Replacing:
    """Replaces one person's files on one server. Methods raise `DataError`s.

    Args:
        files: reads and writes the bucket.
        server: its URL.
        person: who is signed in.
        keep: the folder of this program's state.
    """

    def __init__(self, files: ReplaceableFiles, server: str, person: UUID, keep: Path) -> None:
        self._files = files
        self._server = server
        self._person = person
        self._keep = keep

    async def replace(
        self, session_id: UUID, kind: FileKind, content: bytes, sent: Sent | None = None
    ) -> None:
        """Upload this version, in place of the present one if there is one.

        Raises:
            HalfDone: neither version could be uploaded; both are kept, see `pending`.
            Invalid: another file was uploaded meanwhile, which stays.
            DataError: the old version is there as before.

        If it is cancelled, the old version is uploaded again.
        """
        folder = folder_of(self._keep, self._person, session_id, kind)
        async with self._locked(folder):
            if (before := await _on_disk(ReplaceJournal.read, folder)) is not None:
                await self._end(before, "old")
            mark = await self._files.mark(session_id, kind)
            try:
                old = await self._files.read(session_id, kind)
            except Gone:
                await self._put(session_id, kind, content, sent)
                return
            if old != content:
                await self._replace(folder, session_id, kind, old, content, mark, sent)

    async def _replace(
        self,
        folder: Path,
        session_id: UUID,
        kind: FileKind,
        old: bytes,
        new: bytes,
        mark: str | None,
        sent: Sent | None,
    ) -> None:
        try:
            kept = await _on_disk(
                ReplaceJournal.begin, folder, self._server, session_id, kind, old, new
            )
            if await self._files.mark(session_id, kind) != mark:
                raise Invalid(
                    f"Another {kind} has just been uploaded: look at it first.",
                    title="Not done",
                )
            await self._swap(kept, new, sent)
        except HalfDone:
            raise
        except asyncio.CancelledError:
            with contextlib.suppress(DataError):  # `pending` offers it later
                await self._undo(folder)
            raise
        except DataError as error:
            if await self._undo(folder, error) is not RemoteState.NEW:
                raise
        else:
            await _on_disk(kept.close)

    async def pending(self) -> list[ReplaceJournal]:
        """The interrupted replacements of this and earlier runs, the oldest first."""
        found = []
        for folder in await asyncio.to_thread(folders, self._keep, self._person):
            with contextlib.suppress(Invalid):  # it goes on in another window, or the disk refuses
                async with self._locked(folder):
                    if (kept := await _on_disk(ReplaceJournal.read, folder)) is not None:
                        found.append(kept)
        mine = [kept for kept in found if kept.server == self._server]
        return sorted(mine, key=lambda kept: kept.began)

    async def look(self, kept: ReplaceJournal) -> RemoteState:
        """What is in the bucket in place of an interrupted replacement."""
        try:
            found = digest(await self._files.read(kept.session_id, kept.kind))
        except Gone:
            return RemoteState.NOTHING
        return {kept.old: RemoteState.OLD, kept.new: RemoteState.NEW}.get(found, RemoteState.OTHER)

    async def end(self, kept: ReplaceJournal, wanted: Which) -> RemoteState:
        """End an interrupted replacement: finish it ("new"), or put the old version back ("old").

        If the new version has arrived already, it stays in either case. `wanted` is saved, in case
        the network is away. Returns what is in the bucket now: OTHER is another file, and then
        both kept versions are set aside for their owner.
        """
        async with self._locked(kept.folder):
            still = await _on_disk(ReplaceJournal.read, kept.folder)
            if still is None:  # another window was faster
                return await self.look(kept)
            return await self._end(await _on_disk(still.want, wanted), wanted)

    async def set_aside(self, kept: ReplaceJournal) -> Path:
        """Give up, and leave both versions in a folder, which is returned, for their owner."""
        async with self._locked(kept.folder):
            return await _on_disk(kept.set_aside)

    # The steps

    async def _end(self, kept: ReplaceJournal, wanted: Which) -> RemoteState:
        there = await self.look(kept)
        if there is RemoteState.OLD and wanted == "new":
            await self._swap(kept, await _on_disk(kept.content, "new"))
            there = RemoteState.NEW
        elif there is RemoteState.NOTHING:
            await self._put_back(kept, wanted)
            there = RemoteState(wanted)
        if there is RemoteState.OTHER:
            await _on_disk(kept.set_aside)
        else:
            await _on_disk(kept.close)
        return there

    async def _swap(self, kept: ReplaceJournal, new: bytes, sent: Sent | None = None) -> None:
        """Delete the old version and upload the new one."""
        try:
            await self._files.delete_once(kept.session_id, kept.kind)
        except Unreachable as error:
            # The delete may have been done, or not, or still be to come, and would then delete the
            # new file. Only a delete that has been done cannot.
            there = await self.look(kept)
            if there is RemoteState.OLD:
                raise HalfDone(
                    f"Whether the server deletes the old {kept.kind} is not known. {KEPT}"
                ) from error
            if there is not RemoteState.NOTHING:
                raise
        else:
            if await self.look(kept) is RemoteState.OLD:
                raise NotAllowed("The server lets only the host of a session replace its files.")
        await self._put(kept.session_id, kept.kind, new, sent)

    async def _put(
        self, session_id: UUID, kind: FileKind, content: bytes, sent: Sent | None = None
    ) -> None:
        """Upload to a free place and read it back; a file that arrived damaged is deleted."""
        await self._upload(session_id, kind, content, sent)
        mark = await self._files.mark(session_id, kind)
        if not await self._is_there(session_id, kind, content):
            if await self._files.mark(session_id, kind) == mark:
                await self._files.delete_once(session_id, kind)
            raise Invalid(
                f"The server stored something other than the {kind} that was sent: try again.",
                title="It arrived damaged",
            )

    async def _put_back(self, kept: ReplaceJournal, which: Which) -> None:
        """Upload a version from the disk. If it arrives damaged, it stays on the disk."""
        content = await _on_disk(kept.content, which)
        await self._upload(kept.session_id, kept.kind, content)
        if not await self._is_there(kept.session_id, kept.kind, content):
            raise HalfDone(f"The {kept.kind} cannot be read as it was sent. {KEPT}")

    async def _upload(
        self, session_id: UUID, kind: FileKind, content: bytes, sent: Sent | None = None
    ) -> None:
        try:
            await self._files.upload(session_id, kind, content, sent)
        except FileExists as error:
            raise Invalid(
                f"Another {kind} was uploaded meanwhile, which stays.",
                title="Not done",
            ) from error

    async def _is_there(self, session_id: UUID, kind: FileKind, content: bytes) -> bool:
        for _ in range(2):  # a difference may be an error of the read
            if await self._files.read(session_id, kind) == content:
                return True
        return False

    async def _undo(self, folder: Path, error: DataError | None = None) -> RemoteState | None:
        """Upload the old version again if it is gone. Raises HalfDone if that fails."""
        kept = await _on_disk(ReplaceJournal.read, folder)
        if kept is None:
            return None  # nothing was begun
        try:
            there = await self.look(kept)
            if there is RemoteState.NOTHING:
                await self._put_back(kept, "old")
        except DataError as failed:
            raise HalfDone(
                f"The {kept.kind} could not be replaced, nor put back. {failed.message} {KEPT}"
            ) from (error or failed)
        if there is RemoteState.OTHER:
            aside = await _on_disk(kept.set_aside)
            raise Invalid(
                f"There is another {kept.kind} now, which stays. Yours are in {aside}.",
                title="Not done",
            ) from error
        await _on_disk(kept.close)
        return there

    @contextlib.asynccontextmanager
    async def _locked(self, folder: Path) -> AsyncIterator[None]:
        """Lock against other windows of the same person on this machine. Raises Busy."""
        lock = disk.file_lock(Path(f"{folder}.lock"))
        try:
            await asyncio.to_thread(disk.make_folder, folder.parent)
            await asyncio.to_thread(disk.acquire, lock, 0)
        except TimeoutError as error:
            raise Busy("Another of your windows is replacing this file.") from error
        except OSError as error:
            raise _disk(error) from error
        try:
            yield
        finally:
            await asyncio.to_thread(lock.release)


async def _on_disk(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do disk work in a thread; a cancelled caller waits until it has ended."""
    doing = asyncio.ensure_future(asyncio.to_thread(work, *args, **kwargs))
    try:
        return await asyncio.shield(doing)
    except asyncio.CancelledError:
        await asyncio.wait([doing])
        raise
    except OSError as error:
        raise _disk(error) from error


def _disk(error: OSError) -> Invalid:
    return Invalid(
        "This computer could not keep the old version, without which nothing is replaced:"
        f" {error.strerror or error}.",
        title="The disk refuses",
    )
