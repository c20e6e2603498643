"""A week of the board as hours by days: plain data, in the order in which it is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta, tzinfo

from medtui.core.agenda import Agenda
from medtui.core.models import PracticeSession

DAYS = 7


@dataclass(frozen=True, slots=True)
class WeekLine:
    """A line of the week. `hour` is None on the further lines of an hour."""

    hour: int | None
    cells: tuple[PracticeSession | None, ...]


def monday_of(day: date) -> date:
    """The first day of a day's week."""
    return day - timedelta(days=day.weekday())


def week_lines(agenda: Agenda, zone: tzinfo, monday: date) -> list[WeekLine]:
    """The hours from the week's earliest session to its latest; none for an empty week.

    An hour has as many lines as its fullest day has sessions in it, and one at least.
    """
    cells: dict[int, list[list[PracticeSession]]] = {}
    for column in range(DAYS):
        for session in agenda.on(monday + timedelta(days=column)):
            hour = session.starts_at.astimezone(zone).hour
            cells.setdefault(hour, [[] for _ in range(DAYS)])[column].append(session)
    if not cells:
        return []
    lines: list[WeekLine] = []
    for hour in range(min(cells), max(cells) + 1):
        columns = cells.get(hour, [[] for _ in range(DAYS)])
        for row in range(max(1, *map(len, columns))):
            lines.append(
                WeekLine(
                    None if row else hour,
                    tuple(column[row] if row < len(column) else None for column in columns),
                )
            )
    return lines


def above_or_below(
    agenda: Agenda, zone: tzinfo, session: PracticeSession, by: int
) -> PracticeSession:
    """The session so many places later on the same day; the last or first one at the end."""
    day = agenda.on(session.starts_at.astimezone(zone).date())
    here = next(row for row, each in enumerate(day) if each.id == session.id)
    return day[min(max(0, here + by), len(day) - 1)]


def beside(agenda: Agenda, zone: tzinfo, session: PracticeSession, by: int) -> PracticeSession:
    """On the next day that has sessions (`by` -1: the last one), that at the nearest hour.

    The session itself where there is no such day.
    """
    start = session.starts_at.astimezone(zone)
    days = [day for day in agenda.days if (day > start.date() if by > 0 else day < start.date())]
    if not days:
        return session
    minutes = start.hour * 60 + start.minute

    def distance(other: PracticeSession) -> int:
        local = other.starts_at.astimezone(zone)
        return abs(local.hour * 60 + local.minute - minutes)

    return min(agenda.on(days[0] if by > 0 else days[-1]), key=distance)


def week_title(monday: date) -> str:
    """ "Week 48  25 November to 1 December 2030"."""
    sunday = monday + timedelta(days=DAYS - 1)
    first = f"{monday.day}"
    if monday.month != sunday.month:
        first += f" {monday:%B}"
    if monday.year != sunday.year:
        first += f" {monday.year}"
    return f"Week {monday.isocalendar().week}  {first} to {sunday.day} {sunday:%B} {sunday.year}"
