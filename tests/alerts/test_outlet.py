"""A sink that is slow or away delays notices, and loses none that lasts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from medtui.alerts import outlet
from medtui.alerts.outlet import MOST, Outlet
from medtui.alerts.pace import BURST, SECONDS, Pace


class Sometimes:
    """A sink outside the program, which fails so many times."""

    name = "push"
    pace: Pace | None = None

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.sent: list[str] = []

    async def send(self, words: str) -> None:
        await asyncio.sleep(0)
        if self.failures:
            self.failures -= 1
            raise ConnectionError
        self.sent.append(words)

    def rest(self) -> None:
        pass


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.005)


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outlet, "PAUSES", (0.001, 0.01))


async def test_all_are_sent_in_order_once_although_it_fails_at_first() -> None:
    sink = Sometimes(failures=7)
    waiting = Outlet(sink)
    for number in range(5):
        waiting.put(str(number), is_passing=False)
    await until(lambda: len(sink.sent) == 5)
    waiting.put("later", is_passing=True)
    await until(lambda: len(sink.sent) == 6)
    await waiting.close()
    assert sink.sent == ["0", "1", "2", "3", "4", "later"]


async def test_what_passes_is_dropped_when_it_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outlet, "PASSING_SECONDS", 0.02)
    sink = Sometimes(failures=60)
    waiting = Outlet(sink)
    waiting.put("in 10 min", is_passing=True)
    waiting.put("booked", is_passing=False)
    await until(lambda: sink.sent)
    await waiting.close()
    assert sink.sent == ["booked"]


async def test_of_very_many_the_last_are_kept() -> None:
    sink = Sometimes(failures=3)
    waiting = Outlet(sink)
    for number in range(MOST + 20):
        waiting.put(str(number), is_passing=False)
    await until(lambda: str(MOST + 19) in sink.sent)
    await waiting.close()
    assert sink.sent == [str(number) for number in range(20, MOST + 20)]


async def test_the_end_waits_for_a_sink_no_longer_than_it_is_told() -> None:
    sink = Sometimes(failures=10**9)
    waiting = Outlet(sink)
    waiting.put("booked", is_passing=False)
    async with asyncio.timeout(2):
        await waiting.close(0.05)
    await waiting.close(0.05)
    assert sink.sent == []


async def test_a_flood_is_a_burst_and_then_one_message_a_minute_with_all_that_came() -> None:
    at, sink = 0.0, Sometimes()
    sink.pace = Pace(lambda: at)
    waiting = Outlet(sink)
    for number in range(BURST + 5):
        waiting.put(str(number), is_passing=False)
    await until(lambda: len(sink.sent) == BURST)
    assert sink.sent == [str(number) for number in range(BURST)]
    assert sink.pace.wait() == SECONDS
    await waiting.close(0.02)
    assert len(sink.sent) == BURST
    at += SECONDS
    waiting = Outlet(sink)
    waiting.put("one more", is_passing=False)
    await until(lambda: len(sink.sent) == BURST + 1)
    assert sink.pace.wait() == SECONDS
    at += BURST * SECONDS
    assert sink.pace.wait() == 0


async def test_what_has_waited_for_its_turn_is_one_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("medtui.alerts.pace.SECONDS", 0.05)
    sink = Sometimes()
    sink.pace = Pace()
    waiting, sent = Outlet(sink), []
    numbers = [str(number) for number in range(BURST + 8)]
    for number in numbers:
        waiting.put(number, is_passing=False, on_sent=lambda: sent.append(1))
    await until(lambda: len(sent) == len(numbers))
    await waiting.close()
    assert "\n".join(sink.sent).split("\n") == numbers
    assert len(sink.sent) < len(numbers)
