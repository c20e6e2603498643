"""Examiners' mark sheets: letters for skills, by one examiner or several."""

from __future__ import annotations

from typing import Any

from medtui.documents.assessment import Assessment, Domain, Feedback, Marker, Overall
from medtui.documents.assessments.claims import Claims
from medtui.documents.assessments.parts import overall
from medtui.documents.assessments.values import block, label_of, mark, percent_of
from medtui.documents.fields import number, record, records, text_of

PACES_SKILLS = {
    "A": "Physical examination",
    "B": "Identifying physical signs",
    "C": "Clinical communication",
    "D": "Differential diagnosis",
    "E": "Clinical judgement",
    "F": "Managing patients' concerns",
    "G": "Maintaining patient welfare",
}


def read(data: Any) -> Assessment | None:
    """`marksheets[]{examiner, marks, comments}`, with `points` for letters and `totals`."""
    sheets = records(record(data).get("marksheets"))
    if not any(isinstance(sheet.get("marks"), dict) for sheet in sheets):
        return None
    claims = Claims(data)
    claims.take("marksheets")
    worth = {str(name): number(value) for name, value in record(claims.take("points")).items()}
    totals = claims.open("totals")
    skills = claims.take("skills_assessed")
    names = [text_of(name) for name in skills] if isinstance(skills, list) else []
    for sheet in sheets:
        names += [name for name in record(sheet.get("marks")) if name not in names]
    domains = tuple(_domain(name, sheets, worth, totals) for name in names if name)
    total, limit = number(totals.take("total", "score")), number(totals.take("max", "maximum"))
    known = [domain.score for domain in domains]
    if total is None and known and None not in known:
        total = sum(score for score in known if score is not None)
    whole = overall(claims)
    percent = percent_of(total, limit) or whole.percent
    return Assessment(
        "mark sheet",
        Marker.EXAMINER,
        Overall(total, limit, percent, whole.label, tuple(worth), whole.passed),
        domains,
        feedback=Feedback(summary=_remarks(sheets, names)),
        unclaimed=claims.rest() | _left(sheets),
    )


def _domain(name: str, sheets: list[Any], worth: dict[str, Any], totals: Claims) -> Domain:
    given = [(sheet, record(sheet.get("marks")).get(name)) for sheet in sheets]
    labels = [label for _, value in given if (label := label_of(value))]
    values = [worth.get(label) for label in labels]
    scores = [mark(value).score for _, value in given if number(value) is not None]
    score = number(totals.take(name))
    if score is None and (values or scores) and None not in values:
        score = sum(value for value in [*values, *scores] if value is not None)
    best = max((value for value in worth.values() if value is not None), default=None)
    comments = [
        f"Examiner {text_of(str(sheet.get('examiner', number_)))}: {comment}"
        for number_, (sheet, _) in enumerate(given, 1)
        if (comment := block(record(sheet.get("comments")).get(name)))
    ]
    is_paces = len(name) == 1 and "S" in worth and name in PACES_SKILLS
    return Domain(
        f"{name} {PACES_SKILLS[name]}" if is_paces else name,
        score,
        best * len(labels) if best is not None and labels else None,
        label=", ".join(labels) or None,
        rationale="\n".join(comments),
    )


def _remarks(sheets: list[Any], names: list[str]) -> str:
    """The comments on the whole, of all examiners."""
    found = []
    for sheet in sheets:
        comments = sheet.get("comments")
        if isinstance(comments, dict):
            comments = [value for name, value in comments.items() if name not in names]
        if text := block(comments):
            found.append(text)
    return "\n".join(found)


def _left(sheets: list[Any]) -> dict[str, Any]:
    """The other keys and values of the sheets, in their order."""
    known = ("examiner", "marks", "comments")
    left = [{name: value for name, value in sheet.items() if name not in known} for sheet in sheets]
    return {"marksheets": left} if any(left) else {}
