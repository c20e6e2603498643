"""Notices of what others did to the user's sessions, kept until they are read.

Saves the last known state of these sessions on this machine, and compares it with the live feed's.
A session that the feed no longer has is read from the server, as it may only have left the board's
window. Files are listed at intervals, as the feed does not report them.
"""

from __future__ import annotations

import asyncio
import logging
import random
from asyncio import sleep
from collections.abc import Collection, Coroutine, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from medtui.core.models import FileKind, PracticeSession
from medtui.core.notices import (
    KEPT,
    Known,
    Notice,
    What,
    compare,
    compare_files,
    is_outdated,
    known_of,
)
from medtui.data.assessments import Assessments
from medtui.data.auth import Auth
from medtui.data.backoff import Pauses
from medtui.data.errors import DataError
from medtui.data.events import (
    BoardRead,
    Event,
    FeedWentLive,
    NoticesChanged,
    Notify,
    SessionsChanged,
)
from medtui.data.news_memory import (
    NewsMemory,
    booking,
    freeing,
    is_in,
    kept_in,
    merged,
    uploading,
    with_new,
)
from medtui.data.sessions import Sessions
from medtui.store.account_value import AccountFile

log = logging.getLogger(__name__)

FILES_SECONDS = 300.0
"""Seconds between two looks at the files of sessions that were held."""

CONFIRM_SECONDS = 3.0
"""Seconds after which a missing file counts as deleted, and not as being replaced."""

MISSING_PAUSES = 1.0, 60.0
"""The first and the longest pause, in seconds, before missing sessions are asked for again."""

CLOSE_SECONDS = 1.0


class News:
    """The signed-in user's notices. `waiting`: those not read yet, oldest first."""

    def __init__(
        self,
        auth: Auth,
        sessions: Sessions,
        assessments: Assessments,
        shelf: AccountFile,
        notify: Notify,
    ) -> None:
        self._auth = auth
        self._sessions = sessions
        self._assessments = assessments
        self.shelf = shelf
        self.muted: Collection[What] = ()
        """Kinds that are not told."""
        self.at_start: tuple[Notice, ...] = ()
        """Those that waited already when the file was read."""
        self._notify = notify
        self._me: UUID | None = None
        self._is_loaded = False
        self._window: dict[UUID, PracticeSession] | None = None
        """The sessions of the feed, until the file was read; None: there are none yet."""
        self._known: dict[UUID, Known] = {}
        self._fresh: list[Notice] = []
        """Notices not shown yet: the file may show that the user did it in another window."""
        self._kept = NewsMemory()
        self._missing: set[UUID] = set()
        """Sessions that the feed has not any more, and the server was not asked for yet."""
        self._confirming: set[UUID] = set()
        self._writing = asyncio.Lock()
        self._is_saving = self._is_looking = False
        self._watching: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._writes: set[asyncio.Task[None]] = set()
        sessions.on_freeing.append(lambda id_: self._own(freeing(id_)))
        sessions.on_booking.append(lambda id_: self._own(booking(id_)))
        assessments.on_look.append(self._looked)
        assessments.on_upload.append(lambda id_, kind: self._own(uploading(id_, kind)))
        auth.on_end.append(self._forget)

    @property
    def waiting(self) -> tuple[Notice, ...]:
        user = self._auth.user
        return tuple(self._kept.notices) if user is not None and user.id == self._me else ()

    def acknowledge(self, notice: Notice) -> None:
        """Mark a notice as read."""
        self._kept.notices = [n for n in self._kept.notices if n.key != notice.key]
        self._kept.read[notice.key] = notice.at or _now()
        self._notify(NoticesChanged())
        self._save()

    @property
    def untold(self) -> tuple[Notice, ...]:
        """Those that wait, and were not told by each way yet, in any window."""
        return tuple(n for n in self.waiting if not is_in(n, self._kept.told))

    def was_told(self, notice: Notice, way: str) -> bool:
        """Whether a notice was told by a way, in any window."""
        told, key = self._kept.told, f"{way}/{notice.key}"
        return is_in(notice, told) or (key in told and told[key] >= notice.since)

    def note_told(self, notices: Iterable[Notice], way: str = "") -> None:
        """Note that a way has told notices, so that no other window does it again; "": each has."""
        # Not the present time: meanwhile the same may have happened again.
        prefix, now = f"{way}/" if way else "", _now()
        self._kept.told |= {f"{prefix}{n.key}": n.at or now for n in notices}
        self._save()

    def was_held(self, session_id: UUID) -> bool:
        """Whether the station of one of the user's sessions is known to have started."""
        known = self._known.get(session_id)
        return known is not None and known.was_held

    def on_event(self, event: Event) -> None:
        """Handle an event of the live feed."""
        user = self._auth.user
        if user is None or not isinstance(event, BoardRead | SessionsChanged | FeedWentLive):
            return
        if user.id != self._me:
            self._reset(user.id)
            self._do(self._load(user.id))
        match event:
            case BoardRead(sessions) if not self._is_loaded:
                self._window = {session.id: session for session in sessions}
            case SessionsChanged(changed, removed) if not self._is_loaded:
                if self._window is not None:
                    self._window |= {session.id: session for session in changed}
                    for id_ in removed:
                        self._window.pop(id_, None)
            case BoardRead(sessions):
                self._read(sessions)
            case SessionsChanged(changed, removed):
                self._compare_all(changed)
                self._miss(removed)
            case FeedWentLive() if self._is_loaded:
                self._watch()

    async def open(self) -> None:
        """Read what is known, for programs without the live feed: their acts are noted, too."""
        user = self._auth.user
        if user is not None and user.id != self._me:
            self._reset(user.id)
            await self._load(user.id)

    async def close(self) -> None:
        """Stop, once all is written or the disk has taken too long."""
        for task in self._tasks - self._writes:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=CLOSE_SECONDS)

    # What is known

    def _reset(self, me: UUID | None) -> None:
        self._me, self._is_loaded, self._window = me, False, None
        self._known, self._fresh, self._kept = {}, [], NewsMemory()
        self._missing = set()
        if self._watching is not None:
            self._watching.cancel()

    def _forget(self, person: UUID) -> None:  # in a thread
        if person == self._me:
            self._me = None

    async def _load(self, me: UUID) -> None:
        kept = kept_in(await asyncio.to_thread(self.shelf.recall, me))
        if me != self._me:
            return
        kept.own |= self._kept.own
        self._kept, self.at_start = kept, tuple(kept.notices)
        oldest = _now() - KEPT
        self._known = {known.id: known for known in kept.known if known.starts_at > oldest}
        self._is_loaded = True
        if kept.notices:
            self._notify(NoticesChanged())
        if self._window is not None:
            window, self._window = self._window, None
            self._read(window.values())
            self._watch()

    def _read(self, sessions: Iterable[PracticeSession]) -> None:
        """Take these sessions as the whole window."""
        sessions = list(sessions)
        self._compare_all(sessions)
        self._miss(self._known.keys() - {session.id for session in sessions})

    def _compare_all(self, sessions: Iterable[PracticeSession]) -> None:
        """Compare these sessions with what was known, and make notices of what differs."""
        for session in sessions:
            self._missing.discard(session.id)
            if session.id in self._known or session.involves(self._me):
                self._compare(session.id, session)

    def _compare(self, id_: UUID, session: PracticeSession | None) -> None:
        me, before, now = self._me, self._known.get(id_), _now()
        if me is None:
            return
        if before is not None:
            self._add(compare(before, session, me), now)
            self._drop_outdated(id_, session)
        if session is not None and session.involves(me):
            # Later than its notices, so that a change back is not taken for the same one.
            self._known[id_] = known_of(session, me, now + timedelta.resolution, before)
        else:
            self._known.pop(id_, None)
        if before != self._known.get(id_):
            self._save()

    def _add(self, notices: Iterable[Notice], now: datetime) -> None:
        self._fresh += [notice.model_copy(update={"at": now}) for notice in notices]

    def _miss(self, ids: Iterable[UUID]) -> None:
        """Ask the server whether sessions that the feed no longer has are deleted, or only over."""
        self._missing |= self._known.keys() & set(ids)
        if self._missing and not self._is_looking:
            self._is_looking = True
            self._do(self._look_for_missing())

    async def _look_for_missing(self) -> None:
        pauses = Pauses(*MISSING_PAUSES)
        try:
            while asked := {*self._missing}:
                try:
                    found = await self._sessions.some(asked)
                except DataError as error:
                    # The feed may be live all the while, and tell of them no more.
                    log.info("could not ask for sessions that have left the board: %s", error.title)
                    await pauses.sleep()
                    continue
                for id_ in asked & self._missing:  # not those that the feed has again meanwhile
                    self._missing.discard(id_)
                    self._compare(id_, found.get(id_))
        finally:
            self._is_looking = False

    def _own(self, act: str) -> None:
        """Note what is done here."""
        self._kept.own[act] = _now()
        self._save()

    # Files

    def _watch(self) -> None:
        """List the files now, and every `FILES_SECONDS`."""
        if self._watching is not None:
            self._watching.cancel()
        self._watching = self._do(self._watch_files())

    async def _watch_files(self) -> None:
        while True:
            try:
                await self._look_at_files()
            except DataError as error:
                log.info("could not look at the files of past sessions: %s", error.title)
            await sleep(FILES_SECONDS * random.uniform(0.9, 1.1))

    async def _look_at_files(self) -> None:
        begun = {k.id for k in self._known.values() if k.starts_at < _now() or k.was_held}
        if not begun:
            return
        there = await self._assessments.sessions()
        for id_ in begun:
            known = self._known.get(id_)
            if id_ in there or (known is not None and known.files):
                await self._assessments.files(id_)
            elif known is not None:
                self._keep_files(known, frozenset())

    def _looked(self, session_id: UUID, files: frozenset[FileKind]) -> None:
        """A session's files were listed."""
        known = self._known.get(session_id)
        if known is None or session_id in self._confirming:
            return
        if known.files - files:
            self._confirming.add(session_id)
            self._do(self._confirm(session_id))
        else:
            self._keep_files(known, files)

    async def _confirm(self, session_id: UUID) -> None:
        try:
            await sleep(CONFIRM_SECONDS)
            found = await self._assessments.files(session_id)
        except DataError as error:
            log.info("could not look at a session's files again: %s", error.title)
        else:
            files = frozenset(file.kind for file in found)
            known = self._known.get(session_id)
            if known is not None:
                self._keep_files(known, files)
        finally:
            self._confirming.discard(session_id)

    def _keep_files(self, known: Known, files: frozenset[FileKind]) -> None:
        if files != known.files or known.are_files_new:
            now = _now()
            self._add(compare_files(known, files), now)
            update = {"files": files, "since": now + timedelta.resolution, "are_files_new": False}
            self._known[known.id] = known.model_copy(update=update)
            self._save()

    # On the disk

    def _save(self) -> None:
        """Write the file in the background, then publish new notices. Does not wait."""
        if not self._is_saving and self._me is not None and self._is_loaded:
            self._is_saving = True
            task = self._do(self._write(self._me))
            self._writes.add(task)
            task.add_done_callback(self._writes.discard)

    async def _write(self, me: UUID) -> None:
        async with self._writing:
            self._is_saving = False  # first, so that later changes are written again
            fresh, self._fresh = self._fresh, []
            before = self._kept.notices
            mine = self._kept.model_copy(update={"known": [*self._known.values()]})
            told = [notice for notice in fresh if notice.what not in self.muted]

            # In one write: what is known is never on the disk without the notices of how it
            # came to be, so that a program that is killed has lost none.
            def change(found: Any) -> Any:  # in a thread
                return with_new(merged(mine, kept_in(found)), told).model_dump(mode="json")

            new = kept_in(await asyncio.to_thread(self.shelf.change, me, change))
            if me != self._me:
                return
            # Changes made here in the meantime are written the next time.
            new.read |= self._kept.read
            new.told |= self._kept.told
            new.own |= self._kept.own
            new.notices = [n for n in new.notices if not is_in(n, new.read)]
            self._kept = new
            if self._kept.notices != before:
                self._notify(NoticesChanged())

    def _drop_outdated(self, id_: UUID, session: PracticeSession | None) -> None:
        for n in self._kept.notices:
            if n.session_id == id_ and is_outdated(n, session):
                self._kept.read[n.key] = n.at or n.since  # that one: the same may happen again

    def _do(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def _now() -> datetime:
    return datetime.now(UTC)
