"""When to read the window sooner than usual, because the feed may have missed changes.

Realtime drops changes silently above a project's message limit, and those committed while its own
connection to the log was down. Three signs of that can be seen here: many changes come at once; a
change comes long after its commit, because the server was behind or has restarted; or a write of
our own does not come back.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Callable

BURST, BURST_SECONDS = 8, 4.0
"""This many changes in this many seconds may be incomplete."""

LATE_SECONDS = 5.0
"""Seconds after its commit at which a change is late; usually it comes within one."""

LEAST_SECONDS = 10.0
"""Least seconds between two reads, however many changes come: each read costs the server."""


class Doubts:
    """Decides when to read the window again, on one connection, which begins with a read.

    Args:
        pause: the shortest and the longest random pause, in seconds, before a read: many clients
            have the same doubt at the same moment.
    """

    def __init__(self, pause: tuple[float, float]) -> None:
        self._pause = pause
        self._arrivals: deque[float] = deque(maxlen=BURST)
        self._is_there = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._read_at = self._loop.time()

    def came(self, late: float) -> None:
        """Count a change that has come `late` seconds after its commit."""
        now = self._loop.time()
        self._arrivals.append(now)
        is_burst = len(self._arrivals) == BURST and now - self._arrivals[0] < BURST_SECONDS
        if is_burst or late > LATE_SECONDS:
            self._is_there.set()

    def expect(self, has_come: Callable[[], bool]) -> None:
        """Expect a write of our own in the feed: later, `has_come` is asked whether it has come."""

        def look() -> None:
            if not has_come():
                self._is_there.set()

        self._loop.call_later(LATE_SECONDS, look)

    def renew(self) -> None:
        """A read has told nothing: another one is due."""
        self._is_there.set()

    async def wait(self, usual: float) -> None:
        """Wait until it is time to read: `usual` seconds, or less if there is a doubt."""
        try:
            async with asyncio.timeout(usual):
                await self._is_there.wait()
                earliest = self._read_at + LEAST_SECONDS
                pause = max(0.0, earliest - self._loop.time()) + random.uniform(*self._pause)
                await asyncio.sleep(pause)
        except TimeoutError:
            pass
        # Changes from here on may be missing from the read.
        self._is_there.clear()
        self._read_at = self._loop.time()
