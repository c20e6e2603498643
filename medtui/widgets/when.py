"""What a typed day and a typed time mean: forgiving in what they take, exact in what they give."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class Unclear(ValueError):
    """The text is no day, or no time, or none that exists; its message says what to type."""


def parse_day(text: str, today: date) -> date:
    """A day from "today", "tomorrow", "fri", "+2", "25", "25 Nov", "25.11.", "2026-11-25".

    Without a year it is the next such day. Raises Unclear.
    """
    words = text.strip().casefold()
    try:
        if words in ("", "today"):
            return today
        if words in ("tomorrow", "tom"):
            return today + timedelta(days=1)
        if match := re.fullmatch(r"\+\s*(\d{1,3})\s*d?(?:ays?)?", words):
            return today + timedelta(days=int(match[1]))
        if words[:3] in DAYS and words.isalpha():
            ahead = (DAYS.index(words[:3]) - today.weekday()) % 7
            return today + timedelta(days=ahead)
        if match := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", words):
            return date(int(match[1]), int(match[2]), int(match[3]))
        if match := re.fullmatch(r"(\d{1,2})\.?", words):
            return _next(today, int(match[1]), None)
        if match := re.fullmatch(r"(\d{1,2})[\s./-]+(\d{1,2}|[a-z]{3,9})[\s./]*(\d{4})?", words):
            month = int(match[2]) if match[2].isdigit() else MONTHS.index(match[2][:3]) + 1
            if match[3]:
                return date(int(match[3]), month, int(match[1]))
            return _next(today, int(match[1]), month)
    except (ValueError, OverflowError):
        pass
    raise Unclear("Type a day such as today, fri, 25 Nov or 2026-11-25.")


def parse_time(text: str) -> time:
    """A time of day from "18:30", "1830", "18.30", "18", "6pm", "6:30 pm". Raises Unclear."""
    words = text.strip().casefold()
    match = re.fullmatch(r"(\d{1,2})(?:[:.h]?(\d{2}))?\s*([ap])?\.?m?\.?", words)
    if match:
        hour, minute = int(match[1]), int(match[2] or 0)
        if match[3] and 1 <= hour <= 12:
            hour = hour % 12 + (12 if match[3] == "p" else 0)
        if hour < 24 and minute < 60:
            return time(hour, minute)
    raise Unclear("Type a time such as 18:30 or 6pm.")


def resolve(day: date, at: time, zone: tzinfo) -> tuple[datetime, str]:
    """The moment of a day and a time in a zone, in UTC, and a remark for when clocks change.

    Raises Unclear for a time that the clocks leap over.
    """
    local = datetime.combine(day, at, zone)
    moment = local.astimezone(UTC)
    back = moment.astimezone(zone)
    if back.replace(tzinfo=None) != local.replace(tzinfo=None):
        raise Unclear(f"{at:%H:%M} does not exist that day: the clocks go forward over it.")
    later = local.replace(fold=1).astimezone(UTC)
    if later != moment:
        return moment, "that time comes twice, the first is meant"
    return moment, ""


def _next(today: date, day: int, month: int | None) -> date:
    """The next date with this day, and this month if one is given; today counts."""
    year, first = today.year, month or today.month
    for step in range(49):
        months = first - 1 + (12 * step if month else step)
        try:
            candidate = date(year + months // 12, months % 12 + 1, day)
        except ValueError:  # no 30 February
            continue
        if candidate >= today:
            return candidate
    raise ValueError("no such day")
