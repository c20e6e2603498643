"""Single values of an assessment: marks as people write them, lists, quotes, results."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from medtui.core.text import clean_block
from medtui.documents.assessment import Evidence, Result
from medtui.documents.fields import clean, first, moment, number, record, speaker_of, text_of

MAX_ITEMS = 2_000
_LONGEST = 200_000

_NUMBER = r"[-+]?\d{1,9}(?:[.,]\d{1,6})?"
_UNIT = r"(?:\s*(?:marks?|points?|pts?)\.?)?"
_CALLED = r"(?:(?:overall|total|final|score|scored|marks?|rating|result|points?)\W{0,3}){0,3}"
_OF = re.compile(
    rf"{_CALLED}({_NUMBER}){_UNIT}\s*(?:/|out\s+of|of)\s*(?:a\s+possible\s+)?({_NUMBER}){_UNIT}"
    r"(?:\s*[-–—:,(]*\s*(.*?)\)?)?",
    re.I,
)
_MARKS = re.compile(rf"{_CALLED}({_NUMBER})\s*(?:marks?|points?|pts?)\.?", re.I)
_PERCENT = re.compile(rf"{_CALLED}({_NUMBER})\s*(?:%|per\s?cent)(?:\s*[-–—:,(]*\s*(.*?)\)?)?", re.I)
_GRADED = re.compile(rf"({_NUMBER})\s*(?:[-–—:(]|\s)\s*([^\d].*?)\)?")
_FRACTIONS = {"¼": 0.25, "½": 0.5, "¾": 0.75}
_BULLET = re.compile(r"^\s*(?:[-*•–▪◦]|\d{1,3}[.)])\s+")

_YES = {"yes", "y", "done", "met", "true", "achieved", "complete", "completed", "full", "fully met",
        "fully", "observed", "present", "pass", "passed", "ok", "correct", "satisfied", "✓", "✔",
        "1", "demonstrated", "performed"}  # fmt: skip
_NO = {"no", "n", "not done", "not met", "false", "missed", "missing", "not achieved", "absent",
       "incomplete", "not observed", "fail", "failed", "omitted", "incorrect", "✗", "✘", "x", "0",
       "not demonstrated", "not performed", "unmet", "none"}  # fmt: skip
_PARTIAL = {"partial", "partly", "partially", "partially met", "partly done", "partial credit",
            "partly met", "partially done", "some", "half", "0.5", "attempted", "borderline",
            "partly achieved", "partially achieved"}  # fmt: skip
_NOT_APPLICABLE = {"na", "n/a", "not applicable", "not assessed", "not assessable", "skipped"}
_SIGNS = "✓✔☑✅🗹✗✘☒❌☐◻□⬜🗶◐"
_BOX = re.compile(rf"\s*(?:[-*•]\s+)?(?:\[([ xX✓✔✗✘~/-]?)\]|\(([xX✓✔ ])\)|([{_SIGNS}])\ufe0f?)\s*")
_BOX_BEHIND = re.compile(rf"\s*(?:\[([ xX✓✔✗✘~/]?)\]|([{_SIGNS}])\ufe0f?)\s*$")
_EMPTY = {"", "✗", "✘", "☒", "❌", "☐", "◻", "□", "⬜", "🗶"}
_HALF = {"~", "/", "-", "◐"}


class Mark(NamedTuple):
    """The parts of a mark. A letter or a grade is a label; null is None, not zero."""

    score: float | None = None
    max: float | None = None
    percent: float | None = None
    label: str | None = None


def mark(value: Any) -> Mark:
    """A mark in any of its forms: 7, "7/10", "70 %", "4 - Good", "B", {"score": 7, …}."""
    if isinstance(value, dict):
        inner = mark(first(value, "score", "value", "mark", "points", "rating", "raw", "earned",
                           "awarded", "total", "grade"))  # fmt: skip
        label = label_of(first(value, "label", "grade", "band", "level", "descriptor"))
        return Mark(
            inner.score,
            number(first(value, "max", "max_score", "out_of", "maximum", "possible", "of"))
            or inner.max,
            number(first(value, "percent", "percentage")) or _scaled(value) or inner.percent,
            label or inner.label,
        )
    if isinstance(value, bool) or value is None:
        return Mark()
    if (plain := number(value)) is not None:
        return Mark(score=plain)
    text = text_of(value)[:200]
    if (part := _FRACTIONS.get(text[-1:])) and (whole := number(text[:-1] or 0)) is not None:
        return Mark(score=whole + part)
    if match := _OF.fullmatch(text):
        score, limit = number(match[1]), number(match[2])
        if score is not None and limit and score <= limit:
            share = _PERCENT.fullmatch(match[3] or "")
            percent = number(share[1]) if share else None
            return Mark(score, limit, percent, None if share else match[3] or None)
        return Mark(label=text)  # as a blood pressure: no mark is above its maximum
    if match := _MARKS.fullmatch(text):
        return Mark(score=number(match[1]))
    if match := _PERCENT.fullmatch(text):
        return Mark(None, None, number(match[1]), match[2] or None)
    if match := _GRADED.fullmatch(text):
        return Mark(number(match[1]), None, None, match[2])
    return Mark(label=text or None)


def _scaled(value: dict[str, Any]) -> float | None:
    """xAPI's scaled score, between 0 and 1, as a percentage."""
    scaled = number(value.get("scaled"))
    return round(scaled * 100, 4) if scaled is not None and 0 <= scaled <= 1 else None


def box(text: str) -> tuple[Result | None, str]:
    """Result and text of a checklist's line: "[x] Washes hands", "✗ Explains", "Greets ✓"."""
    match = _BOX.match(text) or _BOX_BEHIND.search(text)
    if match is None:
        return None, text
    rest = (text[: match.start()] + text[match.end() :]).strip(" :-–—\t")
    sign = next(part for part in match.groups() if part is not None).strip().casefold()
    met = Result.NO if sign in _EMPTY else Result.PARTIAL if sign in _HALF else Result.YES
    return (met, rest) if rest else (None, text)


def percent_of(score: float | None, limit: float | None) -> float | None:
    """A mark of a maximum as a percentage; None where either is missing."""
    return round(100 * score / limit, 1) if score is not None and limit else None


def label_of(value: Any) -> str | None:
    """A grade in words or letters."""
    if isinstance(value, str):
        return clean(value)[:200] or None
    if isinstance(value, dict):
        return label_of(first(value, "label", "name", "value", "grade"))
    return None


def block(value: Any) -> str:
    """Prose with its lines; the items of a list become lines."""
    if isinstance(value, list):
        return "\n".join(part for item in value[:MAX_ITEMS] if (part := block(item)))
    if isinstance(value, dict):
        return block(first(value, "text", "comment", "summary", "feedback", "description"))
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        return ""
    lines = (clean(line) for line in clean_block(value[:_LONGEST]).split("\n"))
    text = "\n".join(line for line in lines if line)
    return f"{text} …" if text and len(value) > _LONGEST else text


def points(*values: Any) -> tuple[str, ...]:
    """Points made, one each: a list's items, a text's lines, bullets, or parts between ";"."""
    found: list[str] = []
    for value in values:
        if isinstance(value, str):
            found += _points(value[:_LONGEST])
        elif isinstance(value, list):
            found += [point for item in value[:MAX_ITEMS] if (point := _point(item))]
        elif isinstance(value, dict):
            found += [
                f"{clean(name)[:80]}: {point}"
                for name, item in list(value.items())[:MAX_ITEMS]
                if (point := _point(item))
            ]
    return tuple(found[:MAX_ITEMS])


def evidence(*values: Any) -> tuple[Evidence, ...]:
    """Quotes, as texts or as objects with a time."""
    found: list[Evidence] = []
    for value in values:
        items = value if isinstance(value, list) else [value]
        found += [quote for item in items[:MAX_ITEMS] if (quote := _quote(item))]
    return tuple(found[:MAX_ITEMS])


def result(value: Any) -> Result | None:
    """The result that a tick or a usual word stands for; None for other values."""
    if isinstance(value, bool):
        return Result.YES if value else Result.NO
    if isinstance(value, dict):
        return result(first(value, "result", "value", "status"))
    word = clean(str(value)).casefold().replace("_", " ") if _is_word(value) else ""
    for words, meaning in (
        (_YES, Result.YES),
        (_NO, Result.NO),
        (_PARTIAL, Result.PARTIAL),
        (_NOT_APPLICABLE, Result.NOT_APPLICABLE),
    ):
        if word in words:
            return meaning
    return None


def scale_of(value: Any) -> tuple[tuple[str, ...], float | None]:
    """A scale's labels, and its maximum: a list, "1-5", 5, or {"min": 1, "max": 5}."""
    if isinstance(value, list):
        labels = tuple(text for item in value[:50] if (text := label_of(item)))
        numbers = [number(item) for item in value[:50]]
        known = [found for found in numbers if found is not None]
        return labels, max(known) if known and len(known) == len(numbers) else None
    if isinstance(value, dict):
        return (), number(first(value, "max", "maximum", "to", "high"))
    if isinstance(value, str):
        match = re.fullmatch(rf"\s*{_NUMBER}\s*(?:-|–|to|\.\.)\s*({_NUMBER})\s*", value[:40])
        return (), number(match[1]) if match else None
    return (), number(value)


def _is_word(value: Any) -> bool:
    return isinstance(value, (str, int, float)) and len(str(value)[:60]) < 40


def _points(text: str) -> Iterable[str]:
    lines = [line for line in text.splitlines() if line.strip()]
    parts = lines if len(lines) > 1 else text.split(";")
    return [point for part in parts if (point := clean(_BULLET.sub("", part)))]


def _point(item: Any) -> str:
    if isinstance(item, dict):
        text = text_of(first(item, "text", "point", "description", "title", "name", "comment"))
        more = text_of(first(item, "detail", "details", "explanation", "rationale", "suggestion"))
        return f"{text}: {more}" if text and more else text or more
    if isinstance(item, str):
        return clean(_BULLET.sub("", item[:_LONGEST]))
    return block(item).replace("\n", "; ")


def _quote(item: Any) -> Evidence | None:
    if isinstance(item, str):
        text = clean(item[:20_000])
        return Evidence(text) if text else None
    fields = record(item)
    text = text_of(first(fields, "quote", "text", "evidence", "excerpt", "content", "utterance"))
    if not text:
        return None
    return Evidence(
        text[:20_000],
        moment(first(fields, "start", "start_time", "timestamp", "time", "at")),
        moment(first(fields, "end", "end_time")),
        speaker_of(first(fields, "speaker", "role")),
    )
