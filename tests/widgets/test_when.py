"""Days and times as people type them, and the hours that clocks skip or repeat."""

from __future__ import annotations

import contextlib
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medtui.widgets.when import Unclear, parse_day, parse_time, resolve

TODAY = date(2026, 11, 24)  # a Tuesday
LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("", TODAY),
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
        ("25.11.", date(2026, 11, 25)),
        ("3 Feb", date(2027, 2, 3)),
        ("29 feb", date(2028, 2, 29)),
        ("2026-12-01", date(2026, 12, 1)),
    ],
)
def test_days(text: str, day: date) -> None:
    assert parse_day(text, TODAY) == day


@pytest.mark.parametrize("text", ["someday", "32", "0", "30 feb", "2026-13-01", "25 xyz", "99/99"])
def test_what_is_no_day_says_what_to_type(text: str) -> None:
    with pytest.raises(Unclear, match="such as"):
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
    with pytest.raises(Unclear, match="such as"):
        parse_time(text)


@given(st.text())
def test_no_text_does_worse_than_being_unclear(text: str) -> None:
    for parse in (lambda: parse_day(text, TODAY), lambda: parse_time(text)):
        with contextlib.suppress(Unclear):
            parse()


def test_a_local_time_becomes_utc() -> None:
    assert resolve(date(2026, 7, 1), time(18, 30), LONDON) == (
        datetime(2026, 7, 1, 17, 30, tzinfo=UTC),
        "",
    )


def test_a_time_that_the_clocks_leap_over_does_not_exist() -> None:
    with pytest.raises(Unclear, match="does not exist"):
        resolve(date(2026, 3, 29), time(1, 30), LONDON)


def test_a_time_that_comes_twice_is_the_first_and_says_so() -> None:
    moment, remark = resolve(date(2026, 10, 25), time(1, 30), LONDON)
    assert moment == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert "twice" in remark
