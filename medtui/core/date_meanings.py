"""What the phrases of a typed moment mean: a function for each rule of `date_rules`.

Each is given a match and returns the phrases that it stands for; none if it is no such phrase
after all. What can be nothing else and does not exist, as 25:00, raises DateNotUnderstood.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from datetime import date, time, timedelta

from medtui.core.date_phrases import (
    DAY_OR_MONTH,
    DAYS,
    WHICH_MIDNIGHT,
    Clock,
    DateNotUnderstood,
    DatePhrase,
    FromNow,
    Incomplete,
    Made,
    PartOfDay,
    ZonePhrase,
)
from medtui.core.time_zones import zone_at

MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
SHORTEST = 3
"""The fewest letters of a day's or a month's name."""


LAST_YEAR = 2099
"""No server takes a later one."""

PARTS = {
    "morning": PartOfDay("morning", 4, 11, (9, 10, 11)),
    "lunchtime": PartOfDay("middle of the day", 11, 14, (12, 13)),
    "afternoon": PartOfDay("afternoon", 12, 18, (14, 15, 16)),
    "evening": PartOfDay("evening", 16, 23, (18, 19, 20)),
    "night": PartOfDay("night", 17, 28, (19, 20, 21)),
}


def _prefixes(names: tuple[str, ...], **more: int) -> dict[str, int]:
    """The index of each name under all its beginnings that are long enough."""
    found = {
        name[:length]: index
        for index, name in enumerate(names)
        for length in range(SHORTEST, len(name) + 1)
    }
    return found | more


DAY_NUMBERS, MONTH_NUMBERS = _prefixes(DAYS, weds=2), _prefixes(MONTHS)


def any_of(words: dict[str, int]) -> str:
    return "(?:" + "|".join(sorted(words, key=len, reverse=True)) + r")\.?"


def _date(year: int, month: int, day: int) -> date:
    """The date. Raises DateNotUnderstood."""
    if not 1 <= month <= 12:
        raise DateNotUnderstood(f"There is no month {month}.")
    last = calendar.monthrange(2024, month)[1]  # a leap year
    name = MONTHS[month - 1].title()
    if not 1 <= day <= last:
        days = "28 or 29" if month == 2 else last
        raise DateNotUnderstood(f"There is no {day} {name}: the month has {days} days.")
    try:
        return date(year, month, day)
    except ValueError:
        raise DateNotUnderstood(
            f"There is no 29 February in {year}: the month has 28 days."
        ) from None


def _year(typed: str, today: date) -> int:
    """A year of two or four digits. Raises DateNotUnderstood where it is past, or too far off."""
    year = int(typed) if len(typed) == 4 else 2000 + int(typed)
    if not today.year - 1 <= year <= LAST_YEAR:
        raise DateNotUnderstood(f"The year {year} is too far away.")
    return year


def _next_date(today: date, day: int, month: int) -> date:
    """The next such date; today counts."""
    _date(2024, month, day)
    for year in range(today.year, today.year + 9):
        if (month, day) != (2, 29) or calendar.isleap(year):
            found = date(year, month, day)
            if found >= today:
                return found
    raise AssertionError("a date comes at least once in eight years")


def named(found: re.Match[str]) -> Made:
    """A day and a month by its name, perhaps with a year."""
    day, month = int(found["d"]), MONTH_NUMBERS[found["m"].rstrip(".")] + 1
    _date(2024, month, day)
    return (_of(day, month, found.groupdict().get("y"), found[0]),)


def _of(day: int, month: int, year: str | None, words: str) -> DatePhrase:
    def dates(today: date) -> tuple[date, ...]:
        if year is None:
            return (_next_date(today, day, month),)
        return (_date(_year(year, today), month, day),)

    return DatePhrase(dates, words, has_year=year is not None)


def numbers(found: re.Match[str], *, month_first: bool) -> Made:
    """A date in numbers, in either order unless only one is a date."""
    first, second = int(found[1]), int(found[2])
    year = found.groupdict().get("y")
    orders = [(second, first), (first, second)] if month_first else [(first, second),
                                                                     (second, first)]  # fmt: skip
    possible = []
    for day, month in dict.fromkeys(orders):
        try:
            _date(2024, month, day)
        except DateNotUnderstood:
            continue
        possible.append(_of(day, month, year, found[0]))
    if not possible:
        wrong = second if second > 12 or not second else first
        raise DateNotUnderstood(f"There is no month {wrong}: type a day such as 25 Nov.")
    if len(possible) == 2 and found.groupdict().get("dot"):
        # Only who puts the day first writes a dot behind the month.
        possible = [_of(first, second, year, found[0])]

    def dates(today: date) -> tuple[date, ...]:
        return tuple(day.dates(today)[0] for day in possible)

    return (DatePhrase(dates, found[0], DAY_OR_MONTH, has_year=year is not None),)


def iso(found: re.Match[str]) -> Made:
    year, month, day = int(found[1]), int(found[2]), int(found[3])
    if month > 12 >= day >= 1:
        raise DateNotUnderstood(
            f"There is no month {month}. Did you mean {year}-{day:02}-{month:02}?"
        )
    exact = _date(year, month, day)
    if year > LAST_YEAR:
        raise DateNotUnderstood(f"The year {year} is too far away.")
    return (DatePhrase(lambda _: (exact,), found[0]),)


def of_month(found: re.Match[str]) -> Made:
    """The next such day of a month."""
    number = int(found[1])
    if not 1 <= number <= 31:
        raise DateNotUnderstood(f"No month has a day {number}.")

    def dates(today: date) -> tuple[date, ...]:
        day = today
        while day.day != number:
            day += timedelta(days=1)
        return (day,)

    return (DatePhrase(dates, found[0]),)


def ahead(days: int, words: str) -> DatePhrase:
    return DatePhrase(lambda today: (today + timedelta(days=days),), words)


def next_weekday(found: re.Match[str]) -> Made:
    """ "next Tuesday": the coming one, or the one of next week, wherever a week begins."""
    number = DAY_NUMBERS[found[1].rstrip(".")]

    def dates(today: date) -> tuple[date, ...]:
        coming = _coming(number, today + timedelta(days=1))
        monday = today + timedelta(days=7 - today.weekday())
        sunday = _coming(6, today + timedelta(days=1))
        weeks = (_coming(number, start) for start in (monday, sunday))
        return tuple(dict.fromkeys((coming, *weeks)))

    return (DatePhrase(dates, found[0]),)


def weekday_and_weeks(found: re.Match[str]) -> Made:
    """ "Friday week", "Friday fortnight"."""
    weeks = 2 if found[2] == "fortnight" else 1
    return weeks_after(DAY_NUMBERS[found[1].rstrip(".")], weeks, found[0])


def weeks_after(number: int, weeks: int, words: str) -> Made:
    """So many weeks after the coming one; on that day, today may be meant."""

    def dates(today: date) -> tuple[date, ...]:
        coming = _coming(number, today)
        first = coming + timedelta(weeks=weeks)
        return (first,) if coming != today else (first, first + timedelta(weeks=1))

    return (DatePhrase(dates, words),)


def _coming(number: int, start: date) -> date:
    """The first such weekday that is not before `start`."""
    return start + timedelta(days=(number - start.weekday()) % 7)


def _hours(hour: int, minute: int, half: str | None, words: str, *, exact: bool) -> Made:
    """A time of day. `half`: "am", "pm" or None. `exact`: it is no time of twelve hours."""
    half = "pm" if half == "p" else half
    if hour > 24 or (hour == 24 and minute):
        raise DateNotUnderstood(f"There is no {words}: hours go from 0 to 23.")
    if minute > 59:
        raise DateNotUnderstood(f"There is no {words}: minutes go from 0 to 59.")
    if half is None:
        if hour == 24:
            return (Clock(((time(0), 1),), words),)
        morning = (time(hour, minute), 0)
        if exact or not 1 <= hour <= 11:
            return (Clock((morning,), words),)
        evening = (time(hour + 12, minute), 0)
        likelier = (evening, morning) if hour <= 8 else (morning, evening)
        return (Clock(likelier, words),)
    if (hour > 12 and half == "am") or (hour == 0 and half == "pm"):
        raise DateNotUnderstood(f"There is no {words}: type a time such as 18:30 or 6pm.")
    if hour == 12 and half == "am" and not minute:
        return midnight(words)
    hour = hour if hour > 12 else hour % 12 + 12 * (half == "pm")
    return (Clock(((time(hour % 24, minute), 0),), words),)


def midnight(words: str) -> Made:
    return (Clock(((time(0), 0), (time(0), 1)), words, WHICH_MIDNIGHT),)


def clock(found: re.Match[str]) -> Made:
    parts = found.groupdict()
    typed = parts["h"]
    minute = int(parts.get("min") or 0)
    if int(typed) > 23 and not (parts.get("min") or parts.get("half")):
        return ()  # a day of the month
    # 10:30 is never 22:30, when no sessions are held; 7:30 may be in the evening.
    exact = typed.startswith("0") or (len(typed) == 2 and parts.get("min") is not None)
    return _hours(int(typed), minute, parts.get("half"), found[0].strip(), exact=exact)


def past_or_to(found: re.Match[str]) -> Made:
    """ "half past 6", "20 to 8"."""
    minutes = {"half": 30, "quarter": 15}.get(found["n"]) or int(found["n"])
    if minutes % 5 and "min" not in found[0]:
        return ()  # "6 to 7" is a range
    if minutes > 30:
        raise DateNotUnderstood(f"“{found[0]}” is no time: type it as 18:30.")
    minute = minutes if found["side"] in ("past", "after") else -minutes
    at = int(found["h"]) * 60 + minute
    return _hours(at // 60 % 24, at % 60, found["half"], found[0], exact=False)


def half_before(found: re.Match[str]) -> Made:
    """ "half 6": 6:30 in Britain, 5:30 in much of Europe."""
    hour = int(found[1])
    if not 1 <= hour <= 12:
        raise DateNotUnderstood(f"“{found[0]}” is no time: type it as 18:30.")
    halves = [time(h, 30) for h in (hour % 12 + 12, hour % 12, (hour - 1) % 12 + 12)]
    return (Clock(tuple((half, 0) for half in halves), found[0], "Write it as 18:30."),)


_AMOUNTS = {"a": 1.0, "an": 1.0, "half": 0.5, "quarter": 0.25, "three quarters": 0.75}


def hours_ahead(found: re.Match[str]) -> Made:
    typed = re.sub(r"\s+", " ", found["n"])
    if re.fullmatch(r"(?:[7-9]|\d\d)h\d\d", found[0]):
        return ()  # a time of day, as in French
    number = re.match(r"\d+(?:[.,]\d+)?", typed)
    if number:
        hours = float(number[0].replace(",", ".")) + 0.5 * ("half" in typed)
    else:
        known = typed.removeprefix("a ").removesuffix(" an").removesuffix(" of")
        hours = _AMOUNTS[known if known in _AMOUNTS else "half"]
    hours += 0.5 * bool(found["more"])
    return (FromNow(timedelta(hours=hours, minutes=int(found["m"] or 0))),)


def minutes_ahead(found: re.Match[str]) -> Made:
    return (FromNow(timedelta(minutes=int(found[1]))),)


def days_ahead(found: re.Match[str]) -> Made:
    number = 1 if found["n"] in ("a", "an") else int(found["n"])
    unit = found["unit"]
    days = number * (14 if unit.startswith("f") else 7 if unit.startswith("w") else 1)
    on = found.groupdict().get("day")
    if on is None:
        return (ahead(days, found[0]),)
    if on in ("today", "tomorrow"):
        return (ahead(days + (on == "tomorrow"), found[0]),)
    return weeks_after(DAY_NUMBERS[on.rstrip(".")], days // 7, found[0])


def ask(words: str) -> Callable[[re.Match[str]], Made]:
    """The meaning of a phrase that lacks something: these words ask for it."""

    def incomplete(_: re.Match[str]) -> Made:
        raise Incomplete(words)

    return incomplete


def one_start(_: re.Match[str]) -> Made:
    """ "18:30-19:30"."""
    raise DateNotUnderstood("A session has one time, its start. Type only that.")


def this_weekday(name: str) -> Made:
    number = DAY_NUMBERS[name.rstrip(".")]
    return (DatePhrase(lambda today: (_coming(number, today),), name),)


def next_week(found: re.Match[str]) -> Made:
    number = DAY_NUMBERS[found[1].rstrip(".")]

    def dates(today: date) -> tuple[date, ...]:
        monday = today + timedelta(days=7 - today.weekday())
        sunday = _coming(6, today + timedelta(days=1))
        return tuple(dict.fromkeys(_coming(number, start) for start in (monday, sunday)))

    return (DatePhrase(dates, found[0]),)


def plus(found: re.Match[str]) -> Made:
    weeks = (found["unit"] or "d").startswith("w")
    return (ahead(int(found["n"]) * (7 if weeks else 1), found[0]),)


def at_offset(found: re.Match[str]) -> Made:
    zones = zone_at(found[1], found[2], found[3])
    return (ZonePhrase(zones),) if zones else ()
