"""Tells a draft by a model from an assessment, whatever was renamed in its file or put around it.

A draft is exported as JSON and as Markdown. Neither may come back as the platform's assessment or
as a person's, so any one of the signs that only drafts have is enough.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import replace
from typing import Any

from medtui.documents.assessment import DRAFT, Assessment, Marker
from medtui.documents.errors import DocumentError
from medtui.documents.fields import clean, record
from medtui.documents.json_text import value_of

MOST_VALUES = 20_000
"""So many values of a file are looked at, the outer ones first."""

MOST_DECODED = 10
"""So many texts that may hold JSON are read as JSON."""

LONGEST = 100_000
"""Characters of a text that are looked at."""

FORMATIVE = "Formative: a model's draft, no mark by a person, and in no progress."
"""The first note of each draft, in every export."""

NO_ASSESSMENT = (
    "This file holds a draft by a model, which is no assessment: it stays on your computer. Mark"
    " the station on the mark sheet ({room.mark})."
)
NOTE = "This is a draft by a model{which}, and no assessment: its marks count for no one."

_TITLE = re.compile(r"^[^\w\n]*Draft by .{1,200} \(prompt .{1,40}\)", re.MULTILINE)
_NOTE = re.compile(rf"^[^\w\n]*{re.escape(FORMATIVE.rstrip('.'))}", re.MULTILINE)
_SPREAD = re.compile(
    r"^[^\w\n]*\d answers: (?:none counts|[\d.]+(?:, [\d.]+)*)(?:; \w+ do(?:es)? not count)?\.",
    re.MULTILINE,
)


def is_draft_text(text: str) -> bool:
    """Whether a text holds what only a draft's has, each at the beginning of a line."""
    text = text[:LONGEST]
    return any(sign.search(text) for sign in (_TITLE, _NOTE, _SPREAD))


def draft_in(value: Any) -> dict[str, Any] | None:
    """The object in a file's values that is a draft's, or holds its text; None: there is none."""
    waiting: deque[tuple[Any, dict[str, Any]]] = deque([(value, record(value))])
    decoded = 0
    for _ in range(MOST_VALUES):
        if not waiting:
            break
        each, around = waiting.popleft()
        if isinstance(each, str):
            if is_draft_text(each):
                return around
            if decoded < MOST_DECODED and "{" in each and ("struck" in each or "draft" in each):
                decoded += 1
                waiting.append((_decoded(each), around))
        elif isinstance(each, dict):
            if _is_draft(each):
                return around if "model" not in each and "model" in around else each
            waiting.extend((inner, each) for inner in each.values())
        elif isinstance(each, list):
            waiting.extend((inner, around) for inner in each)
    return None


def _decoded(text: str) -> Any:
    """The values of JSON in a text; None if there is none."""
    try:
        found = value_of(text[:LONGEST])
    except DocumentError:
        return None
    return found if isinstance(found, dict | list) else None


def _is_draft(fields: dict[str, Any]) -> bool:
    is_named = DRAFT in (_word(fields.get("kind")), _word(fields.get("source")))
    by_model = _word(fields.get("marked_by")) == Marker.AI or "prompt" in fields
    has_answers = isinstance(fields.get("struck_out"), list) and "answers" in fields
    is_kept = isinstance(fields.get("struck"), list) and isinstance(fields.get("marks"), list)
    return (is_named and by_model) or has_answers or is_kept


def _word(value: Any) -> str:
    return value.strip().casefold() if isinstance(value, str) else ""


def as_draft(assessment: Assessment, fields: dict[str, Any]) -> Assessment:
    """An assessment that says that it is a draft. `fields`: the object in which that was seen."""
    named = (fields.get("model"), fields.get("prompt"))
    model, prompt = (clean(text[:80]) if isinstance(text, str) else "" for text in named)
    which = f" ({model}{f', prompt {prompt}' if prompt else ''})" if model else ""
    notes = (NOTE.format(which=which), *assessment.notes)
    return replace(assessment, source=DRAFT, marker=Marker.AI, notes=notes)
