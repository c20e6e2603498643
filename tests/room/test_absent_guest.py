"""A host who is alone in the room after the start frees the seat of a guest who has not come."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from medtui.core.models import PracticeSession
from medtui.core.waiting import Absence
from tests.helpers.stack import Stack


async def test_one_key_frees_the_seat_and_offers_it_to_who_waits(
    stack: Stack, seat: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("medtui.core.waiting.ABSENT_AFTER", timedelta(seconds=1))
    host, guest = await stack.person("Amara", "Okafor"), await stack.person("Mei", "Tanaka")
    waits = await stack.person()
    id_ = await stack.session(host, guest=guest, starts_in=timedelta(minutes=-6))
    await stack.sql("insert into medtui_private.waiting values (%s, %s)", id_, waits.id)
    here = await seat(person=host)
    await here.resize(160, 48)
    await here.until_text("● LIVE", "Mei Tanaka")
    await here.press("enter")
    await here.until_text("Mei Tanaka has not come.")
    await here.press("X")
    await here.until_text("mock, seat free")
    [row] = await stack.sql("select guest_id, kept_for, kept_as from practice_sessions")
    assert row == {"guest_id": None, "kept_for": waits.id, "kept_as": "offer"}


def test_a_guest_has_five_minutes_from_the_start_and_from_when_the_host_came() -> None:
    start = datetime(2026, 11, 30, 18, tzinfo=UTC)
    people = {"id": 1, "host_id": 2, "guest_id": 3}
    session = PracticeSession.model_validate(
        {key: f"00000000-0000-0000-0000-00000000000{n}" for key, n in people.items()}
        | {"datetime_utc": start, "type": "mock"}
    )
    absence = Absence()

    def due(minutes: float, *, is_alone: bool = True) -> bool:
        now = start + timedelta(minutes=minutes)
        absence.note(is_alone, now)
        return absence.is_due(session, now)

    assert not due(-10)
    assert not due(4.9)
    assert due(5)
    assert not due(6, is_alone=False), "the guest has come"
    assert not due(7)
    assert not due(11.9)
    assert due(12)
    assert not due(61), "the session's time is over"
