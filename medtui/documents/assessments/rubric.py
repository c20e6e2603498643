"""Rubrics of learning platforms (Canvas, Moodle), where criteria and marks are separate.

A rubric's criteria state the possible points; marks refer to them by identifier. Moodle's
report of grades has no rubric, but items with a mark and a maximum each.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

from medtui.documents.assessment import Assessment, Domain, Overall
from medtui.documents.assessments.values import block, percent_of
from medtui.documents.fields import Record, first, has_records, number, record, records, text_of

MOST_OBJECTS = 5_000
"""So many objects of a file are looked at."""
_LEVELS = ("ratings", "levels")
_POINTS = ("points", "score")
_TELLING = {*_LEVELS, "maxscore", "graderaw"}


class _Asked(NamedTuple):
    """A criterion of a rubric. `levels`: by identifier, the points and the words of each."""

    name: str
    max: float | None
    levels: dict[str, tuple[float | None, str]]


def read(data: Any) -> Assessment | None:
    """The rubric with the marks given by it; None where there is neither rubric nor grades."""
    objects = list(islice(_objects(data), MOST_OBJECTS))
    if not any(_TELLING & item.keys() for item in objects):
        return None
    asked = {str(item["id"]): found for item in objects if (found := _asked(item)) and "id" in item}
    given = dict(reversed([pair for item in objects for pair in _given(item, asked)]))
    if asked and (given or not any("score" in item for item in objects)):
        domains = tuple(_domain(one, given.get(key, {})) for key, one in asked.items())
        return Assessment("rubric", overall=_overall(objects), domains=domains)
    return _grades(objects)


def _objects(data: Any) -> Iterator[Record]:
    """Every object in a value, outer ones first."""
    waiting = [data]
    for value in waiting:
        if isinstance(value, dict):
            yield value
            waiting += value.values()
        elif isinstance(value, list) and (has_records(value) or len(value) < 50):
            waiting += value[:MOST_OBJECTS]


def _asked(item: Record) -> _Asked | None:
    """A criterion: its levels have points, or Moodle's guide says how many there may be."""
    name = text_of(first(item, "description", "shortname", "title"))
    levels = {
        str(level.get("id")): (number(first(level, *_POINTS)),
                               text_of(first(level, "description", "definition")))
        for key in _LEVELS
        for level in records(item.get(key))
    }  # fmt: skip
    points = [amount for amount, _ in levels.values() if amount is not None]
    if not name or "max" in item or (not points and "maxscore" not in item):
        return None
    top = number(first(item, "points", "maxscore"))
    return _Asked(name, max(points) if top is None else top, levels)


def _given(item: Record, asked: dict[str, _Asked]) -> Iterator[tuple[str, Record]]:
    """The marks in an object, each with its criterion's identifier."""
    key = first(item, "criterion_id", "criterionid")
    if str(key) in asked and first(item, *_POINTS, "levelid", "rating_id") is not None:
        yield str(key), item
    elif str(item.get("id")) in asked and first(item, "levelid", "rating_id") is not None:
        yield str(item["id"]), item
    for name, part in record(item.get("rubric_assessment")).items():
        if name in asked and isinstance(part, dict):
            yield name, part


def _domain(asked: _Asked, given: Record) -> Domain:
    level = asked.levels.get(str(first(given, "levelid", "rating_id")))
    is_own = "criterion_id" in given or "criterionid" in given or not given.keys() & set(_LEVELS)
    score = number(first(given, *_POINTS)) if is_own else None
    if score is None and level is not None:
        score = level[0]
    words = level[1] if level else text_of(given.get("description")) if is_own else ""
    return Domain(
        asked.name,
        score,
        asked.max,
        label=words or None,
        rationale=block(first(given, "comments", "remark", "feedback") or ""),
    )


def _overall(objects: list[Record]) -> Overall:
    """What the file says of the whole; nothing is added up."""
    levels = {id(level) for item in objects for key in _LEVELS for level in records(item.get(key))}
    parts = {"criterion_id", "criterionid", "maxscore", *_LEVELS}
    others = [item for item in objects if not parts & item.keys() and id(item) not in levels]
    score = _first_number(others, "score", "rawgrade", "grade")
    limit = _first_number(others, "points_possible", "grademax")
    return Overall(score, limit, percent_of(score, limit))


def _first_number(items: list[Record], *names: str) -> float | None:
    found = (number(item.get(name)) for name in names for item in items)
    return next((value for value in found if value is not None), None)


def _grades(objects: list[Record]) -> Assessment | None:
    """Moodle's report of grades: an item for each mark, and one for the course."""
    items = [item for item in objects if {"graderaw", "grademax"} <= item.keys()]
    if not items:
        return None
    whole, domains = Overall(), []
    for item in items:
        score, limit = number(item["graderaw"]), number(item["grademax"])
        if item.get("itemtype") == "course":
            whole = Overall(score, limit, percent_of(score, limit))
        else:
            words = block(item.get("feedback") or "")
            domains.append(Domain(text_of(item.get("itemname")), score, limit, rationale=words))
    return Assessment("rubric", overall=whole, domains=tuple(domains))
