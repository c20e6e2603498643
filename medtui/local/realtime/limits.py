"""How much one client may do. The numbers are a hosted project's smallest plan's.

There they hold for a whole project; here for each client, so that no client can spend what is
another's.
"""

from __future__ import annotations

import time

MAX_CHANNELS = 100
MAX_BINDINGS = 100
"""Of `postgres_changes` in a channel."""
MAX_FILTERS = 1_000
"""Of all channels of an address: each is compared with every change."""
MAX_SOCKETS = 256
"""Of an address: a class may sit behind one."""
MAX_PAYLOAD = 256 * 1000
"""The most bytes of a broadcast, or of one presence."""

MESSAGES = 1_000, 10.0
"""Broadcasts of a socket in so many seconds: 100 a second, but a burst is forgiven."""

FRAMES = 2_000, 10.0
"""Frames of any kind of a socket in so many seconds; one more, and it is closed."""

LARGE_FRAME = 16 * 1024
"""Frames of more characters take turns, and together no more than half of the time."""

LONELY_SECONDS = 30.0
"""A socket without any channel for so long is closed."""

JOINS = 100, 1.0
PRESENCE = 5, 30.0
"""Tracks and untracks of a channel in so many seconds; one more, and the channel is closed."""

SILENCE_SECONDS = 60.0
"""A client that says nothing for so long is taken for gone: clients send heartbeats."""

BACKLOG_FRAMES = 1_000
BACKLOG_BYTES = 2 * 1024 * 1024
"""What may wait for a client that reads slowly; more, and it is closed."""


class Limit:
    """So many in each window of time, which begins with the first."""

    def __init__(self, limit: tuple[int, float]) -> None:
        self._most, self._seconds = limit
        self._count, self._until = 0, 0.0

    def allows(self) -> bool:
        """Count one more; False when it is one too many."""
        now = time.monotonic()
        if now > self._until:
            self._count, self._until = 0, now + self._seconds
        self._count += 1
        return self._count <= self._most
