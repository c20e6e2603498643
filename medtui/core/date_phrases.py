"""The phrases of which a typed moment is made: days, times of day, parts of a day, spans, zones.

A phrase may mean several days, times or zones: `date_parser` asks where more than one fits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import NamedTuple

from medtui.core.time_zones import NamedZone

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class DateNotUnderstood(ValueError):
    """The text is no day or time, or none that exists; the message says what was wrong."""


class Incomplete(DateNotUnderstood):
    """A part of a day or time that means nothing alone, as a month."""


# Why several meanings fit, and what to type for one.
AM_OR_PM = "Add am or pm."
DAY_OR_MONTH = "Write the month as a word."
WHICH_DAY = "Add the date."
WHICH_MIDNIGHT = "Write 00:00 for the start of the day, 24:00 for its end."
WHICH_ZONE = "Name a city, such as New York."
NO_TIME = "Add a time."


@dataclass(frozen=True, slots=True)
class DatePhrase:
    """A day.

    Args:
        dates: the dates that may be meant, the likeliest first, for a today. Raises
            DateNotUnderstood.
        words: as they were typed.
        doubt: what to type where there are several.
        has_year: a year was typed, or it is counted from today.
    """

    dates: Callable[[date], tuple[date, ...]]
    words: str
    doubt: str = WHICH_DAY
    has_year: bool = True


@dataclass(frozen=True, slots=True)
class Weekday:
    """A day of the week, from 0, alone or with a date that it must agree with."""

    number: int


@dataclass(frozen=True, slots=True)
class Clock:
    """Times of day that may be meant, the likeliest first, each with the days to add to it."""

    times: tuple[tuple[time, int], ...]
    words: str
    doubt: str = AM_OR_PM


@dataclass(frozen=True, slots=True)
class PartOfDay:
    """Hours among which the time is. `guesses`: what to offer where no time was typed."""

    name: str
    first: int
    last: int
    guesses: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class FromNow:
    """So long from now."""

    length: timedelta


@dataclass(frozen=True, slots=True)
class ZonePhrase:
    """Zones that may be meant."""

    zones: tuple[NamedZone, ...]


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Which of two equal times is meant where the clocks go back: 0 or 1."""

    number: int


UNKNOWN, CLASH, NO_SUCH, IMPOSSIBLE = range(4)
"""Kinds of faults, each more telling than the one before: a word that is no phrase, a phrase too
many, a phrase for what does not exist, and phrases that cannot be together."""


class Fault(NamedTuple):
    """Why one way to read a text fails. `place`: how far it came."""

    kind: int
    place: int
    words: str


Phrase = DatePhrase | Weekday | Clock | PartOfDay | FromNow | ZonePhrase | Occurrence
Made = tuple[Phrase, ...]
