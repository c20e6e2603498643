"""Prep is a checklist, and `s` asks for what it misses: four keys from the board to the clock."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from medtui.data import Backend, MemoryTokens, Server
from medtui.data.events import Event, FeedWentLive
from tests.helpers.seats import NOW
from tests.helpers.stack import Stack
from tests.room.test_room import enter, row
from tests.room.test_room_edges import pair


@pytest.mark.detail
async def test_four_keys_from_the_board_to_a_running_clock(stack: Stack, seat: Any) -> None:
    two = await pair(stack, case_id=None, candidate_id=None)
    events: list[Event] = []
    server = Server(stack.url, stack.anon_key)
    async with Backend.open(server, tokens=MemoryTokens(), notify=events.append) as theirs:
        await theirs.auth.sign_in(two.guest.email, two.guest.password)
        theirs.live.start()
        async with asyncio.timeout(40):
            while not any(isinstance(event, FeedWentLive) for event in events):
                await asyncio.sleep(0.02)
        theirs.live.rooms.enter(two.session_id, two.guest.id, {})

        here = await seat(person=two.host, size=(120, 40))
        await here.until_text("● LIVE", "Mei Tanaka")
        keys = ["enter", "s", "enter", "enter"]
        await here.press(keys[0])
        await here.until_screen("RoomScreen")
        await here.until_text("you and Mei Tanaka", "☐  r  Roles", "☐  c  Case", "✓  t  Timing")
        await here.press(keys[1])
        await here.until_text("Who is the candidate? Then the station starts.")
        await here.press(keys[2])
        await here.until_text("Then the station starts.", "1 of 1 cases")
        await here.press(keys[3])
        await here.until_text("INTERVIEW", "you are the CANDIDATE")
        assert len(keys) == 4
    found = await row(stack)
    assert found["candidate_id"] == two.host.id
    assert found["case_id"] == two.case
    assert found["version"] == 2


@pytest.mark.detail
async def test_esc_on_the_way_keeps_what_was_chosen_and_starts_nothing(
    stack: Stack, seat: Any
) -> None:
    two = await pair(stack, case_id=None, candidate_id=None)
    here = await seat(person=two.host)
    await enter(here)
    await here.press("s")
    await here.until_text("Who is the candidate?")
    await here.press("escape")
    await here.until_screen("RoomScreen")
    assert (await row(stack))["candidate_id"] is None
    await here.press("c")  # before the roles: asks for them first
    await here.until_text("Then the case.")
    await here.press("2")
    await here.until_text("1 of 1 cases")
    await here.press("escape")
    await here.until_text("✓  r  Roles", "☐  c  Case", "s asks for the case")
    found = await row(stack)
    assert (found["candidate_id"], found["case_id"], found["version"]) == (two.guest.id, None, 1)
    await here.press("c", "n")
    await here.until_text("✓  c  Case", "none: a book or PDF")


async def test_a_guest_reads_the_same_list_with_what_the_host_has_to_do(
    stack: Stack, seat: Any
) -> None:
    two = await pair(
        stack, case_id=None, candidate_id=None, datetime_utc=NOW + timedelta(minutes=4)
    )
    here = await seat(person=two.guest, clock=lambda: NOW)
    await enter(here)
    await here.until_text(
        "☐     Roles   Amara Okafor chooses who is the candidate",
        "☐     Case    Amara Okafor chooses the case",
        "✓     Timing",
        "☐     Start   Waiting for Amara Okafor",
    )
    await two.set(candidate_id=two.guest.id, case_id=two.case)
    await here.until_text(
        "✓     Roles   you are the candidate", "✓     Case", "Ready: Amara Okafor starts"
    )
