"""Parses a typed day and time: many spellings are accepted, the result is exact.

A small grammar of our own (`date_rules`) finds all readings of a text. One reading is taken;
where two people could read it differently, all are returned, and the user is asked. Libraries
return one guess each: dateparser reads "5/4" by a setting and "friday at 7" as the morning, knows
neither "friday week" nor the hour that comes twice, and takes a third of a second to import;
dateutil reads "31 Feb" as an error without a reason, and "10/11" silently.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import cache
from typing import NamedTuple, TypeVar

from medtui.core.date_meanings import LAST_YEAR
from medtui.core.date_phrases import (
    CLASH,
    DAYS,
    IMPOSSIBLE,
    NO_TIME,
    UNKNOWN,
    WHICH_DAY,
    WHICH_ZONE,
    Clock,
    DateNotUnderstood,
    DatePhrase,
    Fault,
    FromNow,
    Made,
    Occurrence,
    PartOfDay,
    Phrase,
    Weekday,
    ZonePhrase,
)
from medtui.core.date_rules import Rule, phrases, rules
from medtui.core.time_zones import NamedZone

__all__ = ["DateNotUnderstood", "When", "parse_when", "writes_month_first"]

P = TypeVar("P")

EXAMPLES = "Type a day and a time, such as 18:30, tomorrow 18:30 or 25 Nov 6pm."
TWICE = "The clocks go back over that hour, so it comes twice."
TOO_FAR = "That is too far away."
FAR = "That is more than ten months ahead. Add the year if you mean that."
FAR_DAYS = 304
"""Of a date without a year that is further ahead, the last one may be meant."""
SEVERAL = "Write it in full, such as 25 Nov 18:30."
LONGEST = 60
"""Characters of a text that are read."""

_NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30,
}  # fmt: skip
_IDLE = re.compile(r"[\s,;]+|(?:at|on|the|@|-|of|sharp)(?![^\W_])|@")
"""What may be between phrases, and says nothing."""


@dataclass(frozen=True, slots=True)
class When:
    """What a text means.

    Args:
        readings: the moments in UTC, the likeliest first.
        advice: how to type it so that it has one meaning; "" if it has.
    """

    readings: tuple[datetime, ...]
    advice: str = ""

    @property
    def at(self) -> datetime:
        """The likeliest moment, in UTC."""
        return self.readings[0]

    @property
    def is_clear(self) -> bool:
        """Whether it can be taken without asking."""
        return not self.advice


@dataclass(frozen=True, slots=True)
class _Setting:
    """What a text is read with: see `parse_when`."""

    now: datetime
    zone: tzinfo
    usual: time
    on: date | None

    def today(self, zone: tzinfo) -> date:
        return self.now.astimezone(zone).date()


class _Moment(NamedTuple):
    """One of the moments that a sentence may mean, and how it came about."""

    at: datetime
    zone: NamedZone
    day: date
    time: tuple[time, int]
    which: str
    """Advice, if the same local time means another moment, too."""


class _Sentence:
    """Phrases that say a day or a time, or both, each at most once."""

    def __init__(self, parts: tuple[Phrase, ...]) -> None:
        self.days = [part for part in parts if isinstance(part, DatePhrase)]
        self.weekdays = [part for part in parts if isinstance(part, Weekday)]
        self.clock = _only(Clock, parts)
        self.part = _only(PartOfDay, parts)
        self.place = _only(ZonePhrase, parts)
        self.occurrence = _only(Occurrence, parts)
        self.span = _only(FromNow, parts)

    @property
    def has_day(self) -> bool:
        return bool(self.days or self.weekdays)

    def candidates(self, setting: _Setting) -> list[_Moment]:
        """The moments that it may mean. Raises DateNotUnderstood if it means none."""
        if not (self.has_day or self.clock or self.part):
            raise DateNotUnderstood(EXAMPLES)
        zones = self.place.zones if self.place else (NamedZone(setting.zone),)
        return [candidate for zone in zones for candidate in self._in(zone, setting)]

    def advice(self, candidates: list[_Moment], setting: _Setting) -> list[str]:
        """What to type so that it has one meaning; empty if it has."""
        found = []
        if not self.clock and setting.on is None:
            found.append(NO_TIME)
        elif len({candidate.time for candidate in candidates}) > 1:
            found.append(self.clock.doubt if self.clock else NO_TIME)
        if self.has_day and len({candidate.day for candidate in candidates}) > 1:
            doubts = [day.doubt for day in self.days]
            found.append(doubts[0] if doubts else WHICH_DAY)
        if len({candidate.zone for candidate in candidates}) > 1:
            found.append(WHICH_ZONE)
        else:
            found += [candidate.which for candidate in candidates if candidate.which]
        if any(not day.has_year for day in self.days):
            far = setting.today(setting.zone) + timedelta(days=FAR_DAYS)
            found += [FAR] if any(candidate.day > far for candidate in candidates) else []
        return found

    def _in(self, zone: NamedZone, setting: _Setting) -> list[_Moment]:
        here, there = setting.today(setting.zone), setting.today(zone.zone)
        if not self.has_day and setting.on is None:
            found = [c for time in self._times(setting) for c in self._next(time, zone, setting)]
            return sorted(found, key=lambda one: one.at) if self.part else found
        found = []
        for today in dict.fromkeys((there, here)):
            for day in self._dates(today, setting):
                # Of two times on a day, the one that is over is not meant.
                found += _ahead(
                    [
                        candidate
                        for time in self._times(setting)
                        for candidate in self._at(day, time, zone)
                    ],
                    setting,
                )
        return _ahead(found, setting) if self.weekdays and not self.days else found

    def _dates(self, today: date, setting: _Setting) -> list[date]:
        """The days that all phrases agree on. Raises DateNotUnderstood if there is none."""
        if self.days:
            dates = list(self.days[0].dates(today))
        elif self.weekdays:
            number = self.weekdays[0].number
            coming = today + timedelta(days=(number - today.weekday()) % 7)
            dates = [coming] if coming != today else [today, today + timedelta(days=7)]
        else:
            dates = [setting.on or today]
        for other in self.days[1:]:
            if not (agreed := [day for day in dates if day in other.dates(today)]):
                words = self.days[0].words.strip(), other.words.strip()
                raise DateNotUnderstood(f"“{words[0]}” and “{words[1]}” are two days: type one.")
            dates = agreed
        for weekday in self.weekdays:
            if not (agreed := [day for day in dates if day.weekday() == weekday.number]):
                day, name = dates[0], DAYS[weekday.number].title()
                raise DateNotUnderstood(
                    f"{day.day} {day:%B %Y} is a {day:%A}, not a {name}: type one of the two."
                )
            dates = agreed
        return dates

    def _times(self, setting: _Setting) -> list[tuple[time, int]]:
        """The times of day, each with days to add. Raises DateNotUnderstood if there is none."""
        part = self.part
        if self.clock is None:
            guesses = part.guesses if part else ()
            return [(time(hour), 0) for hour in guesses] or [(setting.usual, 0)]
        if part is None:
            return list(self.clock.times)
        within = []
        for at, days in self.clock.times:
            hour = at.hour + 24 * days
            if part.first <= hour <= part.last:
                within.append((at, days))
            elif part.last > 24 and hour + 24 <= part.last:
                within.append((at, days + 1))  # after midnight is still that night
        if not within:
            raise DateNotUnderstood(f"{self.clock.words} is not in the {part.name}.")
        return within

    def _at(self, day: date, at: tuple[time, int], zone: NamedZone) -> list[_Moment]:
        moments, which = resolve(day + timedelta(days=at[1]), at[0], zone)
        if self.occurrence and len(moments) > 1:
            moments, which = moments[self.occurrence.number :][:1], ""
        return [_Moment(moment, zone, day, at, which) for moment in moments]

    def _next(self, at: tuple[time, int], zone: NamedZone, setting: _Setting) -> list[_Moment]:
        """The next time that it is this time of day."""
        today = setting.today(zone.zone)
        is_over = at[0] < setting.now.astimezone(zone.zone).time()
        return self._at(today + timedelta(days=is_over), (at[0], 0), zone)


def parse_when(
    text: str,
    now: datetime,
    zone: tzinfo,
    *,
    usual: time,
    on: date | None = None,
    month_first: bool = False,
) -> When:
    """The moment, or moments, that "18:30", "fri 6pm", "in 20 min", "5/4 18:00 New York" mean.

    Args:
        text: a day, a time, or both, and perhaps a zone.
        now: aware.
        zone: the user's.
        usual: the time that is offered for a day that is typed alone.
        on: the day of the session that is edited, whose time is `usual`: what is not typed stays
            as it is. None: a new one.
        month_first: whether the user writes the month first; then that order is offered first.

    Raises DateNotUnderstood if the text has no meaning, or one that does not exist.
    """
    typed, setting = _tidy(text), _Setting(now, zone, usual, on)
    wrong: list[Fault] = []
    known = rules(zone, setting.today(zone).year, month_first)
    meanings: list[list[datetime]] = []
    advice: list[str] = []
    for parts in _sentences(typed, known, wrong):
        sentence = _Sentence(parts)
        try:
            if sentence.span:
                at = (now + sentence.span.length).astimezone(UTC)
                meanings.append([at.replace(second=0, microsecond=0)])
                continue
            candidates = sentence.candidates(setting)
        except DateNotUnderstood as error:
            wrong.append(Fault(IMPOSSIBLE, 0, str(error)))
        except (ValueError, OverflowError):
            wrong.append(Fault(IMPOSSIBLE, 0, TOO_FAR))
        else:
            meanings.append([candidate.at for candidate in candidates])
            advice += sentence.advice(candidates, setting)
    readings = tuple(dict.fromkeys(at for meaning in meanings for at in meaning))
    if not readings:
        raise DateNotUnderstood(_refusal(wrong))
    if max(readings).year > LAST_YEAR:
        raise DateNotUnderstood(TOO_FAR)
    if len({frozenset(meaning) for meaning in meanings}) > 1 or (len(readings) > 1 and not advice):
        advice = [SEVERAL]
    return When(readings, " ".join(list(dict.fromkeys(advice))[:2]))


def resolve(day: date, at: time, zone: NamedZone) -> tuple[list[datetime], str]:
    """The moments of a day and a time in a zone, and advice if there are two.

    There are two where the clocks go back over that time, and where an abbreviation is not in
    use on that day, as EST in July. Raises DateNotUnderstood for a time that the clocks skip.
    """
    first, second = (datetime.combine(day, at, zone.zone).replace(fold=fold) for fold in (0, 1))
    try:
        moment, later = first.astimezone(UTC), second.astimezone(UTC)
        back = moment.astimezone(zone.zone)
    except (OverflowError, ValueError):
        raise DateNotUnderstood(TOO_FAR) from None
    exists = back.replace(tzinfo=None) == first.replace(tzinfo=None, fold=0)
    local = list(dict.fromkeys((moment, later))) if exists else []
    if zone.offset is not None:
        strictly = datetime.combine(day, at, timezone(zone.offset)).astimezone(UTC)
        if strictly in local or not local:
            return [strictly], ""
        return [*local, strictly], f"{first.tzname()} is in use on that day. {WHICH_ZONE}"
    if not local:
        raise DateNotUnderstood(
            f"{at:%H:%M} does not exist that day: the clocks go forward over it, to {back:%H:%M}."
        )
    return local, TWICE if len(local) > 1 else ""


def _ahead(candidates: list[_Moment], setting: _Setting) -> list[_Moment]:
    """Those that are not over, if there are any; else all."""
    return [candidate for candidate in candidates if candidate.at >= setting.now] or candidates


def _only(kind: type[P], parts: Iterable[Phrase]) -> P | None:
    return next((part for part in parts if isinstance(part, kind)), None)


def writes_month_first(environment: Mapping[str, str]) -> bool:
    """Whether the user's locale has dates like 12/24."""
    names = (environment.get(name) for name in ("LC_ALL", "LC_TIME", "LANG"))
    return next((name for name in names if name), "").startswith(("en_US", "en-US"))


def _tidy(text: str) -> str:
    """The text in lower case, with one sign for each thing."""
    text = unicodedata.normalize("NFKC", text[:LONGEST]).casefold()
    text = re.sub(r"[\u2010-\u2015\u2212]", "-", text)
    text = re.sub(r"[\u2018\u2019`]", "'", text)
    text = re.sub(r"[()\[\]\"\u201c\u201d]", " ", text)
    text = re.sub(r"(?<=[\d\s])([ap])\.\s?m\b\.?", r"\1m", text)
    text = _ISO_OFFSET.sub(r"\1 utc\2", text)
    text = re.sub(r"(?<=\d)t(?=\d)", " ", text)
    text = re.sub(r"(?<=\d)z\b", " z", text)
    return _WORD.sub(lambda found: str(_NUMBERS[found[0]]), text).strip()


_ISO_OFFSET = re.compile(
    r"(\d{4}-\d\d-\d\d[t ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)\s*([+-]\d\d:?(?:\d\d)?)\b"
)
_WORD = re.compile(rf"\b(?:{'|'.join(_NUMBERS)})\b")


def _sentences(
    text: str, known: tuple[Rule, ...], wrong: list[Fault]
) -> Iterator[tuple[Phrase, ...]]:
    """All ways to read a text as phrases from its begin to its end."""

    @cache
    def beginning_at(at: int) -> list[tuple[int, Made]]:
        return list(phrases(text, at, known, wrong))

    def read(at: int, before: Made) -> Iterator[Made]:
        if idle := _IDLE.match(text, at):
            yield from read(idle.end(), before)
        elif at == len(text):
            yield before
        elif not (found := beginning_at(at)):
            word = re.match(r"[^\s,;]+", text[at:])
            words = f"“{word[0] if word else text[at]}” is not understood. {EXAMPLES}"
            wrong.append(Fault(UNKNOWN, at, words))
        else:
            for end, made in found:
                if clash := _clash(before + made):
                    wrong.append(Fault(CLASH, at, clash))
                else:
                    yield from read(end, before + made)

    yield from read(0, ())


def _clash(parts: Made) -> str:
    """Why these phrases are too many, or ""."""
    for kind, most, words in _MOST:
        if sum(isinstance(part, kind) for part in parts) > most:
            return f"There are too many {words}: type one."
    if len(parts) > 1 and _only(FromNow, parts) is not None:
        return "Type either how long from now, or a day and a time."
    return ""


_MOST: tuple[tuple[type, int, str], ...] = (
    (Clock, 1, "times"),
    (DatePhrase, 2, "days"),  # which may agree
    (Weekday, 1, "days"),
    (PartOfDay, 1, "parts of the day"),
    (ZonePhrase, 1, "zones"),
    (Occurrence, 1, "words such as “first”"),
    (FromNow, 1, "times"),
)


def _refusal(wrong: list[Fault]) -> str:
    """The sentence for a text without a meaning: what was wrong, or what to type."""
    if not wrong:
        return EXAMPLES
    return max(wrong, key=lambda found: (found.kind, found.place)).words
