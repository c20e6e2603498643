"""The mark sheet as data: what is given and written is what readers of its file get."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medtui.core.mark_sheet import WHOLE, RemarkKind, Sheet, Spot, tidy
from medtui.core.mark_sheet_json import as_json, assessment, from_json
from medtui.core.presets import PRESETS
from medtui.core.rubrics import DEFAULT, RUBRICS, Rubric, RubricDomain, rubric_for
from medtui.core.user_presets import BadPreset, parse, parse_rubrics
from medtui.documents import Assessment, read
from medtui.documents.assessment import Evidence, Marker

SAMPLES = Path(__file__).parent.parent / "documents" / "samples" / "assessments"
PLAB, SCA, CASC = (next(r for r in RUBRICS if r.id == id_) for id_ in ("plab2", "sca", "casc"))

texts = st.text(st.characters(), max_size=60) | st.sampled_from(
    [
        "7/10",
        "4:12 Good",
        "- a bullet",
        "1. - two",
        "B",
        "120 words",
        "80 %",
        '"x"',
        "[b]x[/b]",
        "a;b",
    ]
)
names = st.text(st.characters(categories=["L", "N", "Zs", "P"]), min_size=1, max_size=30).map(tidy)
domains = st.builds(
    lambda name, least, span, weight, labels: RubricDomain(
        name,
        least + span,
        least,
        weight,
        1,
        tuple(f"Grade {n}" for n in range(span + 1)) if labels else (),
    ),
    names.filter(lambda name: any(char.isalnum() for char in name)),
    st.integers(0, 5),
    st.integers(1, 20),
    st.sampled_from([0.5, 1, 1.5, 2, 3.32]),
    st.booleans(),
)
own = st.builds(
    Rubric,
    st.just("own"),
    st.just("Ours"),
    st.lists(domains, min_size=1, max_size=5, unique_by=lambda each: each.name).map(tuple),
    st.sampled_from([(), ("Low", "High"), ("Clear fail", "Fail", "Pass")]),
)


def blank(rubric: Rubric = DEFAULT) -> Sheet:
    return Sheet(session=UUID(int=5), candidate=UUID(int=7), rubric=rubric)


@st.composite
def sheets(draw: st.DrawFn) -> Sheet:
    """Sheets as an assessor makes them: a change after the other."""
    sheet = blank(draw(st.sampled_from(RUBRICS) | own))
    for _ in range(draw(st.integers(0, 12))):
        place = draw(st.sampled_from([WHOLE, *(each.name for each in sheet.rubric.domains)]))
        domain = sheet.domain(place)
        match draw(st.sampled_from(["score", "unsure", "write", "write", "delete", "rubric"])):
            case "score" if domain is not None:
                scores = st.integers(domain.least, domain.max)
                sheet = sheet.score(place, draw(st.none() | scores))
            case "score" if sheet.rubric.grades:
                sheet = sheet.score(WHOLE, draw(st.integers(1, len(sheet.rubric.grades))))
            case "unsure" if domain is not None:
                sheet = sheet.toggle_insufficient(place)
            case "write":
                sheet = write(sheet, place, draw(st.sampled_from(list(RemarkKind))), draw(texts))
            case "delete" if sheet.at(place).remarks:
                kind, at, _ = draw(st.sampled_from(sheet.at(place).remarks))
                sheet = sheet.delete(Spot(place, kind, at))
            case "rubric":
                sheet = sheet.choose(draw(st.sampled_from(RUBRICS)))
    return sheet


def write(sheet: Sheet, place: str, kind: RemarkKind, text: str) -> Sheet:
    """As the screen does: notes are of the whole, flags and quotes of a domain."""
    if kind is RemarkKind.NOTE:
        place = WHOLE
    elif kind in (RemarkKind.FLAG, RemarkKind.EVIDENCE) and place == WHOLE:
        return sheet
    return sheet.write(Spot(place, kind), text)


def as_read(sheet: Sheet) -> Assessment:
    document = read(assessment(sheet), "assessment")
    assert isinstance(document, Assessment)
    return document


@given(sheets())
def test_whatever_is_given_and_written_is_what_a_reader_gets(sheet: Sheet) -> None:
    found, totals, whole = as_read(sheet), sheet.totals, sheet.at(WHOLE)
    assert found.marker is Marker.HUMAN
    assert (found.overall.score, found.overall.max) == (totals.score, totals.max)
    assert found.overall.percent == totals.percent
    assert found.overall.label == (sheet.grade or None)
    assert len(found.domains) == len(sheet.rubric.domains)
    for read_, domain in zip(found.domains, sheet.rubric.domains, strict=True):
        given_ = sheet.at(domain.name)
        is_platform = sheet.rubric == DEFAULT
        score = given_.score
        worth = None if score is None else domain.worth(score) if is_platform else score
        assert (read_.name, read_.score) == (domain.name, worth)
        assert read_.max == (domain.counts if is_platform else domain.max)
        assert read_.label == (domain.label(score) or None)
        assert read_.insufficient_evidence == given_.insufficient
        assert read_.strengths == given_.strengths
        assert read_.improvements == given_.improvements
        assert read_.red_flags == given_.red_flags
        assert read_.evidence == tuple(map(Evidence, given_.evidence))
        assert read_.rationale == ""
    assert found.feedback.summary == "\n".join(whole.notes)
    assert found.feedback.keep_doing == whole.strengths
    assert found.feedback.improvements == whole.improvements
    assert found.criteria == ()
    assert found.unclaimed == ({} if sheet.rubric == DEFAULT else {"exam": sheet.rubric.name})


@given(sheets(), st.builds(Spot, names, st.sampled_from(RemarkKind), st.none() | st.just(0)), names)
def test_what_is_kept_is_taken_up_as_it_was(sheet: Sheet, spot: Spot, text: str) -> None:
    sheet = sheet.draft(spot, text).type(spot)
    assert from_json(json.loads(json.dumps(as_json(sheet)))) == sheet


@given(st.recursive(st.none() | st.integers() | st.text(), lambda v: st.lists(v) | st.dictionaries(
    st.sampled_from(["id", "marks", "rubric", "typing", "whole", "revision", "session"]), v
)))  # fmt: skip
def test_a_broken_copy_is_no_sheet(value: Any) -> None:
    assert from_json(value) is None


def test_the_platforms_rubric_writes_the_platforms_own_shape() -> None:
    sample = json.loads((SAMPLES / "platform.json").read_text())
    sheet = blank().score(DEFAULT.domains[0].name, 82)
    written = json.loads(assessment(sheet))
    assert list(written) == [*sample, "marked_by"]
    assert list(written["dimensions"][0]) == list(sample["dimensions"][0])
    for part in ("totals", "overall_feedback"):
        assert written[part].keys() == sample[part].keys()
    assert [each["name"] for each in written["dimensions"]] == [
        each["name"] for each in sample["dimensions"]
    ]
    assert written["dimensions"][0]["weighted_score"] == 10.91
    assert written["dimensions"][1]["weighted_score"] is None


def test_totals_are_as_the_rubric_weighs_them() -> None:
    sheet = blank()
    for domain, score in zip(DEFAULT.domains, (82, 88, 70, 95, 55), strict=True):
        sheet = sheet.score(domain.name, score)
    totals = sheet.totals
    assert (totals.score, totals.max, totals.percent, totals.missing) == (38.21, 49.8, 76.7, 0)
    sheet = blank(SCA)
    for domain, score in zip(SCA.domains, (3, 2, 1), strict=True):
        sheet = sheet.score(domain.name, score)
    assert (sheet.totals.score, sheet.totals.max) == (7, 10.5)


def test_no_mark_is_not_zero() -> None:
    sheet = blank(PLAB).score("Management", 0)
    assert (sheet.totals.score, sheet.totals.max, sheet.totals.missing) == (0, 4, 2)
    assert blank(PLAB).totals.score is None


def test_another_rubric_loses_nothing() -> None:
    sheet = (
        blank(PLAB)
        .score("Management", 3)
        .write(Spot("Management", RemarkKind.STRENGTH), "Clear plan")
    )
    sheet = sheet.write(Spot(WHOLE, RemarkKind.NOTE), "4:12 Warm")
    other = sheet.choose(SCA)
    assert other.elsewhere == 2
    assert other.at(WHOLE).notes == ("4:12 Warm",)
    assert other.choose(PLAB).at("Management") == sheet.at("Management")


def test_marks_are_typed_digit_by_digit() -> None:
    hundred, five = DEFAULT.domains[0], CASC.domains[0]
    assert hundred.typed("", "8") == "8"
    assert hundred.typed("8", "2") == "82"
    assert hundred.typed("82", "7") == "7"
    assert hundred.typed("10", "0") == "100"
    assert five.typed("", "0") is None
    assert five.typed("4", "5") == "5"
    assert [five.stepped(None, 1), five.stepped(5, 1), five.stepped(1, -1)] == [3, 5, 1]


def test_what_stands_before_a_remark_like_a_bullet_is_no_part_of_it() -> None:
    assert tidy("  - 1. Asks\tabout\x1b[31m pain ") == "Asks about[31m pain"
    assert tidy("4:12 Warm") == "4:12 Warm"


def test_every_timing_has_its_rubric() -> None:
    ids = {preset.id: rubric_for(preset.id).id for preset in PRESETS}
    assert (ids["plab2"], ids["casc-2"], ids["sca"]) == ("plab2", "casc", "sca")
    assert (ids["platform"], ids["amc"]) == ("platform", "platform")
    assert len({rubric.id for rubric in RUBRICS}) == len(RUBRICS)


OURS = """
[viva]
name = "Our viva"
grades = ["Fail", "Pass"]

[[viva.domains]]
name = "Structure"
max = 5
least = 1
weight = 1.5
labels = ["Poor", "Weak", "Fair", "Good", "Excellent"]

[[viva.domains]]
name = "Depth"
max = 20
step = 2
"""


def test_ones_own_rubric_is_what_the_file_says() -> None:
    (viva,) = parse_rubrics(OURS, "presets.toml")
    labels = ("Poor", "Weak", "Fair", "Good", "Excellent")
    assert viva.domains == (
        RubricDomain("Structure", 5, 1, 1.5, 1, labels),
        RubricDomain("Depth", 20, 0, 1.0, 2),
    )
    assert (viva.name, viva.grades, viva.counts) == ("Our viva", ("Fail", "Pass"), 27.5)
    assert parse(OURS, "presets.toml") == ()
    assert rubric_for("viva", (*RUBRICS, viva)) is viva


@pytest.mark.parametrize(
    ("before", "after", "line", "words"),
    [
        ("max = 5", "", 6, "this domain has no max"),
        ("max = 5", "max = 500", 8, "max should be a whole number from 1 to 100"),
        ("least = 1", "least = 5", 9, "least should be a whole number from 0 to 4"),
        ("weight = 1.5", "weight = 0", 10, "weight should be a number above 0"),
        ('labels = ["Poor", ', "labels = [", 11, "a label for each mark from 1 to 5"),
        ('name = "Depth"', 'name = "Structure"', 13, "two domains are called “Structure”"),
        ("step = 2", "stop = 2", 16, "“stop” is not known here"),
        ('grades = ["Fail", "Pass"]', "grades = 3", 4, "grades should be a list"),
    ],
)
def test_a_mistake_in_a_rubric_is_named_by_file_and_line(
    before: str, after: str, line: int, words: str
) -> None:
    assert before in OURS
    with pytest.raises(BadPreset) as refusal:
        parse_rubrics(OURS.replace(before, after, 1), "presets.toml")
    assert str(refusal.value).startswith(f"presets.toml, line {line}: ")
    assert words in str(refusal.value)
