"""Domains and criteria: which lists of an object hold them, and what each item is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from medtui.documents.assessment import Criterion, Domain, Overall, Result
from medtui.documents.assessments import names
from medtui.documents.assessments.claims import Claims
from medtui.documents.assessments.parts import criterion, domain, listed
from medtui.documents.assessments.values import MAX_ITEMS, Mark, mark, percent_of, result, scale_of
from medtui.documents.fields import has_records, number, plain, record, records
from medtui.documents.transcripts.segments import START

_SPOKEN = {*START, "speaker", "speaker_name", "speakerName", "speaker_label", "role", "word",
           "words", "alternatives", "transcript", "content", "message"}  # fmt: skip
"""Keys of a talk's turns and words; some of those have a "score", which is a confidence."""
_CRITERION_SCORES = {plain(name) for name in names.CRITERIA}
_ENDINGS = ("scores", "ratings", "marks", "grades")


def domains_and_criteria(
    claims: Claims,
) -> tuple[list[Domain], list[Criterion], Domain | None]:
    """The domains and criteria of an object, and the item that is the overall mark, if any."""
    domains: list[Domain] = []
    criteria: list[Criterion] = []
    titles: dict[str, str] = {}
    top = _common_maximum(claims)
    for name in (*_domain_lists(claims), *names.ITEMS):
        value = claims.look(name)
        if not isinstance(value, (list, dict)) or (name in names.ITEMS and are_results(value)):
            continue
        if name in names.ITEMS and not are_marked(value):
            continue
        claims.take(name)
        left: dict[str, Any] = {}
        for title, item in listed(value):
            if not isinstance(item, dict) and not title:
                left.setdefault(name, []).append(item)
                continue
            found, rest = domain(item, title, top)
            criteria += _inner_criteria(rest, found.name)
            if (own := record(item).get("id")) is not None:
                titles[plain(str(own))] = found.name
            domains.append(found)
            if rest:
                left[unused(found.name, left)] = rest
        if left:
            claims.keep(name, left)
    for name in (*names.CRITERIA, *names.ITEMS):
        value = claims.look(name)
        if not isinstance(value, (list, dict)) or is_said(value):
            continue
        claims.take(name)
        left = {}
        parts = done_and_missed(record(value))
        criteria += parts
        for text, item in listed(value) if not parts else ():
            met, rest = criterion(item, text)
            known = titles.get(plain(met.domain or ""))
            criteria.append(replace(met, domain=known) if known else met)
            if rest:
                left[unused(met.text, left)] = rest
        if left:
            claims.keep(name, left)
    if not criteria:
        criteria = _loose_lists(claims)
    wholes = [item for item in domains if plain(item.name) in names.WHOLE]
    if len(wholes) == 1 and len(domains) > 1 and mark(claims.look(*names.TOTAL_SCORE)) == Mark():
        domains.remove(wholes[0])
        return domains, criteria, wholes[0]
    return domains, criteria, None


def with_whole(whole: Overall, item: Domain | None) -> Overall:
    """The overall mark, completed from the item among the domains that states it."""
    if item is None:
        return whole
    score, limit = (item.score, item.max) if whole.score is None else (whole.score, whole.max)
    limit = limit if limit is not None else whole.max
    percent = whole.percent if whole.percent is not None else percent_of(score, limit)
    return replace(whole, score=score, max=limit, percent=percent, label=whole.label or item.label)


def unused(name: str, left: dict[str, Any]) -> str:
    """A name that no other has: the second of two items of one name is "Name (2)"."""
    count, found = 1, name
    while found in left:
        count += 1
        found = f"{name} ({count})"
    return found


def done_and_missed(value: dict[str, Any]) -> list[Criterion]:
    """Criteria from lists of done and missed items; empty without such lists."""
    known = {plain(name): items for name, items in value.items() if isinstance(items, list)}
    found: list[Criterion] = []
    for wanted, met in (
        (names.DONE, Result.YES),
        (names.PARTLY, Result.PARTIAL),
        (names.MISSED, Result.NO),
    ):
        for name in wanted:
            texts = known.get(plain(name), [])
            found += [
                replace(criterion(text)[0], result=met)
                for text in texts[:MAX_ITEMS]
                if isinstance(text, (str, dict)) and text
            ]
    return found


def _loose_lists(claims: Claims) -> list[Criterion]:
    """Criteria from a list of done items and a list of missed items in one object."""
    done, missed = (
        [name for name in wanted if _are_texts(claims.look(name))]
        for wanted in (names.DONE, names.MISSED)
    )
    if not (done and missed):
        return []
    partly = [name for name in names.PARTLY if _are_texts(claims.look(name))]
    return done_and_missed({name: claims.take(name) for name in (*done, *partly, *missed)})


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(part, str) for part in value)


def _inner_criteria(rest: dict[str, Any], within: str) -> list[Criterion]:
    """Take the criteria out of what is left of a domain."""
    inner = next((key for key in (*names.CRITERIA, *names.ITEMS) if key in rest), None)
    if inner is None or not isinstance(rest[inner], (list, dict)):
        return []
    criteria: list[Criterion] = []
    for text, part in listed(rest.pop(inner)):
        met, more = criterion(part, text, within)
        criteria.append(met)
        if more:
            rest.setdefault(inner, []).append(more)
    return criteria


def _domain_lists(claims: Claims) -> list[str]:
    """The keys that may hold domains: the usual ones, others that end so, feedback by domain."""
    others = [
        name
        for name in claims.names
        if plain(name).endswith(_ENDINGS) and plain(name) not in _CRITERION_SCORES
    ]
    by_domain = [name for name in names.FEEDBACK if _is_map_of_marks(claims.look(name))]
    return list(dict.fromkeys([*names.DOMAINS, *others, *by_domain]))


def _is_map_of_marks(value: Any) -> bool:
    parts = list(value.values()) if isinstance(value, dict) else []
    given = [mark(part) for part in parts if isinstance(part, (dict, int, float, str))]
    return len(parts) > 1 and sum(one.score is not None for one in given) * 2 > len(parts)


def _common_maximum(claims: Claims) -> float | None:
    """The maximum of every item: a scale, or a maximum that the sum of the marks exceeds."""
    top = scale_of(claims.look(*names.SCALE))[1]
    if top is not None:
        claims.take(*names.SCALE)
        return top
    limit = number(claims.look(*names.TOTAL_MAX))
    total = mark(claims.look(*names.TOTAL_SCORE)).score
    if limit is None or (total is not None and total <= limit):
        return None
    if total is None:
        given = [
            mark(item).score
            for name in _domain_lists(claims)
            for _, item in listed(claims.look(name))
        ]
        marks = [score for score in given if score is not None]
        if len(marks) < 2 or sum(marks) <= limit or max(marks) > limit:
            return None
        claims.take(*names.TOTAL_MAX)
    return limit


def are_results(value: Any) -> bool:
    """Whether items are ticked rather than rated."""
    if isinstance(value, dict):
        return any(isinstance(item, bool) for item in value.values())
    return any(
        result(item.get(name)) is not None
        and not (isinstance(item.get(name), (int, float)) and not isinstance(item.get(name), bool))
        for item in records(value)[:20]
        for name in names.RESULT
    )


def are_marked(value: Any) -> bool:
    """Whether a list's items carry marks or ticks, which no turn of a talk does."""
    wanted = {*names.SCORE, *names.RESULT, "raw_score_0_to_100", "grade"} - {"value", "text"}
    items = records(value)[:20] if has_records(value) else []
    return any(wanted & set(item) for item in items) and not is_said(items)


def are_timed(value: list[Any]) -> bool:
    """Whether a list's items are turns or words with times, each of which is no assessment."""
    return any({"word", *START} & set(item) for item in records(value)[:20])


def is_said(value: Any) -> bool:
    """Whether a list's items are turns or words of a talk."""
    return any(_SPOKEN & set(item) for item in records(value)[:20])


def is_sheet(value: Any) -> bool:
    """Whether a list without an object around it holds marks or ticks, not turns of a talk."""
    items = records(value)[:20] if has_records(value) else []
    if any(_SPOKEN & set(item) for item in items):
        return False
    given = [mark(item.get(name)) for item in items for name in names.SCORE]
    has_grades = any("grade" in item for item in items)
    return has_grades or any(one.score is not None for one in given) or are_results(items)
