"""Two programs, a wrong wall clock, a slow line: the digits on both terminals are the same.

The digits are read from the terminals, each time they change. What is compared is when both
sides change to the same digits.
"""

from __future__ import annotations

import asyncio
import os
import signal
import statistics
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from medtui.core.presets import minutes
from medtui.ui.clock_face import digits
from tests.helpers.recorder import recorded
from tests.helpers.stack import Person, Stack
from tests.helpers.terminal import Terminal
from tests.test_end_to_end import environment, sign_in

WRONG = timedelta(hours=2, minutes=13)
DELAY = 0.2
OWN = """
[two]
[[two.phases]]
name = "Reading"
length = "1:30"
[[two.phases]]
name = "Station"
length = "8:00"
"""
FACES = {tuple(digits(minutes(second), 3)): second for second in range(1200)}
"""What three rows of digits mean in seconds."""


class Seat:
    """One person's program, behind a slow line, which may be killed and started again."""

    def __init__(self, person: Person, home: Path, settings: dict[str, str], wrong: float) -> None:
        self._person = person
        self._wrong = wrong
        home.mkdir()
        (home / "presets.toml").write_text(OWN)
        (home / "config.toml").write_text('preset = "two"\n')
        self._env = environment(home, **settings)
        self._opened = AsyncExitStack()
        self.terminal: Terminal

    async def open(self) -> None:
        command = [sys.executable, "-m", "tests.helpers.wrong_clock", str(self._wrong)]
        self.terminal = await self._opened.enter_async_context(Terminal(command, env=self._env))

    async def sign_in(self) -> None:
        await sign_in(self.terminal, self._person)
        await self.terminal.until("LIVE", gone="Your login")

    async def go_in(self) -> None:
        await self.terminal.until("LIVE")
        self.terminal.press("\r")
        await self.terminal.until("go into the room")
        self.terminal.press("\r")
        await self.terminal.until("Room ·")

    async def kill(self) -> None:
        os.killpg(self.terminal.process.pid, signal.SIGKILL)
        await self.terminal.process.wait()
        await self._opened.aclose()

    async def close(self) -> None:
        await self._opened.aclose()

    @property
    def seconds(self) -> int | None:
        """The digits on the terminal."""
        rows = self.terminal.lines[2:5]
        for width in (17, 13):  # of 12:34, of 1:23
            face = tuple(row[1 : 1 + width].ljust(width) for row in rows)
            if face in FACES:
                return FACES[face]
        return None


async def changes(seat: Seat, seconds: float) -> dict[int, float]:
    """When a terminal changed to which digits."""
    loop = asyncio.get_running_loop()
    began, before, found = loop.time(), seat.seconds, {}
    while loop.time() - began < seconds:
        await asyncio.sleep(0.01)
        now = seat.seconds
        if now is not None and now != before:
            found[now] = time.monotonic()
            before = now
    return found


async def apart(one: Seat, other: Seat, seconds: float = 3.2) -> float:
    """By how much the two terminals differ, in seconds: the median of a few changes."""
    first, second = await asyncio.gather(changes(one, seconds), changes(other, seconds))
    both = first.keys() & second.keys()
    assert len(both) >= 2, f"{first} and {second} have too little in common"
    return statistics.median(abs(first[digit] - second[digit]) for digit in both)


async def standing_still(one: Seat, other: Seat, *, over: int = 0) -> None:
    """Paused, both terminals come to show the very same, which is more than `over`."""
    for seat in (one, other):
        await seat.terminal.until("PAUSED")
    async with asyncio.timeout(5):
        while one.seconds is None or one.seconds <= over or one.seconds != other.seconds:
            await asyncio.sleep(0.02)


@pytest.fixture
async def opened() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


@pytest.mark.detail
@pytest.mark.parametrize(
    "with_kills", [False, pytest.param(True, marks=pytest.mark.long)], ids=["short", "whole"]
)
async def test_the_digits_differ_by_at_most_half_a_second(
    with_kills: bool, stack: Stack, opened: AsyncExitStack, tmp_path: Path
) -> None:
    amara, mei = await stack.person("Amara", "Okafor"), await stack.person("Mei", "Tanaka")
    await stack.session(
        amara,
        guest=mei,
        starts_in=timedelta(minutes=5),
        case_id=await stack.case(),
        candidate_id=mei.id,
    )
    seats = []
    for person, name, wrong in ((amara, "a", 0.0), (mei, "b", WRONG.total_seconds())):
        line = await opened.enter_async_context(recorded(stack.url, delay=DELAY))
        settings = {"SUPABASE_URL": line.url, "SUPABASE_ANON_KEY": stack.anon_key}
        seat = Seat(person, tmp_path / name, settings, wrong)
        opened.push_async_callback(seat.close)
        seats.append(seat)
    host, guest = seats
    await asyncio.gather(host.open(), guest.open())
    await asyncio.gather(host.sign_in(), guest.sign_in())
    await asyncio.gather(host.go_in(), guest.go_in())
    for seat, other in ((host, "Mei"), (guest, "Amara")):
        await seat.terminal.until("(here)", "two: Reading 1:30, Station 8:00", other)
    measured: dict[str, float] = {}

    host.terminal.press("s")
    await everybody(seats, "READING")
    measured["reading"] = await apart(host, guest)

    guest.terminal.press(" ")
    await standing_still(host, guest)
    host.terminal.press("+")
    await standing_still(host, guest, over=90)
    guest.terminal.press(" ")
    await everybody(seats, "READING", gone="PAUSED")
    measured["after a pause and a minute"] = await apart(host, guest)

    if with_kills:
        await host.kill()
        await host.open()
        await host.go_in()
        await host.terminal.until("READING")
        measured["after the host was killed"] = await apart(host, guest)

        await asyncio.gather(host.kill(), guest.kill())
        await asyncio.gather(host.open(), guest.open())
        await asyncio.gather(host.go_in(), guest.go_in())
        await everybody(seats, "READING")
        measured["after both were killed"] = await apart(host, guest)

    host.terminal.press("---")
    await everybody(seats, "STATION")
    measured["station"] = await apart(host, guest)
    print(measured)
    assert max(measured.values()) <= 0.5, measured


async def everybody(seats: list[Seat], *wanted: str, gone: str | None = None) -> None:
    await asyncio.gather(*(seat.terminal.until(*wanted, gone=gone, seconds=60) for seat in seats))
