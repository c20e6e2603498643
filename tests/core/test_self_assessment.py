"""The candidate's own marks: beside the assessor's, a series of their own, never in their place."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medtui.core.history import DomainMark, FileSummary, History, MarkSummary
from medtui.core.models import FileKind
from medtui.core.progress import By, progress
from medtui.core.self_assessment import Difference, compared
from medtui.documents.assessment import Assessment, Domain, Marker, Overall, Owner
from medtui.review.assessment_layout import outline
from medtui.review.passages import LineKind
from tests.core.test_marks_owner import AT, GUEST, HOST, row


def marks(percent: float, marker: Marker, owner: Owner) -> MarkSummary:
    return MarkSummary(marker, percent, "", (DomainMark("Empathy", percent),), owner)


def history_of(*stations: tuple[float | None, float | None], read_first: bool = False) -> History:
    """The host's history: the assessor's mark and the host's own of each station."""
    history = History(HOST, AT.tzinfo)  # type: ignore[arg-type]
    theirs = Owner(HOST, assessed_by=GUEST)
    mine = Owner(HOST, assessed_by=HOST, read_first=read_first)
    for n, (given_, own) in enumerate(stations):
        session = row(HOST, id=UUID(int=100 + n), datetime_utc=AT + timedelta(days=n))
        history.read([session])
        summary = FileSummary(
            frozenset(FileKind),
            "1",
            None if given_ is None else marks(given_, Marker.HUMAN, theirs),
            at=AT,
            own=None if own is None else marks(own, Marker.SELF, mine),
        )
        history.set_files(session.id, summary)
    return history


@pytest.mark.parametrize("by", list(By))
def test_own_marks_are_a_series_beside_the_others(by: By) -> None:
    [series] = progress(history_of((60, 70), (64, 70), (None, 80), (50, None)).entries, by)
    assert [point.percent for point in series.points] == [60, 64, 50]
    assert [point.percent for point in series.own] == [70, 70, 80]
    assert series.own_gap == 8
    assert series.level == pytest.approx(58)
    assert len(series.practised) == 4


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100)), min_size=1, max_size=8))
def test_own_marks_change_neither_level_nor_trend(stations: list[tuple[float, float]]) -> None:
    [with_own] = progress(history_of(*stations).entries, By.SKILL)
    [without] = progress(history_of(*((theirs, None) for theirs, _ in stations)).entries, By.SKILL)
    assert (with_own.points, with_own.level, with_own.trend) == (
        without.points,
        without.level,
        without.trend,
    )


def test_what_was_written_after_reading_the_assessment_is_not_counted() -> None:
    [series] = progress(history_of((60, 90), read_first=True).entries, By.SKILL)
    assert (series.own, series.own_gap) == ((), None)


def test_a_partners_self_assessment_is_not_mine() -> None:
    session = row(GUEST)
    history = History(HOST, AT.tzinfo)  # type: ignore[arg-type]
    history.read([session])
    own = marks(80, Marker.SELF, Owner(GUEST, assessed_by=GUEST))
    history.set_files(session.id, FileSummary(frozenset(FileKind), "1", own=own))
    assert progress(history.entries, By.SKILL) == []


def assessment(**scores: float | None) -> Assessment:
    domains = tuple(Domain(name, score, 100) for name, score in scores.items())
    known = [score for score in scores.values() if score is not None]
    return Assessment("platform", Marker.HUMAN, Overall(percent=sum(known) / len(known)), domains)


def test_each_domain_says_by_how_much_they_differ() -> None:
    found = compared(
        assessment(Empathy=60, Rapport=70, Honesty=None), assessment(empathy=72, Rapport=70, Pace=5)
    )
    assert found["empathy"].words == "Self-assessment 72 %, 12 points higher"
    assert found["rapport"].words == "Self-assessment 70 %, the same"
    assert found["pace"].words == "Self-assessment 5 %"
    assert found["honesty"].words == ""
    assert Difference(0.0, 1.2).words == "Self-assessment 0 %, 1 point lower"


def test_the_review_has_it_under_the_mark_and_under_each_domain() -> None:
    own = assessment(Empathy=72, Rapport=70)
    passages = outline(assessment(Empathy=60, Rapport=70), "by Ben Adeyemi", "", own)
    told = [passage.text for passage in passages if passage.kind is LineKind.OWN]
    assert told == [
        "Self-assessment 71 %, 6 points higher",
        "Self-assessment 72 %, 12 points higher",
        "Self-assessment 70 %, the same",
    ]
