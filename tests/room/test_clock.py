"""`medtui clock`: a clock for a whole room, by its keys."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest

from medtui.core.presets import PRESETS, Preset, find
from medtui.room.clock_app import ClockApp
from medtui.ui.clock_face import digits, fitting
from tests.helpers.seats import NOW, Seat

SIZES = [(80, 24), (200, 60)]
PLAB = find("plab2", PRESETS) or PRESETS[0]
NAC = find("nac", PRESETS) or PRESETS[0]


class Hands:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def on(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@asynccontextmanager
async def clock_on_the_wall(
    hands: Hands, preset: Preset = PLAB, size: tuple[int, int] = (80, 24), rounds: int | None = None
) -> AsyncIterator[Seat]:
    app = ClockApp(preset, rounds=rounds, now=hands)
    rung: list[int] = []
    app.bell = lambda: rung.append(1)  # type: ignore[method-assign]
    async with app.run_test(size=size, notifications=True) as pilot:
        seat = Seat(app, pilot)  # type: ignore[arg-type]
        seat.rung = rung  # type: ignore[attr-defined]
        await seat.pause()
        yield seat
    if app.fault is not None:
        raise app.fault


def shows(seat: Seat, time: str) -> bool:
    """Whether these digits stand on the screen, in whatever size."""
    lines = [line.strip() for line in seat.text.splitlines()]
    for height in (3, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50):
        wanted = [row.strip() for row in digits(time, height)]
        if any(lines[at : at + height] == wanted for at in range(len(lines))):
            return True
    return False


@pytest.mark.detail
async def test_it_waits_for_the_first_key_and_then_runs() -> None:
    hands = Hands()
    async with clock_on_the_wall(hands) as here:
        assert shows(here, "1:30")
        assert "press space to start" in here.text
        hands.on(30)
        await here.press("space")
        assert shows(here, "1:30")
        hands.on(31)
        await here.until(lambda: shows(here, "0:59"))
        assert "READING" in here.text
        assert "then Station 8:00" in here.text


async def test_space_pauses_and_plus_and_minus_are_a_minute() -> None:
    hands = Hands()
    async with clock_on_the_wall(hands) as here:
        await here.press("minus")
        await here.until_text("is not running yet")
        await here.press("space")
        hands.on(20)
        await here.press("space")
        await here.until_text("PAUSED")
        hands.on(500)
        await here.press("plus")
        await here.until(lambda: shows(here, "2:10"))
        await here.press("equals_sign")
        await here.until(lambda: shows(here, "3:10"))
        await here.press("minus", "minus", "space")
        hands.on(10)
        await here.until(lambda: shows(here, "1:00"))


@pytest.mark.detail
async def test_rounds_follow_each_other_with_a_change_over_and_a_bell_each() -> None:
    hands = Hands()
    async with clock_on_the_wall(hands, NAC, rounds=2) as here:
        await here.press("space")
        await here.until_text("round 1 of 2", "ENCOUNTER", "Encounter begins.")
        hands.on(480)
        await here.until_text("QUESTIONS", "Questions begins.")
        hands.on(180)
        await here.until_text("CHANGE OVER", "then Encounter 8:00")
        hands.on(120)
        await here.until_text("round 2 of 2", "ENCOUNTER")
        assert len(here.rung) == 4  # type: ignore[attr-defined]
        hands.on(480 + 180)
        await here.until_text("Time is up.")
        hands.on(42)
        await here.until_text("TIME IS UP")
        await here.until(lambda: shows(here, "+0:42"))


@pytest.mark.detail
async def test_two_minutes_and_one_minute_before_the_end_are_told() -> None:
    hands = Hands()
    async with clock_on_the_wall(hands) as here:
        await here.press("space")
        hands.on(90 + 361)
        await here.until_text("2 minutes left.")
        hands.on(20)
        await here.until_text("LAST 2 MINUTES")
        hands.on(40)
        await here.until_text("One minute left.")
        hands.on(20)
        await here.until_text("LAST MINUTE")


@pytest.mark.detail
@pytest.mark.parametrize("size", SIZES)
async def test_its_pictures(size: tuple[int, int], picture: Callable[[Seat, str], None]) -> None:
    hands = Hands()
    name = f"clock-{size[0]}x{size[1]}"
    async with clock_on_the_wall(hands, size=size) as here:
        await here.press("space")
        hands.on(100)
        await here.until(lambda: shows(here, "7:50"))
        picture(here, name)


async def test_on_a_low_screen_a_toast_stands_under_all_of_the_clock() -> None:
    async with clock_on_the_wall(Hands(), size=(40, 12)) as here:
        await here.press("minus")
        await here.until_text(
            "PLAB 2", "READING", "press space to start", "then Station", "starts it"
        )
        assert shows(here, "1:30")
        assert "▁" * 36 in here.text


def test_digits_take_the_room_that_there_is() -> None:
    assert fitting("12:34", 76, 14) == 10
    assert fitting("12:34", 196, 50) == 25
    assert fitting("12:34", 30, 20) == 3
    assert [len(digits("0:47", height)) for height in (3, 5, 10)] == [3, 5, 10]
