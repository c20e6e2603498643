"""The board's order, days, filter, views and countdowns, without a screen or a server."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medtui.core.agenda import Agenda, Board, Day, View, fold
from medtui.core.board_rules import (
    room_link,
    why_no_link,
    why_not_book,
    why_not_edit,
    why_not_leave,
)
from medtui.core.models import CaseSummary, PracticeSession, Profile, Stage

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 24, 18, 4, tzinfo=UTC)
ME = uuid4()
ZONES = ["Europe/London", "Asia/Kathmandu", "Pacific/Kiritimati", "America/St_Johns"]


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


def board(
    *sessions: PracticeSession,
    viewer: UUID | None = ME,
    zone: str = "Europe/London",
    now: datetime = NOW,
    view: View = View.ALL,
    query: str = "",
) -> Board:
    made = Board(viewer, ZoneInfo(zone), now)
    made.look_at(view=view, query=query)
    made.read(sessions)
    return made


def shown(made: Board) -> list[UUID]:
    return [session.id for session in made.agenda.sessions]


def days(made: Board) -> list[date]:
    return [line.date for line in made.agenda if isinstance(line, Day)]


def test_sessions_are_ordered_by_start_under_their_day() -> None:
    late, early, tomorrow = session(120), session(30), session(24 * 60)
    lines = board(late, tomorrow, early).agenda
    assert [line.date if isinstance(line, Day) else line.id for line in lines] == [
        date(2026, 11, 24),
        early.id,
        late.id,
        date(2026, 11, 25),
        tomorrow.id,
    ]


@pytest.mark.parametrize(
    ("zone", "utc", "day"),
    [
        ("Europe/London", "2026-11-24 23:59", "2026-11-24"),
        ("Europe/London", "2026-11-25 00:00", "2026-11-25"),
        ("Europe/London", "2026-07-01 23:00", "2026-07-02"),  # summer: an hour ahead of UTC
        ("Asia/Tokyo", "2026-11-24 23:34", "2026-11-25"),
        ("Asia/Kathmandu", "2026-11-24 18:14", "2026-11-24"),  # +05:45
        ("Asia/Kathmandu", "2026-11-24 18:15", "2026-11-25"),
        ("Pacific/Kiritimati", "2026-11-24 10:00", "2026-11-25"),  # +14
        ("Pacific/Pago_Pago", "2026-11-24 10:59", "2026-11-23"),  # -11
    ],
)
def test_days_are_those_of_the_viewers_zone(zone: str, utc: str, day: str) -> None:
    at = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert days(board(session(starts_at=at), zone=zone, now=at)) == [date.fromisoformat(day)]


@pytest.mark.parametrize("moment", ["2026-10-25 00:30", "2026-03-29 00:30"])
def test_the_nights_in_which_the_clocks_change_have_one_heading(moment: str) -> None:
    before = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    made = board(
        session(starts_at=before), session(starts_at=before + timedelta(hours=1)), now=before
    )
    assert [isinstance(line, Day) for line in made.agenda] == [True, False, False]


def test_a_timestamp_without_an_offset_is_utc() -> None:
    naive = session(starts_at="2026-11-24T18:30:00")
    assert naive.starts_at == NOW + timedelta(minutes=26)
    assert days(board(naive, zone="Asia/Tokyo")) == [date(2026, 11, 25)]


@given(st.lists(st.integers(-50, 9000), unique=True), st.sampled_from(ZONES))
def test_every_line_is_found_where_it_stands(minutes: list[int], zone: str) -> None:
    made = board(*(session(offset) for offset in minutes), zone=zone)
    lines = list(made.agenda)
    assert len(made.agenda) == len(lines)
    assert [made.agenda.line(row) for row in range(len(lines))] == lines
    assert made.agenda.line(len(lines)) is None
    assert made.agenda.line(-1) is None
    for row, line in enumerate(lines):
        if isinstance(line, PracticeSession):
            assert made.agenda.row(line.id) == row
            assert line.starts_at.astimezone(ZoneInfo(zone)).date() == _day_above(lines, row)
    assert made.agenda.row(uuid4()) is None


def _day_above(lines: list[Day | PracticeSession], row: int) -> date:
    return next(line.date for line in reversed(lines[:row]) if isinstance(line, Day))


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
    made.look_at(view=View.MINE)
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
    first, second = session(), session(31)
    made = board(first, second)
    moved = first.model_copy(update={"starts_at": NOW + timedelta(hours=5)})
    assert made.apply([moved, second], []) == {first.id}
    assert shown(made) == [second.id, first.id]
    assert made.apply([], [second.id, uuid4()]) == set()
    assert shown(made) == [first.id]
    assert made.read([moved]) == set()


@given(st.data())
def test_any_changes_leave_the_board_as_reading_it_again_would(data: st.DataObject) -> None:
    pool = [session(minutes, host=person(first=f"P{minutes}")) for minutes in range(0, 100, 10)]
    query, view = data.draw(st.sampled_from(["", "p1"])), data.draw(st.sampled_from(View))
    made, now = board(query=query, view=view), NOW
    truth: dict[UUID, PracticeSession] = {}
    for _ in range(data.draw(st.integers(0, 30))):
        chosen = data.draw(st.sampled_from(pool))
        if data.draw(st.booleans()):
            minutes = data.draw(st.integers(-50, 3000))
            update = {
                "starts_at": NOW + timedelta(minutes=minutes),
                "guest_id": data.draw(st.sampled_from([None, ME, uuid4()])),
                "stage": data.draw(st.sampled_from(Stage)),
            }
            moved = chosen.model_copy(update=update)
            made.apply([moved], [])
            truth[chosen.id] = moved
        else:
            made.apply([], [chosen.id])
            truth.pop(chosen.id, None)
        made.tick(now := now + timedelta(minutes=data.draw(st.integers(-5, 40))))
    again = board(*truth.values(), now=now, query=query, view=view)
    assert list(made.agenda) == list(again.agenda)
    assert made.open_count() == again.open_count()


def test_free_seats_are_counted_among_what_comes() -> None:
    made = board(session(), session(guest_id=uuid4()), session(-5), session(90))
    assert made.open_count() == (2, 3)


def test_overlaps_are_with_ones_own_sessions_less_than_an_hour_away() -> None:
    mine, others = session(60, host_id=ME), session(61)
    made = board(mine, others)
    assert made.overlapping(NOW + timedelta(minutes=119), 60) == mine
    assert made.overlapping(NOW + timedelta(minutes=1), 60) == mine
    assert made.overlapping(NOW + timedelta(minutes=120), 60) is None
    assert made.overlapping(NOW, 60) is None
    assert made.overlapping(NOW + timedelta(minutes=60), 60, but=mine.id) is None


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_a_room_link_is_made_from_the_template() -> None:
    id_ = UUID(int=7)
    assert (
        room_link("https://meet.jit.si/medtui-{id}", id_) == f"https://meet.jit.si/medtui-{id_.hex}"
    )
    assert room_link("https://example.org/{else}", id_) == "https://example.org/{else}"


def test_time_takes_sessions_away_and_gives_them_back_when_it_was_wrong() -> None:
    made = board(session(-30), session(30))
    made.tick(NOW + timedelta(minutes=31))
    assert len(shown(made)) == 1
    made.tick(NOW)
    assert len(shown(made)) == 2


def test_a_running_session_outlives_the_hour() -> None:
    running = session(-30, stage=Stage.INTERVIEW)
    made = board(running)
    made.tick(NOW + timedelta(hours=3))
    assert shown(made) == [running.id]
    made.apply([running.model_copy(update={"stage": Stage.PREP})])
    assert shown(made) == []


def test_an_agenda_without_sessions_has_no_lines() -> None:
    agenda = Agenda(LONDON)
    assert len(agenda) == 0
    assert agenda.line(0) is None
    only = session()
    agenda.add(only)
    agenda.discard(only.id)
    agenda.discard(only.id)
    assert list(agenda) == []


def test_a_change_costs_the_same_on_a_long_board() -> None:
    """Counted in comparisons of keys, which do not depend on the machine."""
    pool = [session(minutes) for minutes in range(0, 20_000, 2)]
    made = board(*pool)
    moved = pool[9_000].model_copy(update={"type": "viva"})
    calls = 0

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        made.apply([moved])
        assert made.agenda.row(moved.id)
        made.tick(NOW + timedelta(seconds=1))
    finally:
        sys.setprofile(None)
    assert calls < 500


def test_the_reasons_why_something_cannot_be_done() -> None:
    host, guest = person("Tom", "Ellery"), person("Jo", "Bauer")
    free = session(host=host)
    booked = session(host=host, guest_id=guest.user_id, guest=guest)
    assert why_not_book(free, ME, NOW) is None
    assert why_not_book(session(host_id=ME), ME, NOW) is not None
    assert why_not_book(booked, ME, NOW) == "This session is already booked by Jo Bauer."
    assert "already" in (why_not_book(session(guest_id=ME), ME, NOW) or "")
    assert "begun" in (why_not_book(session(-5, stage=Stage.INTERVIEW), ME, NOW) or "")
    assert "over" in (why_not_book(session(-61), ME, NOW) or "")
    assert why_not_leave(session(guest_id=ME), ME) is None
    assert why_not_leave(booked, ME) == "You have not booked this session."
    assert "x cancels" in (why_not_leave(session(host_id=ME), ME) or "")
    assert why_not_edit(session(host_id=ME), ME) is None
    assert "Tom Ellery hosts" in (why_not_edit(free, ME) or "")
    assert why_no_link(session(room_url="https://a.example/b"), to_open=True) is None
    assert why_no_link(session(room_url="room-7"), to_open=False) is None
    assert "room-7" in (why_no_link(session(room_url="room-7"), to_open=True) or "")
    assert why_no_link(free, to_open=False) == "This session has no room link."


@pytest.mark.parametrize("zone", ZONES)
def test_the_nearest_session_is_found_across_days(zone: str) -> None:
    sessions = [session(minutes) for minutes in (-50, 30, 90, 1500, 4000)]
    made = board(*sessions, zone=zone)
    for minutes in range(-3000, 9000, 37):
        at = NOW + timedelta(minutes=minutes)
        found = made.agenda.nearest(at)
        distances = {one.id: abs(one.starts_at - at) for one in sessions}
        assert found is not None
        assert distances[found] == min(distances.values())
    assert made.agenda.nearest(NOW + timedelta(minutes=60)) == sessions[2].id, "the later of two"
    assert board(zone=zone).agenda.nearest(NOW) is None


def test_the_cursor_begins_at_ones_own_next_session() -> None:
    mine = session(90, guest_id=ME)
    old = session(-180, guest_id=ME)
    assert board(session(-30), session(20), mine, session(100), old).beginning() == mine.id
    running = session(-90, guest_id=ME, version=2)
    assert board(session(20), mine, running).beginning() == running.id
    over = session(-90, guest_id=ME, version=3)
    assert board(over, session(20), mine).beginning() == mine.id


def test_else_the_cursor_begins_at_the_next_free_seat_and_never_at_what_is_over() -> None:
    free, taken = session(60), session(20, guest_id=uuid4())
    assert board(session(-30), taken, free).beginning() == free.id
    assert board(session(-30, guest_id=uuid4()), taken).beginning() == taken.id
    assert board(session(-30)).beginning() is None
    assert board().beginning() is None


def test_ones_own_next_session_follows_what_changes() -> None:
    made = board(session(20), viewer=ME)
    first, second = session(90, guest_id=ME), session(60, guest_id=ME)
    made.apply([first])
    assert made.next_own() == first
    made.apply([second])
    assert made.next_own() == second
    made.apply([second.model_copy(update={"guest_id": None})])
    assert made.next_own() == first
    made.apply([], [first.id])
    assert made.next_own() is None
    made.apply([first])
    made.tick(NOW + timedelta(minutes=149))
    assert made.next_own() == first
    made.tick(NOW + timedelta(minutes=151))
    assert made.next_own() is None
