"""Counts events in memory, for all that is limited to so many in so many seconds."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence

MOST_KEYS = 10_000
MOST_FEW = MOST_KEYS // 10


class Limiter:
    """Counts events by key in a sliding window.

    Of too many keys those with the fewest events are forgotten: one at the limit stays there,
    however many others are made up.
    """

    def __init__(
        self, limit: int, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._limit, self._seconds, self._clock = limit, seconds, clock
        self._events: dict[str, deque[float]] = {}

    def is_spent(self, key: str = "") -> bool:
        """Whether the key has used up its events."""
        last: Sequence[float] = self._events.get(key, ())
        return len(last) == self._limit and last[0] > self._clock() - self._seconds

    def count(self, key: str = "") -> None:
        if key not in self._events and len(self._events) >= MOST_KEYS:
            for few in sorted(self._events, key=lambda each: len(self._events[each]))[:MOST_FEW]:
                del self._events[few]
        self._events.setdefault(key, deque(maxlen=self._limit)).append(self._clock())

    def forget(self, key: str) -> None:
        self._events.pop(key, None)

    def allows(self) -> bool:
        """Count one more; False when it is one too many."""
        if self.is_spent():
            return False
        self.count()
        return True
