"""The station clock on both sides: preset, pause, minutes, joining late and coming back."""

from __future__ import annotations

import time
from typing import Any

import pytest

from medtui.core.models import Stage
from medtui.core.presets import minutes
from tests.helpers.seats import Seat
from tests.helpers.stack import Stack
from tests.room.test_room import enter
from tests.room.test_room_edges import Pair, pair


def left(here: Seat) -> float:
    """Seconds that the station clock of a seat shows, to the fraction."""
    reading = here.app.screen.room.reading(here.app.now())
    assert reading is not None
    return float(reading.left)


async def alike(*seats: Seat) -> None:
    """Wait until these clocks say the same, within a tenth of a second."""
    first, *others = seats
    await first.until(lambda: all(abs(left(first) - left(other)) < 0.1 for other in others))


async def both(stack: Stack, seat: Any, stage: Stage) -> tuple[Pair, Seat, Seat]:
    two = await pair(stack, stage)
    host, guest = await seat(person=two.host), await seat(person=two.guest)
    await enter(host)
    await enter(guest)
    for here in (host, guest):
        await here.until(lambda here=here: len(here.app.screen.presence.people or ()) == 2)
    return two, host, guest


@pytest.mark.detail
async def test_pauses_and_minutes_of_either_are_on_both_sides(stack: Stack, seat: Any) -> None:
    _, host, guest = await both(stack, seat, Stage.INTERVIEW)
    await alike(host, guest)
    await host.press("space")
    await guest.until_text("PAUSED")
    await alike(host, guest)
    await guest.press("plus")
    await host.until(lambda: left(host) > 480)
    await alike(host, guest)
    await guest.press("space")
    await host.until(lambda: "PAUSED" not in host.text)
    await host.press("minus")
    await guest.until(lambda: left(guest) < 480)
    await alike(host, guest)


async def test_the_hosts_timing_is_on_both_sides_and_holds_for_the_station(
    stack: Stack, seat: Any
) -> None:
    _, host, guest = await both(stack, seat, Stage.PREP)
    await host.press("t")
    await host.until_text("How long is a station?", "PLAB 2: Reading 1:30, Station 8:00")
    await host.press("2")
    for here in (host, guest):
        await here.until_text("Timing  PLAB 2: Reading 1:30, Station 8:00")
    began = time.monotonic()
    await host.press("s")
    for here in (host, guest):
        await here.until_text("READING")
    await alike(host, guest)
    assert 89 - (time.monotonic() - began) < left(guest) <= 90


@pytest.mark.detail
async def test_after_joining_late_or_coming_back_it_is_right_at_once(
    stack: Stack, seat: Any
) -> None:
    two, host, guest = await both(stack, seat, Stage.INTERVIEW)
    await host.press("plus", "plus", "space")
    await guest.until_text("PAUSED")
    await host.press("escape")
    await host.until_screen("BoardScreen")
    await guest.press("plus")  # the host stays away, and the guest's goes on
    await guest.until(lambda: left(guest) > 600)
    await host.press("enter", "enter")
    await host.until_screen("RoomScreen")
    await host.until_text("PAUSED")
    await alike(host, guest)
    late = await seat(person=two.guest)
    await enter(late)
    await late.until_text("PAUSED")
    await alike(host, guest, late)


@pytest.mark.detail
async def test_it_survives_both_sides_programs(stack: Stack, seat: Any) -> None:
    began = time.monotonic()
    two, host, guest = await both(stack, seat, Stage.INTERVIEW)
    await host.press("plus")
    await guest.until(lambda: left(guest) > 480)
    for here in (host, guest):
        await here.press("escape")
        await here.until_screen("BoardScreen")
    for person in (two.host, two.guest):
        here = await seat(person=person)
        await enter(here)
        assert 539 - (time.monotonic() - began) < left(here) <= 540


@pytest.mark.detail
async def test_what_was_done_to_a_station_is_not_done_to_the_next(stack: Stack, seat: Any) -> None:
    _, host, guest = await both(stack, seat, Stage.INTERVIEW)
    await host.press("plus", "space")
    await guest.until_text("PAUSED")
    await host.press("u", "y")
    await guest.until_text("has started round 2")
    await guest.press("1")
    await guest.until_text("PREP", "Round 2 of 2")
    await host.until_text("s asks for the case", "(here)")
    await host.press("s")
    await host.until_text("Then the station starts", "No case")
    await host.press("n")
    for here in (host, guest):
        await here.until_text("INTERVIEW")
        await here.until(lambda here=here: "PAUSED" not in here.text and left(here) <= 480)


@pytest.mark.long
async def test_a_malformed_card_does_no_harm(stack: Stack, seat: Any) -> None:
    two, host, _ = await both(stack, seat, Stage.INTERVIEW)
    theirs = await stack.client(two.guest)
    channel = theirs.channel(
        f"room:{two.session_id}:{two.host.id}:{two.guest.id}",
        {"config": {"private": True, "broadcast": {}, "presence": {"key": "", "enabled": True}}},
    )
    await channel.subscribe()
    for card in ({}, {"writes": "x"}, {"preset": {"phases": [{}]}}, {"writes": [10**30, 0]}):
        await channel.send_broadcast("card", card)
    await channel.track({"user": "nobody", "card": ["?"]})
    await channel.send_broadcast("card", {"n": 1, "x" * 50: "[bold]"})
    await host.pause(0.3)
    assert "● LIVE" in host.text
    await host.press("plus")
    await host.until(lambda: left(host) > 480)
    await theirs.realtime.close()


@pytest.mark.detail
async def test_a_server_without_our_migrations_starts_it_when_the_news_comes(
    data_model_stack: Stack, seat: Any
) -> None:
    two = await pair(data_model_stack)
    host, guest = (
        await seat(person=two.host, on=data_model_stack),
        await seat(person=two.guest, on=data_model_stack),
    )
    await enter(host)
    await enter(guest)
    await guest.until_text("you; this server does not show whether Amara Okafor is")
    await host.until_text("Part of case 1")
    before = time.monotonic()
    await host.press("s")
    for here in (host, guest):
        await here.until_text("INTERVIEW")
    heard = time.monotonic()
    await guest.until_text("Task of case 1")
    # Each began when it heard of the start, by a clock that may be half a second off.
    assert abs(left(host) - left(guest)) <= heard - before + 0.5
    await guest.press("space")
    await guest.until_text("PAUSED")
    assert minutes(left(guest)).startswith(("7:", "8:"))
