"""A calendar knows each session once, and never takes an older version for a newer one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medtui.core.models import CaseSummary, PracticeSession, Profile
from medtui.core.session_calendar import FIRST, CalendarEntry, as_icalendar, revised
from tests.helpers.calendars import read_calendar

NOW = datetime(2026, 11, 30, 18, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)
ME, MEI = UUID(int=1), UUID(int=2)
Entries = dict[UUID, CalendarEntry]


def person(id_: UUID, first: str) -> Profile:
    return Profile(user_id=id_, first_name=first, last_name="Tanaka", training_level="st1")


def session(number: int = 7, hours: float = 1, **values: object) -> PracticeSession:
    row = {
        "id": UUID(int=number),
        "host_id": ME,
        "datetime_utc": NOW + timedelta(hours=hours),
        "type": "mock",
        "room_url": "https://meet.jit.si/x",
        **values,
    }
    return PracticeSession.model_validate(row)


def booked(**values: object) -> PracticeSession:
    return session(**{"guest_id": MEI, "guest": person(MEI, "Mei"), **values})


def written(before: Entries, *sessions: PracticeSession, now: datetime = NOW) -> Entries:
    """The entries of a calendar that is written at `now`, with these sessions on the server."""
    since = now - timedelta(hours=24)
    seen = [each for each in sessions if each.starts_at >= since]
    return revised(before, seen, ME, now, since=since)


def test_an_entry_says_when_where_and_with_whom() -> None:
    [event] = read_calendar(as_icalendar(written({}, booked()).values(), HOUR)).values()
    assert event.title == "Mock with Mei Tanaka"
    assert (event.starts_at, event.ends_at) == (NOW + HOUR, NOW + 2 * HOUR)
    assert (event.status, event.url) == ("CONFIRMED", "https://meet.jit.si/x")
    assert event.alarms == (timedelta(minutes=-10), timedelta(minutes=-1))
    [free] = read_calendar(as_icalendar(written({}, session()).values(), HOUR)).values()
    assert (free.title, free.status) == ("Mock (seat free)", "TENTATIVE")


def test_moved_three_times_and_cancelled_is_one_entry_that_rises() -> None:
    entries: Entries = {}
    sequences = []
    for step, hours in enumerate((1, 3, 2, 5)):
        entries = written(entries, booked(hours=hours), now=NOW + timedelta(seconds=step))
        [event] = read_calendar(as_icalendar(entries.values(), HOUR)).values()
        assert event.starts_at == NOW + timedelta(hours=hours)
        sequences.append(event.sequence)
    entries = written(entries, now=NOW + timedelta(seconds=9))
    [(uid, event)] = read_calendar(as_icalendar(entries.values(), HOUR)).items()
    assert (uid, event.status, event.alarms) == (str(UUID(int=7)), "CANCELLED", ())
    sequences.append(event.sequence)
    assert sequences == sorted(set(sequences))


@pytest.mark.parametrize(
    "after",
    [
        {"guest_id": None, "guest": None},
        {"room_url": "https://zoom.us/j/1"},
        {"type": "review"},
        {"guest": person(MEI, "Mei-Ling")},
    ],
)
def test_what_an_entry_says_raises_its_number_and_nothing_else_does(
    after: dict[str, object],
) -> None:
    before = written({}, booked())
    case = CaseSummary(id=UUID(int=9), category="Red eye")
    same = booked(version=2, candidate_id=MEI, case_id=case.id, case=case, stage_since=NOW)
    assert written(before, same, now=NOW + HOUR) == before
    [changed] = written(before, booked(**after), now=NOW + HOUR).values()
    assert changed.sequence > before[changed.id].sequence


def test_a_session_that_has_left_the_window_stays_and_goes_after_a_month() -> None:
    before = written({}, booked())
    assert written(before, now=NOW + timedelta(days=3)) == before
    assert written(before, now=NOW + timedelta(days=31)) == {}


def test_a_seat_that_was_left_is_cancelled_and_booked_again_is_not() -> None:
    host = {"host_id": MEI, "host": person(MEI, "Mei")}
    before = written({}, session(guest_id=ME, **host))
    [left] = written(before, session(**host)).values()
    [again] = written({left.id: left}, session(guest_id=ME, **host)).values()
    assert (left.is_cancelled, again.is_cancelled) == (True, False)
    assert before[left.id].sequence < left.sequence < again.sequence


def test_what_was_kept_may_be_lost_and_numbers_rise_all_the_same() -> None:
    [before] = written({}, booked()).values()
    later = NOW + timedelta(minutes=2)
    [after] = written({}, booked(hours=2), now=later).values()
    assert after.sequence > before.sequence
    assert before.sequence == (NOW - FIRST) // timedelta(minutes=1)


def test_strangers_texts_make_no_lines_and_no_links() -> None:
    evil = person(MEI, "Mei\r\nATTENDEE:mailto:x@example.org;")
    for link in ("javascript:alert(1)", "https://x@evil.example/", "ward-7\r\nURL:http://x"):
        entries = written({}, booked(guest=evil, type="a;b,c\\n", room_url=link))
        content = as_icalendar(entries.values(), HOUR)
        [event] = read_calendar(content).values()
        assert event.url == ""
        assert b"\nATTENDEE" not in content
        assert "Mei ATTENDEE:mailto:x@example.org; Tanaka" in event.title


states = st.lists(st.sampled_from(["1", "2", "3", "free", "gone", "same"]), min_size=1, max_size=9)


@given(states)
def test_whatever_happens_a_later_version_has_the_higher_number(steps: list[str]) -> None:
    entries: Entries = {}
    now_on_server: tuple[PracticeSession, ...] = (booked(),)
    last = None
    for count, step in enumerate(steps):
        if step == "gone":
            now_on_server = ()
        elif step != "same":
            now_on_server = (session(),) if step == "free" else (booked(hours=int(step)),)
        entries = written(entries, *now_on_server, now=NOW + timedelta(seconds=20 * count))
        found = list(read_calendar(as_icalendar(entries.values(), HOUR)).values())
        assert len(found) <= 1
        if found and last is not None:
            shown, before = found[0], last
            if shown != before:
                assert shown.sequence > before.sequence
        last = found[0] if found else last
