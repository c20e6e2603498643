"""Which changes have come on one connection of the feed, so that none is taken twice or late."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from medtui.core.models import as_utc
from medtui.data.change_source import Change
from medtui.data.clock import ServerClock

LATE = timedelta(hours=1)
"""A repetition that comes later than this is not known for one."""


UNSEEN = timedelta(seconds=0.25)
"""How long after its time a commit may still be missing from what is read."""


SETTLE_SECONDS = 0.3
"""Seconds in which the changes come that follow one that may be older than what was read."""


class Arrivals:
    """When what has come of each row was committed, and with which news of the feed it came.

    Args:
        clock: the server's.
    """

    def __init__(self, clock: ServerClock) -> None:
        self._clock = clock
        self._committed: dict[UUID, datetime] = {}
        self._brought: dict[UUID, int] = {}
        self._read: dict[UUID, datetime] = {}
        self._all_read: datetime | None = None
        self._begun: dict[UUID, datetime | None] = {}
        self._doubtful: dict[UUID | None, datetime] = {}

    def is_news(self, id_: UUID, committed: datetime) -> bool:
        """Whether nothing newer of this row has come already: networks may repeat themselves."""
        if committed < self._committed.get(id_, committed):
            return False
        self._committed[id_] = committed
        return not self._is_read(id_, committed)

    def still_news(self, records: dict[UUID, Change | None]) -> dict[UUID, Change | None]:
        """What `news_in` returned, without the rows that were read again since their commit."""
        return {
            id_: record
            for id_, record in records.items()
            if id_ not in self._committed or not self._is_read(id_, self._committed[id_])
        }

    def _is_read(self, id_: UUID, committed: datetime) -> bool:
        moments = (self._read.get(id_), self._all_read)
        return any(moment and committed < moment for moment in moments)

    def note_read(self, began: datetime | None, ids: Iterable[UUID] | None = None) -> None:
        """Note that rows were read, so that earlier commits of them are no news.

        Args:
            began: a moment of the server's clock before the reading; None: not known.
            ids: None: all rows.
        """
        until = self._clock.now() + UNSEEN
        self._doubtful.update(dict.fromkeys([None] if ids is None else ids, until))
        if began is None:
            return
        if ids is None:
            self._all_read = began - UNSEEN
        else:
            self._read.update(dict.fromkeys(ids, began - UNSEEN))

    def begin_write(self, id_: UUID) -> None:
        """Note that the user's own write to a row begins: its answer is newer than that."""
        self._begun[id_] = self._clock.passed()

    def end_write(self, id_: UUID) -> None:
        """Note that the answer to a write is shown."""
        self.note_read(self._begun.pop(id_, None), [id_])

    def may_be_older(self, changes: Iterable[Change]) -> bool:
        """Whether one of these changes may be older than what was read, and others follow it."""
        return any(
            as_utc(change["commit_timestamp"]) < self._doubtful[key]
            for change in changes
            for key in (None, _record(change)[0])
            if key in self._doubtful
        )

    def news_in(self, changes: Iterable[Change]) -> dict[UUID, Change | None]:
        """The newest record of each row that these changes are news of; None: it was deleted."""
        records: dict[UUID, Change | None] = {}
        for change in changes:
            id_, record = _record(change)
            if self.is_news(id_, as_utc(change["commit_timestamp"])):
                records[id_] = record
        return records

    def has_come_since(self, id_: UUID, moment: datetime) -> bool:
        """Whether a change of this row has come that was committed after that moment."""
        return self._committed.get(id_, moment) > moment

    def add(self, ids: Iterable[UUID], news: int) -> None:
        """Note that these rows have come with the feed's news of this number."""
        self._brought.update(dict.fromkeys(ids, news))

    def brought(self, id_: UUID) -> int:
        """The number of the news with which a row has last come; 0: with none."""
        return self._brought.get(id_, 0)

    def since(self, news: int) -> Callable[[UUID], bool]:
        """Tells whether a row has come with a later news than this number."""
        return lambda id_: self.brought(id_) > news

    def forget_old(self, now: datetime) -> None:
        """Forget what was committed long before the newest: a board may be up for weeks."""
        newest = max(self._committed.values(), default=now)
        self._committed = {id_: at for id_, at in self._committed.items() if at > newest - LATE}
        self._read = {id_: at for id_, at in self._read.items() if at > newest - LATE}
        self._doubtful = {id_: at for id_, at in self._doubtful.items() if at > newest - LATE}
        self._brought = {id_: at for id_, at in self._brought.items() if id_ in self._committed}


def _record(change: Change) -> tuple[UUID, Change | None]:
    """The id of a change's row, and its record; None: it was deleted."""
    record = change["record"] if change["type"] != "DELETE" else None
    return UUID((record or change["old_record"])["id"]), record


def queued(pending: asyncio.Queue[Change]) -> list[Change]:
    """All changes that wait in a queue, which is empty then."""
    return [pending.get_nowait() for _ in range(pending.qsize())]
