"""Replacing a session's file, so that one whole version of it can be had at any moment.

The bucket knows no replacing: the old file is deleted, then the new one is uploaded, and between
the two there is none. So both are kept on disk first (`kept.py`), and until the new one was read
back and is the same, byte for byte. What was interrupted, by a crash or a lost network, is
brought to an end later. What to do then is told by what is there: the old version, the new one,
nothing, or what somebody else has put there meanwhile, which stays. Doing it again is harmless.

One thing a bucket without compare-and-set cannot give: what somebody uploads between the last
look and the delete, one round trip, is deleted unseen.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar
from uuid import UUID

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
from medtui.models import FileKind
from medtui.store import files as disk
from medtui.store.replace_journal import ReplaceJournal, Which, digest, folder_of, folders

if TYPE_CHECKING:
    from medtui.data.assessments import Assessments

KEPT = "Both versions are kept on this machine until one of them is there for sure."

T = TypeVar("T")
P = ParamSpec("P")


class Busy(Invalid):
    """Another window of the same person is at it."""


class RemoteState(Enum):
    """What is in the bucket where a file is being replaced."""

    OLD = "old"
    NEW = "new"
    NOTHING = "nothing"
    OTHER = "other"


class Replacing:
    """Replaces one person's files on one server. Methods raise `DataError`s.

    Args:
        files: reads and writes the bucket.
        server: its URL.
        person: who is signed in.
        keep: the folder of this program's state.
    """

    def __init__(self, files: Assessments, server: str, person: UUID, keep: Path) -> None:
        self._files = files
        self._server = server
        self._person = person
        self._keep = keep

    async def replace(
        self, session_id: UUID, kind: FileKind, content: bytes, sent: Sent | None = None
    ) -> None:
        """Put this version there, in place of the one that is, if there is one.

        Raises:
            HalfDone: neither version could be put there; both are kept, see `pending`.
            Invalid: somebody else has put another there meanwhile, which stays.
            DataError: the old version is there as before.

        When it is cancelled, the old version is put back.
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
                    f"Somebody has just put another {kind} there: look at it first.",
                    title="It has changed",
                )
            await self._swap(kept, new, sent)
        except HalfDone:
            raise
        except asyncio.CancelledError:
            with contextlib.suppress(DataError):  # what could not be put back is ended later
                await self._undo(folder)
            raise
        except DataError as error:
            if await self._undo(folder, error) is not RemoteState.NEW:
                raise
        else:
            await _on_disk(kept.close)

    async def pending(self) -> list[ReplaceJournal]:
        """What was interrupted, here or in another run, the oldest first."""
        found = []
        for folder in await asyncio.to_thread(folders, self._keep, self._person):
            with contextlib.suppress(Invalid):  # it is under way, or the disk refuses
                async with self._locked(folder):
                    if (kept := await _on_disk(ReplaceJournal.read, folder)) is not None:
                        found.append(kept)
        mine = [kept for kept in found if kept.server == self._server]
        return sorted(mine, key=lambda kept: kept.began)

    async def look(self, kept: ReplaceJournal) -> RemoteState:
        """What is in the bucket where this was interrupted."""
        try:
            found = digest(await self._files.read(kept.session_id, kept.kind))
        except Gone:
            return RemoteState.NOTHING
        return {kept.old: RemoteState.OLD, kept.new: RemoteState.NEW}.get(found, RemoteState.OTHER)

    async def end(self, kept: ReplaceJournal, wanted: Which) -> RemoteState:
        """Bring to an end what was interrupted: finish it (new), or put back (old).

        Where the new version has arrived already, that is the end, whatever is wanted. What is
        wanted is remembered, should the network be away. Returns what is there now: OTHER is
        somebody else's, and then both kept versions are set aside for their owner.
        """
        async with self._locked(kept.folder):
            still = await _on_disk(ReplaceJournal.read, kept.folder)
            if still is None:  # another window was faster
                return await self.look(kept)
            return await self._end(await _on_disk(still.want, wanted), wanted)

    async def set_aside(self, kept: ReplaceJournal) -> Path:
        """Give up: leave both versions in a folder for their owner."""
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
        """Delete the old one and put the new one there."""
        try:
            await self._files.delete_once(kept.session_id, kept.kind)
        except Unreachable as error:
            # It may have been done, or not, or still be to come. Only where it has been done
            # can it not take the new one away.
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
        """Upload where nothing is, and be sure of it; what has arrived damaged is removed."""
        await self._upload(session_id, kind, content, sent)
        mark = await self._files.mark(session_id, kind)
        if not await self._is_there(session_id, kind, content):
            if await self._files.mark(session_id, kind) == mark:
                await self._files.delete_once(session_id, kind)
            raise Invalid(
                f"The server kept something else than the {kind} that was sent: try again.",
                title="It arrived damaged",
            )

    async def _put_back(self, kept: ReplaceJournal, which: Which) -> None:
        """Upload a version from the disk. Where it arrives damaged, it stays kept."""
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
                f"Somebody has put another {kind} there meanwhile, which stays.",
                title="It has changed",
            ) from error

    async def _is_there(self, session_id: UUID, kind: FileKind, content: bytes) -> bool:
        for _ in range(2):  # what is wrong may be the reading
            if await self._files.read(session_id, kind) == content:
                return True
        return False

    async def _undo(self, folder: Path, error: DataError | None = None) -> RemoteState | None:
        """Put the old version back, where it is gone. Raises HalfDone where that cannot be."""
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
                title="It has changed",
            ) from error
        await _on_disk(kept.close)
        return there

    @contextlib.asynccontextmanager
    async def _locked(self, folder: Path) -> AsyncIterator[None]:
        """Against other windows of the same person on this machine."""
        lock = disk.file_lock(Path(f"{folder}.lock"))
        try:
            await asyncio.to_thread(disk.make_folder, folder.parent)
            await asyncio.to_thread(disk.acquire, lock, 0)
        except TimeoutError as error:
            raise Busy("Another window of yours is replacing this file.") from error
        except OSError as error:
            raise _disk(error) from error
        try:
            yield
        finally:
            await asyncio.to_thread(lock.release)


async def _on_disk(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Work on the disk in a thread, and to its end: what is cancelled waits for it."""
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
        "This machine could not keep the old version, without which nothing is replaced:"
        f" {error.strerror or error}.",
        title="The disk refuses",
    )
