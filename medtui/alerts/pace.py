"""How many messages may go out, so that a flood of notices is no flood of mails."""

from __future__ import annotations

import time
from collections.abc import Callable

BURST = 10
"""Messages that may follow each other at once, after a long rest."""

SECONDS = 60.0
"""In how many seconds one more may be sent, after those."""


class Pace:
    """Allows `BURST` messages at once, and one more for every `SECONDS` that pass.

    Args:
        now: seconds of a clock that only goes forward.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._rested_at = now()
        """When a whole burst may be sent again."""

    def wait(self) -> float:
        """Seconds until the next message may be sent; 0.0: now."""
        return max(0.0, self._rested_at - self._now() - (BURST - 1) * SECONDS)

    def note_sent(self) -> None:
        """Count a message that was sent."""
        self._rested_at = max(self._rested_at, self._now()) + SECONDS
