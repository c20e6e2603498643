"""FHIR QuestionnaireResponse: questions and answers, in groups within groups."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from medtui.documents.assessment import (
    Assessment,
    Criterion,
    Domain,
    Feedback,
    Marker,
    Overall,
    Result,
)
from medtui.documents.assessments.claims import Claims
from medtui.documents.assessments.names import WHOLE
from medtui.documents.assessments.values import block, mark, percent_of, result
from medtui.documents.fields import number, plain, record, records, text_of

DEPTH = 8


def read(data: Any) -> Assessment | None:
    """The answers: ticks are criteria, numbers domains, texts are feedback with their question."""
    if record(data).get("resourceType") == "Bundle":
        inner = (read(record(entry).get("resource")) for entry in records(data.get("entry")))
        return next((found for found in inner if found is not None), None)
    if record(data).get("resourceType") != "QuestionnaireResponse":
        return None
    claims = Claims(data)
    claims.take("item")
    domains: list[Domain] = []
    criteria: list[Criterion] = []
    said: list[str] = []
    whole = Overall()
    for group, text, answer in _answers(records(data.get("item")), None, DEPTH):
        met, given, words = _read(answer)
        if met is not None:
            criteria.append(Criterion(text, group, result=met, rationale=words))
        elif given is not None and plain(text) in WHOLE:
            limit = mark(words).max
            whole = Overall(given, limit, percent_of(given, limit))
        elif given is not None:
            domains.append(Domain(text, given, label=words or None))
        elif words:
            said.append(f"{text}: {words}" if text else words)
    is_person = bool(record(data.get("author")))
    return Assessment(
        "fhir",
        Marker.HUMAN if is_person else Marker.UNKNOWN,
        whole,
        tuple(domains),
        tuple(criteria),
        Feedback("\n".join(said)),
        claims.rest(),
    )


def _answers(
    items: list[dict[str, Any]], group: str | None, depth: int
) -> Iterator[tuple[str | None, str, dict[str, Any]]]:
    for item in items:
        text = text_of(item.get("text")) or text_of(item.get("linkId"))
        for answer in records(item.get("answer")):
            yield group, text, answer
            if depth:
                yield from _answers(records(answer.get("item")), text, depth - 1)
        if depth:
            yield from _answers(records(item.get("item")), text or group, depth - 1)


def _read(answer: dict[str, Any]) -> tuple[Result | None, float | None, str]:
    """A tick, a number, or words; a coded answer may be each of them."""
    for name, value in answer.items():
        if not name.startswith("value"):
            continue
        if isinstance(value, bool):
            return result(value), None, ""
        if isinstance(value, (int, float)):
            return None, number(value), ""
        if isinstance(value, dict):
            words = text_of(value.get("display")) or text_of(value.get("code"))
            if (amount := number(value.get("value"))) is not None:
                return None, amount, text_of(value.get("unit"))
            met = result(words)
            return met, None, "" if met else words
        return None, None, block(value)
    return None, None, ""
