"""Days and times as people type them, and the hours that clocks skip or repeat."""

from __future__ import annotations

import contextlib
import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medtui.core.date_parser import (
    DateNotUnderstood,
    When,
    parse_day,
    parse_time,
    parse_when,
    resolve,
)

TODAY = date(2026, 11, 24)  # a Tuesday
LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("today", TODAY),
        (" Tomorrow ", date(2026, 11, 25)),
        ("fri", date(2026, 11, 27)),
        ("Tuesday", TODAY),
        ("mon", date(2026, 11, 30)),
        ("+2", date(2026, 11, 26)),
        ("+10d", date(2026, 12, 4)),
        ("25", date(2026, 11, 25)),
        ("3", date(2026, 12, 3)),
        ("25 Nov", date(2026, 11, 25)),
        ("25 november 2026", date(2026, 11, 25)),
        ("25/11", date(2026, 11, 25)),
        ("Tue 24 Nov", TODAY),
        ("wednesday 25.11.", date(2026, 11, 25)),
        ("25.11.", date(2026, 11, 25)),
        ("3 Feb", date(2027, 2, 3)),
        ("29 feb", date(2028, 2, 29)),
        ("2026-12-01", date(2026, 12, 1)),
        ("Thurs", date(2026, 11, 26)),
        ("weds 25 Nov", date(2026, 11, 25)),
        ("Fri. 4 Sept 2026", date(2026, 9, 4)),
    ],
)
def test_days(text: str, day: date) -> None:
    assert parse_day(text, TODAY) == day


@pytest.mark.parametrize(
    "text",
    [
        "",
        "someday",
        "32",
        "0",
        "30 feb",
        "2026-13-45",
        "25 xyz",
        "99/99",
        "Mon 24 Nov",
        "25 Nov 1830",
        *("monkey", "sunshine", "friend", "saturn", "mo", "frid.ay", "1 marble", "2 marchioness"),
        *("3 mayor", "4 december1", "5 ja", "satire 28 Nov", "thu 26 novel"),
    ],
)
def test_what_is_no_day_says_what_to_type(text: str) -> None:
    with pytest.raises(DateNotUnderstood, match="such as"):
        parse_day(text, TODAY)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("18:30", time(18, 30)),
        ("1830", time(18, 30)),
        ("18.30", time(18, 30)),
        ("18", time(18)),
        ("7:05", time(7, 5)),
        ("6pm", time(18)),
        ("6:30 PM", time(18, 30)),
        ("12am", time(0)),
        ("12 p.m.", time(12)),
    ],
)
def test_times(text: str, at: time) -> None:
    assert parse_time(text) == at


@pytest.mark.parametrize("text", ["", "25:00", "18:60", "noon", "18:3", "-1"])
def test_what_is_no_time_says_what_to_type(text: str) -> None:
    with pytest.raises(DateNotUnderstood, match="such as"):
        parse_time(text)


@given(st.text())
def test_no_text_does_worse_than_being_unclear(text: str) -> None:
    for parse in (lambda: parse_day(text, TODAY), lambda: parse_time(text)):
        with contextlib.suppress(DateNotUnderstood):
            parse()


NOW = datetime(2026, 11, 24, 18, 4, tzinfo=UTC)
USUAL = time(18, 30)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("18:30", "2026-11-24 18:30"),
        ("17:30", "2026-11-25 17:30"),  # over today: tomorrow's
        ("tomorrow 18:30", "2026-11-25 18:30"),
        ("tomorrow at 18:30", "2026-11-25 18:30"),
        ("6:30 pm fri", "2026-11-27 18:30"),
        ("fri 6 pm", "2026-11-27 18:00"),
        ("fri", "2026-11-27 18:30"),
        ("+2d", "2026-11-26 18:30"),
        ("25 Nov", "2026-11-25 18:30"),
        ("2026-11-25", "2026-11-25 18:30"),
        ("25 Nov 1830", "2026-11-25 18:30"),
        ("2026-11-25, 07:15", "2026-11-25 07:15"),
        ("Tue 24 Nov 19:00", "2026-11-24 19:00"),
        ("today 17:30", "2026-11-24 17:30"),
        ("in 20 min", "2026-11-24 18:24"),
        ("in 2 h", "2026-11-24 20:04"),
        ("1 Jul 18:30", "2027-07-01 17:30"),  # summer time
        ("1 Jul 18:30 UTC", "2027-07-01 18:30"),
        ("18:30 gmt", "2026-11-24 18:30"),
        # It is Tuesday, 18:04.
        ("tue 18:00", "2026-12-01 18:00"),
        ("6 pm tuesday", "2026-12-01 18:00"),
        ("tue 18:05", "2026-11-24 18:05"),
        ("tue", "2026-11-24 18:30"),
        ("tue 24 nov 18:00", "2026-11-24 18:00"),
        # 18.30 is no date.
        ("18.30 fri", "2026-11-27 18:30"),
        ("fri 18.30", "2026-11-27 18:30"),
    ],
)
def test_a_day_and_a_time_in_one_line(text: str, at: str) -> None:
    assert parse_when(text, NOW, LONDON, usual=USUAL) == When(utc(at))


def test_a_time_alone_stays_on_the_day_of_the_session_that_is_edited() -> None:
    friday = date(2026, 11, 27)
    when = parse_when("19:00", NOW, LONDON, usual=USUAL, on=friday)
    assert when.at == utc("2026-11-27 19:00")


@pytest.mark.parametrize("text", ["", "soon", "18:30 tomorrow maybe", "utc", "25:00", "18:30 cet"])
def test_what_is_no_moment_says_what_to_type(text: str) -> None:
    with pytest.raises(DateNotUnderstood, match="day and a time"):
        parse_when(text, NOW, LONDON, usual=USUAL)


@given(st.text())
def test_no_line_does_worse_than_being_unclear(text: str) -> None:
    with contextlib.suppress(DateNotUnderstood):
        assert parse_when(text, NOW, LONDON, usual=USUAL).at.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("text", "guess"),
    [
        ("12/24 6pm", "no month 24. Did you mean 24 December (24/12)?"),
        ("6pm 12-24", "no month 24. Did you mean 24 December (24/12)?"),
        ("1/15", "no month 15. Did you mean 15 January (15/1)?"),
        ("12/24/2026 18:00", "no month 24. Did you mean 24 December (24/12/2026)?"),
        ("thu 12.24. 18:00", "no month 24. Did you mean 24 December (24/12)?"),
        ("2026-24-12 6pm", "no month 24. Did you mean 24 December (24/12/2026)?"),
        ("13/13 6pm", "no month 13: type a day such as"),
        ("5/0 18:00", "no month 0: type a day such as"),
        ("99/99", "no month 99: type a day such as"),
    ],
)
def test_a_month_that_does_not_exist_is_refused_with_a_guess(text: str, guess: str) -> None:
    with pytest.raises(DateNotUnderstood, match=re.escape(guess)):
        parse_when(text, NOW, LONDON, usual=USUAL)


@pytest.mark.parametrize("text", ["monkey 18:00", "sunshine 6pm", "1 marble 18:00", "saturn 9am"])
def test_a_word_that_begins_like_a_day_is_none(text: str) -> None:
    with pytest.raises(DateNotUnderstood, match="day and a time"):
        parse_when(text, NOW, LONDON, usual=USUAL)


def test_a_local_time_becomes_utc() -> None:
    assert resolve(date(2026, 7, 1), time(18, 30), LONDON) == When(utc("2026-07-01 17:30"))


def test_a_time_that_the_clocks_leap_over_does_not_exist() -> None:
    with pytest.raises(DateNotUnderstood, match=r"does not exist .* to 02:30"):
        resolve(date(2026, 3, 29), time(1, 30), LONDON)


@pytest.mark.parametrize(
    ("typed", "at", "is_remarked"),
    [
        ("25 Oct 01:30", "2026-10-25 00:30", True),
        ("25 Oct 01:30 first", "2026-10-25 00:30", False),
        ("25 Oct 01:30 BST", "2026-10-25 00:30", False),
        ("25 Oct 01:30 second", "2026-10-25 01:30", False),
        ("25 Oct 01:30 GMT", "2026-10-25 01:30", False),
        ("25 Oct 01:30 UTC", "2026-10-25 01:30", False),
    ],
)
def test_of_a_time_that_comes_twice_either_can_be_meant(
    typed: str, at: str, is_remarked: bool
) -> None:
    before = utc("2026-10-24 12:00")
    when = parse_when(typed, before, LONDON, usual=USUAL)
    assert when.at == utc(at)
    assert ("twice" in when.remark and "GMT" in when.remark) is is_remarked


def test_zones_whose_offsets_have_no_names_have_a_first_and_a_second() -> None:
    zone = ZoneInfo("America/Asuncion")  # -03 and -04, until 2024
    when = resolve(date(2024, 3, 23), time(23, 30), zone)
    assert "second" in when.remark
    assert resolve(date(2024, 3, 23), time(23, 30), zone, "second").at - when.at == timedelta(
        hours=1
    )
