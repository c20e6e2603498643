"""When something is tried again: soon at first, then ever more rarely."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)


class Backoff(Generic[K]):
    """Of any number of things, each of which is due at once, and then after ever longer pauses.

    Args:
        pauses: the first and the longest, in seconds.
    """

    def __init__(self, pauses: tuple[float, float]) -> None:
        self._first, self._longest = pauses
        self._due: dict[K, tuple[float, float]] = {}

    def is_due(self, thing: K) -> bool:
        """Whether it is to be tried now; then it is due again after a pause."""
        now = time.monotonic()
        at, pause = self._due.get(thing, (now, self._first))
        if at > now:
            return False
        self._due[thing] = now + pause, min(2 * pause, self._longest)
        return True

    def hurry(self, wanted: Callable[[K], bool]) -> None:
        """Have things due at once."""
        for thing in [thing for thing in self._due if wanted(thing)]:
            del self._due[thing]

    def seconds(self, things: Iterable[K]) -> float:
        """Until the first of these is due."""
        now = time.monotonic()
        due = [self._due[thing][0] for thing in things if thing in self._due]
        return max(0.05, min(due, default=now + self._longest) - now)
