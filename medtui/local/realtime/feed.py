"""Brings what is committed from the log to the channels that follow it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Callable, Iterable
from datetime import datetime

import psycopg

from medtui.local.realtime.access import GONE, Caller, Database
from medtui.local.realtime.changes import Changes
from medtui.local.realtime.channel import Channel
from medtui.local.realtime.frames import encode
from medtui.local.realtime.hosted import Hosted
from medtui.local.realtime.join_config import Binding, Subscription
from medtui.local.realtime.pgoutput import (
    Begin,
    Commit,
    Decoder,
    Malformed,
    RowChange,
    Values,
)
from medtui.local.realtime.topics import Topics
from medtui.local.realtime.wal import Log

log = logging.getLogger(__name__)

PUBLICATIONS = "supabase_realtime,medtui_deleted,supabase_realtime_messages_publication"
ACCOUNTS = "auth", "users"
"""The table of which the log tells, by the second publication, what rows are deleted."""
MESSAGES = "realtime", "messages"
"""The table into which the database puts, by `realtime.send`, what is to be broadcast."""
RETRY_SECONDS = 0.2


class ChangeLog:
    """Follows the log from `start` to `stop`, and opens it again when it is lost.

    Then `restart` is called: what subscribers miss meanwhile, they must read again. Not so
    `like_hosted`: a hosted project's subscribers are not told.
    """

    def __init__(
        self,
        dsn: str,
        topics: Topics,
        channels: Callable[[], Iterable[Channel]],
        restart: Callable[[], None],
        *,
        like_hosted: bool,
    ) -> None:
        self._dsn = dsn
        self._topics = topics
        self._channels = channels
        self._restart = restart
        self._hosted = Hosted(self._deliver) if like_hosted else None
        self._polling: asyncio.Task[None] | None = None
        self._database = Database(dsn)
        self._changes = Changes(self._database)
        self._log: Log | None = None
        self._follower: asyncio.Task[None] | None = None
        self.is_listening = asyncio.Event()

    async def start(self) -> None:
        """Begin to follow; what is committed after this is seen."""
        await self._open()
        if self._hosted is not None:
            self._polling = asyncio.create_task(self._hosted.run(), name="log poller")
        self._follower = asyncio.create_task(self._follow_forever(), name="log follower")

    async def stop(self) -> None:
        if self._follower is not None:
            self._follower.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._follower
        if self._polling is not None:
            self._polling.cancel()
        self._restart()
        await self._close()

    async def check(self, binding: Binding, role: str) -> Subscription:
        """Wait until the log is followed, and check a binding. Raises BadFilter."""
        await self.is_listening.wait()
        return await self._changes.check(binding, role)

    async def _open(self) -> Log:
        self._log = await Log.open(self._dsn, PUBLICATIONS)
        self.is_listening.set()
        return self._log

    async def _close(self) -> None:
        self.is_listening.clear()
        if self._hosted is None:
            self._restart()
        if self._log is not None:
            await self._log.close()
            self._log = None
        await self._database.close()

    async def _follow_forever(self) -> None:
        while True:
            try:
                await self._follow(self._log or await self._open())
            except (Malformed, psycopg.Error) as error:
                if self._log is None:
                    await asyncio.sleep(RETRY_SECONDS)
                    continue
                log.warning("the log was lost (%s): all subscribers read again", error)
                await self._close()

    async def _follow(self, followed: Log) -> None:
        """Deliver what is committed, in the order of commits. Raises when the log ends."""
        decoder = Decoder()
        begin: Begin | None = None
        rows: list[RowChange] = []
        async for data in followed.messages():
            match decoder.decode(data):
                case Begin() as begin:
                    rows = []
                case RowChange() as row:
                    rows.append(row)
                case Commit() if begin is not None and rows:
                    await self._changes.visible(begin.xid)
                    for row in rows:
                        table = row.relation.schema, row.relation.table
                        if table == ACCOUNTS:
                            self._shut_all(row.values["id"])
                        elif table == MESSAGES:
                            self._broadcast(row.values)
                        elif self._hosted is not None:
                            self._hosted.put(row, begin.committed_at)
                        else:
                            await self._deliver(row, begin.committed_at)

    def _shut_all(self, user: object) -> None:
        """Close the channels of an account that was deleted."""
        for channel in list(self._channels()):
            if channel.user == user and channel.is_open:
                channel.shut(GONE)

    def _drops(self, viewers: int) -> bool:
        return self._hosted is not None and self._hosted.drops(viewers)

    def _broadcast(self, message: Values) -> None:
        """Send what the database says to those who have joined the topic."""
        topic = self._topics.get((str(message["topic"]), message["private"] == "t"))
        if topic is not None and not self._drops(len(topic.members)):
            event, id_ = json.dumps(message["event"]), json.dumps(message["id"])
            topic.broadcast(
                f'{{"type": "broadcast", "event": {event}, "payload": {message["payload"]},'
                f' "meta": {{"id": {id_}}}}}'
            )

    async def _deliver(self, change: RowChange, committed_at: datetime) -> None:
        relation = change.relation
        # With whose eyes it is seen is settled here: a token may be renewed while we ask.
        wanted: list[tuple[Channel, Caller, list[int]]] = []
        for channel in self._channels():
            ids = [each.binding.id for each in channel.subscriptions if each.wants(change)]
            if ids:
                wanted.append((channel, channel.caller, ids))
        if not wanted or self._drops(len(wanted)):
            return
        callers = {caller for _, caller, _ in wanted}
        prepared = await self._changes.prepare(change, committed_at, callers)
        data: dict[str, str] = {}
        frames: dict[tuple[object, ...], str] = {}  # most subscribers get the same
        for channel, caller, ids in wanted:
            if caller not in prepared.seen_by or not channel.is_open:
                continue
            role, version = caller[0], channel.outlet.version
            if role not in data:
                data[role] = json.dumps(await self._changes.payload(relation, prepared, role))
            same = version, channel.topic, role, *ids
            if same not in frames:
                payload = f'{{"ids": {json.dumps(ids)}, "data": {data[role]}}}'
                frames[same] = encode(version, channel.topic, "postgres_changes", payload)
            channel.outlet.send(frames[same])
