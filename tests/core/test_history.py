"""Past sessions as plain data: what is listed and filtered, and the arithmetic of growing."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from medtui.core.history import (
    DomainMark,
    FileSummary,
    History,
    HistoryEntry,
    HistoryFilter,
    MarkSummary,
    Month,
)
from medtui.core.models import FileKind, PracticeSession, Role
from medtui.core.progress import FEWEST, SHORTEST, By, progress, slope
from medtui.documents.assessment import Assessment, Domain, Marker, Overall

ME, OTHER, STRANGER = UUID(int=1), UUID(int=2), UUID(int=3)
NOW = datetime(2026, 11, 24, 18, tzinfo=UTC)


def session(days: float = 1, **changes: Any) -> PracticeSession:
    row = {
        "id": uuid4(),
        "host_id": ME,
        "guest_id": OTHER,
        "datetime_utc": NOW - timedelta(days=days),
        "type": "mock",
        "candidate_id": ME,
        "version": 3,
        "host": {"user_id": ME, "first_name": "Amara", "last_name": "Okafor", "training_level": ""},
        "guest": {"user_id": OTHER, "first_name": "Zoë", "last_name": "Šimić",
                  "training_level": "st2"},
    }  # fmt: skip
    return PracticeSession.model_validate(row | changes)


def case(domain: str | None = "ethics", category: str | None = "Surgery") -> dict[str, Any]:
    return {"id": uuid4(), "domain": domain, "category": category}


def sat(
    days: float, *domains: DomainMark, percent: float | None = None, **changes: Any
) -> HistoryEntry:
    marks = MarkSummary(Marker.AI, percent, "", domains)
    kept = FileSummary(frozenset({FileKind.ASSESSMENT}), "1", marks)
    return HistoryEntry(session(days, **changes), ME, None, kept)


def test_sessions_stand_newest_first_under_their_months() -> None:
    history = History(ME, UTC)
    history.read([session(30), session(1), session(26), session(2)])
    lines = history.lines()
    assert [line for line in lines if isinstance(line, Month)] == [Month(2026, 11), Month(2026, 10)]
    days = [(NOW - line.session.starts_at).days for line in lines if isinstance(line, HistoryEntry)]
    assert days == [1, 2, 26, 30]
    assert [type(line) for line in lines] == [
        Month,
        HistoryEntry,
        HistoryEntry,
        Month,
        HistoryEntry,
        HistoryEntry,
    ]


def test_a_strangers_session_is_never_taken() -> None:
    history = History(ME, UTC)
    history.read([session(host_id=STRANGER, guest_id=OTHER)])
    assert len(history) == 0


@pytest.mark.parametrize(
    ("wish", "left"),
    [
        (HistoryFilter(), [1, 2, 3, 4]),
        (HistoryFilter(role=Role.CANDIDATE), [1, 4]),
        (HistoryFilter(role=Role.ACTOR), [2]),
        (HistoryFilter(domain="ethics"), [1, 2]),
        (HistoryFilter(category="Lids"), [2]),
        (HistoryFilter(domain="ethics", role=Role.ACTOR), [2]),
        (HistoryFilter(text="zoe"), [1, 2, 3, 4]),
        (HistoryFilter(text="guest OKAFOR"), [4]),
        (HistoryFilter(text="november lids"), [2]),
        (HistoryFilter(text="mirror"), [1]),
        (HistoryFilter(text="nobody"), []),
    ],
)
def test_what_a_filter_leaves(wish: HistoryFilter, left: list[int]) -> None:
    history, named = History(ME, UTC), case()
    sessions = {
        1: session(1, case=named, case_id=named["id"]),
        2: session(2, candidate_id=OTHER, case=case(category="Lids")),
        3: session(3, candidate_id=None),
        4: session(4, host_id=OTHER, guest_id=ME, host=session().guest, guest=session().host),
    }
    swapped = sessions[4].model_copy(update={"host": session().host})
    sessions[4] = swapped if wish.text == "guest OKAFOR" else sessions[4]
    history.read(sessions.values())
    history.name({named["id"]: "The clipped mirror"})
    history.filter = wish
    shown = [entry.session.id for entry in history.wanted()]
    assert shown == [sessions[number].id for number in left]


def test_a_cases_name_is_taken_only_where_the_session_is_in_its_debrief() -> None:
    history, named = History(ME, UTC), case()
    over = session(5, case=named, case_id=named["id"])
    running = session(0, case=named, case_id=named["id"], version=2)
    history.read([over, running])
    history.name({named["id"]: "The clipped mirror"})
    assert history.get(over.id).case_name == "The clipped mirror"  # type: ignore[union-attr]
    assert history.get(running.id).case_name is None  # type: ignore[union-attr]


def test_what_is_known_of_files_stays_when_sessions_are_read_again() -> None:
    history, one = History(ME, UTC), session()
    history.read([one])
    kept = FileSummary(frozenset({FileKind.TRANSCRIPT}))
    history.set_files(one.id, kept)
    history.read([one.model_copy(update={"type": "review"}), session(4)], whole=True)
    assert history.get(one.id).kept == kept  # type: ignore[union-attr]
    history.read([session(4)], whole=True)
    assert history.get(one.id) is None


def test_null_is_not_zero_and_without_a_maximum_there_is_no_percentage() -> None:
    marks = MarkSummary.of(
        Assessment(
            "x",
            Marker.HUMAN,
            Overall(score=7),
            (
                Domain("a", 3, 4),
                Domain("b", None, 4),
                Domain("c", 3, None),
                Domain("d", label="S"),
                Domain("e", 0, 4),
                Domain("f", 1, 0),
                Domain("g", 1, 4, insufficient_evidence=True),
            ),
        )
    )
    assert [domain.percent for domain in marks.domains] == [75, None, None, None, 0, None, 25]
    assert (marks.percent, marks.words) == (None, "7")
    [*scored] = [s for s in progress([sat(1, *marks.domains)], By.SKILL) if s.points]
    assert [(one.name, one.last) for one in scored] == [("e", 0), ("a", 75)]


percents = st.one_of(st.none(), st.floats(-50, 150))
domain_marks = st.builds(
    DomainMark,
    st.sampled_from(["Rapport", "rapport ", "Empathy", "Pace"]),
    percents,
    st.one_of(st.none(), st.sampled_from("SBU")),
    st.booleans(),
)
entries = st.lists(
    st.builds(
        lambda days, marks, role, domain: sat(
            days,
            *marks,
            percent=marks[0].percent if marks else None,
            candidate_id={"me": ME, "other": OTHER, "none": None}[role],
            case=case(domain),
        ),
        st.floats(0, 4000),
        st.lists(domain_marks, max_size=4),
        st.sampled_from(["me", "me", "me", "other", "none"]),
        st.sampled_from(["ethics", "consent", None]),
    ),
    max_size=25,
)


@given(entries)
def test_progress_draws_what_has_a_percentage_and_counts_all_else(held: list[HistoryEntry]) -> None:
    mine = [entry for entry in held if entry.role is Role.CANDIDATE]
    found = progress(held, By.SKILL)
    given_marks = [mark for entry in mine for mark in (entry.marks.domains if entry.marks else ())]
    drawn = [mark for mark in given_marks if mark.percent is not None and not mark.is_unsure]
    assert sorted(point.percent for one in found for point in one.points) == sorted(
        mark.percent for mark in drawn if mark.percent is not None
    )
    assert sum(one.unsure for one in found) == sum(mark.is_unsure for mark in given_marks)
    assert sum(len(one.practised) for one in found) == len(given_marks)
    assert len({" ".join(one.name.casefold().split()) for one in found}) == len(found)
    for one in found:
        times = [point.at for point in one.points]
        assert times == sorted(times)
        assert len(one.points) + len(one.grades) + one.unsure <= len(one.practised)
        values = [point.percent for point in one.points]
        if values:
            assert one.best == max(values)
            assert one.last == values[-1]
            assert min(values) - 1e-9 <= (one.level or 0) <= max(values) + 1e-9
    many = [one.level for one in found if len(one.points) >= FEWEST]
    assert many == sorted(level for level in many if level is not None)
    assert [len(one.points) >= FEWEST for one in found] == sorted(
        (len(one.points) >= FEWEST for one in found), reverse=True
    )


@given(entries)
def test_every_session_as_candidate_counts_for_its_domain_marked_or_not(
    held: list[HistoryEntry],
) -> None:
    found = progress(held, By.DOMAIN)
    mine = [entry for entry in held if entry.role is Role.CANDIDATE]
    assert sum(len(one.practised) for one in found) == len(mine)
    assert {one.name for one in found} == {
        (entry.session.case.domain if entry.session.case else None) or "no case" for entry in mine
    }


@given(st.floats(-40, 40), st.floats(0, 100), st.lists(st.floats(0, 900), min_size=3, max_size=20))
def test_a_straight_line_has_its_own_slope(rise: float, start: float, days: list[float]) -> None:
    at = [NOW + timedelta(days=day) for day in days]
    points = [(t, start + rise * ((t - NOW) / timedelta(days=30.44))) for t in at]
    found = slope(points)
    if max(at) - min(at) < SHORTEST:
        assert found is None
    else:
        assert found == pytest.approx(rise, abs=1e-6)


def test_two_marks_or_three_in_a_week_are_no_trend() -> None:
    day = timedelta(days=1)
    assert slope([(NOW, 10), (NOW + 90 * day, 90)]) is None
    assert slope([(NOW, 10), (NOW + 2 * day, 50), (NOW + 7 * day, 90)]) is None


summaries = TypeAdapter(MarkSummary)


@given(st.lists(domain_marks, max_size=5), percents, st.sampled_from(Marker), st.text(max_size=9))
def test_what_is_kept_comes_back(
    domains: list[DomainMark], percent: float | None, marker: Marker, words: str
) -> None:
    marks = MarkSummary(marker, percent, words, tuple(domains))
    kept = summaries.dump_python(marks, mode="json", by_alias=True)
    assert summaries.validate_python(json.loads(json.dumps(kept))) == marks


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["by", "percent", "words", "domains", "x"]), inner, max_size=4
    ),
)  # fmt: skip


@given(json_values)
def test_what_others_have_kept_is_refused(kept: Any) -> None:
    try:
        summaries.validate_python(kept)
    except ValueError:
        return
