"""Several sessions that are posted at once: every so many minutes, in several rooms, and weekly.

Weeks keep the wall time, also where the clocks change. What comes after the first on the same
evening is counted in minutes that pass.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from uuid import UUID, uuid5

from medtui.core.board_rules import room_link

MOST_SESSIONS = 100
"""The most at once: as many as the server lets a host have to come."""
MOST_WEEKS = 26
LONGEST_GAP = 720
"""The most minutes from one time to the next."""
USUAL_GAP = 20

MOST_NAMED = 4
"""So many times are named in a sentence; of more the first ones and the last."""


@dataclass(frozen=True, slots=True)
class SessionSeries:
    """How many sessions follow from the first time.

    Attributes:
        weeks: on so many weeks, from 1.
        times: so many on each evening, one after another.
        every: minutes from one of these to the next.
        rooms: so many at the same time, each with a room of its own.
    """

    weeks: int = 1
    times: int = 1
    every: int = USUAL_GAP
    rooms: int = 1

    @property
    def count(self) -> int:
        return self.weeks * self.times * self.rooms

    def starts(self, first: datetime, zone: tzinfo) -> list[list[datetime]]:
        """The starts in UTC, week by week, each once whatever the number of rooms."""
        local = first.astimezone(zone)
        evenings = [
            (local.replace(tzinfo=None) + timedelta(weeks=week)).replace(
                tzinfo=zone, fold=local.fold
            )
            for week in range(self.weeks)
        ]
        step = timedelta(minutes=self.every)
        return [
            [evening.astimezone(UTC) + number * step for number in range(self.times)]
            for evening in evenings
        ]


ONE = SessionSeries()


def read_series(weeks: str, times: str, every: str, rooms: str) -> SessionSeries:
    """The series that a form's texts mean; empty ones are the usual.

    Raises ValueError with a sentence.
    """
    numbers = []
    for text, usual in ((weeks, 1), (times, 1), (every, USUAL_GAP), (rooms, 1)):
        text = text.strip() or str(usual)
        if not (text.isascii() and text.isdigit() and len(text) <= 4):
            raise ValueError(f"“{text}” is no number: enter one from 1.")
        numbers.append(int(text))
    series = SessionSeries(*numbers)
    if reason := why_not_series(series):
        raise ValueError(reason)
    return series


def why_not_series(series: SessionSeries, firsts: int = 1) -> str | None:
    """A sentence why so many cannot be posted at once, and what can; None if they can.

    `firsts`: the number of first times, each of which has such a series.
    """
    if min(series.weeks, series.times, series.every, series.rooms) < 1:
        return "0 is not possible: enter a number from 1."
    if series.weeks > MOST_WEEKS:
        return f"Sessions repeat for {MOST_WEEKS} weeks at most: choose fewer."
    if series.every > LONGEST_GAP:
        return f"From one time to the next it is {LONGEST_GAP} minutes at most: choose fewer."
    if (count := series.count * firsts) > MOST_SESSIONS:
        return (
            f"These are {count:,} sessions, and a host has {MOST_SESSIONS} at most: "
            "choose fewer weeks, times or rooms."
        )
    return None


def series_words(series: SessionSeries, first: datetime, zone: tzinfo) -> str:
    """What will be posted.

    "6 sessions: Thu 24 Dec 18:00, 18:20, 18:40, 2 at each time, each with its own room."
    """
    weeks = [[at.astimezone(zone) for at in week] for week in series.starts(first, zone)]
    begin, end = weeks[0][0], weeks[-1][0]
    many = "1 session" if series.count == 1 else f"{series.count} sessions"
    words = f"{many}: {_day(begin)} {_times(weeks[0])}"
    if series.rooms > 1:
        each = "each" if series.times > 1 else "the same"
        words += f", {series.rooms} at {each} time, each with its own room"
    if series.weeks > 1:
        words += f", weekly until {_day(end)}"
    # A wall time that the clocks skip is an hour later.
    moved = [week[0] for week in weeks if week[0].time() != begin.time()]
    if moved:
        words += f" ({_day(moved[0])} at {moved[0]:%H:%M}, as the clocks change)"
    return words + "."


def _day(at: datetime) -> str:
    return f"{at:%a} {at.day} {at:%b}"


def _times(times: list[datetime]) -> str:
    """The times of an evening; those after midnight stay with it."""
    named = [f"{at:%H:%M}" for at in times]
    if len(named) > MOST_NAMED:
        named = [*named[: MOST_NAMED - 1], f"… {named[-1]}"]
    return ", ".join(named).replace(", …", " …")


def series_ids(first: UUID, count: int) -> list[UUID]:
    """The ids of sessions that are posted together: the same each time they are posted."""
    return [first, *(uuid5(first, f"medtui {number}") for number in range(2, count + 1))]


def why_no_own_rooms(link: str, template: str, first: UUID) -> str | None:
    """Why sessions of a series cannot each have a room of their own; None if they can.

    Args:
        link: what was typed for the first, whose id is `first`.
        template: of the settings.
    """
    if not link or (link == room_link(template, first) and "{id}" in template):
        return None
    return "This is the room of one session: post these one by one, or leave it empty."
