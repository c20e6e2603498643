"""The board as a week of hours: what is on which line, and where the arrows lead."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from medtui.core.agenda import Agenda
from medtui.core.models import PracticeSession
from medtui.core.week import above_or_below, beside, monday_of, week_lines, week_title

MONDAY = date(2030, 11, 25)
START = datetime(2030, 11, 25, tzinfo=UTC)


def agenda(*hours: float, zone: str = "UTC") -> Agenda:
    """Sessions so many hours after the Monday's midnight in UTC, numbered from 1."""
    made = Agenda(ZoneInfo(zone))
    for number, after in enumerate(hours, 1):
        row = {"id": UUID(int=number), "host_id": UUID(int=99), "type": "mock"}
        row |= {"datetime_utc": START + timedelta(hours=after)}
        made.add(PracticeSession.model_validate(row))
    return made


def drawn(agenda: Agenda, monday: date = MONDAY, zone: str = "UTC") -> list[str]:
    return [
        f"{'--' if line.hour is None else f'{line.hour:02}'} "
        + "".join(str(cell.id.int) if cell else "." for cell in line.cells)
        for line in week_lines(agenda, ZoneInfo(zone), monday)
    ]


def test_hours_run_from_the_earliest_to_the_latest_and_grow_with_their_sessions() -> None:
    week = agenda(18, 18.5, 24 + 18, 6 * 24 + 20, 7 * 24)
    assert drawn(week) == ["18 13.....", "-- 2......", "19 .......", "20 ......4"]
    assert drawn(week, MONDAY + timedelta(weeks=1)) == ["00 5......"]
    assert drawn(week, MONDAY - timedelta(weeks=1)) == []


def test_days_and_hours_are_those_of_the_zone() -> None:
    late = agenda(23.5, zone="Asia/Kolkata")
    assert drawn(late, zone="Asia/Kolkata") == ["05 .1....."]


def test_arrows_move_within_a_day_and_to_the_nearest_hour_of_the_next_one() -> None:
    week = agenda(9, 12, 18, 24 + 7, 24 + 17, 9 * 24)
    of = {session.id.int: session for session in week.sessions}
    zone = ZoneInfo("UTC")
    assert above_or_below(week, zone, of[1], 1) == of[2]
    assert above_or_below(week, zone, of[1], -1) == of[1]
    assert above_or_below(week, zone, of[1], 99) == of[3]
    assert beside(week, zone, of[3], 1) == of[5]
    assert beside(week, zone, of[1], 1) == of[4]
    assert beside(week, zone, of[4], 1) == of[6], "the next day with sessions is in another week"
    assert beside(week, zone, of[6], 1) == of[6]
    assert beside(week, zone, of[6], -1) == of[4]


def test_a_week_is_named_by_its_first_and_last_day() -> None:
    assert monday_of(date(2030, 12, 1)) == MONDAY
    assert week_title(MONDAY) == "Week 48  25 November to 1 December 2030"
    assert week_title(date(2030, 11, 11)) == "Week 46  11 to 17 November 2030"
    assert week_title(date(2030, 12, 30)) == "Week 1  30 December 2030 to 5 January 2031"
