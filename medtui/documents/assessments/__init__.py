"""The shapes of assessments: one reader for mark sheets, one for all that goes by names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from medtui.documents.assessment import Assessment, Criterion, Domain, Feedback, Marker, Overall
from medtui.documents.assessments import marksheet, names
from medtui.documents.assessments.claims import Claims, plain
from medtui.documents.assessments.parts import criterion, domain, feedback, listed, overall
from medtui.documents.assessments.values import block, mark, percent_of, result, scale_of
from medtui.documents.decode import fenced_json, looks_like_json, value_of
from medtui.documents.errors import DocumentError
from medtui.documents.fields import clean, has_records, record, records
from medtui.documents.transcripts.segments import START

_WRAPPERS = ("assessment", "evaluation", "result", "data", "output", "response", "content",
             "text", "feedback", "message", "choices", "json", "report")  # fmt: skip
_DEPTH = 4
_AI = re.compile(r"\b(ai|llm|gpt|claude|gemini|llama|automated|automatic|bot|model)", re.I)
_SELF = re.compile(r"\b(self|myself|candidate|reflection)\b", re.I)
_MARKERS = ("marked_by", "marker", "assessor_type", "assessor", "assessed_by", "evaluator",
            "graded_by", "rater", "examiner", "examiners", "generated_by", "source")  # fmt: skip
_WHOLE = re.compile(r"(?:overall|total|score|mark)\D{0,20}?(\d+(?:\.\d+)?\s*/\s*\d+)", re.I)
_PERCENT = re.compile(
    r"^\W*(?:overall|total|score|mark)[^\d\n]{0,20}:\s*(\d+(?:\.\d+)?\s*%)", re.I | re.M
)
_SPOKEN = {*START, "speaker", "speaker_name", "speakerName", "speaker_label", "role", "word",
           "words", "alternatives", "transcript", "content", "message"}  # fmt: skip
"""Keys of a talk's turns and words; some of those have a "score", which is a confidence."""


class _Candidate(NamedTuple):
    """A value that may be the assessment, and what stood around it in the file."""

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
        if any(_are_marked(fields.get(name)) for name in names.ITEMS):
            return True
    return False


def assessment_of(data: Any) -> Assessment | None:
    """The assessment in a value, or None where nothing in it looks like one."""
    for candidate in _unwrapped(data):
        found = marksheet.read(candidate.value) or _by_names(candidate.value)
        if found is None or found.is_empty:
            continue
        marker = found.marker
        if candidate.is_fenced and marker is Marker.UNKNOWN:
            marker = Marker.AI  # only models wrap what they say in a text
        return replace(found, marker=marker, unclaimed=candidate.around | found.unclaimed)
    return None


def prose(text: str) -> Assessment | None:
    """An assessment that is nothing but prose."""
    said = block(text)
    if not said:
        return None
    match = _WHOLE.search(said[:20_000]) or _PERCENT.search(said[:20_000])
    whole = mark(match[1]) if match else mark(None)
    percent = whole.percent if whole.score is None else percent_of(whole.score, whole.max)
    return Assessment(
        "prose", overall=Overall(whole.score, whole.max, percent), feedback=Feedback(said)
    )


def _by_names(data: Any) -> Assessment | None:
    if not isinstance(data, dict):
        return None
    claims = Claims(data)
    domains, criteria = _domains_and_criteria(claims)
    said = feedback(claims)
    whole = overall(claims)
    if claims.look("marked_by") in tuple(Marker):
        claims.take("marked_by")  # else it says more than who
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
    )


def _domains_and_criteria(claims: Claims) -> tuple[list[Domain], list[Criterion]]:
    domains: list[Domain] = []
    criteria: list[Criterion] = []
    titles: dict[str, str] = {}
    top = scale_of(claims.look(*names.SCALE))[1]
    if top is not None:
        claims.take(*names.SCALE)
    for name in (*names.DOMAINS, *names.ITEMS):
        value = claims.look(name)
        if not isinstance(value, (list, dict)) or (name in names.ITEMS and _are_results(value)):
            continue
        if name in names.ITEMS and not _are_marked(value):
            continue
        claims.take(name)
        left: dict[str, Any] = {}
        for title, item in listed(value):
            if not isinstance(item, dict) and not title:
                left.setdefault(name, []).append(item)
                continue
            found, rest = domain(item, title, top)
            inner = next((key for key in (*names.CRITERIA, *names.ITEMS) if key in rest), None)
            if inner is not None and isinstance(rest[inner], (list, dict)):
                for text, part in listed(rest.pop(inner)):
                    met, more = criterion(part, text, found.name)
                    criteria.append(met)
                    if more:
                        rest.setdefault(inner, []).append(more)
            if (own := record(item).get("id")) is not None:
                titles[plain(str(own))] = found.name
            domains.append(found)
            if rest:
                left[found.name] = rest
        if left:
            claims.keep(name, left)
    for name in (*names.CRITERIA, *names.ITEMS):
        value = claims.look(name)
        if not isinstance(value, (list, dict)):
            continue
        claims.take(name)
        left = {}
        for text, item in listed(value):
            met, rest = criterion(item, text)
            known = titles.get(plain(met.domain or ""))
            criteria.append(replace(met, domain=known) if known else met)
            if rest:
                left[met.text] = rest
        if left:
            claims.keep(name, left)
    return domains, criteria


def _are_results(value: Any) -> bool:
    """Whether items are ticked rather than rated."""
    if isinstance(value, dict):
        return any(isinstance(item, bool) for item in value.values())
    return any(
        result(item.get(name)) is not None
        and not (isinstance(item.get(name), (int, float)) and not isinstance(item.get(name), bool))
        for item in records(value)[:20]
        for name in names.RESULT
    )


def _are_marked(value: Any) -> bool:
    """Whether a list's items carry marks or ticks, which no turn of a talk does."""
    wanted = {*names.SCORE, *names.RESULT, "raw_score_0_to_100", "grade"} - {"value", "text"}
    return has_records(value) and any(wanted & set(item) for item in records(value)[:20])


def _is_sheet(value: Any) -> bool:
    """Whether a list that stands alone is one of marks or ticks, and not of what was said."""
    items = records(value)[:20] if has_records(value) else []
    if any(_SPOKEN & set(item) for item in items):
        return False
    given = [mark(item.get(name)) for item in items for name in names.SCORE]
    has_grades = any("grade" in item for item in items)
    return has_grades or any(one.score is not None for one in given) or _are_results(items)


def _marker(data: dict[str, Any], is_platform: bool) -> Marker:
    claims = Claims(data)
    for name in _MARKERS:
        value = claims.look(name)
        words = str(record(value).get("type") or record(value).get("kind") or value)[:200]
        if value is None or (name == "source" and not _AI.search(words)):
            continue
        if _SELF.search(words):
            return Marker.SELF
        return Marker.AI if _AI.search(words) else Marker.HUMAN
    if claims.look("self_assessment", "is_self_assessment") is True:
        return Marker.SELF
    if claims.look("model", "model_name", "ai_model", "llm", "model_version", "prompt_version"):
        return Marker.AI
    return Marker.AI if is_platform else Marker.UNKNOWN


def _unwrapped(data: Any) -> Iterator[_Candidate]:
    """The value, and what others have wrapped it in; what is encoded in a text comes first."""
    waiting = [_Candidate(data, {}, False)]
    for _ in range(_DEPTH):
        inner = [part for candidate in waiting for part in _within(candidate)]
        yield from (part for part in inner if part.is_fenced)
        yield from waiting
        waiting = inner
    yield from waiting


def _within(outer: _Candidate) -> Iterator[_Candidate]:
    """What is wrapped in a value: by a list of one, an object's usual keys, or a text."""
    data = outer.value
    if isinstance(data, str):
        if (decoded := _decoded(data)) is not None:
            yield _Candidate(decoded, outer.around, True)
        return
    if isinstance(data, list) and len(data) == 1:
        yield _Candidate(data[0], outer.around, outer.is_fenced)
    if _is_sheet(data):  # a bare list where an object was expected
        name = "criteria" if _are_results(data) else "domains"
        yield _Candidate({name: data}, outer.around, outer.is_fenced)
    for name in _WRAPPERS:
        inner = record(data).get(name)
        is_fenced = outer.is_fenced
        if isinstance(inner, str) and "{" in inner[:20_000]:
            inner, is_fenced = _decoded(inner), True
        if isinstance(inner, (dict, list)):
            rest = {other: value for other, value in data.items() if other != name}
            yield _Candidate(inner, outer.around | rest, is_fenced)


def _decoded(text: str) -> Any:
    """The JSON in a text: between fences, with the prose around it, or all of it."""
    if (inner := fenced_json(text)) is not None:
        around = clean(text[: text.find("```")] + text[text.rfind("```") + 3 :])[:20_000]
        return {**inner, "text around it": around} if isinstance(inner, dict) and around else inner
    try:
        return value_of(text) if looks_like_json(text) else None
    except DocumentError:
        return None
