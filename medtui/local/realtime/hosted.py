"""How a hosted project's Realtime is late and loses changes, for `--like-hosted`.

It polls the log for `postgres_changes`, and drops silently what is above the project's rate.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable
from datetime import datetime

import psycopg

from medtui.local.limiter import Limiter
from medtui.local.realtime.pgoutput import RowChange

MESSAGES = 6_000, 60.0
"""Messages in so many seconds, counted for each viewer: the free plan's 100 a second, averaged."""
BUSY_SECONDS, IDLE_SECONDS = 0.1, 0.5
"""Seconds between two polls, where the last has found something, or has not."""
WORK_SECONDS = 0.04, 0.2
"""The least and the most seconds from a poll to its first change."""
MAX_CHANGES = 100
"""Of one poll."""


class Hosted:
    """Changes on their way; `run` delivers them."""

    def __init__(self, deliver: Callable[[RowChange, datetime], Awaitable[None]]) -> None:
        self._deliver = deliver
        self._due: list[tuple[RowChange, datetime]] = []
        self._rate = Limiter(*MESSAGES)

    def put(self, change: RowChange, committed_at: datetime) -> None:
        self._due.append((change, committed_at))

    def drops(self, viewers: int) -> bool:
        """Count a message to so many; whether it is dropped, for all of them."""
        return not all(self._rate.allows() for _ in range(viewers))

    async def run(self) -> None:
        """Poll for ever."""
        found: list[tuple[RowChange, datetime]] = []
        while True:
            await asyncio.sleep(BUSY_SECONDS if found else IDLE_SECONDS)
            found, self._due = self._due[:MAX_CHANGES], self._due[MAX_CHANGES:]
            if found:
                await asyncio.sleep(random.uniform(*WORK_SECONDS))
            for change, committed_at in found:
                with contextlib.suppress(psycopg.Error):
                    await self._deliver(change, committed_at)
