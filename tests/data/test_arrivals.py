"""Which changes of the feed are news: none that is older than what was read, however late."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

from medtui.data.arrivals import Arrivals
from medtui.data.change_source import Change

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
SESSION = UUID(int=1)


def change(seconds: float, **values: Any) -> Change:
    """A change of the session that was committed so long after noon."""
    at = (NOON + timedelta(seconds=seconds)).isoformat()
    record = {"id": str(SESSION), **values}
    return cast("Change", {"type": "UPDATE", "commit_timestamp": at, "record": record})


def arrivals() -> Arrivals:
    return Arrivals(cast("Any", SimpleNamespace(now=lambda: NOON + timedelta(seconds=9))))


def test_what_was_committed_before_a_reading_is_no_news_after_it() -> None:
    here = arrivals()
    here.note_read(NOON + timedelta(seconds=5), [SESSION])
    assert here.news_in([change(1)]) == {}
    assert here.news_in([change(6)]).keys() == {SESSION}


def test_a_change_that_is_in_hand_while_its_row_is_read_is_no_news_any_more() -> None:
    """Names are asked for in between, which may take seconds."""
    here = arrivals()
    held = here.news_in([change(1, guest_id=None)])
    assert here.still_news(held) == held
    here.note_read(NOON + timedelta(seconds=5), [SESSION])
    assert here.still_news(held) == {}


def test_a_change_that_came_after_the_reading_began_stays_news() -> None:
    here = arrivals()
    held = here.news_in([change(7)])
    here.note_read(NOON + timedelta(seconds=5))
    assert here.still_news(held) == held


def test_of_two_changes_the_older_is_no_news_after_the_newer() -> None:
    here = arrivals()
    assert here.news_in([change(3)]).keys() == {SESSION}
    assert here.news_in([change(2)]) == {}
