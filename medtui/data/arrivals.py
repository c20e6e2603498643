"""Which changes have come on one connection of the feed, so that none is taken twice or late."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from medtui.core.models import as_utc
from medtui.data.change_source import Change

LATE = timedelta(hours=1)
"""A repetition that comes later than this is not known for one."""


class Arrivals:
    """When what has come of each row was committed, and with which news of the feed it came."""

    def __init__(self) -> None:
        self._committed: dict[UUID, datetime] = {}
        self._brought: dict[UUID, int] = {}

    def is_news(self, id_: UUID, committed: datetime) -> bool:
        """Whether nothing newer of this row has come already: networks may repeat themselves."""
        if committed < self._committed.get(id_, committed):
            return False
        self._committed[id_] = committed
        return True

    def news_in(self, changes: Iterable[Change]) -> dict[UUID, Change | None]:
        """The newest record of each row that these changes are news of; None: it was deleted."""
        records: dict[UUID, Change | None] = {}
        for change in changes:
            record = change["record"] if change["type"] != "DELETE" else None
            id_ = UUID((record or change["old_record"])["id"])
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
        self._brought = {id_: at for id_, at in self._brought.items() if id_ in self._committed}
