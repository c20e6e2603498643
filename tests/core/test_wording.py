"""What the board says: countdowns, days, seats, and what has become of a session."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medtui.core.date_parser import When, parse_when
from medtui.core.models import Profile, Stage
from medtui.core.wording import (
    as_typed,
    countdown,
    day_label,
    difference,
    moment,
    seats,
    short_name,
    standing,
    time_in,
    typed_moment,
)
from tests.core.test_agenda import ME, NOW, person, session

LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, "now"),
        (0.4, "now"),
        (26, "in 26 min"),
        (99, "in 99 min"),
        (100, "in 2 h"),
        (13 * 60, "in 13 h"),
        (23 * 60 + 29, "in 23 h"),
        (24 * 60, "in 1 day"),
        (35 * 60, "in 1 day"),
        (48 * 60, "in 2 days"),
        (72 * 60, "in 3 days"),
        (-12, "12 min ago"),
    ],
)
def test_countdowns(minutes: float, words: str) -> None:
    assert countdown(NOW + timedelta(minutes=minutes), NOW) == words


@given(st.timedeltas(timedelta(days=-40), timedelta(days=40)))
def test_a_countdown_fits_its_column(delta: timedelta) -> None:
    assert 1 <= len(countdown(NOW + delta, NOW)) <= 11


def test_countdowns_count_real_minutes_over_a_change_of_the_clocks() -> None:
    before = datetime(2026, 10, 25, 0, 30, tzinfo=ZoneInfo("Europe/London"))
    after = datetime(2026, 10, 25, 2, 0, tzinfo=ZoneInfo("Europe/London"))
    assert countdown(after.astimezone(UTC), before.astimezone(UTC)) == "in 3 h"
    assert (after.astimezone(UTC) - before.astimezone(UTC)) == timedelta(minutes=150)


def test_day_labels_say_today_and_name_another_year() -> None:
    assert day_label(date(2026, 11, 24), date(2026, 11, 24)) == "TODAY  Tuesday 24 November"
    assert day_label(date(2026, 11, 25), date(2026, 11, 24)).startswith("TOMORROW  ")
    assert day_label(date(2027, 1, 4), date(2026, 12, 20)) == "Monday 4 January 2027"
    assert day_label(date(2026, 12, 19), date(2026, 12, 20)).startswith("YESTERDAY")


def test_moments_are_local() -> None:
    at = datetime(2026, 11, 25, 0, 10, tzinfo=UTC)
    assert moment(at, NOW, LONDON) == "tomorrow 00:10"
    assert moment(at, NOW, ZoneInfo("Asia/Tokyo")) == "today 09:10"
    assert moment(NOW + timedelta(days=3), NOW, LONDON) == "Fri 27 Nov 18:04"


def test_a_running_station_says_its_stage_and_for_how_long() -> None:
    running = session(-5, stage=Stage.INTERVIEW, stage_since=NOW - timedelta(minutes=4))
    assert (standing(running, NOW), time_in(running, NOW)) == ("interview", "4 min in")
    unknown = running.model_copy(update={"stage_since": None})
    assert (standing(unknown, NOW), time_in(unknown, NOW)) == ("interview", "")
    assert standing(session(-60, stage=Stage.WRAP_UP), NOW) == "wrap-up"
    assert (standing(session(), NOW), time_in(session(), NOW)) == ("in 30 min", "")


def test_seats_from_the_longest_form_to_the_shortest() -> None:
    guest = person("Jo", "Bauer")
    booked = session(guest_id=guest.user_id, guest=guest)
    since = NOW - timedelta(minutes=4)
    running = booked.model_copy(update={"stage": Stage.INTERVIEW, "stage_since": since})
    assert seats(session(), ME, NOW) == ["○ open"]
    assert seats(session(guest_id=ME), ME, NOW) == ["● you"]
    assert seats(booked, ME, NOW) == ["● Jo Bauer", "● J. Bauer"]
    assert seats(session(guest_id=uuid4()), ME, NOW) == ["● booked"]
    assert seats(running, ME, NOW) == [
        "▶ 4 min in · Jo Bauer",
        "▶ 4 min in · J. Bauer",
        "▶ 4 min in",
    ]
    alone = session(stage=Stage.INTERVIEW)
    assert seats(alone, ME, NOW) == ["▶ interview"]


@pytest.mark.parametrize(
    ("first", "last", "short"),
    [("Jo", "Bauer", "J. Bauer"), ("芽衣", "田中", "芽衣 田中"), ("Cher", "", "Cher")],
)
def test_short_names(first: str, last: str, short: str) -> None:
    profile = Profile(user_id=uuid4(), first_name=first, last_name=last, training_level="st1")
    assert short_name(profile) == short


def test_what_changed_is_said_in_one_sentence() -> None:
    guest = person("Jo", "Bauer")
    seen = session(26)

    def now(**update: object) -> str:
        return difference(seen, seen.model_copy(update=update), NOW, LONDON)

    assert now(starts_at=NOW + timedelta(minutes=56)) == (
        "It was moved from today 18:30 to today 19:00."
    )
    assert now(guest_id=guest.user_id, guest=guest) == "Jo Bauer has booked it."
    assert now(type="review", stage=Stage.INTERVIEW) == (
        "Its type is Review now and it is in interview now."
    )
    assert now() == "The server did not accept the change."
    left = difference(
        seen.model_copy(update={"guest_id": guest.user_id, "guest": guest}), seen, NOW, LONDON
    )
    assert left == "Jo Bauer has left it."


TUESDAY = datetime(2026, 11, 24, 18, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "tone", "words"),
    [
        ("fri 18:30", "right", "Friday 27 November 2026, 18:30 GMT · in 3 days"),
        ("today 17:30", "warning", "Tuesday 24 November 2026, 17:30 GMT · 34 min ago"),
        ("today 09:30", "wrong", "Tuesday 24 November 2026, 09:30 GMT · 9 h ago"),
        ("now", "right", "Tuesday 24 November 2026, 18:04 GMT · now"),
        ("at 7", "doubt", "today 19:00 or tomorrow 07:00? Add am or pm."),
        ("fri", "doubt", "Fri 27 Nov 18:30? Add a time."),
        ("3/2 18:00", "doubt", "Wed 3 Feb 2027 18:00 or Tue 2 Mar 2027 18:00? Write the month"),
        ("31 Oct 2027 01:30", "doubt", "Sun 31 Oct 2027 01:30 BST or Sun 31 Oct 2027 01:30 GMT?"),
        ("18:00 ist", "doubt", "or …? Name a city, such as New York."),
    ],
)
def test_what_was_typed_is_right_doubtful_or_wrong(typed: str, tone: str, words: str) -> None:
    when = parse_when(typed, TUESDAY, LONDON, usual=datetime(2000, 1, 1, 18, 30).time())
    found, said = typed_moment(when, TUESDAY, LONDON)
    assert found == tone
    assert words in said


@given(
    st.datetimes(datetime(2026, 1, 2), datetime(2060, 1, 1)),
    st.sampled_from(["Europe/London", "America/New_York", "Asia/Kolkata", "America/Sao_Paulo"]),
)
def test_a_moment_that_was_chosen_is_not_asked_about_again(at: datetime, zone: str) -> None:
    at = at.replace(second=0, microsecond=0, tzinfo=UTC)
    usual = datetime(2000, 1, 1, 18, 30).time()
    for now in (TUESDAY, at):
        typed = as_typed(at, ZoneInfo(zone))
        assert parse_when(typed, now, ZoneInfo(zone), usual=usual) == When((at,))


def test_a_moment_in_an_hour_that_comes_twice_is_not_asked_about_again() -> None:
    usual = datetime(2000, 1, 1, 18, 30).time()
    for hour in (0, 1):
        at = datetime(2027, 10, 31, hour, 30, tzinfo=UTC)
        assert parse_when(as_typed(at, LONDON), TUESDAY, LONDON, usual=usual) == When((at,))
