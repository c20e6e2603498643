"""A model's answer about one domain, read as a stranger's: nothing in it is taken on trust."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from medtui.core.rubrics import RubricDomain
from medtui.core.text import clean_line

MOST_QUOTES = 12
LONGEST_QUOTE = 600
"""Characters of a quote; what is longer is cut, and then found or not as it is."""
MOST_REMARKS = 4
LONGEST_REMARK = 500
LARGEST = 200_000
"""Characters of an answer."""
MOST_BRACES = 60

_THOUGHTS = re.compile(r"<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL | re.IGNORECASE)
_END_OF_THOUGHTS = re.compile(
    r".*(?:</think(?:ing)?>|<\|channel\|>final<\|message\|>)", re.DOTALL | re.IGNORECASE
)
"""Templates may begin a thought themselves, so that only its end is in the answer."""
_FENCE = re.compile(r"```(?:json)?\s*\n(.*?)```", re.DOTALL | re.IGNORECASE)
_FIGURE = re.compile(r"\s*([-+]?\d{1,6}(?:\.\d{1,6})?)\s*")


class BadAnswer(ValueError):
    """An answer that is not in the form asked for."""


class MarkFault(StrEnum):
    """Why an answer gives no mark."""

    NONE = ""
    MISSING = "no mark"
    OUT_OF_RANGE = "out of range"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model has answered: a mark of the domain's scale, or why there is none."""

    mark: float | None = None
    fault: MarkFault = MarkFault.NONE
    quotes: tuple[str, ...] = ()
    reason: str = ""
    strengths: tuple[str, ...] = ()
    improvements: tuple[str, ...] = ()


def read_answer(text: str, domain: RubricDomain) -> Answer:
    """A model's words as an answer. Raises BadAnswer."""
    fields = _object(text)
    mark, fault = _mark(fields.get("mark"), domain)
    return Answer(
        mark,
        fault,
        tuple(_texts(fields.get("quotes"), MOST_QUOTES, LONGEST_QUOTE)),
        " ".join(_texts(fields.get("reason"), 1, LONGEST_REMARK)),
        tuple(_texts(fields.get("strengths"), MOST_REMARKS, LONGEST_REMARK)),
        tuple(_texts(fields.get("improve"), MOST_REMARKS, LONGEST_REMARK)),
    )


def _object(text: str) -> dict[str, Any]:
    """The JSON object in a text, with or without words, thoughts and a fence around it."""
    if len(text) > LARGEST:
        raise BadAnswer("it is too long")
    bare = _END_OF_THOUGHTS.sub("", _THOUGHTS.sub("", text))
    tries = [bare, *_FENCE.findall(bare)]
    start, end = bare.find("{"), bare.rfind("}")
    if 0 <= start < end:
        tries.append(bare[start : end + 1])
    for part in tries:
        try:
            # JSON has no NaN and no infinity.
            value = json.loads(part, parse_constant=lambda _: None)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict) and "mark" in value:
            return value
    return _last_object(bare)


def _last_object(text: str) -> dict[str, Any]:
    """The last object with a mark among words that hold other braces. Raises BadAnswer."""
    decoder = json.JSONDecoder(parse_constant=lambda _: None)
    at = len(text)
    for _ in range(MOST_BRACES):
        at = text.rfind("{", 0, at)
        if at < 0:
            break
        try:
            value, _ = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict) and "mark" in value:
            return value
    raise BadAnswer("it is not the JSON asked for")


def _mark(value: Any, domain: RubricDomain) -> tuple[float | None, MarkFault]:
    if isinstance(value, str) and (found := _FIGURE.fullmatch(value)):
        value = float(found[1])
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None, MarkFault.MISSING
    try:
        mark = float(value)
    except OverflowError:
        return None, MarkFault.OUT_OF_RANGE
    if not math.isfinite(mark) or not domain.least <= mark <= domain.max:
        return None, MarkFault.OUT_OF_RANGE
    return mark, MarkFault.NONE


def _texts(value: Any, most: int, longest: int) -> list[str]:
    """Texts as lines that are harmless to a terminal; other values are left out."""
    items = value if isinstance(value, list) else [value]
    found: list[str] = []
    for item in items[: 4 * most]:
        text = item
        if isinstance(item, dict):
            text = next((item[key] for key in ("quote", "text", "words") if key in item), None)
        if isinstance(text, str) and (line := " ".join(clean_line(text[: 4 * longest]).split())):
            found.append(line[:longest].strip())
    return found[:most]
