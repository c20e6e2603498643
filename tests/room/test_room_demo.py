"""One person can try a whole station: a colleague comes into the room and plays the other side."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from medtui.core.room_shared import from_json
from medtui.demo import partner
from medtui.demo.colleagues import Act, Seen, choose, rooms_of
from medtui.demo.partner import Partner
from medtui.demo.people import PEOPLE
from tests.helpers.stack import Person, Stack
from tests.room.test_room import enter


@pytest.fixture
async def me(stack: Stack) -> Person:
    return await stack.person("Amara", "Okafor")


@pytest.fixture
async def colleague(stack: Stack) -> Person:
    return await stack.person("Lena", "Vogt")


@contextlib.asynccontextmanager
async def waiting(
    stack: Stack, colleague: Person, viewer: Person, session: Any
) -> AsyncIterator[None]:
    client = await stack.client(colleague)
    plays = Partner(client, colleague.id, viewer.id, session, 0.1, random.Random(1))
    task = asyncio.create_task(plays.live())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def test_a_colleague_who_hosts_leads_one_through_a_station(
    stack: Stack, me: Person, colleague: Person, seat: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stack.case()
    session = await stack.session(colleague, guest=me, starts_in=timedelta(minutes=85))
    async with waiting(stack, colleague, me, session):
        here = await seat(person=me)
        await enter(here)
        await here.until_text("mock with Lena Vogt (here)", "you are the CANDIDATE")
        await here.until_text("INTERVIEW", "READING", "Task of case 1")
        monkeypatch.setattr(partner, "LINGER_SECONDS", -150)  # its time is up
        await here.until_text("WRAP-UP", "Name of case 1 · Condition of case 1")


@pytest.mark.detail
async def test_a_colleague_who_is_the_guest_is_there(
    stack: Stack, me: Person, colleague: Person, seat: Any
) -> None:
    session = await stack.session(me, guest=colleague)
    async with waiting(stack, colleague, me, session):
        here = await seat(person=me)
        await enter(here)
        await here.until_text("you and Lena Vogt", "Platform default: Interview 8:00")
        await here.press("escape")
        await here.until_screen("BoardScreen")


def test_the_colleague_of_the_last_round_takes_the_seat_of_the_next() -> None:
    me, colleague, now = PEOPLE[0].id, PEOPLE[1].id, datetime.now(UTC)
    held = Seen(UUID(int=1), me, colleague, now - timedelta(minutes=9), 3, me, None, now)
    begun = Seen(UUID(int=2), me, None, now, 1, None, None, now, kept_for=colleague)
    assert choose([held, begun], me, now, random.Random(1)) == Act(colleague, "book", begun)


def test_what_the_colleague_carries_is_what_medtui_reads() -> None:
    shared = from_json(partner.card())
    assert shared is not None
    assert [(phase.name, phase.seconds) for phase in shared.preset.phases] == list(partner.PHASES)


@pytest.mark.detail
async def test_colleagues_wait_in_all_rooms_of_the_viewer(
    stack: Stack, me: Person, colleague: Person
) -> None:
    third = await stack.person("Tom", "Ellery")
    hosted = await stack.session(me, guest=colleague)
    booked = await stack.session(third, guest=me)
    await stack.session(me)
    await stack.session(third, guest=colleague)
    client = await stack.client()
    rows = (
        await client.table("practice_sessions")
        .select("id,host_id,guest_id,datetime_utc,version,candidate_id,case_id,created_at")
        .execute()
    ).data
    board = [Seen.of(row) for row in rows]  # type: ignore[arg-type]
    assert rooms_of(me.id, board) == {(hosted, colleague.id), (booked, third.id)}
