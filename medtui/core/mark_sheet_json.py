"""A mark sheet as JSON: the assessment that others read, and the saved copy to go on with."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from medtui.core.mark_sheet import LONGEST, MOST, WHOLE, Marks, RemarkKind, Sheet, Spot
from medtui.core.rubrics import DEFAULT, HIGHEST, MOST_DOMAINS, MOST_GRADES, Rubric, RubricDomain
from medtui.models import clean_line

LARGEST = 200_000
"""The most bytes of an assessment that is handed in."""


def assessment(sheet: Sheet) -> bytes:
    """The file of a sheet, in the platform's own shape if the rubric is the platform's.

    For another rubric it is as near to that shape as it can be. Missing marks are null.
    """
    totals, whole = sheet.totals, sheet.at(WHOLE)
    is_platform = sheet.rubric == DEFAULT
    data: dict[str, Any] = {} if is_platform else {"exam": sheet.rubric.name}
    data |= {
        "max_total": totals.max,
        "dimensions": [_dimension(sheet, domain, is_platform) for domain in sheet.rubric.domains],
        "totals": {"total_score": totals.score, "percentage": totals.percent},
    }
    if sheet.grade:
        data["global_rating"] = {"value": sheet.grade, "scale": list(sheet.rubric.grades)}
    data["overall_feedback"] = {
        "summary": "\n".join(whole.notes),
        "keep_doing": list(whole.strengths),
        "priorities_for_next_time": list(whole.improvements),
    }
    data["marked_by"] = "human"
    return json.dumps(data, ensure_ascii=False, indent=1).encode()


def _dimension(sheet: Sheet, domain: RubricDomain, is_platform: bool) -> dict[str, Any]:
    given = sheet.at(domain.name)
    score = given.score
    found: dict[str, Any] = {"name": domain.name}
    if is_platform:
        found["raw_score_0_to_100"] = score
        found["weighted_score"] = None if score is None else domain.worth(score)
    else:
        found |= {"score": score, "max": domain.max}
        if domain.weight != 1:
            found["weight"] = domain.weight
        if label := domain.label(score):
            found["label"] = label
    return found | {
        "evidence": list(given.evidence),
        "strengths": list(given.strengths),
        "improvements": list(given.improvements),
        "insufficient_evidence": given.insufficient,
        "red_flags": list(given.red_flags),
    }


# The saved copy


def as_json(sheet: Sheet) -> dict[str, Any]:
    """The whole sheet, with its rubric."""
    return {
        "id": str(sheet.id),
        "revision": sheet.revision,
        "session": str(sheet.session),
        "candidate": str(sheet.candidate),
        "station": sheet.station,
        "rubric": _rubric_json(sheet.rubric),
        "marks": [[*key, _marks_json(marks)] for key, marks in sheet.marks.items()],
        "whole": _marks_json(sheet.whole),
        "drafts": [[*spot, text] for spot, text in sheet.drafts.items()],
        "typing": sheet.typing,
    }


def from_json(value: Any) -> Sheet | None:
    """A saved sheet; None if it is malformed, as disks and people can break files."""
    try:
        return Sheet(
            id=UUID(value["id"]),
            revision=_whole(value["revision"], 2**53),
            session=UUID(value["session"]),
            candidate=UUID(value["candidate"]),
            station=None if value["station"] is None else _text(value["station"]),
            rubric=_rubric(value["rubric"]),
            marks={
                (_text(rubric), _text(place)): _marks(marks)
                for rubric, place, marks in value["marks"]
            },
            whole=_marks(value["whole"]),
            drafts={_spot(spot): _text(text) for *spot, text in value["drafts"]},
            typing=None if value["typing"] is None else _spot(value["typing"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        return None


def _marks_json(marks: Marks) -> dict[str, Any]:
    return {
        "score": marks.score,
        "insufficient": marks.insufficient,
        **{kind.value: list(marks.of(kind)) for kind in RemarkKind},
    }


def _marks(value: Any) -> Marks:
    score = value["score"]
    marks = Marks(
        None if score is None else _whole(score, HIGHEST), value["insufficient"] is True
    )  # fmt: skip
    for kind in RemarkKind:
        marks = marks.having(kind, tuple(_text(text) for text in value[kind.value][:MOST]))
    return marks


def _spot(value: Any) -> Spot:
    place, kind, at = value
    return Spot(_text(place), RemarkKind(kind), None if at is None else _whole(at, MOST))


def _rubric_json(rubric: Rubric) -> dict[str, Any]:
    return {
        "id": rubric.id,
        "name": rubric.name,
        "domains": [
            [each.name, each.max, each.least, each.weight, each.step, list(each.labels)]
            for each in rubric.domains
        ],
        "grades": list(rubric.grades),
        "out_of": rubric.out_of,
    }


def _rubric(value: Any) -> Rubric:
    domains = tuple(
        RubricDomain(
            _text(name),
            _whole(most, HIGHEST, 1),
            _whole(least, HIGHEST),
            float(weight),
            _whole(step, HIGHEST, 1),
            tuple(_text(label) for label in labels),
        )
        for name, most, least, weight, step, labels in value["domains"][:MOST_DOMAINS]
    )
    if not domains:
        raise ValueError
    grades = tuple(_text(grade) for grade in value["grades"][:MOST_GRADES])
    out_of = value["out_of"]
    return Rubric(
        _text(value["id"]),
        _text(value["name"]),
        domains,
        grades,
        None if out_of is None else float(out_of),
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value[: 2 * LONGEST] if value.isprintable() else clean_line(value)[: 2 * LONGEST]


def _whole(value: Any, most: int, least: int = 0) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise ValueError
    return value
