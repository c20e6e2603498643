"""How often somebody may try: counted in memory, forgotten after five minutes."""

from __future__ import annotations

import ipaddress
import time
from collections import deque
from collections.abc import Callable

from starlette.requests import Request

from medtui.local.auth.errors import AuthError

SECONDS = 300.0
GUESSES = 30
"""So many wrong passwords or codes for one account in that time."""
REQUESTS = 300
"""So many requests that cost something (a hash, a code) from one address in that time.

A class may sit behind one address, so this is ten times what a hosted project allows.
"""
MOST_KEYS = 10_000


class Limiter:
    """Counts events by key in a sliding window."""

    def __init__(
        self, limit: int, seconds: float = SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._limit, self._seconds, self._clock = limit, seconds, clock
        self._events: dict[str, deque[float]] = {}

    def check(self, key: str) -> None:
        """Raise 429 when the key has used up its events."""
        events = self._events.get(key, ())
        since = self._clock() - self._seconds
        if sum(moment > since for moment in events) >= self._limit:
            raise AuthError(429, "over_request_rate_limit", "Request rate limit reached")

    def count(self, key: str) -> None:
        if len(self._events) >= MOST_KEYS:
            self._prune()
        self._events.setdefault(key, deque(maxlen=self._limit)).append(self._clock())

    def forget(self, key: str) -> None:
        self._events.pop(key, None)

    def _prune(self) -> None:
        since = self._clock() - self._seconds
        self._events = {key: at for key, at in self._events.items() if at[-1] > since}
        while len(self._events) >= MOST_KEYS:  # the oldest keys first
            del self._events[next(iter(self._events))]


class Limits:
    """What of one auth server is limited."""

    def __init__(self) -> None:
        self.guesses = Limiter(GUESSES)
        self._requests = Limiter(REQUESTS)

    def admit(self, request: Request) -> None:
        """Count a costly request, or raise 429. This machine's own are not counted."""
        address = request.client.host if request.client else ""
        if not address or ipaddress.ip_address(address).is_loopback:
            return
        self._requests.check(address)
        self._requests.count(address)
