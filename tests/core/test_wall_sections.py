"""The shared screen as plain data: what it shows, in which order, on which page."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medtui.core.models import PracticeSession, Profile, Stage
from medtui.core.wall_sections import Names, Next, Now, SharedBoard, pages
from medtui.shared_screen.list import SharedColumns
from medtui.shared_screen.wording import words_for

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 24, 18, 4, tzinfo=UTC)


def profile(first: str, last: str, level: str = "st1") -> Profile:
    return Profile(user_id=uuid4(), first_name=first, last_name=last, training_level=level)


def session(minutes: float, **more: object) -> PracticeSession:
    host = profile("Amara", "Okafor")
    row: dict[str, object] = {
        "id": uuid4(),
        "host_id": host.user_id,
        "datetime_utc": NOW + timedelta(minutes=minutes),
        "type": "mock",
        "host": host,
        **more,
    }
    return PracticeSession.model_validate(row)


def board(*sessions: PracticeSession, days: int | None = None) -> SharedBoard:
    board = SharedBoard(LONDON, days)
    board.read(sessions)
    return board


def test_what_has_begun_stands_first_and_then_day_by_day() -> None:
    running = session(-19, version=2)
    late = session(-10)
    soon, tomorrow = session(26), session(24 * 60)
    assert board(tomorrow, soon, late, running).sections(NOW) == [
        (Now(), [running, late]),
        (Next(date(2026, 11, 24)), [soon]),
        (Next(date(2026, 11, 25)), [tomorrow]),
    ]


@pytest.mark.parametrize(
    ("starts_in", "kept", "said", "short"),
    [
        (60, 12, "◌ kept until 18:16", "◌ kept 18:16"),
        (3000, 1440, "◌ kept until tomorrow 18:04", "◌ kept"),
        (-3, 2, "◌ kept until 18:06, due 3 min ago", "◌ kept 18:06, due 3 min ago"),
        (60, -1, "○ SEAT FREE", "○ SEAT FREE"),
    ],
)
def test_a_kept_seat_is_not_free_and_for_whom_it_is_kept_is_not_said(
    starts_in: float, kept: float, said: str, short: str
) -> None:
    kept_one = session(starts_in, kept_until=NOW + timedelta(minutes=kept))
    words = words_for(kept_one, NOW, LONDON, Names.FULL)
    assert (words.seat, words.short_seat) == (said, short)
    assert board(kept_one, session(90)).open_count(NOW) == (2 if kept < 0 else 1)
    taken = session(60, kept_until=NOW + timedelta(hours=1), guest_id=uuid4())
    assert words_for(taken, NOW, LONDON, Names.FULL).seat == "● with somebody"


def test_what_is_over_is_not_shown() -> None:
    never_begun, ended = session(-61), session(-241, version=3)
    assert board(never_begun, ended).sections(NOW) == []


def test_days_count_from_today_in_the_zone() -> None:
    today, tomorrow = session(5 * 60), session(6 * 60)  # 23:04 and 00:04 in London
    assert board(today, tomorrow, days=1).sections(NOW) == [(Next(date(2026, 11, 24)), [today])]


def test_midnight_passes_and_the_clocks_go_back() -> None:
    evening = datetime(2026, 10, 24, 22, 59, tzinfo=UTC)  # 23:59 in summer time
    in_the_hour_twice = [evening + timedelta(minutes=91), evening + timedelta(minutes=151)]
    shown = board(*(session(0, datetime_utc=at) for at in in_the_hour_twice))
    for now in (evening, evening + timedelta(minutes=2)):
        [(heading, sessions)] = shown.sections(now)
        assert heading == Next(date(2026, 10, 25))
        assert [words_for(s, now, LONDON, Names.FULL).when for s in sessions] == ["01:30", "01:30"]


def test_the_clocks_go_forward() -> None:
    night = datetime(2027, 3, 28, 0, 30, tzinfo=UTC)
    starts = [night + timedelta(minutes=29), night + timedelta(minutes=31)]
    shown = board(*(session(0, datetime_utc=at) for at in starts))
    [(_, sessions)] = shown.sections(night)
    words = [words_for(s, night, LONDON, Names.FULL) for s in sessions]
    assert [(w.when, w.countdown) for w in words] == [
        ("00:59", "in 29 min"),
        ("02:01", "in 31 min"),
    ]


@pytest.mark.parametrize(
    ("names", "shown"),
    [(Names.FULL, "Amara Okafor"), (Names.INITIALS, "Amara O."), (Names.NONE, "ST1")],
)
def test_names_as_they_were_asked_for(names: Names, shown: str) -> None:
    assert words_for(session(26), NOW, LONDON, names).who == shown


@pytest.mark.parametrize(
    ("first", "last", "shown"),
    [("芽衣", "田中", "芽衣 田"), ("Cher", "", "Cher"), ("", "Šimić", "Š."), ("", "", "somebody")],
)
def test_first_names_and_initials(first: str, last: str, shown: str) -> None:
    assert Names.INITIALS.of(profile(first, last)) == shown


def test_seats_and_stages_in_words() -> None:
    guest = profile("Sam", "Oduya")
    taken = {"guest": guest, "guest_id": guest.user_id}
    since = {"version": 2, "stage_since": NOW - timedelta(minutes=4)}

    def seat(minutes: float, **more: object) -> str:
        return words_for(session(minutes, **more), NOW, LONDON, Names.INITIALS).seat

    assert seat(26) == "○ SEAT FREE"
    assert seat(26, **taken) == "● with Sam O."
    assert seat(-12) == "○ SEAT FREE, due 12 min ago"
    assert seat(-12, **taken) == "● due 12 min ago"
    assert seat(-12, **taken, **since) == "▶ interview, 4 min in"
    assert seat(-12, **taken, version=3) == "▶ wrap-up"  # a server that does not say since when


def test_links_are_in_no_words() -> None:
    linked = session(26, room_url="https://secret.example/room")
    assert "secret" not in str(words_for(linked, NOW, LONDON, Names.FULL))


def test_a_change_is_told_once() -> None:
    first = session(26)
    shown = board(first)
    moved = first.model_copy(update={"type": "review"})
    assert shown.apply([moved]) == {first.id}
    assert shown.apply([moved]) == set()
    assert shown.apply([], [first.id]) == set()
    assert shown.sections(NOW) == []


@given(st.lists(st.integers(1, 30), max_size=8), st.integers(0, 40))
def test_every_session_is_on_one_page_under_its_heading(counts: list[int], height: int) -> None:
    sections = [
        (Next(date(2026, 12, day + 1)), [session(n) for n in range(count)])
        for day, count in enumerate(counts)
    ]
    book = pages(sections, height)
    expected = [s.id for _, sessions in sections for s in sessions]
    shown: list[UUID] = []
    for page in book:
        assert len(page) <= max(height, 2)
        heading = None
        for line in page:
            if isinstance(line, PracticeSession):
                assert heading is not None
                assert line in dict(sections)[heading]
                shown.append(line.id)
            elif line is not None:
                heading = line
        if page:
            assert isinstance(page[-1], PracticeSession)
            assert page[0] is not None
    assert shown == expected


@given(st.integers(20, 300), st.lists(st.tuples(*[st.integers(0, 60)] * 4), max_size=5))
def test_columns_fit_the_screen(width: int, cells: list[tuple[int, int, int, int]]) -> None:
    base = words_for(session(26), NOW, LONDON, Names.FULL)
    rows = [
        type(base)("18:30", "in 26 min", "w" * a, "l" * b, "x" * c, "s" * d) for a, b, c, d in cells
    ]
    columns = SharedColumns.of(width, rows)
    if width >= 40:
        assert 2 + sum(columns) + 2 * sum(1 for column in columns if column) <= width + 2


def test_a_stage_that_we_do_not_know_is_the_nearest() -> None:
    assert session(-5, version=9).stage is Stage.WRAP_UP
