"""Filters of the board that combine, and what they hide."""

from __future__ import annotations

from datetime import UTC, time, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medtui.core.agenda import View
from medtui.core.filters import (
    HOURS_CHOICE,
    KINDS,
    SOON_CHOICE,
    Choice,
    Filter,
    Hours,
    choices,
    label,
    read_hours,
    restored,
    stored,
)
from medtui.core.models import CaseSummary
from tests.core.test_agenda import LONDON, ME, NOW, board, person, session, shown

STUDENT = person(level="medical-student")
EYE = CaseSummary(id=uuid4(), category="Red eye")
HOURS = Hours(time(18), time(22))


def test_any_of_a_kind_and_all_of_the_kinds() -> None:
    mock, review = session(30), session(40, type="review")
    junior = session(50, type="review", host=STUDENT)
    eye = session(60, type="clinical", case=EYE, case_id=EYE.id)
    made = board(mock, review, junior, eye)

    def left(*chosen: Choice, query: str = "") -> list[object]:
        made.look_at(filter=Filter(LONDON, frozenset(chosen)), query=query)
        assert len(shown(made)) + len(made.hidden) == 4
        return [*shown(made)]

    a_mock, a_review = Choice("type", "mock"), Choice("type", "review")
    assert left() == [mock.id, review.id, junior.id, eye.id]
    assert left(a_mock, a_review) == [mock.id, review.id, junior.id]
    assert left(a_review, Choice("level", "st1")) == [review.id]
    assert left(a_review, query="student") == [junior.id]
    assert left(Choice("category", "Red eye")) == [eye.id]
    assert left(a_mock, Choice("category", "Red eye")) == []
    assert left(Choice("day", "today")) == [mock.id, review.id, junior.id, eye.id]
    assert left(Choice("day", "tomorrow")) == []
    assert left(Choice("day", "Tuesday"), a_mock) == [mock.id]


def test_what_starts_within_the_hour_changes_with_the_time() -> None:
    near, far = session(50), session(70)
    made = board(near, far)
    made.look_at(filter=Filter(LONDON, frozenset([SOON_CHOICE])))
    assert shown(made) == [near.id]
    assert made.hidden == {far.id}
    made.tick(NOW + timedelta(minutes=15))
    assert shown(made) == [near.id, far.id]
    made.tick(NOW + timedelta(minutes=51))
    assert shown(made) == [far.id]


def test_free_at_my_hours_is_a_free_seat_of_another_in_these_hours() -> None:
    free = session(30)
    taken, mine, late = session(31, guest_id=uuid4()), session(32, host_id=ME), session(5 * 60)
    made = board(free, taken, mine, late)
    made.look_at(filter=Filter(LONDON, frozenset([HOURS_CHOICE]), HOURS))
    assert shown(made) == [free.id]


def test_what_is_hidden_is_counted_as_the_board_changes() -> None:
    made = board(session(30))
    made.look_at(filter=Filter(LONDON, frozenset([Choice("type", "review")])))
    (hidden,) = made.hidden
    other = session(40)
    made.apply([other])
    assert made.hidden == {hidden, other.id}
    made.apply([other.model_copy(update={"type": "review"})])
    assert made.hidden == {hidden}
    assert shown(made) == [other.id]
    made.apply([], [hidden])
    assert made.hidden == set()
    made.apply([session(50)])
    made.look_at(view=View.MINE)
    assert made.hidden == set(), "the view hides it, not the filter"
    made.look_at(view=View.ALL, filter=Filter(LONDON))
    assert made.hidden == set()
    assert len(shown(made)) == 2


def test_choices_are_in_one_order_levels_from_junior_to_senior() -> None:
    sessions = [
        session(host=person(level=level))
        for level in ("st3", "PGY2", "medical-student", "st1", "foundation")
    ]
    found = choices(sessions, [Choice("day", "Friday")], UTC, NOW)
    levels = [choice.value for choice in found if choice.kind == "level"]
    assert levels == ["medical-student", "foundation", "st1", "st3", "PGY2"]
    assert [choice.value for choice in found if choice.kind == "day"] == [
        "today",
        "Tuesday",
        "Friday",
    ]
    assert [label(choice, HOURS) for choice in found][-2:] == [
        "within the hour",
        "free 18:00-22:00",
    ]


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("18:00-22:00", HOURS),
        ("18-22", HOURS),
        (" 7:30 – 9 ", Hours(time(7, 30), time(9))),
        ("22-2", Hours(time(22), time(2))),
        ("18-24", Hours(time(18), time(0))),
        ("evenings", None),
        ("18", None),
        ("18-25", None),
    ],
)
def test_hours_in_the_settings(text: str, hours: Hours | None) -> None:
    assert read_hours(text) == hours


def test_hours_may_go_over_midnight() -> None:
    night = Hours(time(22), time(2))
    assert [night.have(time(hour)) for hour in (21, 22, 0, 1, 2)] == [
        False,
        True,
        True,
        True,
        False,
    ]


CHOICES = st.frozensets(st.builds(Choice, st.sampled_from(KINDS), st.text(max_size=9)))


@given(CHOICES)
def test_choices_are_kept_as_they_are(chosen: frozenset[Choice]) -> None:
    assert restored(stored(chosen)) == chosen


@pytest.mark.parametrize("kept", [None, 3, {}, [1], [["level"]], [["x", "y"]], [["level", 3]]])
def test_what_is_no_choice_is_left_out(kept: object) -> None:
    assert restored(kept) == frozenset()
