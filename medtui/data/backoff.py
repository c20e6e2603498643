"""When a failed attempt is repeated: soon at first, then at longer and longer pauses."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)


class Backoff(Generic[K]):
    """Exponential back-off, tracked separately for each key.

    Args:
        pauses: the first and the longest pause, in seconds.
    """

    def __init__(self, pauses: tuple[float, float]) -> None:
        self._first, self._longest = pauses
        self._due: dict[K, tuple[float, float]] = {}

    def is_due(self, thing: K) -> bool:
        """Whether to try now. If True, it is due again after the next pause."""
        now = time.monotonic()
        at, pause = self._due.get(thing, (now, self._first))
        if at > now:
            return False
        self._due[thing] = now + pause, min(2 * pause, self._longest)
        return True

    def hurry(self, wanted: Callable[[K], bool]) -> None:
        """Make all keys for which `wanted` is true due at once, with the first pause next."""
        for thing in [thing for thing in self._due if wanted(thing)]:
            del self._due[thing]

    def seconds(self, things: Iterable[K]) -> float:
        """Seconds until the first of these is due."""
        now = time.monotonic()
        due = [self._due[thing][0] for thing in things if thing in self._due]
        return max(0.05, min(due, default=now + self._longest) - now)
