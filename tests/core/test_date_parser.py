"""Days and times as people type them: what each becomes, where, and what is asked.

`samples/dates.txt` is the table: for a user whose clock shows Tuesday 24 November 2026, 18:04, and
who puts the day first. A line has what was typed, the local times that it may mean, and after `?`
what is to be added; or `✗` and what was wrong.
"""

from __future__ import annotations

import contextlib
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from medtui.core.date_parser import DateNotUnderstood, When, parse_when, writes_month_first
from medtui.core.time_zones import _ABBREVIATIONS, _PLACES, zones_called

LONDON = ZoneInfo("Europe/London")
NEW_YORK = ZoneInfo("America/New_York")
KOLKATA = ZoneInfo("Asia/Kolkata")
USUAL = time(18, 30)
CLOCK = datetime(2026, 11, 24, 18, 4)  # a wall clock, wherever it hangs

TABLE = {
    typed.rstrip(): becomes
    for line in (Path(__file__).parent / "samples/dates.txt").read_text("utf-8").splitlines()
    for typed, becomes in [line.split("-> ", 1)]
}


def read(text: str, clock: datetime, zone: tzinfo, **options: bool) -> str:
    """What a text becomes, in the form of the table."""
    try:
        when = parse_when(text, clock.replace(tzinfo=zone), zone, usual=USUAL, **options)
    except DateNotUnderstood as error:
        return "✗ " + str(error).split(" Type a day and a time")[0]
    local = (f"{at.astimezone(zone):%a %Y-%m-%d %H:%M}" for at in when.readings)
    return " | ".join(local) + (f" ? {when.advice}" if when.advice else "")


@pytest.mark.parametrize("zone", [LONDON, NEW_YORK, KOLKATA], ids=str)
def test_the_table(zone: ZoneInfo) -> None:
    assert len(TABLE) >= 150
    assert {typed: read(typed, CLOCK, zone) for typed in TABLE} == TABLE


@pytest.mark.parametrize("day", ["2026-03-28", "2026-03-29", "2026-10-24", "2026-10-25"])
def test_in_london_around_the_changes_of_the_clocks(day: str) -> None:
    the_clocks_do_not_matter(day, LONDON)


@pytest.mark.parametrize("day", ["2027-03-13", "2027-03-14", "2026-10-31", "2026-11-01"])
def test_in_new_york_around_the_changes_of_the_clocks(day: str) -> None:
    the_clocks_do_not_matter(day, NEW_YORK)


def the_clocks_do_not_matter(day: str, zone: ZoneInfo) -> None:
    """All of the table means the same wall times as where clocks are never changed.

    But for spans, which are hours that pass, and for one in the night of the change.
    """
    clock = datetime.combine(date.fromisoformat(day), CLOCK.time())
    for typed in TABLE:
        if typed not in ("tonight 1am", "18h", "19h"):
            assert read(typed, clock, zone) == read(typed, clock, UTC), typed


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "now", "typed", "at"),
    [
        # The clocks go forward.
        (LONDON, "2026-03-28 22:00", "in 3 h", "2026-03-29 01:00"),
        (LONDON, "2026-03-28 22:00", "in 4 hours", "2026-03-29 02:00"),
        (LONDON, "2026-03-28 18:04", "tomorrow 18:30", "2026-03-29 17:30"),
        (LONDON, "2026-03-28 18:04", "today 18:30", "2026-03-28 18:30"),
        (LONDON, "2026-03-28 18:04", "in 1 day 18:30", "2026-03-29 17:30"),
        (LONDON, "2026-03-28 18:04", "tomorrow 00:59", "2026-03-29 00:59"),
        (LONDON, "2026-03-28 18:04", "tomorrow 02:00", "2026-03-29 01:00"),
        (NEW_YORK, "2027-03-13 23:04", "tomorrow 18:30", "2027-03-14 22:30"),
        (NEW_YORK, "2027-03-14 05:30", "in 2 h", "2027-03-14 07:30"),
        # They go back.
        (LONDON, "2026-10-24 17:04", "tomorrow 18:30", "2026-10-25 18:30"),
        (LONDON, "2026-10-24 22:00", "in 4 h", "2026-10-25 02:00"),
        (LONDON, "2026-10-24 17:04", "tomorrow 01:30 first", "2026-10-25 00:30"),
        (LONDON, "2026-10-24 17:04", "tomorrow 01:30 BST", "2026-10-25 00:30"),
        (LONDON, "2026-10-24 17:04", "tomorrow 01:30 second", "2026-10-25 01:30"),
        (LONDON, "2026-10-24 17:04", "tomorrow 01:30 GMT", "2026-10-25 01:30"),
        (LONDON, "2026-10-24 17:04", "tomorrow 01:30 UTC", "2026-10-25 01:30"),
        (NEW_YORK, "2026-10-31 22:04", "tomorrow 18:30", "2026-11-01 23:30"),
        (NEW_YORK, "2026-10-31 22:04", "sun 1:30am edt", "2026-11-01 05:30"),
        (NEW_YORK, "2026-10-31 22:04", "sun 1:30am est", "2026-11-01 06:30"),
        # They never change, half an hour from the others.
        (KOLKATA, "2026-03-28 12:34", "tomorrow 18:30", "2026-03-29 13:00"),
        (KOLKATA, "2026-10-24 12:34", "in 3 h", "2026-10-24 15:34"),
        # Zones by city, country, abbreviation and offset.
        (LONDON, "2026-11-24 18:04", "18:00 New York", "2026-11-24 23:00"),
        (LONDON, "2026-11-24 18:04", "18:00 new york time", "2026-11-24 23:00"),
        (LONDON, "2026-11-24 18:04", "NYC 6pm", "2026-11-24 23:00"),
        (LONDON, "2026-11-24 18:04", "6pm ET", "2026-11-24 23:00"),
        (LONDON, "2026-11-24 18:04", "6pm eastern", "2026-11-24 23:00"),
        (LONDON, "2026-11-24 18:04", "6pm EST", "2026-11-24 23:00"),
        (LONDON, "2026-11-24 18:04", "6pm PT", "2026-11-25 02:00"),
        (LONDON, "2026-11-24 18:04", "18:00 in India", "2026-11-25 12:30"),
        (LONDON, "2026-11-24 18:04", "fri 18:00 Mumbai", "2026-11-27 12:30"),
        (LONDON, "2026-11-24 18:04", "fri 18:00 Asia/Kolkata", "2026-11-27 12:30"),
        (LONDON, "2026-11-24 18:04", "fri 18:00 europe/paris", "2026-11-27 17:00"),
        (LONDON, "2026-11-24 18:04", "18:00 CET", "2026-11-25 17:00"),
        (LONDON, "2026-11-24 18:04", "18:00 UK", "2026-11-25 18:00"),
        (LONDON, "2026-11-24 18:04", "18:00 local time", "2026-11-25 18:00"),
        (LONDON, "2026-11-24 18:04", "18:00 +01:00", "2026-11-25 17:00"),
        (LONDON, "2026-11-24 18:04", "18:00 utc+5:30", "2026-11-25 12:30"),
        (LONDON, "2026-11-24 18:04", "18:00 GMT-5", "2026-11-24 23:00"),
        (LONDON, "2026-11-24 18:04", "1 Jul 18:30 UTC", "2027-07-01 18:30"),
        (LONDON, "2026-07-01 18:04", "6pm ET", "2026-07-01 22:00"),
        (LONDON, "2026-07-01 12:04", "18:00 BST", "2026-07-01 17:00"),
        (NEW_YORK, "2026-10-10 12:00", "18:00 London", "2026-10-10 17:00"),
        (NEW_YORK, "2026-10-10 12:00", "18:00 UK", "2026-10-10 17:00"),
        (KOLKATA, "2026-11-24 12:34", "18:30 IST", "2026-11-24 13:00"),
        (KOLKATA, "2026-11-24 12:34", "18:00 London", "2026-11-24 18:00"),
        # ISO, whatever the user's zone.
        (LONDON, "2026-11-24 18:04", "2026-12-24T18:00Z", "2026-12-24 18:00"),
        (NEW_YORK, "2026-11-24 18:04", "2026-12-24T18:00Z", "2026-12-24 18:00"),
        (KOLKATA, "2026-11-24 18:04", "2026-12-24T18:00:00.000Z", "2026-12-24 18:00"),
        (LONDON, "2026-11-24 18:04", "2026-12-24T18:00+01:00", "2026-12-24 17:00"),
        (LONDON, "2026-11-24 18:04", "2026-12-24 18:00:00+0530", "2026-12-24 12:30"),
        (LONDON, "2026-11-24 18:04", "2026-12-24T18:00-05:00", "2026-12-24 23:00"),
        (LONDON, "2026-11-24 18:04", "20261224T1800Z", "2026-12-24 18:00"),
    ],
)
def test_a_moment_in_another_zone_or_near_a_change(
    zone: ZoneInfo, now: str, typed: str, at: str
) -> None:
    assert parse_when(typed, utc(now), zone, usual=USUAL) == When((utc(at),))


@pytest.mark.parametrize(
    ("zone", "now", "typed", "readings"),
    [
        # An hour comes twice.
        (LONDON, "2026-10-24 17:04", "tomorrow 01:30", ["2026-10-25 00:30", "2026-10-25 01:30"]),
        (NEW_YORK, "2026-10-31 22:04", "sun 01:30", ["2026-11-01 05:30", "2026-11-01 06:30"]),
        # An abbreviation that is not in use on that day.
        (LONDON, "2026-11-24 12:04", "18:00 BST", ["2026-11-24 18:00", "2026-11-24 17:00"]),
        (NEW_YORK, "2026-10-10 12:00", "18:00 EST", ["2026-10-10 22:00", "2026-10-10 23:00"]),
        (LONDON, "2026-07-01 12:04", "18:00 GMT", ["2026-07-01 17:00", "2026-07-01 18:00"]),
        # A name of several zones.
        (LONDON, "2026-11-24 12:04", "18:00 Perth", ["2026-11-24 18:00", "2026-11-25 10:00"]),
        (NEW_YORK, "2026-10-10 11:00", "18:00 BST", ["2026-10-10 17:00", "2026-10-10 12:00"]),
        (NEW_YORK, "2026-11-24 12:04", "18:00 CST", ["2026-11-25 00:00", "2026-11-25 10:00"]),
        # It is the 25th in London, and still the 24th in New York.
        (
            LONDON,
            "2026-11-25 02:00",
            "tomorrow 18:00 New York",
            ["2026-11-25 23:00", "2026-11-26 23:00"],
        ),
    ],
)
def test_what_two_people_would_read_differently_is_asked(
    zone: ZoneInfo, now: str, typed: str, readings: list[str]
) -> None:
    when = parse_when(typed, utc(now), zone, usual=USUAL)
    assert when.readings == tuple(map(utc, readings))
    assert not when.is_clear


@pytest.mark.parametrize(
    ("typed", "day_first", "month_first"),
    [
        ("5/4 18:00", ["5 Apr 27", "4 May 27"], ["4 May 27", "5 Apr 27"]),
        ("5-4 18:00", ["5 Apr 27", "4 May 27"], ["4 May 27", "5 Apr 27"]),
        ("5.4 18:00", ["5 Apr 27", "4 May 27"], ["4 May 27", "5 Apr 27"]),
        ("5 4 18:00", ["5 Apr 27", "4 May 27"], ["4 May 27", "5 Apr 27"]),
        ("5/4/2027 18:00", ["5 Apr 27", "4 May 27"], ["4 May 27", "5 Apr 27"]),
        ("5/4/27 18:00", ["5 Apr 27", "4 May 27"], ["4 May 27", "5 Apr 27"]),
        ("12/1 18:00", ["12 Jan 27", "1 Dec 26"], ["1 Dec 26", "12 Jan 27"]),
        # Only one order is a date.
        ("12/24 18:00", ["24 Dec 26"], ["24 Dec 26"]),
        ("12/13 18:00", ["13 Dec 26"], ["13 Dec 26"]),
        ("1/15 18:00", ["15 Jan 27"], ["15 Jan 27"]),
        ("24/12 18:00", ["24 Dec 26"], ["24 Dec 26"]),
        ("12/24/2026 6:00 PM", ["24 Dec 26"], ["24 Dec 26"]),
        ("12-24 6pm", ["24 Dec 26"], ["24 Dec 26"]),
        ("thu 12.24. 18:00", ["24 Dec 26"], ["24 Dec 26"]),
        ("31/1 18:00", ["31 Jan 27"], ["31 Jan 27"]),
        ("1/31 18:00", ["31 Jan 27"], ["31 Jan 27"]),
        # Both orders are the same date, or the weekday tells.
        ("5/5 18:00", ["5 May 27"], ["5 May 27"]),
        ("mon 5/4 18:00", ["5 Apr 27"], ["5 Apr 27"]),
        ("tue 5/4 18:00", ["4 May 27"], ["4 May 27"]),
        # Who writes a dot behind the month puts the day first.
        ("5.4. 18:00", ["5 Apr 27"], ["5 Apr 27"]),
        ("2027-04-05 18:00", ["5 Apr 27"], ["5 Apr 27"]),
    ],
)
def test_dates_in_numbers_for_readers_of_both_orders(
    typed: str, day_first: list[str], month_first: list[str]
) -> None:
    for order, expected in ((False, day_first), (True, month_first)):
        now = CLOCK.replace(tzinfo=LONDON)
        when = parse_when(typed, now, LONDON, usual=USUAL, month_first=order)
        local = [at.astimezone(LONDON) for at in when.readings]
        assert [f"{at.day} {at:%b %y}" for at in local] == expected
        assert {at.hour for at in local} == {18}
        assert when.is_clear is (len(expected) == 1)


def test_a_time_that_the_clocks_leap_over_does_not_exist() -> None:
    for zone, now, typed in (
        (LONDON, "2026-03-28 18:04", "tomorrow 01:30"),
        (NEW_YORK, "2027-03-13 18:04", "sun 2:30am"),
    ):
        with pytest.raises(DateNotUnderstood, match=r"does not exist .* clocks go forward"):
            parse_when(typed, utc(now), zone, usual=USUAL)


def test_an_offset_without_a_name_has_a_first_and_a_second() -> None:
    zone = ZoneInfo("America/Asuncion")  # -03 and -04, until 2024
    now = utc("2024-03-01 12:00")
    both = parse_when("23 mar 2024 23:30", now, zone, usual=USUAL)
    second = parse_when("23 mar 2024 23:30 second", now, zone, usual=USUAL)
    assert both.readings[1] - both.readings[0] == timedelta(hours=1)
    assert second == When(both.readings[1:])


def test_what_is_not_typed_stays_as_it_is_in_a_session_that_is_edited() -> None:
    for typed, at in (
        ("19:00", "2026-11-27 19:00"),
        ("sat", "2026-11-28 18:30"),
        ("tomorrow", "2026-11-25 18:30"),
        ("4 dec", "2026-12-04 18:30"),
    ):
        now, friday = CLOCK.replace(tzinfo=LONDON), date(2026, 11, 27)
        when = parse_when(typed, now, LONDON, usual=USUAL, on=friday)
        assert when == When((utc(at),))


PIECES = st.sampled_from(
    """
    1 7 12 24 31 2030 18:30 25:00 6pm 730 half quarter past to at in an next this week day days
    h min fri tue dec may 5/4 12.24. 2026-12-24 T Z noon midnight tonight evening today tomorrow
    utc est ist london perth new york +2 +01:00 - , . @ \u0663 \u00b2 \uff11 first a p
    """.split()  # noqa: SIM905
)


@given(
    st.one_of(st.text(), st.lists(PIECES, max_size=14).map(" ".join)),
    st.sampled_from([LONDON, NEW_YORK, KOLKATA, UTC]),
    st.datetimes(datetime(2020, 1, 1), datetime(2090, 1, 1)),
    st.booleans(),
)
@example("1 " * 30, LONDON, CLOCK, False)
@example("9999-12-31 24:00 utc-12", LONDON, CLOCK, False)
def test_no_text_does_worse_than_being_refused(
    text: str, zone: tzinfo, clock: datetime, month_first: bool
) -> None:
    now = clock.replace(tzinfo=UTC)
    with contextlib.suppress(DateNotUnderstood):
        when = parse_when(text, now, zone, usual=USUAL, month_first=month_first)
        assert all(at.utcoffset() == timedelta(0) for at in when.readings)
        assert len(set(when.readings)) == len(when.readings) > 0
        assert when.is_clear <= (len(when.readings) == 1)


def test_every_zone_in_the_list_exists() -> None:
    keys = {*_PLACES, *(entry.split()[1] for entry in _ABBREVIATIONS.strip().split(","))}
    assert keys <= available_timezones()


def test_an_abbreviation_of_the_users_own_zone_is_that_zone() -> None:
    assert zones_called("ist", ZoneInfo("Europe/Dublin"))[0].zone == ZoneInfo("Europe/Dublin")
    assert len(zones_called("ist", LONDON)) == 3
    assert zones_called("wib", ZoneInfo("Asia/Jakarta"))
    assert not zones_called("wib", LONDON)


@pytest.mark.parametrize(
    ("environment", "month_first"),
    [
        ({}, False),
        ({"LANG": "en_US.UTF-8"}, True),
        ({"LANG": "en_US.UTF-8", "LC_TIME": "en_GB.UTF-8"}, False),
        ({"LC_ALL": "", "LC_TIME": "", "LANG": "en_GB.UTF-8"}, False),
        ({"LC_ALL": "en_US", "LANG": "de_DE"}, True),
    ],
)
def test_the_locale_says_which_order_is_offered_first(
    environment: dict[str, str], month_first: bool
) -> None:
    assert writes_month_first(environment) is month_first
