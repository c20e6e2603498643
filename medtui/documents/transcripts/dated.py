"""Exported chats, in which each message begins with a date and a time of day."""

from __future__ import annotations

import re

_STAMP = re.compile(
    r"^[ \t\u200e\u200f]*\[?(\d{1,4}[./-]\d{1,2}[./-]\d{1,4}),?[ \t]+(\d{1,2}):(\d\d)(?::(\d\d))?"
    r"(?:[ \t\u202f]?([ap])\.?m\.?)?\]?[ \t]*(?:[-–—][ \t]*)?",
    re.I | re.M,
)
_LEAST = 2


def without_dates(text: str) -> tuple[str, str, list[str]] | None:
    """A chat's text with times in place of its dates; None for another text.

    Returns the text, a note, and what is beside it. Times are since the first message. Where
    the messages are of several days there are none, as the order of day and month is not known.
    """
    stamps = list(_STAMP.finditer(text[:2_000]))
    first = text[:2_000].lstrip("\ufeff \r\n\t\u200e\u200f")
    if len(stamps) < _LEAST or not _STAMP.match(first):
        return None
    stamps = list(_STAMP.finditer(text))
    if len(stamps) * 2 < sum(1 for line in text.splitlines() if line.strip()):
        return None
    if len({stamp[1] for stamp in stamps}) > 1:
        note = (
            "The messages are of several days: their dates and times are beside the consultation."
        )
        aside = [stamp[0].strip("[] \t-–—\u200e\u200f") for stamp in stamps]
        return _STAMP.sub("", text), note, aside
    begins = _seconds(stamps[0])

    def since(stamp: re.Match[str]) -> str:
        at = max(0, _seconds(stamp) - begins)
        return f"[{at // 3600}:{at % 3600 // 60:02}:{at % 60:02}] "

    first = stamps[0][0].strip("[] \t-–—\u200e\u200f")
    note = f"The times are since the first message, which is of {first}."
    return _STAMP.sub(since, text), note, []


def _seconds(stamp: re.Match[str]) -> int:
    """A stamp's time of day."""
    hour = int(stamp[2])
    if stamp[5]:
        hour = hour % 12 + (12 if stamp[5].casefold() == "p" else 0)
    return hour * 3600 + int(stamp[3]) * 60 + int(stamp[4] or 0)
