"""The parts of an assessment, from under any of their usual names."""

from __future__ import annotations

from typing import Any

from medtui.documents.assessment import Criterion, Domain, Feedback, Overall
from medtui.documents.assessments import names
from medtui.documents.assessments.claims import Claims
from medtui.documents.assessments.values import (
    MAX_ITEMS,
    Mark,
    block,
    box,
    evidence,
    label_of,
    mark,
    percent_of,
    points,
    result,
    scale_of,
)
from medtui.documents.fields import clean, number, plain, text_of

PLATFORM_WEIGHTS = {
    "Rapport, introduction, structure and flow": 13.3,
    "Empathy, listening and patient perspective": 13.3,
    "Medical explanation and plan": 9.96,
    "Honesty and transparency": 3.32,
    "Appropriate pace and non-verbal skills": 9.96,
}
"""The platform's own domains, and what each counts of 49.8."""

_WEIGHTS = {plain(name): weight for name, weight in PLATFORM_WEIGHTS.items()}
_PASSED = {"pass": True, "passed": True, "clear pass": True, "fail": False, "failed": False,
           "clear fail": False, "true": True, "false": False, "yes": True, "no": False,
           "bare fail": False, "bare pass": True, "unsatisfactory": False}  # fmt: skip


def domain(item: Any, name: str = "", top: float | None = None) -> tuple[Domain, dict[str, Any]]:
    """A domain, and the rest of its item. `top`: the maximum of a scale common to all items."""
    if not isinstance(item, dict):
        return Domain(name, *_score_of(mark(item), None, top), label=mark(item).label), {}
    claims = Claims(item)
    own = clean(name) or text_of(claims.take(*names.NAME))[:200] or "(no name)"
    is_platform = "raw_score_0_to_100" in claims or "weighted_score" in claims
    raw = number(claims.take("raw_score_0_to_100"))
    weighted = number(claims.look("weighted_score"))
    found = _mark(claims, names.SCORE)
    weight = claims.take_number(*names.WEIGHT)
    limit = claims.take_number(*names.MAX) or found.max
    if found.score is not None and limit is not None and found.score > limit:
        claims.keep("maximum", limit)  # it is not that of this mark
        limit = None
    if (own_top := scale_of(claims.look(*names.SCALE))[1]) is not None:
        claims.take(*names.SCALE)
        top = own_top
    if is_platform:
        counts = _WEIGHTS.get(plain(own), weight)
        if counts is None and raw and weighted is not None:
            counts = round(weighted * 100 / raw, 2)
        limit, weight = counts, counts
        if weighted is None and raw is not None:
            found, limit = found._replace(score=raw), 100.0
    label = label_of(claims.take(*names.LABEL)) or found.label
    built = Domain(
        own,
        *_score_of(found, limit, top),
        weight,
        label,
        claims.take(*names.INSUFFICIENT) in (True, "true", "yes", 1),
        block(claims.take_all(*names.RATIONALE)),
        points(*claims.take_all(*names.STRENGTHS)),
        points(*claims.take_all(*names.IMPROVEMENTS)),
        points(*claims.take_all(*names.RED_FLAGS)),
        evidence(*claims.take_all(*names.EVIDENCE)),
    )
    claims.take("id")
    return built, claims.rest()


def criterion(item: Any, text: str = "", within: str | None = None) -> tuple[Criterion, Any]:
    """A criterion, and the rest of its item."""
    if not isinstance(item, dict):
        if not text and isinstance(item, str):
            ticked, words = box(clean(item))
            if ticked is not None:
                return Criterion(words, within, result=ticked), {}
        found, met = mark(item), result(item)
        if met is None and found == Mark() and not text:
            return Criterion(text_of(item)), {}
        if text:
            score = None if met is not None else found.score
            rationale = found.label or "" if met is None else ""
            return Criterion(text, within, score, found.max, met, rationale), {}
        return Criterion(text_of(item), within), {}
    claims = Claims(item)
    words = clean(text) or text_of(claims.take(*names.TEXT)) or "(no text)"
    ticked, words = box(words)
    met = next(
        (found for name in names.RESULT if (found := _result(claims, name)) is not None), None
    )
    met = met if met is not None else ticked
    found = _mark(claims, names.SCORE)
    limit = claims.take_number(*names.MAX) or found.max
    rationale = block(claims.take_all(*names.RATIONALE))
    if found.label and met is None:
        rationale = f"{found.label}\n{rationale}".strip()
    built = Criterion(
        words,
        text_of(claims.take("domain", "category", "section", "dimension", "skill")) or within,
        found.score,
        limit,
        met,
        rationale,
        evidence(*claims.take_all(*names.EVIDENCE)),
    )
    claims.take("id")
    return built, claims.rest()


def feedback(claims: Claims) -> Feedback:
    """Feedback on the whole, from a feedback key and from keys at the top."""
    inner = claims.open(*names.FEEDBACK)
    said = [inner.take("summary")] if isinstance(inner.look("summary"), str) else []
    said += [part.take(name) for part in (inner, claims) for name in names.SUMMARY if name in part
             and _is_prose(part.look(name))]  # fmt: skip
    for name in names.FEEDBACK:
        if isinstance(claims.look(name), (str, list)):
            said.append(claims.take(name))
    both = (inner, claims)
    return Feedback(
        "\n".join(dict.fromkeys(text for part in said if (text := block(part)))),
        points(*(value for part in both for value in part.take_all(*names.STRENGTHS))),
        points(*(value for part in both for value in part.take_all(*names.IMPROVEMENTS))),
        points(*(value for part in both for value in part.take_all(*names.KEEP_DOING))),
        points(*(value for part in both for value in part.take_all(*names.RED_FLAGS))),
    )


def overall(claims: Claims) -> Overall:
    """The overall mark; with a percentage only if the file gives it, or a maximum."""
    inner = claims.open(*names.TOTAL)
    score = limit = percent = None
    label = passed = None
    scale: tuple[str, ...] = ()
    for part in (inner, claims):
        for name in names.PASSED:
            value = part.look(name)
            if isinstance(value, (bool, str)) and passed is None:
                part.take(name)
                passed = value if isinstance(value, bool) else _passed(value)
                if passed is None and isinstance(value, str):
                    part.keep(name, value)
        found = _mark(part, names.TOTAL_SCORE)
        score = found.score if score is None else score
        limit = found.max if limit is None else limit
        percent = found.percent if percent is None else percent
        label = label or found.label
        limit = part.take_number(*names.TOTAL_MAX) if limit is None else limit
        percent = _percent(part, score, limit) if percent is None else percent
        for name in names.OVERALL_LABEL:
            grade = part.look(name)
            if isinstance(grade, dict):
                opened = part.open(name)
                scale = scale or scale_of(opened.take("scale"))[0]
                label = label or label_of(opened.take("value", "label", "grade", "name"))
            elif grade is not None and label is None and (text := label_of(grade)):
                part.take(name)
                label = text
        scale = scale or scale_of(part.look(*names.SCALE))[0]
        if scale:
            part.take(*names.SCALE)
    if score is not None and limit is not None and score > limit:
        claims.keep("max of each item", limit)
        limit = None
    if percent is None:
        percent = percent_of(score, limit)
    if passed is None and label:
        passed = _passed(label)
    return Overall(score, limit, percent, label, scale, passed)


def listed(value: Any) -> list[tuple[str, Any]]:
    """A list's items, or an object's by their names."""
    if isinstance(value, list):
        return [("", item) for item in value[:MAX_ITEMS]]
    if isinstance(value, dict):
        return [(name.replace("_", " ").strip(), item) for name, item in value.items()][:MAX_ITEMS]
    return []


def as_percent(percent: float, score: float | None, limit: float | None) -> float:
    """A percentage, of a number that may be a fraction: what is below 1, unless marks say less."""
    if not 0 < percent <= 1 or (percent == 1 and not (score and limit)):
        return percent
    known = percent_of(score, limit)
    if known is not None:
        return min((percent, percent * 100), key=lambda value: abs(value - known))
    return round(percent * 100, 4)


def _percent(part: Claims, score: float | None, limit: float | None) -> float | None:
    """A percentage under one of its names; a value that is none stays in the rest."""
    for name in names.PERCENT:
        value = part.look(name)
        if value is None or isinstance(value, (dict, list, bool)):
            continue
        found = mark(value)
        if found.percent is not None or found.score is not None:
            part.take(name)
        if found.percent is not None:
            return found.percent
        if found.score is not None:
            return as_percent(found.score, score, limit)
    return None


def _mark(claims: Claims, wanted: tuple[str, ...]) -> Mark:
    """The first of these that is a mark, rather than a whole part of the assessment."""
    for name in wanted:
        value = claims.look(name)
        if value is None or isinstance(value, (bool, list)):
            continue
        if isinstance(value, dict) and mark(value).score is None:
            continue
        if isinstance(value, str) and len(value) > 60:
            continue
        claims.take(name)
        return mark(value)
    return Mark()


def _result(claims: Claims, name: str) -> Any:
    value = claims.look(name)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return None  # a mark
    found = result(value) if value is not None else None
    if found is not None:
        claims.take(name)
    return found


def _is_prose(value: Any) -> bool:
    return isinstance(value, (str, list)) and mark(value).score is None and (
        not isinstance(value, str) or len(value) > 20 or " " in value.strip()
    )  # fmt: skip


def _passed(label: str) -> bool | None:
    return _PASSED.get(label.casefold().strip())


def _score_of(
    found: Mark, limit: float | None, top: float | None
) -> tuple[float | None, float | None]:
    """Score and maximum: 100 for percentages; that of a common scale if the mark is on it."""
    if found.score is None:
        return found.percent, limit if found.percent is None else 100.0
    on_scale = top if top is not None and found.score <= top else None
    return found.score, limit or found.max or on_scale
