"""Rounds of a meeting: which sessions belong together, and the link that each of them has."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medtui.core.models import PracticeSession
from medtui.core.rounds import (
    Round,
    RoundIndex,
    base_link,
    begun_after,
    link_of_round,
    next_id,
    rounds_of,
)

HOST, GUEST, OTHER = (UUID(int=n) for n in (1, 2, 3))
AT = datetime(2026, 11, 30, 18, tzinfo=UTC)
LINKS = [
    "https://meet.jit.si/Practice",
    "https://meet.jit.si/Practice#config.startWithAudioMuted=true&interfaceConfig.X=1",
    "https://zoom.us/j/81234567890?pwd=aBc.1",
    "https://teams.microsoft.com/l/meetup-join/19%3ameeting%40thread.v2/0?context=%7b%7d",
    "https://teams.microsoft.com/_#/l/meetup-join/19:meeting/0?context=x",
    "https://teams.live.com/meet/9312345678901?p=abc",
    "https://meet.google.com/abc-defg-hij",
    "https://meet.google.com/abc-defg-hij?authuser=1",
    "https://whereby.com/practice",
    "https://example.org/room?round=3",
    "practice-7",
    "ward#2",
]


def session(n: int, minutes: int = 0, **more: Any) -> PracticeSession:
    values = {"id": UUID(int=100 + n), "host_id": HOST, "guest_id": GUEST, "version": 3}
    values["datetime_utc"] = AT + timedelta(minutes=minutes)
    return PracticeSession.model_validate(values | more)


@pytest.mark.parametrize("link", LINKS)
@given(st.integers(2, 999), st.integers(2, 999), st.integers(0, 999_999))
@pytest.mark.detail(after=4)
def test_a_rounds_link_differs_and_opens_the_same_call(
    link: str, number: int, other: int, salt: int
) -> None:
    found = link_of_round(link, number, salt)
    assert found is not None
    assert found != link
    assert base_link(found) == link == base_link(link)
    assert link_of_round(found, other, salt) == link_of_round(link, other, salt)
    before, after = urlsplit(link), urlsplit(found)
    assert (after.scheme, after.netloc, after.path) == (before.scheme, before.netloc, before.path)
    assert after.query.startswith(before.query)
    assert after.fragment.startswith(before.fragment)


def test_no_link_stays_none_and_one_that_would_be_too_long_is_left_out() -> None:
    assert link_of_round(None, 2) is None
    assert link_of_round("", 2) is None
    assert link_of_round("https://example.org/" + "x" * 480, 2) is None


def test_rounds_are_numbered_in_the_order_in_which_they_begin() -> None:
    first, second = session(1), session(2, 20, meeting_id=UUID(int=101))
    third, alone = session(3, 40, meeting_id=UUID(int=101)), session(4, 10)
    found = rounds_of([third, alone, first, second])
    assert found == {first.id: Round(1, 3), second.id: Round(2, 3), third.id: Round(3, 3)}
    assert found[second.id].words == "Round 2 of 3"


def test_without_the_column_the_link_tells_a_round() -> None:
    link = "https://meet.jit.si/Practice"
    first, second = session(1, room_url=link), session(2, 20, room_url=link_of_round(link, 2))
    elsewhere = session(3, 30, room_url=link_of_round(link, 3), host_id=OTHER)
    assert rounds_of([first, second, elsewhere]) == {first.id: Round(1, 2), second.id: Round(2, 2)}


def test_sessions_without_anything_in_common_are_no_rounds() -> None:
    assert rounds_of([session(1), session(2, 5), session(3, 9, room_url="practice-7")]) == {}


def test_the_next_round_is_the_latest_in_prep_whose_seat_a_guest_can_take() -> None:
    first = session(1)
    later = [
        session(2, 20, meeting_id=first.id),  # it is over
        session(3, 40, meeting_id=first.id, version=1, guest_id=None),
        session(4, 50, meeting_id=first.id, version=1, guest_id=OTHER),
        session(5, 60, meeting_id=UUID(int=999), version=1, guest_id=None),
        session(6, 60, host_id=OTHER, meeting_id=first.id, version=1, guest_id=None),
    ]
    found = begun_after(first, later, GUEST)
    assert found is not None
    assert found.id == UUID(int=103)
    assert begun_after(found, [first, *later], GUEST) is None
    assert begun_after(first, later[:1], GUEST) is None


def test_beginning_the_next_round_twice_is_one_round() -> None:
    assert next_id(UUID(int=1)) == next_id(UUID(int=1)) != next_id(UUID(int=2))


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3), st.booleans()), max_size=20))
def test_rounds_are_counted_as_sessions_come_go_and_move(
    changes: list[tuple[int, int, bool]],
) -> None:
    """The index knows after each change what reading all sessions again would find."""
    index = RoundIndex()
    present = {session(0).id: session(0)}
    index.read(present.values())
    for n, start, is_there in changes:
        changed = session(n, start, meeting_id=None if n == 0 else session(0).id)
        if is_there or n == 0:
            present[changed.id] = changed
            index.put(changed)
        else:
            present.pop(changed.id, None)
            index.drop(changed.id)
        later = sorted((each.starts_at, each.id) for each in present.values())
        order = [session(0).id, *(id_ for _, id_ in later if id_ != session(0).id)]
        expected = {id_: Round(number, len(present)) for number, id_ in enumerate(order, 1)}
        assert {each.id: index.of(each) for each in present.values()} == expected


def test_a_round_counts_the_first_one_that_is_not_in_the_window() -> None:
    index = RoundIndex()
    index.read([session(2, 20, meeting_id=UUID(int=101))])
    assert index.of(session(2, 20, meeting_id=UUID(int=101))) == Round(2, 2)
    assert index.of(session(2, 20, meeting_id=UUID(int=101))).beside("Mock") == "Mock 2/2"
