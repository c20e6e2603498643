"""What was posted last, and when it comes again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medtui.core.last_post import LastPost, of, restored, stored
from tests.core.test_agenda import ME, NOW, person, session

LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    ("last", "now", "again"),
    [
        ("2026-11-24 18:30", "2026-11-24 18:04", "2026-12-01 18:30"),  # the last is still to come
        ("2026-11-24 18:30", "2026-12-01 18:04", "2026-12-01 18:30"),
        ("2026-11-24 18:30", "2026-12-01 18:25", "2026-12-08 18:30"),  # too soon
        ("2026-11-24 18:30", "2026-12-24 09:00", "2026-12-29 18:30"),
        ("2026-10-20 17:30", "2026-10-21 09:00", "2026-10-27 18:30"),  # 18:30 in London, both
        ("2026-03-24 18:30", "2026-03-25 09:00", "2026-03-31 17:30"),
    ],
)
def test_it_comes_again_on_the_same_weekday_at_the_same_local_time(
    last: str, now: str, again: str
) -> None:
    at, here, then = (datetime.fromisoformat(t).replace(tzinfo=UTC) for t in (last, now, again))
    assert LastPost("mock", at, is_candidate=False).next_start(here, LONDON) == then


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2098, 1, 1), timezones=st.just(UTC)),
    st.datetimes(datetime(2000, 1, 1), datetime(2098, 1, 1), timezones=st.just(UTC)),
)
def test_it_is_always_ahead(last: datetime, now: datetime) -> None:
    found = LastPost("mock", last, is_candidate=False).next_start(now, LONDON)
    assert now < found
    assert found - max(now, last) <= timedelta(days=8)


def test_it_is_kept_as_it_is() -> None:
    me = person().model_copy(update={"user_id": ME})
    last = of(session(type="Viva", host=me, candidate_id=ME))
    assert last == LastPost("Viva", NOW + timedelta(minutes=30), is_candidate=True)
    assert restored(stored(last)) == last
    assert not of(session(host=me, guest_id=uuid4())).is_candidate
    noted = of(session(host=me, note="SCA"))
    assert restored(stored(noted)) == noted
    assert restored([stored(noted)[0][:3]]) == of(session(host=me))  # an earlier version's


@pytest.mark.parametrize("kept", [None, [], {}, [["mock"]], [["mock", "x", "True"]], [[1, 2, 3]]])
def test_what_is_no_post_is_none(kept: object) -> None:
    assert restored(kept) is None
