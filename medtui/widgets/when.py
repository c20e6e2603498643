"""What a typed day and time mean: forgiving in what they take, exact in what they give."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import partial
from typing import TypeVar

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

T = TypeVar("T")


class Unclear(ValueError):
    """The text is no day, or no time, or none that exists; its message says what to type."""


@dataclass(frozen=True, slots=True)
class When:
    """A moment in UTC, and a remark where its local time needs one."""

    at: datetime
    remark: str = ""


def parse_when(
    text: str, now: datetime, zone: tzinfo, *, usual: time, on: date | None = None
) -> When:
    """The moment that "18:30", "tomorrow 18:30", "6pm fri", "25 Nov", "in 20 min" means.

    Args:
        text: a day, a time, or both. At its end it may say "utc", and for an hour that comes
            twice "first" or "second", or the name of the offset, such as "bst".
        now: aware.
        zone: whose local time is meant.
        usual: the time of a day that is typed alone.
        on: the day of a time that is typed alone; None: the next such time is meant.

    Raises Unclear for what is no moment, and for a time that the clocks leap over.
    """
    words = re.sub(r"[,@]|\bat\b", " ", text.casefold()).split()
    if match := re.fullmatch(r"in (\d{1,4}) ?(m|min|minutes?|h|hours?)", " ".join(words)):
        minutes = int(match[1]) * (60 if match[2].startswith("h") else 1)
        return When((now + timedelta(minutes=minutes)).astimezone(UTC).replace(microsecond=0))
    if words and words[-1] == "utc":
        zone = UTC
        words.pop()
    which = ""
    parts = _day_and_time(words, now.astimezone(zone), usual, on)
    if parts is None and words:  # then the last word may say which of two hours is meant
        *words, which = words
        parts = _day_and_time(words, now.astimezone(zone), usual, on)
    if parts is None:
        raise Unclear("Type a day and a time, such as 18:30, tomorrow 18:30 or 25 Nov 6pm.")
    return resolve(*parts, zone, which)


def _day_and_time(
    words: list[str], now: datetime, usual: time, on: date | None
) -> tuple[date, time] | None:
    """The day and the time among these words, in either order; None where they are not."""
    today, text = now.date(), " ".join(words)
    at = _parsed(parse_time, text)
    if at is not None:
        return on or today + timedelta(days=at < now.time()), at
    day = _parsed(partial(parse_day, today=today), text)
    if day is not None:
        return day, usual
    for cut in range(1, len(words)):
        first, second = " ".join(words[:cut]), " ".join(words[cut:])
        for day_text, time_text in ((first, second), (second, first)):
            day = _parsed(partial(parse_day, today=today), day_text)
            at = _parsed(parse_time, time_text)
            if day is not None and at is not None:
                return day, at
    return None


def _parsed(parse: Callable[[str], T], text: str) -> T | None:
    with suppress(Unclear):
        return parse(text)
    return None


def parse_day(text: str, today: date) -> date:
    """A day from "today", "tomorrow", "fri", "+2", "25", "Tue 25 Nov", "25.11.", "2026-11-25".

    Without a year it is the next such day. Raises Unclear.
    """
    words = text.strip().casefold()
    try:
        if words == "today":
            return today
        if words in ("tomorrow", "tom"):
            return today + timedelta(days=1)
        if match := re.fullmatch(r"\+\s*(\d{1,3})\s*d?(?:ays?)?", words):
            return today + timedelta(days=int(match[1]))
        if weekday := re.fullmatch(rf"({'|'.join(DAYS)})[a-z]*\.?(?:\s+(\S.*))?", words):
            number = DAYS.index(weekday[1])
            if not weekday[2]:
                return today + timedelta(days=(number - today.weekday()) % 7)
            day = parse_day(weekday[2], today)
            if day.weekday() == number:
                return day
        if match := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", words):
            return date(int(match[1]), int(match[2]), int(match[3]))
        if match := re.fullmatch(r"(\d{1,2})\.?", words):
            return _next(today, int(match[1]), None)
        if match := re.fullmatch(r"(\d{1,2})[\s./-]+(\d{1,2}|[a-z]{3,9})[\s./]*(20\d\d)?", words):
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
    match = re.fullmatch(r"(\d{1,2})(?:[:.h]?(\d{2}))?\s*(?:([ap])\.?m\.?)?", words)
    if match:
        hour, minute = int(match[1]), int(match[2] or 0)
        if match[3] and 1 <= hour <= 12:
            hour = hour % 12 + (12 if match[3] == "p" else 0)
        if hour < 24 and minute < 60:
            return time(hour, minute)
    raise Unclear("Type a time such as 18:30 or 6pm.")


def resolve(day: date, at: time, zone: tzinfo, which: str = "") -> When:
    """The moment of a day and a time in a zone.

    `which` of two, where the clocks go back over it: "first", "second", or the name of an
    offset; without it the first is meant, and the remark says so. Raises Unclear for a time
    that the clocks leap over.
    """
    first, second = (datetime.combine(day, at, zone).replace(fold=fold) for fold in (0, 1))
    try:
        moment, later = first.astimezone(UTC), second.astimezone(UTC)
        exists = moment.astimezone(zone).replace(tzinfo=None) == first.replace(tzinfo=None)
    except OverflowError:
        raise Unclear("That is too far away.") from None
    if not exists:
        back = moment.astimezone(zone)
        raise Unclear(
            f"{at:%H:%M} does not exist that day: the clocks go forward over it, to {back:%H:%M}."
        )
    names = {"first": moment, "second": later}
    names |= {(local.tzname() or "").casefold(): local.astimezone(UTC) for local in (second, first)}
    if which:
        if which not in names:
            raise Unclear(f"“{which}” is not understood: type a day and a time.")
        return When(names[which])
    if later != moment:
        return When(moment, f"it comes twice: this is the first, add {_other(first, second)}")
    return When(moment)


def _other(first: datetime, second: datetime) -> str:
    """What to type for the second of two."""
    name = second.tzname() or ""
    is_name = name.isalpha() and name != first.tzname()
    return f"“{name if is_name else 'second'}” for the second"


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
