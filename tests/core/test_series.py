"""Several sessions at once: their times, in words, and what is too many."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from medtui.core.series import (
    ONE,
    SessionSeries,
    read_series,
    series_ids,
    series_words,
    why_not_series,
)

LONDON = ZoneInfo("Europe/London")


def starts(first: str, series: SessionSeries) -> list[str]:
    at = datetime.fromisoformat(first).replace(tzinfo=LONDON)
    return [f"{s:%d %H:%M}" for week in series.starts(at, LONDON) for s in week]


@pytest.mark.parametrize(
    ("first", "series", "found"),
    [
        ("2026-12-24 18:00", ONE, ["24 18:00"]),
        ("2026-12-24 18:00", SessionSeries(times=3), ["24 18:00", "24 18:20", "24 18:40"]),
        ("2026-12-24 23:50", SessionSeries(times=2), ["24 23:50", "25 00:10"]),
        # 18:00 in London is 17:00 UTC in summer, and 18:00 UTC in winter.
        ("2026-10-22 18:00", SessionSeries(weeks=2), ["22 17:00", "29 18:00"]),
        ("2026-03-26 18:00", SessionSeries(weeks=2), ["26 18:00", "02 17:00"]),
        # 01:30 does not exist on 28 March 2027; on 31 October it is the earlier of the two.
        ("2027-03-21 01:30", SessionSeries(weeks=2, times=2, every=15),
         ["21 01:30", "21 01:45", "28 01:30", "28 01:45"]),
        ("2027-10-24 01:30", SessionSeries(weeks=2), ["24 00:30", "31 00:30"]),
    ],
)  # fmt: skip
def test_weeks_keep_the_wall_time_and_an_evening_counts_minutes(
    first: str, series: SessionSeries, found: list[str]
) -> None:
    assert starts(first, series) == found


@pytest.mark.parametrize(
    ("first", "series", "words"),
    [
        ("2026-12-24 18:00", ONE, "1 session: Thu 24 Dec 18:00."),
        ("2026-12-24 18:00", SessionSeries(times=3, rooms=2),
         "6 sessions: Thu 24 Dec 18:00, 18:20, 18:40, 2 at each time, each with its own room."),
        ("2026-12-24 18:00", SessionSeries(weeks=4, times=6),
         "24 sessions: Thu 24 Dec 18:00, 18:20, 18:40 … 19:40, weekly until Thu 14 Jan."),
        ("2026-12-24 18:00", SessionSeries(rooms=3),
         "3 sessions: Thu 24 Dec 18:00, 3 at the same time, each with its own room."),
        ("2027-03-21 01:30", SessionSeries(weeks=2),
         "2 sessions: Sun 21 Mar 01:30, weekly until Sun 28 Mar "
         "(Sun 28 Mar at 02:30, as the clocks change)."),
    ],
)  # fmt: skip
def test_one_sentence_says_what_will_be_posted(
    first: str, series: SessionSeries, words: str
) -> None:
    at = datetime.fromisoformat(first).replace(tzinfo=LONDON).astimezone(UTC)
    assert series_words(series, at, LONDON) == words


@pytest.mark.parametrize(
    ("series", "why"),
    [
        (SessionSeries(weeks=27), "26 weeks at most"),
        (SessionSeries(times=0), "0 is not possible"),
        (SessionSeries(every=721), "720 minutes at most"),
        (SessionSeries(weeks=26, times=4), "These are 104 sessions, and a host has 100 at most"),
        (SessionSeries(weeks=25, times=4), None),
    ],
)
def test_too_many_are_refused_in_a_sentence(series: SessionSeries, why: str | None) -> None:
    reason = why_not_series(series)
    assert why in reason if why and reason else reason is why


def test_empty_texts_are_the_usual_and_words_are_no_numbers() -> None:
    assert read_series("", "", "", "") == ONE
    assert read_series("2", " 3", "15", "4") == SessionSeries(2, 3, 15, 4)
    for text in ("two", "-1", "1.5", "², ", "99999"):
        with pytest.raises(ValueError, match="no number"):
            read_series(text, "1", "20", "1")


def test_the_ids_of_a_series_are_the_same_each_time() -> None:
    first = uuid4()
    assert series_ids(first, 3) == series_ids(first, 5)[:3]
    assert len({*series_ids(first, 100)}) == 100
    assert series_ids(first, 1) == [first]
