"""How far markers agree: alpha as published, intervals that hold it, nothing below eight."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medtui.core.agreement import (
    FEWEST,
    Agreement,
    Interval,
    MarkerKind,
    Pair,
    agreement,
    alpha,
)
from medtui.core.history import DomainMark, FileSummary, History, MarkSummary
from medtui.core.marker_pairs import agreements, station_pairs
from medtui.core.models import FileKind
from medtui.documents.assessment import Marker, Owner
from medtui.history.wording import agreement_words
from tests.core.test_marks_owner import AT, GUEST, HOST, row

X = None
FOUR_OBSERVERS = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, X, X, X],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, X, 3],
    [X, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, X],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, X],
]
"""Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), E: 0.849 for intervals."""
THREE_CODERS = [
    [X, X, X, X, X, 3, 4, 1, 2, 1, 1, 3, 3, X, 3],
    [1, X, 2, 1, 3, 3, 4, 3, X, X, X, X, X, X, X],
    [X, X, 2, 1, 3, 4, 4, X, 2, 1, 1, 3, 3, X, 4],
]
"""The worked example of Wikipedia's article: 0.811 for intervals."""
PERCENT = st.integers(0, 100).map(float)
PAIRS = st.lists(st.tuples(PERCENT, PERCENT), min_size=FEWEST, max_size=14)
YOU, THEY = MarkerKind.SELF, MarkerKind.PERSON


@pytest.mark.parametrize(("markers", "published"), [(FOUR_OBSERVERS, 0.849), (THREE_CODERS, 0.811)])
def test_alpha_is_what_was_published(markers: list[list[float | None]], published: float) -> None:
    assert alpha(zip(*markers, strict=True)) == pytest.approx(published, abs=0.0005)


@given(PAIRS)
def test_alpha_is_at_most_one_and_one_where_all_agree(pairs: list[Pair]) -> None:
    found = alpha(pairs)
    assert found is None or found <= 1 + 1e-9
    same = alpha([(first, first) for first, _ in pairs])
    assert same is None or same == pytest.approx(1)


@given(PAIRS, st.floats(0.1, 50), st.floats(-1000, 1000), st.randoms())
def test_alpha_knows_no_order_no_unit_and_no_first_marker(
    pairs: list[Pair], by: float, plus: float, rng: object
) -> None:
    found = alpha(pairs)
    other = [(second * by + plus, first * by + plus) for first, second in reversed(pairs)]
    again = alpha(other)
    assert (found is None) == (again is None)
    assert found is None or found == pytest.approx(again, abs=1e-6)
    assert alpha([*pairs, (50.0, None), (None, None), ()]) == found


@settings(max_examples=15, deadline=None)
@given(PAIRS)
def test_intervals_hold_their_figure_and_are_the_same_each_time(pairs: list[Pair]) -> None:
    found = agreement(YOU, THEY, pairs)
    assert found is not None
    for interval in (found.gap, found.alpha):
        assert interval is None or interval.low <= interval.value <= interval.high
    assert found == agreement(YOU, THEY, pairs)
    turned = agreement(THEY, YOU, [(second, first) for first, second in pairs])
    assert turned is not None
    assert turned.gap.value == pytest.approx(-found.gap.value)


@given(st.lists(st.tuples(PERCENT, PERCENT), max_size=FEWEST - 1))
def test_below_eight_stations_nothing_is_said(pairs: list[Pair]) -> None:
    assert agreement(YOU, THEY, pairs) is None


def test_more_stations_make_the_interval_narrower() -> None:
    few = [(50.0 + n * 5, 48.0 + n * 5 + (-1) ** n * 6) for n in range(8)]
    narrow, wide = agreement(YOU, THEY, few * 10), agreement(YOU, THEY, few)
    assert wide is not None
    assert narrow is not None
    assert wide.alpha is not None
    assert narrow.alpha is not None
    assert narrow.alpha.high - narrow.alpha.low < wide.alpha.high - wide.alpha.low
    assert narrow.gap.high - narrow.gap.low < wide.gap.high - wide.gap.low


def station(n: int, given_: float | None, own: float | None, marker: Marker = Marker.HUMAN):
    """A station of the host's, with the assessor's mark and the host's own."""
    session = row(HOST, id=UUID(int=100 + n), datetime_utc=AT + timedelta(days=n))
    summary = FileSummary(
        frozenset(FileKind),
        "1",
        None if given_ is None else marks(given_, marker, Owner(HOST, assessed_by=GUEST)),
        at=AT,
        own=None if own is None else marks(own, Marker.SELF, Owner(HOST, assessed_by=HOST)),
    )
    return session, summary


def marks(percent: float, marker: Marker, owner: Owner) -> MarkSummary:
    unsure = DomainMark("Plan", 0.0, None, True)
    return MarkSummary(marker, 0.0, "", (DomainMark("Empathy", percent), unsure), owner)


def history_of(*stations: tuple[float | None, float | None], marker: Marker = Marker.HUMAN):
    history = History(HOST, AT.tzinfo)  # type: ignore[arg-type]
    for n, (given_, own) in enumerate(stations):
        session, summary = station(n, given_, own, marker)
        history.read([session])
        history.set_files(session.id, summary)
    return history.entries


def test_two_markers_of_a_station_are_compared_over_what_both_have_marked() -> None:
    stations = [(40.0 + n * 4, 46.0 + n * 4) for n in range(9)]
    drafts = {UUID(int=100 + n): {"EMPATHY ": 38.0 + n * 4, "Other": 3.0} for n in range(8)}
    found = agreements(history_of(*stations), drafts)
    assert [(each.first, each.second, each.stations) for each in found] == [
        (MarkerKind.SELF, MarkerKind.PERSON, 9),
        (MarkerKind.SELF, MarkerKind.DRAFT, 8),
        (MarkerKind.DRAFT, MarkerKind.PERSON, 8),
    ]
    assert [round(each.gap.value, 6) for each in found] == [6, 8, -2]


def test_the_platforms_ai_is_another_marker_than_a_person() -> None:
    stations = [(40.0 + n * 4, 46.0 + n * 4) for n in range(8)]
    [found] = agreements(history_of(*stations, marker=Marker.AI), {})
    assert (found.first, found.second) == (MarkerKind.SELF, MarkerKind.AI)
    assert agreements(history_of(*stations[:7]), {}) == []


def test_of_one_station_each_pair_of_markers_has_the_domains_that_both_marked() -> None:
    [entry] = history_of((40.0, 46.0))
    you, draft = station_pairs(entry, {"EMPATHY ": 38.0, "Plan": 10.0})[::2]
    assert (you.first, you.second, you.overall) == (MarkerKind.SELF, MarkerKind.DRAFT, None)
    assert you.domains == (("Empathy", (46.0, 38.0)),)
    assert (draft.first, draft.domains) == (MarkerKind.DRAFT, (("Empathy", (38.0, 40.0)),))
    [alone] = history_of((None, 46.0))
    assert station_pairs(alone, {}) == []
    assert station_pairs(alone, {"Plan": 10.0}) == []


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (
            Agreement(YOU, THEY, 12, Interval(0.62, 0.31, 0.8), Interval(6, 2, 10)),
            "you and the assessor: 0.62 (0.31 to 0.80), 12 stations; "
            "you mark 6 points higher (2 to 10)",
        ),
        (
            Agreement(MarkerKind.DRAFT, THEY, 8, Interval(-0.1, -0.5, 0.4), Interval(-9, -12, -3)),
            "the draft and the assessor: -0.10 (-0.50 to 0.40), 8 stations; "
            "the assessor marks 9 points higher (3 to 12)",
        ),
        (
            Agreement(YOU, THEY, 8, None, Interval(0, 0, 0)),
            "you and the assessor: all marks are the same, 8 stations; "
            "neither marks higher (0 to 0 points)",
        ),
    ],
)
def test_what_is_said_of_it(found: Agreement, words: str) -> None:
    assert agreement_words(found) == words
