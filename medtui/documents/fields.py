"""Values in the forms that files have: numbers in strings, times, names in objects."""

from __future__ import annotations

import math
import re
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeGuard

from medtui.core.text import clean_block
from medtui.documents.decode import check_length

Record = dict[str, Any]

_SLICE = 1 << 18
_ABSURD = 1e15
_CONTROL = dict.fromkeys([*range(32), 127])
_UNTIDY = re.compile(r"[^\S ]|  ")
_CLOCK = re.compile(r"\[?(?:(\d{1,4}):)?(\d{1,4}):(\d{1,2}(?:[.,]\d{1,9})?)\]?")
_DATE = re.compile(r"\d{4}-?\d\d-?\d\d[T ]\d\d")
_PERIOD = re.compile(r"PT(?:([\d.]{1,15})H)?(?:([\d.]{1,15})M)?(?:([\d.]{1,15})S)?")
_UNKNOWN_SPEAKERS = frozenset({"", "uu", "unknown", "none", "null", "n/a", "unidentified"})


_PEOPLE = ("name", "displayName", "display_name", "speaker_name", "full_name", "label",
           "ParticipantRole", "role", "id")  # fmt: skip
_PARTS = ("text", "transcript", "content", "value", "utf8")
"""Where the words of a part of a message are."""


def clean(text: str) -> str:
    """Text of one line: no control characters, every run of white space one space.

    Raises DocumentError for a text that is longer than any talk.
    """
    check_length(text)
    text = text.strip()
    if text.isprintable() and "  " not in text:
        return text
    # In slices: cleaning millions of odd characters at once takes memory for each of them.
    text = "".join(_tidy(text[at : at + _SLICE]) for at in range(0, len(text), _SLICE))
    if _UNTIDY.search(text):
        text = " ".join(text.split())
    return text.strip()


def _tidy(part: str) -> str:
    """A slice of a text, cleaned; white space at its ends becomes one space."""
    words = " ".join(part.split())
    if not words.isprintable():
        words = words.encode("utf-8", "ignore").decode()  # without lone surrogates
        words = clean_block(words.translate(_CONTROL) if words.isascii() else words)
    before, after = part[:1].isspace(), part[-1:].isspace()
    return f"{' ' * before}{words}{' ' * after}"


def text_of(value: Any) -> str:
    """A text, or the joined texts of a list of parts (as in chat messages); else ""."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        parts = [first(part, *_PARTS) if isinstance(part, dict) else part for part in value]
        return clean(" ".join(part for part in parts if isinstance(part, str)))
    if isinstance(value, dict):
        return text_of(first(value, *_PARTS) or "")
    return ""


def first(record: Record, *names: str) -> Any:
    """The value of the first of these keys that is neither null nor ""; None without one."""
    for name in names:
        value = record.get(name)
        if value is not None and value != "":
            return value
    return None


@lru_cache(4_096)
def plain(name: str) -> str:
    """A key for comparison: "Overall score", "overall_score" and "overallScore" are one."""
    return "".join(char for char in name.casefold() if char.isalnum())


def record(value: Any) -> Record:
    """The value where it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def records(value: Any) -> list[Record]:
    """The objects of a list; empty for other values."""
    if not isinstance(value, list):
        return []
    if {*map(type, value)} == {dict}:  # nearly always, and told in a tenth of the time
        return value.copy()
    return [item for item in value if isinstance(item, dict)]


def has_records(value: Any) -> TypeGuard[list[Any]]:
    """Whether this is a list that begins with an object."""
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def number(value: Any) -> float | None:
    """A finite number, also from a string; None for null and all other values."""
    if type(value) is float:  # fast path: nearly all times of words are floats
        return value if -_ABSURD < value < _ABSURD else None
    if isinstance(value, str):
        value = value.strip()
        if not value or len(value) > 40 or value[-1] not in "0123456789.":
            return None
        try:
            value = float(value.replace(",", ".") if "." not in value else value)
        except ValueError:
            return None
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            return float(value) if abs(value) < _ABSURD else None
        except OverflowError:
            return None
    return None


def moment(value: Any) -> float | None:
    """A time as a number: as it is, "1.200s", "00:01:02.5", "PT1M2.5S", {"seconds", "nanos"}.

    All but a bare number are in seconds.
    """
    if type(value) is float:
        return value if -_ABSURD < value < _ABSURD else None
    if isinstance(value, str):
        text = value.strip()[:40]
        if (plain := number(text)) is not None:
            return plain
        if text.endswith("ms") and (plain := number(text[:-2].strip())) is not None:
            return plain / 1000
        if text.endswith("s") and (plain := number(text[:-1])) is not None:
            return plain
        if match := _CLOCK.fullmatch(text):
            hours, minutes, rest = match.groups(default="0")
            return int(hours) * 3600 + int(minutes) * 60 + float(rest.replace(",", "."))
        if (match := _PERIOD.fullmatch(text)) and any(match.groups()):
            parts = [number(part) or 0.0 for part in match.groups(default="0")]
            return parts[0] * 3600 + parts[1] * 60 + parts[2]
        return None
    if isinstance(value, dict):
        seconds, nanos = number(value.get("seconds")), number(value.get("nanos"))
        if seconds is None and nanos is None:
            inner = first(value, "relative", "offset", "value", "start", "from", "absolute")
            if isinstance(inner, (dict, list)):
                return None
            return at if (at := moment(inner)) is not None else instant(inner)
        return (seconds or 0.0) + (nanos or 0.0) / 1e9
    return number(value)


_SCALARS = {"offset", "value", "start", "from"}


def is_clock(value: Any) -> bool:
    """Whether a time states its unit, as "1.2s" and "00:01" do."""
    return (isinstance(value, dict) and not _SCALARS & set(value)) or (
        isinstance(value, str) and number(value) is None and moment(value) is not None
    )


def instant(value: Any) -> float | None:
    """An ISO date and time as seconds since 1970; None for other values."""
    if not isinstance(value, str) or not _DATE.match(value):
        return None
    try:
        at = datetime.fromisoformat(value.strip()[:40])
        return at.timestamp() if at.tzinfo else (at - datetime(1970, 1, 1)).total_seconds()
    except (ValueError, OverflowError, OSError):
        return None


def speaker_of(value: Any) -> str | None:
    """A speaker's label from a number, a name, or an object with one; None if unknown."""
    if isinstance(value, dict):
        value = first(value, *_PEOPLE) or next(
            (value[name] for name in value if name.casefold().endswith(("name", "role", "id"))),
            None,
        )
        if isinstance(value, (dict, list)):
            return None
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, str):
        return _label(value[:1_000])
    return _label(value) if isinstance(value, (int, float)) else None


@lru_cache(256)
def _label(value: str | float) -> str | None:
    label = clean(str(value))[:80].strip()
    return None if label.lower() in _UNKNOWN_SPEAKERS else label


def probability(value: Any) -> float | None:
    """A confidence between 0 and 1, also from a percentage; None for other values."""
    found = value if type(value) is float else number(value)
    if found is None or not 0 <= found <= 100:
        return None
    return found / 100 if found > 1 else found


def from_log(value: Any) -> float | None:
    """A confidence from a natural logarithm of a probability."""
    found = number(value)
    return math.exp(max(found, -50.0)) if found is not None and found <= 0 else None


def alternatives(value: Any) -> Record:
    """The best of a list of hypotheses, which is its first."""
    if isinstance(value, dict):
        return value
    return next(iter(records(value)), {})
