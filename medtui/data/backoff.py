"""When a failed attempt is repeated: soon at first, then at longer and longer pauses."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Hashable, Iterable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)


class Pauses:
    """Exponential back-off of one attempt: each pause is twice the one before, up to the longest.

    Args:
        first, longest: seconds.
    """

    def __init__(self, first: float, longest: float) -> None:
        self._first = self._next = first
        self._longest = longest

    def reset(self) -> None:
        """Begin with the first pause again: an attempt has succeeded."""
        self._next = self._first

    def next(self) -> float:
        """Seconds until the next attempt."""
        pause, self._next = self._next, min(2 * self._next, self._longest)
        return pause

    async def sleep(self) -> None:
        """Sleep until the next attempt; a little less at random, so that clients come apart."""
        await asyncio.sleep(self.next() * random.uniform(0.5, 1))


class Backoff(Generic[K]):
    """Exponential back-off, tracked separately for each key.

    Args:
        pauses: the first and the longest pause, in seconds.
    """

    def __init__(self, pauses: tuple[float, float]) -> None:
        self._pauses = pauses
        self._due: dict[K, tuple[float, Pauses]] = {}

    def is_due(self, thing: K) -> bool:
        """Whether to try now. If True, it is due again after the next pause."""
        now = time.monotonic()
        at, pauses = self._due.get(thing) or (now, Pauses(*self._pauses))
        if at > now:
            return False
        self._due[thing] = now + pauses.next(), pauses
        return True

    def hurry(self, wanted: Callable[[K], bool]) -> None:
        """Make all keys for which `wanted` is true due at once, with the first pause next."""
        for thing in [thing for thing in self._due if wanted(thing)]:
            del self._due[thing]

    def seconds(self, things: Iterable[K]) -> float:
        """Seconds until the first of these is due."""
        now = time.monotonic()
        due = [self._due[thing][0] for thing in things if thing in self._due]
        return max(0.05, min(due, default=now + self._pauses[1]) - now)
