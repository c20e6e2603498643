"""Mark sheets and marked prose as text: "Rapport: 4/5", "[x] Washes hands", "Overall 6/10."."""

from __future__ import annotations

import csv
import re
from typing import Any

from medtui.documents.assessment import Assessment, Feedback, Overall
from medtui.documents.assessments import names
from medtui.documents.assessments.values import block, box, mark, percent_of, result
from medtui.documents.fields import clean, plain

MAX_CHARS = 400_000
MAX_LINES = 4_000
LONGEST_LINE = 5_000

_ITEM = re.compile(
    r"(?:[-*•]\s+|\d{1,3}[.)]\s+|\*\*)?([^:：|\t]{1,120}?)(?:\*\*)?\s*[:：|\t]\s*(?:\*\*)?\s*(.*)"
)
_HEADING = re.compile(r"(?:#{1,6}\s*|\*\*)?([^:：]{2,60}?)\s*(?:\*\*)?\s*[:：]?\s*(?:\*\*)?")
_BULLET = re.compile(r"\s*(?:[-*•–▪◦]|\d{1,3}[.)])\s+")
_MARK = re.compile(
    r"(?:[-+]?\d{1,4}(?:[.,]\d+)?\s*(?:marks?|points?)?\s*(?:/|out of|of)\s*\d{1,4}(?:[.,]\d+)?"
    r"|\d{1,3}(?:[.,]\d+)?\s*%)(?:\s*(?:marks?|points?))?(?:\s*[(,–-].{0,80})?\.?",
    re.I,
)
_WHOLE = re.compile(
    r"^\W*(?:overall|total|final)?\s*(?:overall|total|final|score|marks?|grade|result)\s*\**\s*"
    r"(?:is|was|of|[:=–-])?\s*\**\s*"
    r"(\d{1,4}(?:[.,]\d+)?\s*(?:/|out of)\s*\d{1,4}(?:[.,]\d+)?)(?![/\d])",
    re.I | re.M,
)
_PERCENT = re.compile(
    r"^\W*(?:overall|total|score|mark)[^\d\n]{0,20}[:=]\W*(\d+(?:\.\d+)?\s*%)", re.I | re.M
)


def prose(text: str) -> Assessment | None:
    """An assessment from prose. An overall mark is read only at the beginning of a line."""
    said = block(text)
    if not said:
        return None
    match = _WHOLE.search(said[:20_000]) or _PERCENT.search(said[:20_000])
    whole = mark(match[1]) if match else mark(None)
    percent = whole.percent if whole.score is None else percent_of(whole.score, whole.max)
    return Assessment(
        "prose", overall=Overall(whole.score, whole.max, percent), feedback=Feedback(said)
    )


def sheet_in(text: str) -> dict[str, Any] | None:
    """The parts of a mark sheet written as text, as an object of the usual keys; or None.

    It is one where at least two lines are a name and a mark, or are ticked.
    """
    if len(text) > MAX_CHARS:
        return None
    if (table := _table(text)) is not None:
        return table
    lines = [clean(line)[:LONGEST_LINE] for line in text.splitlines()[:MAX_LINES] if line.strip()]
    found: dict[str, Any] = {}
    domains: list[dict[str, Any]] = []
    criteria: list[dict[str, Any]] = []
    other: list[str] = []
    heading: str | None = None
    for line in lines:
        met, rest = box(line)
        item = _ITEM.fullmatch(line)
        if met is not None:
            criteria.append({"text": clean(rest), "result": met.value})
        elif item and _MARK.fullmatch(item[2].strip()) and mark(item[2].rstrip(". ")).label is None:
            heading = None
            title = clean(item[1]).strip("*_# ")
            if plain(title) in _WHOLES:
                found["total_score"] = item[2].rstrip(". ")
            else:
                domains.append({"name": title, "score": item[2].rstrip(". ")})
        elif item and item[2] and (verdict := _verdict(item[1], item[2])):
            found[verdict] = clean(item[2])
        elif (known := _heading(line)) is not None:
            heading = known
            if item and item[2]:
                found.setdefault(heading, []).append(clean(item[2]))
        elif heading is not None:
            found.setdefault(heading, []).append(clean(_BULLET.sub("", line)))
        elif domains and not _is_plain_item(item):
            domains[-1].setdefault("comment", []).append(clean(_BULLET.sub("", line)))
        else:
            other.append(clean(line))
    if len(domains) + bool(found.get("total_score")) < 2 and len(criteria) < 2:
        return None
    if not _is_mostly_marks(lines, domains, criteria, found):
        return None
    if domains:
        found["domains"] = domains
    if criteria:
        found["criteria"] = criteria
    if other:
        found["other lines"] = other
    return found


_WHOLES = names.WHOLE | {"overallgrade", "score", "mark", "marks", "totals", "finalresult"}
_HEADINGS = {
    plain(name): kind
    for kind, known in (
        ("strengths", names.STRENGTHS),
        ("improvements", names.IMPROVEMENTS),
        ("keep_doing", names.KEEP_DOING),
        ("red_flags", names.RED_FLAGS),
        ("summary", ("summary", "feedback", "comments", "overall comments", "comment",
                     "general comments", "examiner comments", "overall feedback")),
    )
    for name in known
}  # fmt: skip
_VERDICTS = {"result": "result", "grade": "grade", "globalrating": "global_rating",
             "overallgrade": "grade", "verdict": "verdict", "outcome": "outcome",
             "decision": "decision", "passfail": "result", "globalgrade": "grade",
             "overallrating": "global_rating", "overall": "grade", "examiner": "examiner",
             "markedby": "marked_by", "assessor": "assessor"}  # fmt: skip


def _verdict(title: str, value: str) -> str | None:
    known = _VERDICTS.get(plain(title))
    return known if known and len(value) <= 60 else None


def _heading(line: str) -> str | None:
    match = _HEADING.match(line)
    item = _ITEM.fullmatch(line)
    title = item[1] if item else match[1] if match and match.end() == len(line) else ""
    return _HEADINGS.get(plain(title))


def _is_plain_item(item: re.Match[str] | None) -> bool:
    """Whether a line is "Name: value", which belongs to no domain."""
    return item is not None and len(item[1].split()) <= 4


def _is_mostly_marks(
    lines: list[str], domains: list[Any], criteria: list[Any], found: dict[str, Any]
) -> bool:
    """Whether a third of the lines are marks or belong to them: a talk may mention two marks."""
    used = (
        len(domains)
        + len(criteria)
        + sum(len(value) + 1 if isinstance(value, list) else 1 for value in found.values())
    )
    return used * 3 >= len(lines)


def _table(text: str) -> dict[str, Any] | None:
    """A mark sheet as CSV or TSV with a header: a row for each domain or criterion."""
    head = text.lstrip("\ufeff\r\n ").split("\n", 1)[0]
    mark_of = max(",;\t|", key=head.count)
    columns = [plain(name) for name in head.split(mark_of)]
    wanted_name = {plain(name) for name in (*names.NAME, *names.TEXT)}
    wanted = {plain(name) for name in (*names.SCORE, *names.RESULT, "score", "grade")}
    if len(columns) < 2 or not wanted_name & set(columns[:2]) or not wanted & set(columns):
        return None
    rows = [
        {name.strip(): (" ".join(value) if isinstance(value, list) else value).strip()
         for name, value in row.items() if name and value}
        for row in csv.DictReader(text.lstrip("\ufeff\r\n ").splitlines()[:MAX_LINES],
                                  delimiter=mark_of, restkey="more")
    ]  # fmt: skip
    rows = [row for row in rows if row]
    given = sum(
        mark(value).score is not None or result(value) is not None
        for row in rows
        for name, value in row.items()
        if plain(name) in wanted
    )
    if not rows or given * 2 < len(rows):
        return None
    is_ticked = not any(mark(value).score is not None for row in rows
                        for name, value in row.items() if plain(name) in wanted)  # fmt: skip
    return {"criteria" if is_ticked else "domains": rows}
