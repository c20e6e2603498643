"""How days, times, spans and zones are written: the grammar of the date parser.

A rule is a pattern and what its match means. Several rules may match at one place: `date_parser`
tries them all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import time, timedelta, tzinfo
from functools import cache

from medtui.core import date_meanings as meaning
from medtui.core.date_phrases import (
    NO_SUCH,
    UNKNOWN,
    Clock,
    DateNotUnderstood,
    Fault,
    FromNow,
    Incomplete,
    Made,
    Occurrence,
    Weekday,
    ZonePhrase,
)
from medtui.core.time_zones import NamedZone, zone_names, zone_of_key, zones_called

Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], Made]]

_END = r"(?![^\W_]|[:/]\d|[.,]\d)"
"""No phrase ends within a word or a number."""


@cache
def rules(own: tzinfo, year: int, month_first: bool) -> tuple[Rule, ...]:
    """All rules, the likelier before others.

    Args:
        own: the user's zone.
        year: the present one: 2030 may be half past eight, this year and the next are years.
        month_first: how the user writes dates in numbers.
    """
    day, month, half = (
        meaning.any_of(meaning.DAY_NUMBERS),
        meaning.any_of(meaning.MONTH_NUMBERS),
        r"(?P<half>[ap]m|p)",
    )
    last = r"(?:\s*o'?clock)?"
    nth = r"(?P<d>\d{1,2})(?:st|nd|rd|th)?\.?"
    day_month = rf"{nth}(?:\s*of)?[\s./-]*(?P<m>{month})"
    month_day = rf"(?P<m>{month})[\s./-]*(?:the\s+)?{nth}"
    numbers = r"(\d{1,2})\s*[./-]\s*(\d{1,2})"
    hour, range_end = r"\d{1,2}(?:[:.]\d\d)?", r"\s*(?:-|to|until|till)\s*"
    tomorrow = "tom+or+ow|tomo?|tmrw?|tmw|2mor+ow?"
    years = rf"(?!{year}|{year + 1})"
    amount = (
        r"(?P<n>\d{1,3}(?:[.,]\d\d?)?(?:\s+and\s+a\s+half)?|an?|half(?:\s+an?)?|an?\s+half"
        r"|(?:a\s+)?quarter\s+of\s+an|three\s+quarters\s+of\s+an)"
    )

    def numbered(found: re.Match[str]) -> Made:
        return meaning.numbers(found, month_first=month_first)

    def place(found: re.Match[str]) -> Made:
        zones = zones_called(re.sub(r"\s+", " ", found[1]), own)
        return (ZonePhrase(zones),) if zones else ()

    def part(found: re.Match[str]) -> Made:
        return (meaning.PARTS[found[1]],)

    def part_today(found: re.Match[str]) -> Made:
        return meaning.ahead(0, found[0]), meaning.PARTS[found[1]]

    listed: list[tuple[str, Callable[[re.Match[str]], Made]]] = [
        # Times of day.
        (rf"(?P<h>\d{{1,2}})[:.](?P<min>\d\d)(?::\d\d(?:\.\d+)?)?(?:\s*{half})?(?:\s*h(?:rs?)?)?",
         meaning.clock),
        (rf"(?P<h>\d{{1,2}})(?P<min>\d\d)?\s*{half}", meaning.clock),
        (rf"{years}(?P<h>\d\d)(?P<min>\d\d)(?:\s*h(?:ou)?rs?)?", meaning.clock),
        (r"(?P<h>\d)(?P<min>\d\d)", meaning.clock),
        (rf"(?P<h>\d{{1,2}}){last}", meaning.clock),
        (r"(?P<h>0\d|[7-9]|[12]\d)h(?P<min>\d\d)?", meaning.clock),
        (rf"(?P<n>half|quarter|\d{{1,2}})(?:\s*min(?:ute)?s?)?\s+(?P<side>past|after|to)\s+"
         rf"(?P<h>1[0-2]|[1-9])(?:\s*{half})?", meaning.past_or_to),
        (r"half\s*(\d{1,2})", meaning.half_before),
        (r"(?:12\s*)?(?:noon|midday)", lambda found: (Clock(((time(12), 0),), found[0]),)),
        (r"(?:12\s*)?midnight", lambda found: meaning.midnight(found[0])),
        # Days.
        (r"(?:today|tdy|2day)", lambda found: (meaning.ahead(0, found[0]),)),
        (rf"(?:{tomorrow})", lambda found: (meaning.ahead(1, found[0]),)),
        (rf"day\s+after\s+(?:{tomorrow})", lambda found: (meaning.ahead(2, found[0]),)),
        (day, lambda found: (Weekday(meaning.DAY_NUMBERS[found[0].rstrip(".")]),)),
        (rf"(?:this\s+coming|coming|this)\s+({day})", lambda found: meaning.this_weekday(found[1])),
        (rf"next\s+({day})", meaning.next_weekday),
        (rf"({day})\s+next\s+week", meaning.next_week),
        (rf"next\s+week\s+(?:on\s+)?({day})", meaning.next_week),
        (rf"({day})\s+(week|fortnight)", meaning.weekday_and_weeks),
        (r"(today|tomorrow)\s+week", lambda found: (
            meaning.ahead(7 + (found[1] == "tomorrow"), found[0]),)),
        (rf"(?P<n>an?|\d)\s+(?P<unit>weeks?|fortnight)\s+(?:(?:on|from)\s+)?"
         rf"(?P<day>today|tomorrow|{day})", meaning.days_ahead),
        (r"(?:in\s+)?(?P<n>an?|\d{1,5})\s*(?P<unit>d|days?|wks?|weeks?|fortnights?)"
         r"(?:'?\s+time|\s+from\s+now)?", meaning.days_ahead),
        (r"\+\s*(?P<n>\d{1,3})\s*(?P<unit>d|days?|w|weeks?)?", meaning.plus),
        (day_month, meaning.named),
        (rf"{day_month}[\s,./-]*'?(?P<y>20\d\d|\d\d)", meaning.named),
        (month_day, meaning.named),
        (rf"{month_day}[\s,]+(?P<y>20\d\d)", meaning.named),
        (rf"{numbers}(?P<dot>\.)?", numbered),
        (rf"{numbers}\s*[./-]\s*(?P<y>20\d\d|\d\d)", numbered),
        (r"(\d{1,2})\s+(\d{1,2})", numbered),
        (r"(\d{4})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{1,2})", meaning.iso),
        (r"(20\d\d)(\d\d)(\d\d)", meaning.iso),
        (r"(\d{1,2})(?:st|nd|rd|th)", meaning.of_month),
        (r"(?<!at )(?<!@)(\d{1,2})\.?(?!\s*(?:in the|at night|tonight|this))", meaning.of_month),
        # Parts of a day.
        (r"(?:in\s+the\s+|at\s+)?(morning|lunchtime|afternoon|evening|night)", part),
        (r"this\s+(morning|lunchtime|afternoon|evening)", part_today),
        (r"(?:tonight|tonite)", lambda found: (meaning.ahead(0, found[0]), meaning.PARTS["night"])),
        # From now on.
        (r"(?:right\s+)?now", lambda _: (FromNow(timedelta()),)),
        (rf"(?:in\s+|\+\s*)?{amount}\s*(?:h|hrs?|hours?)"
         r"(?:\s*(?:and\s+)?(?:(?P<more>a\s+half)|(?P<m>\d{1,2})\s*(?:m|mins?|minutes?)?))?"
         r"(?:'?\s+time|\s+from\s+now)?", meaning.hours_ahead),
        (r"(?:in\s+|\+\s*)?(\d{1,6})\s*(?:m|mins?|minutes?)(?:'?\s+time|\s+from\s+now)?",
         meaning.minutes_ahead),
        # Zones.
        (rf"(?:in\s+)?({zone_names(own)})(?:\s+time)?", place),
        (r"([a-z]+/[a-z_+-]+(?:/[a-z_]+)?)", lambda found: (ZonePhrase(zone_of_key(found[1])),)),
        (r"(?:utc|gmt)\s*([+-])\s*(\d{1,2})(?::?(\d\d))?", meaning.at_offset),
        (r"(?:(?<=:\d\d)|(?<=:\d\d ))(\+)(\d\d)(?::?(\d\d))?", meaning.at_offset),
        (r"(?:local|my)(?:\s+time)?", lambda _: (ZonePhrase((NamedZone(own),)),)),
        (r"(first|second)", lambda found: (Occurrence(int(found[1] == "second")),)),
        # What cannot be right, told in its own words.
        (rf"({hour})(?:\s*[ap]m)?{range_end}({hour})(?:\s*[ap]m)?",
         meaning.one_start),
        (r"(?:next\s+|this\s+)?week",
         meaning.ask("Which day of the week? Add one, such as fri.")),
        (r"(?:this\s+|next\s+)?weekend", meaning.ask("Type sat or sun.")),
        (month, meaning.ask("Which day of the month? Type it as 25 Nov.")),
    ]  # fmt: skip
    return tuple((re.compile(f"(?:{pattern}){_END}"), make) for pattern, make in listed)


def phrases(
    text: str, at: int, known: tuple[Rule, ...], wrong: list[Fault]
) -> Iterator[tuple[int, Made]]:
    """What begins at a place of a text, each with where it ends.

    Notes in `wrong` what looks like a phrase and is none.
    """
    for pattern, make in known:
        if found := pattern.match(text, at):
            try:
                made = make(found)
            except DateNotUnderstood as error:
                kind = UNKNOWN if isinstance(error, Incomplete) else NO_SUCH
                wrong.append(Fault(kind, found.end(), str(error)))
                continue
            if made:
                yield found.end(), made
