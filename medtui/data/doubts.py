"""When the window is read again sooner than usual, because changes may be missing from the feed.

Realtime drops changes silently above a project's message limit, and those that were
committed while its own connection to the log was down. What remains of that here: many changes
come at once, of which some may be missing; a change comes long after its commit, because the
server was behind or has begun again; or a write of our own does not come back.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Callable

BURST, BURST_SECONDS = 8, 4.0
"""So many changes in so many seconds may not be all."""

LATE_SECONDS = 5.0
"""A change usually comes within a second of its commit."""

LEAST_SECONDS = 10.0
"""Between two readings at least, however many changes there are: each costs the server."""


class Doubts:
    """On one connection, which begins with a reading.

    Args:
        pause: the shortest and the longest, in seconds, before one reads again: many clients
            have the same doubt in the same moment.
    """

    def __init__(self, pause: tuple[float, float]) -> None:
        self._pause = pause
        self._arrivals: deque[float] = deque(maxlen=BURST)
        self._is_there = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._read_at = self._loop.time()

    def came(self, late: float) -> None:
        """A change has come, `late` seconds after its commit."""
        now = self._loop.time()
        self._arrivals.append(now)
        is_burst = len(self._arrivals) == BURST and now - self._arrivals[0] < BURST_SECONDS
        if is_burst or late > LATE_SECONDS:
            self._is_there.set()

    def expect(self, has_come: Callable[[], bool]) -> None:
        """A write of our own is to come back: in a while, `has_come` is asked whether it has."""

        def look() -> None:
            if not has_come():
                self._is_there.set()

        self._loop.call_later(LATE_SECONDS, look)

    async def wait(self, usual: float) -> None:
        """Until it is time to read: after `usual` seconds, or sooner where there is a doubt."""
        try:
            async with asyncio.timeout(usual):
                await self._is_there.wait()
                earliest = self._read_at + LEAST_SECONDS
                pause = max(0.0, earliest - self._loop.time()) + random.uniform(*self._pause)
                await asyncio.sleep(pause)
        except TimeoutError:
            pass
        # What comes from here on may be missing from the reading.
        self._is_there.clear()
        self._read_at = self._loop.time()
