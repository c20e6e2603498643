"""Reads the history: at once what this machine knows, then what the server has, a few at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any, Literal
from uuid import UUID

from pydantic import TypeAdapter

from medtui.core.history import FileSummary, History, HistoryEntry, MarkSummary
from medtui.core.models import FileKind, Moment, PracticeSession, SessionFile, Stage
from medtui.data import Backend, DataError, Gone
from medtui.documents.assessment import Assessment
from medtui.documents.decode import MAX_BYTES
from medtui.documents.errors import DocumentError
from medtui.documents.reading import Reading

AT_ONCE = 4
"""Files that are asked for at the same time."""
KEEP_EVERY = 200
"""Folders that are read between two saves, for users who leave before the end."""
FORMAT: Literal[1] = 1
"""Version of the stored summaries; those of another version are read again."""


@dataclass(frozen=True, slots=True)
class KnownHistory:
    """What is kept of one person's past sessions on this machine."""

    format: Literal[1]
    as_of: Moment | None
    sessions: list[PracticeSession]
    files: dict[UUID, FileSummary]


class HistoryReading:
    """Fills a history, and calls `redraw` when there is more to see.

    Attributes:
        as_of: since when what is shown was true; None: it is being read for the first time.
        error: why it is not current; empty while it is.
        done, of: how many sessions' files have been looked at.
    """

    def __init__(
        self,
        backend: Backend,
        history: History,
        now: Callable[[], datetime],
        redraw: Callable[[], None],
    ) -> None:
        self.as_of: datetime | None = None
        self.error = ""
        self.is_read = False
        self.done = self.of = 0
        self._backend = backend
        self._history = history
        self._now = now
        self._redraw = redraw
        self._folders: set[UUID] = set()

    async def recall(self) -> None:
        """Show what was kept on this machine, if anything was."""
        kept = await asyncio.to_thread(self._backend.history.shelf.recall, self._history.me)
        if kept is None:
            return
        try:
            known = await asyncio.to_thread(_parsed, kept)
        except (ValueError, OverflowError):
            return
        self.as_of = known.as_of
        self._history.read(known.sessions, whole=True)
        for session_id, files in known.files.items():
            self._history.set_files(session_id, files)
        self._redraw()

    async def read(self) -> None:
        """Read everything from the server; what has not changed is not fetched again."""
        self.is_read, self.error = False, ""
        self._redraw()
        now = self._now()
        try:
            await self._read_sessions(now)
            await self._read_names()
            self._folders = await self._backend.assessments.sessions()
            for entry in self._history.entries:
                if entry.session.id not in self._folders:
                    self._history.set_files(entry.session.id, FileSummary())
            await self._look_into(id_ for id_ in self._ids() if id_ in self._folders)
            self.as_of, self.is_read = now, True
        except DataError as error:
            self.error = error.message
        self._redraw()
        await self.save()

    async def look_for_new(self) -> None:
        """Look into folders that have come since."""
        try:
            folders = await self._backend.assessments.sessions()
            new, self._folders = folders - self._folders, folders
            if new:
                await self._look_into(id_ for id_ in self._ids() if id_ in new)
                await self.save()
        except DataError as error:
            self.error, self.is_read = error.message, False
        self._redraw()

    async def look_again(self, session_id: UUID) -> None:
        """Look into one folder again: something may have been added, replaced or deleted."""
        try:
            await self._look(session_id)
        except DataError:
            return  # what is shown is what was there
        self._redraw()
        await self.save()

    async def save(self) -> None:
        """Keep what is known on this machine; never the names of cases."""
        me, entries, as_of = self._history.me, self._history.entries, self.as_of
        shelf = self._backend.history.shelf
        if entries:
            await asyncio.to_thread(lambda: shelf.save(me, _kept(entries, as_of)))

    def _ids(self) -> list[UUID]:
        return [entry.session.id for entry in self._history.entries]

    async def _read_sessions(self, now: datetime) -> None:
        found: list[PracticeSession] = []
        async for page in self._backend.history.sessions(now):
            found += page
            self._history.read(found if self.as_of is None else page)
            self._redraw()
        self._history.read(found, whole=True)
        self._redraw()

    async def _read_names(self) -> None:
        """What the cases are called that were debriefed, unless one may be examined on them yet."""
        over = {
            entry.session.case_id
            for entry in self._history.entries
            if entry.session.stage is Stage.WRAP_UP and entry.role is not None
        }
        wanted = {case_id for case_id in over if case_id is not None}
        if wanted:
            wanted -= await self._backend.history.sitting()
        self._history.name(await self._backend.cases.names(wanted))

    async def _look_into(self, session_ids: Iterable[UUID]) -> None:
        waiting = list(session_ids)
        self.done, self.of = 0, len(waiting)
        waiting.reverse()  # the latest first, taken from the end

        async def work() -> None:
            while waiting:
                await self._look(waiting.pop())
                self.done += 1
                self._redraw()
                if self.done % KEEP_EVERY == 0:
                    await self.save()

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(_caught(work())) for _ in range(AT_ONCE)]
        for task in tasks:
            if error := task.result():
                raise error

    async def _look(self, session_id: UUID) -> None:
        """Which files a session has; those with marks are fetched if they differ from before."""
        entry = self._history.get(session_id)
        files = {file.kind: file for file in await self._backend.assessments.files(session_id)}
        known = (entry.kept if entry else None) or FileSummary()
        found = FileSummary(frozenset(files))
        if (file := files.get(FileKind.ASSESSMENT)) is not None:
            stamp = _stamp(file)
            marks, broken = known.marks, known.broken
            # What an earlier version has kept does not say whose marks they are.
            if known.stamp != stamp or known.at is None:
                marks, broken = await self._marks(session_id, file)
            at = file.updated_at or file.uploaded_at
            found = replace(found, stamp=stamp, marks=marks, broken=broken, at=at)
        if (file := files.get(FileKind.SELF_ASSESSMENT)) is not None:
            stamp, own = _stamp(file), known.own
            if known.own_stamp != stamp:
                own, _ = await self._marks(session_id, file)
            found = replace(found, own_stamp=stamp, own=own)
        self._history.set_files(session_id, found)

    async def _marks(self, session_id: UUID, file: SessionFile) -> tuple[MarkSummary | None, str]:
        """The marks in a file, or why it cannot be read; neither if it was deleted just now."""
        if (file.size or 0) > MAX_BYTES:
            return None, f"It is larger than {MAX_BYTES // 1024**2} MB."
        try:
            data = await self._backend.assessments.read(session_id, file.kind)
        except Gone:
            return None, ""
        reading = Reading(data, "assessment")
        try:
            # Its marks alone: what else is in the file is the review's to show.
            document = await reading.first()
        except DocumentError as error:
            return None, error.message
        finally:
            reading.stop()
        if not isinstance(document, Assessment):
            return None, "It is no assessment, but a transcript."
        if document.is_draft:
            return None, ""  # it counts for no one
        return MarkSummary.of(document), ""


def _stamp(file: SessionFile) -> str:
    """Differs between two uploads of a file."""
    return f"{file.updated_at or file.uploaded_at} {file.size}"


async def _caught(work: Any) -> DataError | None:
    """Of several at once, one's failure is to be what all of them say."""
    try:
        await work
    except DataError as error:
        return error
    return None


def _kept(entries: list[HistoryEntry], as_of: datetime | None) -> Any:
    """What is kept of these sessions, as values for JSON."""
    files = {entry.session.id: entry.kept for entry in entries if entry.kept is not None}
    known = KnownHistory(FORMAT, as_of, [entry.session for entry in entries], files)
    return _adapter().dump_python(known, mode="json", by_alias=True)


def _parsed(kept: Any) -> KnownHistory:
    """What `_kept` has made. Raises ValueError for anything else."""
    return _adapter().validate_python(kept)


@cache
def _adapter() -> TypeAdapter[KnownHistory]:
    return TypeAdapter(KnownHistory)
