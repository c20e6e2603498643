"""The live feed: the board's window, provably current or marked as of a time.

    CONNECTING --- joined, and "Subscribed to PostgreSQL" ---> READING
    READING ------ window read, what arrived meanwhile applied ---> LIVE
    LIVE --------- socket broken, silence for 20 s, no answer after a sleep,
                   the window cannot be read again, or differs ---> STALE
    CONNECTING, READING --- refused, or no answer ---> STALE
    STALE -------- a jittered pause, a new token if the old one is over ---> CONNECTING
    (While it stays STALE, as where websockets are blocked, the window is read every 15 s.)

Subscribed first and read afterwards, so that nothing falls between the two. There
is no queue at the server: what happened while away is gone, and only reading again
finds it. A heartbeat proves the socket, not the feed, and neither profiles nor cases
are in it: so while LIVE the window is read again every minute and compared, and sooner
where changes may be missing (`doubts.py`). What a server or the network says twice
or late is known by its commit's time.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import Coroutine, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from medtui.core.models import PracticeSession, Profile, as_utc
from medtui.data.arrivals import SETTLE_SECONDS, Arrivals, queued
from medtui.data.backoff import Pauses
from medtui.data.change_source import Change, ChangeSource
from medtui.data.clock import ServerClock
from medtui.data.connection import Connection
from medtui.data.doubts import LATE_SECONDS, Doubts
from medtui.data.errors import DataError, Unreachable
from medtui.data.events import (
    BoardRead,
    FeedWentLive,
    FeedWentStale,
    Notify,
    SessionsChanged,
    WindowBegun,
)
from medtui.data.monotonic import elapsed
from medtui.data.profiles import Profiles
from medtui.data.rooms import Rooms
from medtui.data.row_lookups import Relations
from medtui.data.sessions import Sessions
from medtui.data.socket import Socket, SocketBroken
from medtui.data.window import SessionWindow
from medtui.data.window_diff import Rows, changes_in, differing, has_missed, with_profile

log = logging.getLogger(__name__)

REREAD_SECONDS = 45.0
"""Seconds between two looks while LIVE, at the window or at the server's count of changes: a missed
change is shown within a minute."""

UNREAD_SECONDS = 300.0
"""The most seconds for which the count is believed without a read of the window: what was done past
the database's triggers is in no count."""

CLOCK_SECONDS = 2.0
"""Seconds that LIVE waits for the server's time, on which countdowns and station clocks run."""

EVENT_SECONDS = 1.0
"""Seconds that the event of a commit may take, after the commit can be read."""

POLL_SECONDS = 5.0, 15.0
"""Seconds without a feed before the window is polled, and seconds between two such reads."""


class LiveFeed:
    """Keeps the window of sessions current, and calls `notify` with its changes."""

    def __init__(
        self,
        connection: Connection,
        sessions: Sessions,
        profiles: Profiles,
        clock: ServerClock,
        notify: Notify,
        scope: SessionWindow,
        source: ChangeSource,
    ) -> None:
        self._connection = connection
        self._sessions = sessions
        self._relations = Relations(connection, sessions, profiles, scope)
        self._clock = clock
        self._notify = notify
        self._scope = scope
        self._source = source
        self._rows: Rows = {}
        self._since: datetime | None = None
        self._is_live = False
        self._pending: asyncio.Queue[Change] = asyncio.Queue()
        self._arrivals = Arrivals(clock)  # on this connection
        self._read_at = 0
        """The value of `news_count` at which the window was read."""
        self.news_count = 0
        """Counts the reads of the window and the bursts of changes so far: see `has_news`."""
        self._task: asyncio.Task[None] | None = None
        self._learning: asyncio.Task[None] | None = None
        self._polling: asyncio.Task[None] | None = None
        self._reason = ""
        self._refusal: str | None = None
        """Why the server refused to read the window; None if it did not."""
        self._writes = 0
        self._background: set[asyncio.Task[None]] = set()
        self.rooms = Rooms(notify, sessions.one)
        """The user's rooms, on this feed's socket."""
        for acts in (sessions.on_booking, sessions.on_freeing):
            acts.append(lambda id_: self._arrivals.begin_write(id_))

    def start(self) -> None:
        """Start the feed; `notify` is called until `stop`."""
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="live feed")

    async def stop(self) -> None:
        """Stop the feed; `notify` is not called any more."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        for task in (self._learning, self._polling):
            if task is not None:
                task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)

    def has_news(self, session_id: UUID, since: int) -> bool:
        """Whether the feed is live, and has brought a session after `news_count` was `since`.

        Then the answer to a write that began at that time may be older than what is shown, and
        should be ignored: the feed brings the write, too.
        """
        read_at = self._read_at if session_id in self._rows else 0
        return self._is_live and max(self._arrivals.brought(session_id), read_at) > since

    def apply(self, session: PracticeSession) -> None:
        """Show the row that a write of ours has returned, before the feed brings it."""
        self._writes += 1
        self._expect(session.id)
        self.rooms.follow([session])
        if self._rows.get(session.id) != session:
            self._put([session])

    def apply_profile(self, profile: Profile) -> None:
        """Show the user's own profile as it was saved: the feed carries no profiles."""
        self._writes += 1
        self._put(with_profile(self._rows.values(), profile))

    def drop(self, session_id: UUID) -> None:
        """Show that a session of our own is gone, before the feed brings it."""
        self._writes += 1
        self._expect(session_id)
        if self._rows.pop(session_id, None) is not None:
            self._notify(SessionsChanged(removed=(session_id,)))

    def _expect(self, session_id: UUID) -> None:
        """Have `doubts` check that the feed brings our write to this session."""
        self._arrivals.end_write(session_id)
        since = self._clock.now() - timedelta(seconds=LATE_SECONDS)
        if self._is_live:
            self._doubts.expect(lambda: self._arrivals.has_come_since(session_id, since))

    async def _run(self) -> None:
        pauses, was_refused, replaced = Pauses(*self._scope.pauses), False, ""
        while True:
            socket, is_refused = Socket(self._connection), False
            try:
                await self._follow(socket)
            except SocketBroken as broken:
                self._reason, is_refused = broken.reason, broken.token_refused
            except DataError as error:
                self._reason = error.message
                log.info("the feed could not be read: %s", error.title)
            except Exception:  # whatever a strange server says, it does not end the feed
                self._reason = "the server's answer could not be understood"
                log.exception("the feed could not be read")
            finally:
                self._in_background(socket.close())
            if self._is_live:
                self._is_live = False
                replaced = ""
                pauses.reset()
            self._notify_stale()
            if self._polling is None or self._polling.done():
                self._polling = self._in_background(self._poll())
            # One that was got for this reason and is refused, too, is not worth another: each
            # counts against a limit that a whole hospital may share.
            if is_refused and self._connection.token != replaced:
                if await self._connection.has_newer_token():
                    replaced = self._connection.token
                # A new token is worth an attempt at once, but not one after the other.
                if not was_refused:
                    pauses.reset()
            was_refused = is_refused
            await pauses.sleep()

    async def _follow(self, socket: Socket) -> None:
        """Connect, read, follow. Returns never; raises SocketBroken or a DataError."""
        self._pending = asyncio.Queue()
        self._arrivals = Arrivals(self._clock)
        self._doubts = Doubts(self._scope.doubts)
        self._learn_time()  # beside the rest, so that it is there when we are
        if self._connection.freshen is not None:  # rather than have the old token refused
            await self._connection.freshen()
        await socket.open()
        await self._source.subscribe(socket, self._queue)
        if self._polling is not None:
            self._polling.cancel()
        await self._read(socket)
        if self._learning is not None:  # which is usually done by now
            await asyncio.wait({self._learning}, timeout=CLOCK_SECONDS)
        self._is_live = True
        self._notify(FeedWentLive())
        self.rooms.connected(socket)
        reread = asyncio.create_task(self._reread(socket))
        apply = asyncio.create_task(self._apply_forever(socket))
        broken = asyncio.create_task(socket.wait_broken())
        try:
            done, _ = await asyncio.wait(
                {reread, apply, broken}, return_when=asyncio.FIRST_COMPLETED
            )
            for task in done:
                task.result()
        finally:
            self.rooms.disconnected()
            self._since = self._clock.now() - timedelta(seconds=elapsed() - socket.last_life)
            for task in (reread, apply, broken):
                task.cancel()
            await asyncio.gather(reread, apply, broken, return_exceptions=True)

    def _queue(self, change: Change) -> None:
        """Queue a change that has arrived."""
        if not self._source.is_counted:
            late = self._clock.now() - as_utc(change["commit_timestamp"])
            self._doubts.came(late.total_seconds())
        elif self._source.has_gap:
            self._doubts.expect(lambda: not self._source.has_gap)
        self._pending.put_nowait(change)

    async def _read(self, socket: Socket) -> None:
        """Read the whole window, then apply what arrived meanwhile."""
        for _ in range(2):  # again where a write of ours came in between: it may not be in it
            writes, began = self._writes, self._clock.passed()
            self._rows = await self._window(is_first=not self._read_at)
            if writes == self._writes:
                break
        self._arrivals.note_read(began)
        self._read_at = self.news_count = self.news_count + 1
        # Rows outside this read may have changed while the feed was away.
        self._relations.retain(self._rows.values())
        socket.on_answer()
        self.rooms.follow(self._rows.values())
        self._notify(BoardRead(tuple(self._rows.values())))
        await self._apply_pending()

    async def _poll(self) -> None:
        """Read the window now and then, as long as there is no feed."""
        first, pause = POLL_SECONDS
        await asyncio.sleep(first)
        while True:
            writes = self._writes
            try:
                window = await self._window()
            except Unreachable:
                pass  # as the feed says
            except DataError as error:
                self._refusal = error.message
                self._notify_stale()
            else:
                self._refusal = None
                if writes == self._writes:  # what was written meanwhile is not in it
                    self._rows = window
                    self._since = self._clock.now()
                    self._notify(BoardRead(tuple(window.values())))
                    self._notify_stale()
            await asyncio.sleep(pause * random.uniform(0.8, 1))

    def _notify_stale(self) -> None:
        self._notify(FeedWentStale(self._since, self._refusal or self._reason))

    async def _window(self, *, is_first: bool = False) -> Rows:
        begun = (lambda some: self._notify(WindowBegun(tuple(some)))) if is_first else None
        sessions = await self._sessions.window(self._clock.now(), self._scope, begun)
        self._relations.remember(sessions)
        return {session.id: session for session in sessions}

    async def _reread(self, socket: Socket) -> None:
        """Read the window every minute, and sooner in doubt, and show what differs.

        Not where the server's count says that nothing is missing. A window with an end is read
        all the same: time brings rows into it.
        """
        read_at, is_due = elapsed(), self._scope.ahead is not None
        while True:
            await self._doubts.wait(REREAD_SECONDS * random.uniform(0.8, 1))
            has_all = await self._source.has_all() and not is_due
            socket.on_answer()
            self._let_go()
            if self._clock.is_old:
                self._learn_time()
            if has_all and elapsed() - read_at < UNREAD_SECONDS:
                continue
            window, suspects, began = await self._compare()
            socket.on_answer()
            if suspects:
                window, again, began = await self._compare()
                suspects = again and suspects & again
            is_due = suspects is None or self._scope.ahead is not None
            if suspects is None:
                self._doubts.renew()
                continue
            read_at = elapsed()
            if not suspects:
                continue
            now = self._clock.now()
            if self._source.is_to_be_restarted and has_missed(
                window, self._rows, suspects, self._scope, now
            ):
                raise SocketBroken("the live feed has missed a change")
            # Names or cases differ, which the feed does not carry; time has gone on; or the server
            # has dropped a few of many changes.
            changed = [window[id_] for id_ in suspects if id_ in window]
            removed = [id_ for id_ in suspects if id_ not in window]
            self._relations.remember(changed)
            self.rooms.follow(changed)
            self._arrivals.note_read(began, suspects)
            self._put(changed, removed)

    async def _compare(self) -> tuple[Rows, set[UUID] | None, datetime | None]:
        """Read the window: its rows, the ids in which the feed differs, and a moment before it.

        A commit may be in the answer before its event is here, so that is given time to come.
        No ids: a write of our own came in between; the next comparison has it on both sides.
        """
        news, writes, began = self.news_count, self._writes, self._clock.passed()
        window = await self._window()
        if self._differing(window, news):
            await asyncio.sleep(EVENT_SECONDS)
        return window, self._differing(window, news) if writes == self._writes else None, began

    def _differing(self, window: Rows, news: int) -> set[UUID]:
        now = self._clock.now()
        return differing(window, self._rows, self._arrivals.since(news), self._scope, now)

    def _let_go(self) -> None:
        """Drop rows that have left the window: a board may run for weeks."""
        now = self._clock.now()
        over = [id_ for id_, s in self._rows.items() if not self._scope.holds(s, now)]
        for id_ in over:
            del self._rows[id_]
        self._relations.retain(self._rows.values())
        self._arrivals.forget_old(now)
        if over:
            self._notify(SessionsChanged(removed=tuple(over)))

    async def _apply_forever(self, socket: Socket) -> None:
        while True:
            await self._apply_pending(await self._pending.get())

    async def _apply_pending(self, *first: Change) -> None:
        """Apply all queued changes as one burst: of several changes of a row, the last."""
        arrived = [*first, *queued(self._pending)]
        if self._arrivals.may_be_older(arrived):
            await asyncio.sleep(SETTLE_SECONDS)
            arrived += queued(self._pending)
        records = self._arrivals.news_in(arrived)
        if not records:
            return
        sessions = await self._relations.complete([r for r in records.values() if r is not None])
        records = self._arrivals.still_news(records)  # meanwhile the window may have been read
        sessions = [session for session in sessions if session.id in records]
        self.news_count += 1
        self._arrivals.add(records, self.news_count)
        self.rooms.follow(sessions)
        self._put(*changes_in(records, sessions, self._rows, self._scope, self._clock.now()))

    def _put(self, changed: Sequence[PracticeSession], removed: Sequence[UUID] = ()) -> None:
        self._rows.update((session.id, session) for session in changed)
        for id_ in removed:
            del self._rows[id_]
        if changed or removed:
            self._notify(SessionsChanged(tuple(changed), tuple(removed)))

    def _learn_time(self) -> None:
        if self._learning is not None:  # of an earlier attempt that got no answer
            self._learning.cancel()
        self._learning = self._in_background(self._clock.learn())

    def _in_background(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        return task
