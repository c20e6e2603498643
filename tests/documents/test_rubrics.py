"""Rubrics of learning platforms: what may be given is never taken for what is given."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from medtui.documents import Assessment, read

SAMPLES = Path(__file__).parent / "samples" / "assessments"
ASKED = [
    {"id": "c1", "description": "Rapport", "points": 5,
     "ratings": [{"id": "r1", "description": "Warm", "points": 5},
                 {"id": "r2", "description": "Cold", "points": 1}]},
    {"id": "c2", "description": "History", "points": 5,
     "ratings": [{"id": "r3", "description": "In part", "points": 3}]},
]  # fmt: skip
GUIDE = [
    {"id": 4, "shortname": "Rapport", "description": "", "maxscore": 6},
    {"id": 5, "shortname": "History", "description": "", "maxscore": 4},
]


def marks(value: Any) -> tuple[Assessment, list[tuple[str, float | None, float | None, str]]]:
    found = read(json.dumps(value).encode())
    assert isinstance(found, Assessment)
    domains = [(part.name, part.score, part.max, part.rationale) for part in found.domains]
    return found, domains


@pytest.mark.parametrize("name", ["canvas", "moodle"])
def test_marks_are_joined_with_their_criteria(name: str) -> None:
    found = read((SAMPLES / f"{name}.json").read_bytes())
    assert isinstance(found, Assessment)
    assert [(part.name, part.score, part.max, part.label) for part in found.domains] == [
        ("Rapport", 5 if name == "canvas" else 4, 5, "Full marks" if name == "canvas" else "Good"),
        ("History", 3, 5, "In part"),
    ]
    assert found.domains[1].rationale == "Allergies were not asked for."
    whole = (8, 10, 80) if name == "canvas" else (7, None, None)
    assert (found.overall.score, found.overall.max, found.overall.percent) == whole


def test_the_assessments_of_a_rubric_may_be_a_list() -> None:
    data = [
        {"criterion_id": "c2", "points": 3, "comments": "Hurried."},
        {"criterion_id": "c1", "points": 1, "comments": ""},
    ]
    found, domains = marks({
        "title": "Station 3", "points_possible": 10, "data": ASKED,
        "rubric_assessments": [{"id": 1, "score": 4, "data": data}],
    })  # fmt: skip
    assert domains == [("Rapport", 1, 5, ""), ("History", 3, 5, "Hurried.")]
    assert found.overall.percent == 40
    assert found.unclaimed["title"] == "Station 3"


def test_a_rubric_without_marks_has_maxima_alone() -> None:
    found, domains = marks({"title": "Station 3", "rubric": ASKED})
    assert domains == [("Rapport", None, 5, ""), ("History", None, 5, "")]
    assert not found.has_marks


def test_a_marking_guide_has_scores_and_maxima() -> None:
    fillings = [
        {"criterionid": 4, "score": 5, "remark": "Kind."},
        {"criterionid": 5, "score": 2, "remark": "Hurried."},
    ]
    _, domains = marks({"guide_criteria": GUIDE, "guide": {"fillings": fillings}})
    assert domains == [("Rapport", 5, 6, "Kind."), ("History", 2, 4, "Hurried.")]


def test_a_criterion_that_is_not_marked_has_no_mark() -> None:
    _, domains = marks({"rubric": ASKED, "rubric_assessment": {"c1": {"points": 5}}})
    assert domains == [("Rapport", 5, 5, ""), ("History", None, 5, "")]


def test_a_report_of_grades_has_items_and_the_course() -> None:
    def item(name: str | None, kind: str, score: float, top: float) -> dict[str, Any]:
        return {"itemname": name, "itemtype": kind, "graderaw": score, "grademin": 0,
                "grademax": top, "percentageformatted": f"{100 * score / top:.2f} %"}  # fmt: skip

    items = [
        item("Talk", "mod", 7.5, 10),
        item("Hands", "mod", 4, 5),
        item(None, "course", 11.5, 15),
    ]
    found, domains = marks({"usergrades": [{"userfullname": "Ann Lee", "gradeitems": items}]})
    assert domains == [("Talk", 7.5, 10, ""), ("Hands", 4, 5, "")]
    assert (found.overall.score, found.overall.max) == (11.5, 15)
