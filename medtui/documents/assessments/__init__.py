"""The shapes of assessments: the readers in their order, and where to look."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from medtui.documents.assessment import Assessment, Marker
from medtui.documents.assessments import fhir, marksheet, names, rubric
from medtui.documents.assessments.claims import Claims
from medtui.documents.assessments.items import (
    are_marked,
    are_results,
    are_timed,
    domains_and_criteria,
    is_sheet,
    with_whole,
)
from medtui.documents.assessments.owner import owner_of
from medtui.documents.assessments.parts import feedback, overall
from medtui.documents.errors import DocumentError
from medtui.documents.fields import number, plain, record
from medtui.documents.json_text import value_of

_WRAPPERS = ("assessment", "evaluation", "result", "data", "output", "response", "content",
             "text", "feedback", "message", "choices", "json", "report", "arguments",
             "candidates", "parts",
             "output_text", "completion", "input", "function", "tool_calls", "grading",
             "statement", "submission", "score_report")  # fmt: skip
_DEPTH = 7
_FEW = 20
"""A list of so many items may hold the assessment as one of them."""
_MAY_HOLD = re.compile(r"[{\[]")
_AI = re.compile(r"\b(ai|llm|gpt|claude|gemini|llama|automated|automatic|bot|model)", re.I)
_SELF = re.compile(r"\b(self|myself|candidate|reflection)\b", re.I)
_MARKERS = ("marked_by", "marker", "assessor_type", "assessor", "assessed_by", "evaluator",
            "graded_by", "rater", "examiner", "examiners", "generated_by", "source")  # fmt: skip


class _Found(NamedTuple):
    """A value that may be the assessment, and the other keys of the objects around it."""

    value: Any
    around: dict[str, Any]
    is_fenced: bool


def looks_like_assessment(data: Any) -> bool:
    """Whether a value has keys that no transcript has, itself or one object further in."""
    for candidate in _unwrapped(data):
        fields = record(candidate.value)
        known = {plain(name) for name in fields}
        if any(plain(name) in known for name in names.TELLING):
            return True
        if any(are_marked(fields.get(name)) for name in names.ITEMS):
            return True
    return False


def assessment_of(data: Any) -> Assessment | None:
    """The assessment in a value, or None where nothing in it looks like one.

    A candidate with marks is preferred to one with words alone.
    """
    found = None
    for candidate in _candidates(data):
        if candidate.has_marks:
            return candidate
        found = found or candidate
    return found


def _candidates(data: Any) -> Iterator[Assessment]:
    for candidate in _unwrapped(data):
        found = (
            marksheet.read(candidate.value)
            or fhir.read(candidate.value)
            or rubric.read(candidate.value)
            or _by_names(candidate.value)
        )
        if found is None or found.is_empty:
            continue
        marker = found.marker
        if candidate.is_fenced and marker is Marker.UNKNOWN:
            marker = Marker.AI  # only models wrap what they say in a text
        yield replace(found, marker=marker, unclaimed=candidate.around | found.unclaimed)


def _by_names(data: Any) -> Assessment | None:
    if not isinstance(data, dict):
        return None
    claims = Claims(data)
    domains, criteria, named_whole = domains_and_criteria(claims)
    said = feedback(claims)
    fraction = number(claims.look(*names.PERCENT))
    whole = with_whole(overall(claims), named_whole)
    if claims.look("marked_by") in tuple(Marker):
        claims.take("marked_by")  # else it says more than who
    owner = owner_of(claims)
    is_platform = "dimensions" in data and "raw_score_0_to_100" in str(data["dimensions"])[:400]
    source = "platform" if is_platform else "checklist" if criteria else "assessment"
    return Assessment(
        source,
        _marker(data, is_platform),
        whole,
        tuple(domains),
        tuple(criteria),
        said,
        claims.rest(),
        _notes(fraction, whole.percent),
        owner,
    )


def _notes(stated: float | None, percent: float | None) -> tuple[str, ...]:
    """The note about a percentage that the file states as a fraction; empty without one."""
    if stated is None or percent is None or not 0 < stated <= 1 or percent == stated:
        return ()
    return (f"The file says {stated:g} for the percentage, which is read as {percent:g} %.",)


def _marker(data: dict[str, Any], is_platform: bool) -> Marker:
    claims = Claims(data)
    for name in _MARKERS:
        value = claims.look(name)
        words = str(record(value).get("type") or record(value).get("kind") or value)[:200]
        if value is None or (name == "source" and not _AI.search(words)):
            continue
        if _SELF.search(words):
            return Marker.SELF
        if _AI.search(words):
            return Marker.AI
        is_examiner = "examiner" in name or "examiner" in words.casefold()
        return Marker.EXAMINER if is_examiner else Marker.HUMAN
    if claims.look("self_assessment", "is_self_assessment") is True:
        return Marker.SELF
    if claims.look("model", "model_name", "ai_model", "llm", "model_version", "prompt_version"):
        return Marker.AI
    return Marker.AI if is_platform else Marker.UNKNOWN


def _unwrapped(data: Any) -> Iterator[_Found]:
    """The value and the values inside it, outer ones first; JSON in texts before the others."""
    waiting = [_Found(data, {}, False)]
    for _ in range(_DEPTH):
        inner = [part for candidate in waiting for part in _within(candidate)]
        yield from (part for part in inner if part.is_fenced)
        yield from waiting
        waiting = inner
    yield from waiting


def _within(outer: _Found) -> Iterator[_Found]:
    """The values one level inside: items of a list, values of usual keys, JSON in a text."""
    data = outer.value
    if isinstance(data, str):
        if (decoded := _decoded(data)) is not None:
            yield _Found(decoded, outer.around, True)
        return
    if is_sheet(data):  # a bare list where an object was expected
        name = "criteria" if are_results(data) else "domains"
        yield _Found({name: data}, outer.around, outer.is_fenced)
    elif isinstance(data, list) and len(data) <= _FEW and not are_timed(data):
        for item in data:
            if isinstance(item, (dict, str)):
                yield _Found(item, outer.around, outer.is_fenced)
    for name in _WRAPPERS:
        inner = record(data).get(name)
        is_fenced = outer.is_fenced
        if isinstance(inner, str):
            if not _MAY_HOLD.search(inner[:20_000]):
                continue
            inner, is_fenced = _decoded(inner), True
        if isinstance(inner, (dict, list)):
            rest = {other: value for other, value in data.items() if other != name}
            yield _Found(inner, outer.around | rest, is_fenced)


def _decoded(text: str) -> Any:
    """The list or object that a text holds as JSON; None if it holds none."""
    try:
        found = value_of(text)
    except DocumentError:
        return None
    return found if isinstance(found, (dict, list)) else None
