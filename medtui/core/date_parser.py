"""Parses a typed day and time: many spellings are accepted, the result is exact."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import TypeVar

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
SHORTEST = 3
"""The fewest letters of a day's or a month's name."""

T = TypeVar("T")


class DateNotUnderstood(ValueError):
    """The text is no day or time, or none that exists; the message says what to type."""


class NoSuchMonth(DateNotUnderstood):
    """The text is a date but for its month; the message has a guess at the date, if there is one.

    Args:
        day: as it was typed.
        month: as it was typed: 0, or more than 12.
        swapped: how the date is written that has the two the other way round.
    """

    def __init__(self, day: int, month: int, swapped: str) -> None:
        guess = ": type a day such as 25 Nov or 2026-11-25."
        with suppress(ValueError):
            date(2024, day, month)  # a leap year
            guess = f". Did you mean {month} {MONTHS[day - 1].title()} ({swapped})?"
        super().__init__(f"There is no month {month}{guess}")


@dataclass(frozen=True, slots=True)
class When:
    """A moment in UTC, and a remark if its local time is ambiguous, else ""."""

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

    Raises DateNotUnderstood for any other text, and for a time that the clocks skip.
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
        raise DateNotUnderstood(
            "Type a day and a time, such as 18:30, tomorrow 18:30 or 25 Nov 6pm."
        )
    return resolve(*parts, zone, which)


def _day_and_time(
    words: list[str], now: datetime, usual: time, on: date | None
) -> tuple[date, time] | None:
    """The day and the time among these words, in either order; None where they are not.

    Raises NoSuchMonth where only that is wrong.
    """
    today, text = now.date(), " ".join(words)
    at = _parsed(parse_time, text)
    if at is not None:
        return on or today + timedelta(days=at < now.time()), at
    wrong: NoSuchMonth | None = None
    halves = [(" ".join(words[:cut]), " ".join(words[cut:])) for cut in range(1, len(words))]
    for day_text, time_text in [(text, ""), *halves, *(half[::-1] for half in halves)]:
        at = _parsed(parse_time, time_text) if time_text else usual
        if at is None:
            continue
        try:
            day = parse_day(day_text, today)
        except NoSuchMonth as error:
            wrong = wrong or error
        except DateNotUnderstood:
            pass
        else:
            is_over = day == today and at < now.time() and _number(DAYS, day_text) is not None
            return day + timedelta(days=7 * is_over), at
    if wrong:
        raise wrong
    return None


def _parsed(parse: Callable[[str], T], text: str) -> T | None:
    with suppress(DateNotUnderstood):
        return parse(text)
    return None


def _number(names: tuple[str, ...], word: str) -> int | None:
    """The index, from 0, of the name that a word is or abbreviates; None if there is none."""
    word = word.removesuffix(".")
    word = "wed" if word == "weds" else word
    found = (n for n, name in enumerate(names) if name.startswith(word))
    return next(found, None) if len(word) >= SHORTEST else None


def parse_day(text: str, today: date) -> date:
    """A day from "today", "tomorrow", "fri", "+2", "25", "Tue 25 Nov", "25.11.", "2026-11-25".

    Without a year it is the next such day. Names may be cut to three letters. Raises
    DateNotUnderstood.
    """
    words = text.strip().casefold()
    try:
        if words == "today":
            return today
        if words in ("tomorrow", "tom"):
            return today + timedelta(days=1)
        if match := re.fullmatch(r"\+\s*(\d{1,3})\s*d?(?:ays?)?", words):
            return today + timedelta(days=int(match[1]))
        first, _, rest = words.partition(" ")
        if (weekday := _number(DAYS, first)) is not None:
            if not rest:
                return today + timedelta(days=(weekday - today.weekday()) % 7)
            day = parse_day(rest, today)
            if day.weekday() == weekday:
                return day
        if match := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", words):
            year, number, of_month = map(int, match.groups())
            if not 1 <= number <= 12:
                raise NoSuchMonth(of_month, number, f"{number}/{of_month}/{year}")
            return date(year, number, of_month)
        if match := re.fullmatch(r"(\d{1,2})\.?", words):
            return _next(today, int(match[1]), None)
        if match := re.fullmatch(r"(\d{1,2})[\s./-]+(\d{1,2}|[a-z]{3,9})[\s./-]*(20\d\d)?", words):
            return _date(int(match[1]), match[2], match[3], today)
    except DateNotUnderstood:
        raise
    except (ValueError, OverflowError):
        pass
    raise DateNotUnderstood("Type a day such as today, fri, 25 Nov or 2026-11-25.")


def parse_time(text: str) -> time:
    """A time of day from "18:30", "1830", "18.30", "18", "6pm", "6:30 pm".

    Raises DateNotUnderstood.
    """
    words = text.strip().casefold()
    match = re.fullmatch(r"(\d{1,2})(?:[:.h]?(\d{2}))?\s*(?:([ap])\.?m\.?)?", words)
    if match:
        hour, minute = int(match[1]), int(match[2] or 0)
        if match[3] and 1 <= hour <= 12:
            hour = hour % 12 + (12 if match[3] == "p" else 0)
        if hour < 24 and minute < 60:
            return time(hour, minute)
    raise DateNotUnderstood("Type a time such as 18:30 or 6pm.")


def resolve(day: date, at: time, zone: tzinfo, which: str = "") -> When:
    """The moment of a day and a time in a zone.

    `which` of two, where the clocks go back over it: "first", "second", or the name of an
    offset; without it the first is meant, and the remark says so. Raises DateNotUnderstood for a
    time that the clocks skip.
    """
    first, second = (datetime.combine(day, at, zone).replace(fold=fold) for fold in (0, 1))
    try:
        moment, later = first.astimezone(UTC), second.astimezone(UTC)
        exists = moment.astimezone(zone).replace(tzinfo=None) == first.replace(tzinfo=None)
    except OverflowError:
        raise DateNotUnderstood("That is too far away.") from None
    if not exists:
        back = moment.astimezone(zone)
        raise DateNotUnderstood(
            f"{at:%H:%M} does not exist that day: the clocks go forward over it, to {back:%H:%M}."
        )
    names = {"first": moment, "second": later}
    names |= {(local.tzname() or "").casefold(): local.astimezone(UTC) for local in (second, first)}
    if which:
        if which not in names:
            raise DateNotUnderstood(f"“{which}” is not understood: type a day and a time.")
        return When(names[which])
    if later != moment:
        return When(moment, f"it comes twice: this is the first, add {_other(first, second)}")
    return When(moment)


def _other(first: datetime, second: datetime) -> str:
    """The word to type for the second of two equal times."""
    name = second.tzname() or ""
    is_name = name.isalpha() and name != first.tzname()
    return f"“{name if is_name else 'second'}” for the second"


def _date(day: int, month: str, year: str | None, today: date) -> date:
    """The date. Raises NoSuchMonth, or ValueError if it is no date for another reason."""
    if month.isdigit():
        number = int(month)
        if not 1 <= number <= 12:
            raise NoSuchMonth(day, number, f"{number}/{day}" + (f"/{year}" if year else ""))
    elif (named := _number(MONTHS, month)) is not None:
        number = named + 1
    else:
        raise ValueError("no month")
    return date(int(year), number, day) if year else _next(today, day, number)


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
