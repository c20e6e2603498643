"""Filters of the board that combine: any of the values of a kind, and all of the kinds."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from typing import NamedTuple
from uuid import UUID

from medtui.core.models import SESSION_TYPES, TRAINING_LEVELS, PracticeSession

SOON = timedelta(hours=1)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
KINDS = ("level", "type", "category", "day", "soon", "hours")
"""The kinds of choices, in the order in which they are listed."""


class Choice(NamedTuple):
    """One thing to filter by: a kind, and the value that a session must have."""

    kind: str
    value: str


SOON_CHOICE = Choice("soon", "")
HOURS_CHOICE = Choice("hours", "")


class Hours(NamedTuple):
    """The hours of a day at which a user practises: from the first to before the last."""

    first: time
    last: time

    def __str__(self) -> str:
        return f"{self.first:%H:%M}-{self.last:%H:%M}"

    def have(self, at: time) -> bool:
        """Whether a time is in these hours, which may go over midnight."""
        if self.first <= self.last:
            return self.first <= at < self.last
        return at >= self.first or at < self.last


USUAL_HOURS = Hours(time(18), time(22))


def read_hours(text: str) -> Hours | None:
    """The hours in a text such as "18:00-22:00"; None if it is none."""
    found = re.fullmatch(r"\s*(\d\d?)(?::(\d\d))?\s*[-–]\s*(\d\d?)(?::(\d\d))?\s*", text)
    if found is None:
        return None
    first, minute, last, end = (int(part or 0) for part in found.groups())
    try:
        return Hours(time(first, minute), time(last % 24 if last == 24 else last, end))
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Filter:
    """Which sessions are wanted.

    Args:
        zone: in which days and hours are meant.
        hours: the user's.
    """

    zone: tzinfo
    chosen: frozenset[Choice] = frozenset()
    hours: Hours = USUAL_HOURS
    _by_kind: dict[str, set[str]] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        for kind, value in self.chosen:
            self._by_kind.setdefault(kind, set()).add(value)

    def wants(self, session: PracticeSession, viewer: UUID | None, now: datetime) -> bool:
        """Whether a session has one of the chosen values of each kind."""
        local, today = session.starts_at.astimezone(self.zone), now.astimezone(self.zone).date()
        for kind, values in self._by_kind.items():
            match kind:
                case "level":
                    is_wanted = session.host is not None and session.host.training_level in values
                case "type":
                    is_wanted = session.type in values
                case "category":
                    is_wanted = bool(session.case and (session.case.category or "") in values)
                case "day":
                    is_wanted = not values.isdisjoint(day_values(local.date(), today))
                case "soon":
                    is_wanted = timedelta() <= session.starts_at - now <= SOON
                case _:
                    is_free = session.is_open and not session.involves(viewer)
                    is_wanted = is_free and self.hours.have(local.time())
            if not is_wanted:
                return False
        return True


def day_values(day: date, today: date) -> tuple[str, ...]:
    """The values by which a day is chosen: "today" or "tomorrow", and its weekday."""
    near = {0: ("today",), 1: ("tomorrow",)}.get((day - today).days, ())
    return (*near, WEEKDAYS[day.weekday()])


def label(choice: Choice, hours: Hours) -> str:
    """A choice in words, as on a chip."""
    match choice.kind:
        case "level":
            return TRAINING_LEVELS.get(choice.value, choice.value)
        case "type":
            return SESSION_TYPES.get(choice.value, choice.value)
        case "soon":
            return "within the hour"
        case "hours":
            return f"free {hours}"
    return choice.value


def choices(
    sessions: Iterable[PracticeSession], chosen: Collection[Choice], zone: tzinfo, now: datetime
) -> list[Choice]:
    """All that can be chosen: what these sessions have, and what is chosen already; in order."""
    today = now.astimezone(zone).date()
    found = {SOON_CHOICE, HOURS_CHOICE, *chosen}
    for session in sessions:
        if session.host:
            found.add(Choice("level", session.host.training_level))
        found.add(Choice("type", session.type))
        if session.case and session.case.category:
            found.add(Choice("category", session.case.category))
        day = session.starts_at.astimezone(zone).date()
        found.update(Choice("day", value) for value in day_values(day, today))
    return sorted((choice for choice in found if choice.kind in KINDS), key=_place)


_ORDERS = {
    "level": tuple(TRAINING_LEVELS),
    "type": tuple(SESSION_TYPES),
    "day": ("today", "tomorrow", *WEEKDAYS),
}


def _place(choice: Choice) -> tuple[int, int, str]:
    """The place of a choice in lists: levels from junior to senior, days as they come."""
    order = _ORDERS.get(choice.kind, ())
    rank = order.index(choice.value) if choice.value in order else len(order)
    return KINDS.index(choice.kind), rank, choice.value.casefold()


def in_order(chosen: Iterable[Choice]) -> list[Choice]:
    return sorted(chosen, key=_place)


def stored(chosen: Iterable[Choice]) -> list[list[str]]:
    """Choices as JSON."""
    return [list(choice) for choice in in_order(chosen)]


def restored(kept: object) -> frozenset[Choice]:
    """Choices from JSON; what is none is left out."""
    rows = kept if isinstance(kept, list) else []
    return frozenset(
        Choice(*row)
        for row in rows
        if isinstance(row, list)
        and len(row) == 2
        and all(isinstance(part, str) for part in row)
        and row[0] in KINDS
    )
