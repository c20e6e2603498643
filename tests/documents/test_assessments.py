"""Every shape of an assessment arrives at its marks; null is not zero, nothing is lost."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from medtui.documents import Assessment, load, read
from medtui.documents.assessment import Domain, Marker, Overall, Owner, Result
from medtui.documents.assessments.owner import named

SAMPLES = Path(__file__).parent / "samples" / "assessments"


def assessment(name: str) -> Assessment:
    document = read(load(SAMPLES / name))
    assert isinstance(document, Assessment)
    return document


def as_read(data: Any) -> Assessment:
    document = read(json.dumps(data).encode())
    assert isinstance(document, Assessment)
    return document


def scores(found: Assessment) -> dict[str, tuple[float | None, float | None]]:
    return {domain.name: (domain.score, domain.max) for domain in found.domains}


def test_the_platforms_own_shape() -> None:
    found = assessment("platform.json")
    assert (found.source, found.marker) == ("platform", Marker.AI)
    assert found.overall == Overall(29.08, 49.8, 58.4)
    assert [(domain.score, domain.max, domain.weight) for domain in found.domains] == [
        (10.64, 13.3, 13.3),
        (7.98, 13.3, 13.3),
        (7.47, 9.96, 9.96),
        (2.99, 3.32, 3.32),
        (None, 9.96, 9.96),
    ]
    plan, last = found.domains[2], found.domains[4]
    assert plan.strengths == ("Says what comes next",)
    assert plan.red_flags == ("Does not say to leave the lenses out",)
    assert [quote.quote for quote in plan.evidence] == ["look for an ulcer with the lamp"]
    assert last.insufficient_evidence
    assert found.feedback.summary == "Clear and brief."
    assert found.feedback.keep_doing == ("Short questions",)
    assert found.feedback.improvements == ("Explore ideas and fears",)
    assert found.unclaimed == {}


def test_a_checklist() -> None:
    found = assessment("checklist.json")
    assert (found.source, found.marker) == ("checklist", Marker.AI)
    assert found.overall.score == 3
    assert found.overall.percent == 37.5
    assert found.overall.label == "Borderline"
    assert found.overall.scale == ("Unsatisfactory", "Borderline", "Satisfactory", "Good")
    assert scores(found) == {"Data gathering": (2, 4), "Management": (1, 4)}
    assert [criterion.result for criterion in found.criteria] == [
        Result.YES,
        Result.PARTIAL,
        Result.NO,
        Result.NOT_APPLICABLE,
    ]
    lenses = found.criteria[0]
    assert (lenses.domain, lenses.score, lenses.max) == ("Data gathering", 1, 1)
    assert (lenses.evidence[0].start, lenses.evidence[0].speaker) == (11.7, "doctor")
    assert found.criteria[1].rationale == "The patient offers it."
    assert found.feedback.improvements == ("Ask about pain", "Advise on lenses")
    assert found.unclaimed == {"model": "example-model", "station": 7}


def test_examiners_letters() -> None:
    found = assessment("marksheets.json")
    assert found.marker is Marker.EXAMINER
    assert [(domain.name, domain.score, domain.max, domain.label) for domain in found.domains] == [
        ("C Clinical communication", 3, 4, "S, B"),
        ("D Differential diagnosis", 1, 4, "B, U"),
    ]
    assert found.domains[1].rationale == "Examiner 1: Keratitis came late"
    assert (found.overall.score, found.overall.label, found.overall.passed) == (4, "Fail", False)
    assert found.overall.percent is None
    assert found.feedback.summary == "Too quick at the end"
    assert found.unclaimed == {
        "encounter": "Consultation",
        "marksheets › examiner": 2,
        "points › S": 2,
        "points › U": 0,
    }


def test_letter_grades_stay_labels() -> None:
    found = assessment("letters.json")
    assert found.marker is Marker.HUMAN
    assert [(domain.label, domain.score, domain.max) for domain in found.domains] == [
        ("B", None, None),
        ("C", None, None),
        ("A", None, None),
    ]
    assert found.overall == Overall(label="B")
    assert found.feedback.summary == "A good talk; watch the time."


def test_items_on_a_common_scale() -> None:
    found = assessment("one-to-five.json")
    assert found.marker is Marker.SELF
    assert scores(found) == {"Listening": (4, 5), "Clarity": (3, 5), "Closing": (None, None)}
    assert found.domains[1].label == "adequate"
    assert found.feedback.strengths == ("I slowed down",)
    assert found.feedback.improvements == ("Summarise", "check back")


def test_items_with_a_scale_of_their_own() -> None:
    found = as_read({"items": [{"item": "Pace", "score": 2, "scale": "1-5"}]})
    assert scores(found) == {"Pace": (2, 5)}
    assert found.unclaimed == {}


def test_grades_by_their_domains() -> None:
    found = as_read({"grades": {"Data gathering": "A", "Management": "C"}, "overall_grade": "C"})
    assert [(domain.name, domain.label) for domain in found.domains] == [
        ("Data gathering", "A"),
        ("Management", "C"),
    ]
    assert found.overall == Overall(label="C")


@pytest.mark.parametrize("wrapper", [None, "assessment", "result"])
def test_a_bare_list_where_an_object_was_expected(wrapper: str | None) -> None:
    rated: Any = [{"domain": "Rapport", "score": 3, "max": 5}, {"domain": "Plan", "score": 2}]
    ticked: Any = [{"text": "Says hello", "done": True}, {"text": "Closes", "done": False}]
    found = as_read({wrapper: rated} if wrapper else rated)
    assert scores(found) == {"Rapport": (3, 5), "Plan": (2, None)}
    found = as_read({wrapper: ticked} if wrapper else ticked)
    assert [criterion.result for criterion in found.criteria] == [Result.YES, Result.NO]


def test_a_bare_list_of_what_was_said_is_no_assessment() -> None:
    words = [{"word": "hello", "start": 0, "end": 1, "score": 0.9}] * 9
    lines = [{"name": "Ann", "text": "How are you?", "status": "final"}] * 2
    for said in (words, lines):
        assert not isinstance(read(json.dumps(said).encode()), Assessment)


def test_prose_fenced_as_json_in_a_text() -> None:
    found = assessment("fenced.json")
    assert found.marker is Marker.AI
    assert found.overall == Overall(6, 10, 60)
    assert found.feedback.strengths == ("Calm", "clear")
    assert found.feedback.improvements == ("Ask about lenses earlier",)
    assert found.unclaimed == {"text around it": "Here is the assessment. Good luck!"}


def test_percentages() -> None:
    found = assessment("percentages.json")
    assert found.overall == Overall(percent=72, passed=True)
    assert scores(found) == {"Empathy": (80, 100), "Structure": (64, 100)}


def test_null_is_not_zero_and_no_percentage_without_a_maximum() -> None:
    found = assessment("no-maximum.json")
    assert found.overall == Overall(score=31)
    assert scores(found) == {"Safety": (0, None), "Rapport": (None, None), "Plan": (7, None)}


def test_an_assessment_within_something_else() -> None:
    found = assessment("wrapped.json")
    assert found.marker is Marker.AI
    assert found.overall == Overall(7, 10, 70, passed=True)
    assert [criterion.result for criterion in found.criteria] == [Result.YES, Result.NO]
    assert found.unclaimed["created_at"] == "2026-02-01T10:00:00Z"


def test_sections_with_their_criteria() -> None:
    found = assessment("sections.json")
    assert [(item.domain, item.text, item.result, item.score) for item in found.criteria] == [
        ("Opening", "Says hello", Result.YES, None),
        ("Opening", "Confirms the name", Result.NO, None),
        ("Closing", "Thanks", None, 1),
    ]


def test_a_list_that_is_ticked() -> None:
    found = assessment("ticked.json")
    assert [(item.text, item.result) for item in found.criteria] == [
        ("Washes hands", Result.YES),
        ("Introduces self", Result.PARTIAL),
        ("Explains the plan", Result.NO),
    ]
    assert (found.overall.label, found.overall.passed) == ("Fail", False)


def test_prose() -> None:
    found = assessment("prose.txt")
    assert found.overall == Overall(6, 10, 60)
    assert "the plan came late" in found.feedback.summary


def test_prose_with_a_percentage() -> None:
    found = read(b"**Overall score: 65 %**\n\nYou listened well.\n")
    assert isinstance(found, Assessment)
    assert found.overall == Overall(percent=65)
    talk = read(b"The total risk is 5% a year.\nIs that much?\n")
    assert not isinstance(talk, Assessment)


@pytest.mark.parametrize(
    ("written", "score", "limit", "label"),
    [
        (7, 7, None, None), ("7", 7, None, None), ("7/10", 7, 10, None),
        ("7,5 / 10", 7.5, 10, None), ("7 out of 10", 7, 10, None),
        ("4 - Good", 4, None, "Good"), ("4 (Good)", 4, None, "Good"),
        ("3/5 (fair)", 3, 5, "fair"), ("B", None, None, "B"), ("Good", None, None, "Good"),
        ({"value": 3, "max": 4}, 3, 4, None), (None, None, None, None), ("70 %", 70, 100, None),
    ],
)  # fmt: skip
def test_marks_as_people_write_them(
    written: Any, score: float | None, limit: float | None, label: str | None
) -> None:
    found = as_read({"dimensions": [{"name": "Empathy", "score": written}]})
    assert found.domains == (Domain("Empathy", score, limit, label=label),)


@pytest.mark.parametrize(
    ("keys", "marker"),
    [
        ({"marked_by": "human"}, Marker.HUMAN), ({"marked_by": "self"}, Marker.SELF),
        ({"assessor": {"type": "ai", "name": "x"}}, Marker.AI), ({"model": "m-1"}, Marker.AI),
        ({"examiner": "Dr Amadi"}, Marker.EXAMINER), ({"marked_by": "examiner"}, Marker.EXAMINER),
        ({"assessed_by": "Ben Adeyemi"}, Marker.HUMAN), ({}, Marker.UNKNOWN),
    ],
)  # fmt: skip
def test_who_marked(keys: dict[str, Any], marker: Marker) -> None:
    assert as_read({"total_score": 5, **keys}).marker is marker


def test_a_person_who_marks_in_the_platforms_shape_is_no_ai() -> None:
    data = json.loads((SAMPLES / "platform.json").read_text())
    assert as_read({**data, "marked_by": "human"}).marker is Marker.HUMAN


def test_whose_marks_these_are_is_read_and_is_nothing_left_over() -> None:
    ids = {name: str(UUID(int=n)) for n, name in enumerate(("candidate_id", "session_id",
           "case_id", "assessed_by"), 1)}  # fmt: skip
    data = json.loads((SAMPLES / "platform.json").read_text())
    found = as_read({**data, **ids, "marked_at": "2026-11-30T18:00:00+00:00"})
    at = datetime(2026, 11, 30, 18, tzinfo=UTC)
    assert found.owner == Owner(UUID(int=1), UUID(int=2), UUID(int=3), UUID(int=4), at)
    assert found.unclaimed == as_read(data).unclaimed
    assert as_read(data).owner == Owner()


def test_an_owner_that_is_no_id_is_kept_as_it_is() -> None:
    found = as_read({"total_score": 5, "candidate_id": "C-17", "marked_at": "on Monday"})
    assert found.owner == Owner()
    assert found.unclaimed == {"candidate_id": "C-17", "marked_at": "on Monday"}


def test_everything_unclaimed_is_kept() -> None:
    found = as_read(
        {"overall_score": 3, "colour": "green",
         "dimensions": [{"name": "A", "score": 1, "odd": [1]}],
         "overall_feedback": {"summary": "Fine work here.", "mood": "good"}}
    )  # fmt: skip
    assert found.unclaimed == {
        "colour": "green",
        "dimensions": {"A": {"odd": [1]}},
        "overall_feedback": {"mood": "good"},
    }


def test_its_normal_form_is_plain_json() -> None:
    shown = json.loads(json.dumps(assessment("checklist.json").as_json()))
    assert shown["kind"] == "assessment"
    assert {"source", "overall", "domains", "criteria", "feedback", "unclaimed"} < set(shown)
    assert shown["criteria"][0]["result"] == "yes"


def test_a_talk_that_medtui_has_made_of_captions_says_whose_it_is_and_reads_the_same() -> None:
    made = json.dumps({"turns": [{"speaker": "A", "text": "Good morning.", "start": 0.5}]}).encode()
    owner = Owner(UUID(int=1), UUID(int=2), UUID(int=3))
    content = named(made, owner)
    assert json.loads(content)["candidate_id"] == str(UUID(int=1))
    plain, found = read(made), read(content)
    assert found == plain
    assert named(b"[1]", owner) == b"[1]"
