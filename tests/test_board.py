"""The board's order, days, filter, views and countdowns, without a screen or a server."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medtui.board import (
    Board,
    Day,
    View,
    countdown,
    day_label,
    fold,
    room_link,
    seat,
    standing,
)
from medtui.models import CaseSummary, PracticeSession, Profile, Stage

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 24, 18, 4, tzinfo=UTC)
ME = uuid4()


def person(first: str = "Amara", last: str = "Okafor", level: str = "st1") -> Profile:
    return Profile(user_id=uuid4(), first_name=first, last_name=last, training_level=level)


def session(minutes: float = 30, **values: object) -> PracticeSession:
    host = values.pop("host", None) or person()
    assert isinstance(host, Profile)
    defaults: dict[str, object] = {
        "id": uuid4(),
        "host_id": host.user_id,
        "host": host,
        "starts_at": NOW + timedelta(minutes=minutes),
        "type": "mock",
    }
    return PracticeSession.model_validate(defaults | values)


def board(*sessions: PracticeSession, viewer: UUID | None = ME, **values: object) -> Board:
    made = Board(viewer, LONDON, **values)  # type: ignore[arg-type]
    made.read(sessions)
    return made


def shown(made: Board, now: datetime = NOW) -> list[UUID]:
    return [line.id for line in made.lines(now) if isinstance(line, PracticeSession)]


def test_sessions_are_ordered_by_start_under_their_day() -> None:
    late, early, tomorrow = session(120), session(30), session(24 * 60)
    lines = board(late, tomorrow, early).lines(NOW)
    assert [line.label if isinstance(line, Day) else line.id for line in lines] == [
        "TODAY  Tuesday 24 November",
        early.id,
        late.id,
        "TOMORROW  Wednesday 25 November",
        tomorrow.id,
    ]


def test_days_are_those_of_the_viewers_zone() -> None:
    night = session((23 - 18) * 60 + 30)  # 23:34 in London is the next morning in Tokyo
    made = Board(ME, ZoneInfo("Asia/Tokyo"))
    made.read([night])
    assert [line.date for line in made.lines(NOW) if isinstance(line, Day)] == [date(2026, 11, 25)]


def test_the_night_in_which_the_clocks_go_back_has_one_heading() -> None:
    before = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 01:30 BST
    after = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)  # 01:30 GMT
    made = board(session(starts_at=before), session(starts_at=after))
    lines = made.lines(before)
    assert [isinstance(line, Day) for line in lines] == [True, False, False]


@pytest.mark.parametrize(
    ("minutes", "stage", "is_shown"),
    [
        (-59, Stage.PREP, True),
        (-61, Stage.PREP, False),
        (-61, Stage.INTERVIEW, True),
        (-239, Stage.WRAP_UP, True),
        (-241, Stage.WRAP_UP, False),
    ],
)
def test_sessions_leave_the_board_some_time_after_their_start(
    minutes: int, stage: Stage, is_shown: bool
) -> None:
    assert bool(shown(board(session(minutes, stage=stage)))) is is_shown


def test_ones_own_sessions_stay_for_a_day_under_mine() -> None:
    mine = session(-20 * 60, host_id=ME)
    made = board(mine, session(-20 * 60))
    assert shown(made) == []
    made.view = View.MINE
    assert shown(made) == [mine.id]


def test_the_open_view_has_seats_that_one_could_take() -> None:
    free = session()
    taken = session(guest_id=uuid4())
    running = session(-5, stage=Stage.INTERVIEW)
    mine = session(host_id=ME)
    assert shown(board(free, taken, running, mine, view=View.OPEN)) == [free.id]


def test_views_go_round() -> None:
    assert [View.ALL.next, View.OPEN.next, View.MINE.next] == [View.OPEN, View.MINE, View.ALL]


@pytest.mark.parametrize("query", ["okafor", "OKAFÖR", "st1 mock", "garcia", "eye", "foundation"])
def test_the_filter_finds_what_a_row_says(query: str) -> None:
    case = CaseSummary(id=uuid4(), category="Red eye", domain="communication")
    guest = person("Ana", "García", "foundation")
    match = session(guest_id=guest.user_id, guest=guest, case_id=case.id, case=case)
    other = session(host=person("Tom", "Ellery", "st3"), type="review")
    assert shown(board(match, other, query=query)) == [match.id]


def test_every_word_of_the_filter_must_match() -> None:
    assert shown(board(session(), query="okafor review")) == []


def test_the_filter_sees_a_row_as_it_is_now() -> None:
    before = session()
    made = board(before, query="viva")
    assert shown(made) == []
    made.apply([before.model_copy(update={"type": "viva"})], [])
    assert shown(made) == [before.id]


def test_a_change_says_what_is_different() -> None:
    first, second = session(), session()
    made = board(first, second)
    moved = first.model_copy(update={"starts_at": NOW + timedelta(hours=5)})
    assert made.apply([moved, second], []) == {first.id}
    assert shown(made) == [second.id, first.id]
    assert made.apply([], [second.id, uuid4()]) == set()
    assert shown(made) == [first.id]
    assert made.read([moved]) == set()


@given(st.data())
def test_any_changes_leave_the_board_as_reading_it_again_would(data: st.DataObject) -> None:
    pool = [session(minutes) for minutes in range(0, 100, 10)]
    made = board()
    truth: dict[UUID, PracticeSession] = {}
    for _ in range(data.draw(st.integers(0, 30))):
        chosen = data.draw(st.sampled_from(pool))
        if data.draw(st.booleans()):
            minutes = data.draw(st.integers(-50, 3000))
            moved = chosen.model_copy(update={"starts_at": NOW + timedelta(minutes=minutes)})
            made.apply([moved], [])
            truth[chosen.id] = moved
        else:
            made.apply([], [chosen.id])
            truth.pop(chosen.id, None)
    again = board(*truth.values())
    assert made.lines(NOW) == again.lines(NOW)
    assert made.open_count(NOW) == again.open_count(NOW)


def test_free_seats_are_counted_among_what_comes() -> None:
    made = board(session(), session(guest_id=uuid4()), session(-5), session(90))
    assert made.open_count(NOW) == (2, 3)


def test_overlaps_are_with_ones_own_sessions_less_than_an_hour_away() -> None:
    mine, others = session(60, host_id=ME), session(61)
    made = board(mine, others)
    assert made.overlapping(NOW + timedelta(minutes=119), 60) == mine
    assert made.overlapping(NOW + timedelta(minutes=1), 60) == mine
    assert made.overlapping(NOW + timedelta(minutes=120), 60) is None
    assert made.overlapping(NOW, 60) is None
    assert made.overlapping(NOW + timedelta(minutes=60), 60, but=mine.id) is None


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, "now"),
        (0.4, "now"),
        (26, "in 26 min"),
        (99, "in 99 min"),
        (13 * 60, "in 13 h"),
        (47 * 60, "in 47 h"),
        (72 * 60, "in 3 days"),
        (-12, "12 min ago"),
    ],
)
def test_countdowns(minutes: float, words: str) -> None:
    assert countdown(NOW + timedelta(minutes=minutes), NOW) == words


@given(st.timedeltas(timedelta(days=-40), timedelta(days=40)))
def test_a_countdown_fits_its_column(delta: timedelta) -> None:
    assert 1 <= len(countdown(NOW + delta, NOW)) <= 11


def test_a_running_station_says_for_how_long() -> None:
    running = session(-5, stage=Stage.INTERVIEW, stage_since=NOW - timedelta(minutes=4))
    assert standing(running, NOW) == "4 min in"
    assert standing(running.model_copy(update={"stage_since": None}), NOW) == "interview"
    assert standing(session(-60, stage=Stage.WRAP_UP), NOW) == "wrap-up"


def test_seats() -> None:
    guest = person("Jo", "Bauer")
    assert seat(session(), ME) == ("○", "open")
    assert seat(session(host_id=ME), ME) == ("○", "yours")
    assert seat(session(guest_id=ME), ME) == ("●", "you")
    assert seat(session(guest_id=guest.user_id, guest=guest), ME) == ("●", "Jo Bauer")
    assert seat(session(guest_id=uuid4()), ME) == ("●", "booked")
    running = session(guest_id=guest.user_id, guest=guest, stage=Stage.INTERVIEW)
    assert seat(running, ME) == ("▶", "Jo Bauer")


def test_day_labels_name_another_year() -> None:
    assert day_label(date(2027, 1, 4), date(2026, 12, 20)) == "Monday 4 January 2027"
    assert day_label(date(2026, 12, 19), date(2026, 12, 20)).startswith("YESTERDAY")


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_a_room_link_is_made_from_the_template() -> None:
    id_ = UUID(int=7)
    assert (
        room_link("https://meet.jit.si/medtui-{id}", id_) == f"https://meet.jit.si/medtui-{id_.hex}"
    )
    assert room_link("https://example.org/{else}", id_) == "https://example.org/{else}"
