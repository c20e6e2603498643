"""A mark sheet as JSON: the assessment that others read, and the saved copy to go on with."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from medtui.core.mark_sheet import LONGEST, WHOLE, Sheet
from medtui.core.rubrics import DEFAULT, RubricDomain
from medtui.core.text import clean_json
from medtui.documents.assessment import Marker, Owner

LARGEST = 200_000
"""The most bytes of an assessment that is handed in."""


def assessment(sheet: Sheet, owner: Owner | None = None) -> bytes:
    """The file of a sheet, in the platform's own shape if the rubric is the platform's.

    For another rubric it is as near to that shape as it can be. Missing marks are null. `owner`:
    whose marks these are, and who gave them; other clients ignore it.
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
    data["marked_by"] = _marker(sheet, owner)
    if owner is not None:
        data |= owner.as_json()
    return json.dumps(data, ensure_ascii=False, indent=1).encode()


def _marker(sheet: Sheet, owner: Owner | None) -> Marker:
    if owner is not None and owner.assessed_by == owner.candidate_id is not None:
        return Marker.SELF
    return Marker.EXAMINER if sheet.is_examiner else Marker.HUMAN


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
    """All of a sheet, with the rubric as it was."""
    plain: dict[str, Any] = _adapter().dump_python(sheet, mode="json")
    return plain


def from_json(value: Any) -> Sheet | None:
    """A saved sheet; None if it is malformed, as disks and people can break files."""
    try:
        return _adapter().validate_python(clean_json(value, 2 * LONGEST))
    except (TypeError, ValueError, RecursionError):
        return None


@cache
def _adapter() -> TypeAdapter[Sheet]:
    return TypeAdapter(Sheet)
