"""What passes is told once, in time, to whom it concerns."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from medtui.core.models import PracticeSession, Stage
from medtui.core.notices import What, words
from medtui.core.passing_notices import PassingNotices
from tests.core.test_agenda import person, session

LONDON = ZoneInfo("Europe/London")
START = datetime(2026, 12, 24, 18, 0, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
AMARA, MEI, SAM = person("Amara", "Okafor"), person("Mei", "Tanaka"), person("Sam", "Oduya")
ID = UUID(int=7)


def mock(**values: object) -> PracticeSession:
    seats = {"id": ID, "host": AMARA, "host_id": AMARA.user_id, "starts_at": START}
    return session(**(seats | {"guest": MEI, "guest_id": MEI.user_id} | values))


def at(minutes: float) -> datetime:
    """So many minutes after the start."""
    return START + minutes * MINUTE


def test_ten_minutes_and_one_minute_before_once_each() -> None:
    hers = PassingNotices(AMARA.user_id)
    hers.read([mock()], at(-60))
    told = {}
    for second in range(-3600, 600, 2):
        for notice in hers.tick(at(second / 60)):
            told[second] = words(notice, LONDON)
    assert told == {
        -600: "Your mock with Mei Tanaka begins in 10 min.",
        -60: "Your mock with Mei Tanaka begins in 1 min.",
    }


def test_who_comes_late_is_told_how_late_it_is_and_nobody_after_the_start() -> None:
    his = PassingNotices(MEI.user_id)
    his.read([mock()], at(-4))
    [notice] = his.tick(at(-4))
    assert words(notice, LONDON) == "Your mock with Amara Okafor begins in 4 min."
    assert his.tick(at(-3)) == []
    assert his.tick(at(0)) == []


def test_a_session_that_was_moved_is_near_again() -> None:
    his = PassingNotices(MEI.user_id)
    his.read([mock()], at(-60))
    assert len(his.tick(at(-10))) == 1
    his.apply([mock(starts_at=START + HOUR)], [], at(-9))
    assert his.tick(at(-1)) == []
    assert len(his.tick(at(50))) == 1


def test_a_seat_that_is_free_is_told_with_it() -> None:
    hers = PassingNotices(AMARA.user_id)
    hers.read([mock(guest=None, guest_id=None, type="clinical")], at(-60))
    [notice] = hers.tick(at(-10))
    assert words(notice, LONDON) == (
        "Your clinical session begins in 10 min, and its seat is free."
    )


def test_others_sessions_and_cancelled_ones_are_told_to_nobody() -> None:
    sams = PassingNotices(SAM.user_id)
    sams.read([mock()], at(-60))
    assert sams.apply([mock(stage=Stage.INTERVIEW)], [], at(-5)) == []
    assert (sams.tick(at(-5)), sams.rooms(at(-5))) == ([], set())
    his = PassingNotices(MEI.user_id)
    his.read([mock()], at(-60))
    his.apply([], [ID], at(-20))
    assert his.tick(at(-5)) == []
    his.apply([mock(guest=None, guest_id=None)], [], at(-5))
    assert his.tick(at(-5)) == []


def test_the_guest_is_told_that_the_station_begins_and_the_host_is_not() -> None:
    for me, count in ((MEI, 1), (AMARA, 0)):
        one = PassingNotices(me.user_id)
        one.read([mock()], at(-60))
        begun = one.apply([mock(stage=Stage.INTERVIEW)], [], at(1))
        assert [notice.what for notice in begun] == [What.BEGAN] * count
        assert one.apply([mock(stage=Stage.INTERVIEW, type="x")], [], at(2)) == []
        assert one.tick(at(-1)) == []
        again = one.apply([mock()], [], at(9)) + one.apply([mock(stage=Stage.INTERVIEW)], [], at(9))
        assert len(again) == count


def test_a_station_that_runs_at_the_start_is_told() -> None:
    his = PassingNotices(MEI.user_id)
    [notice] = his.read([mock(stage=Stage.INTERVIEW)], at(2))
    assert words(notice, LONDON) == "Amara Okafor has started the station."
    assert his.read([mock(stage=Stage.INTERVIEW)], at(3)) == []  # after a reconnect


def test_the_partner_in_the_room_is_told_until_one_is_there_oneself() -> None:
    his = PassingNotices(MEI.user_id)
    his.read([mock()], at(-60))
    assert his.rooms(at(-20)) == set()
    assert his.rooms(at(-15)) == {ID}
    assert his.met(ID, {SAM.user_id}, at(-9)) == []
    [notice] = his.met(ID, {SAM.user_id, AMARA.user_id}, at(-8))
    assert words(notice, LONDON) == "Amara Okafor is in the room."
    assert his.met(ID, {AMARA.user_id}, at(-7)) == []
    assert his.met(ID, set(), at(-6)) == []
    assert his.met(ID, {AMARA.user_id, MEI.user_id}, at(-5)) == []


@given(st.lists(st.tuples(st.integers(-30, 5), st.booleans()), max_size=30))
def test_reconnects_tell_nothing_twice(steps: list[tuple[int, bool]]) -> None:
    his, told, now = PassingNotices(MEI.user_id), 0, at(-60)
    for minute, reconnects in steps:
        now = max(now, at(minute))
        if reconnects:
            told += len(his.read([mock()], now))
        else:
            told += len(his.apply([mock()], [], now))
        told += len(his.tick(now))
    assert told <= 2
