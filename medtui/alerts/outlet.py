"""A queue before each sink, so that a slow or absent one delays and loses nothing."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from typing import NamedTuple, Protocol

log = logging.getLogger(__name__)

SECONDS = 30.0
"""Seconds that a sink has for one notice."""

PAUSES = 2.0, 300.0
"""The first and the longest pause, in seconds, before a notice is sent again."""

PASSING_SECONDS = 120.0
"""Seconds after which a notice of what passes is not worth sending."""

MOST = 100
"""The most notices that wait for one sink; older ones are dropped."""


class NotSent(Exception):
    """A sink has not told a notice, and its library does not say why."""


class Sink(Protocol):
    """One way to tell. `send` raises anything if it fails; then it is called again later."""

    name: str

    async def send(self, words: str) -> None: ...

    def rest(self) -> None:
        """Called when all notices were read, or the program ends. May raise OSError."""


class _Item(NamedTuple):
    words: str
    is_passing: bool
    since: float

    @property
    def is_over(self) -> bool:
        return self.is_passing and time.monotonic() - self.since > PASSING_SECONDS


class Outlet:
    """Sends to one sink, one after the other and in order, for as long as it takes."""

    def __init__(self, sink: Sink) -> None:
        self.sink = sink
        self._waiting: list[_Item] = []
        self._task: asyncio.Task[None] | None = None

    def put(self, words: str, *, is_passing: bool) -> None:
        """Queue a sentence, and return at once."""
        self._waiting = [*self._waiting, _Item(words, is_passing, time.monotonic())][-MOST:]
        if self._task is None:
            self._task = asyncio.create_task(self._send(), name=f"notices by {self.sink.name}")

    async def close(self, seconds: float = 0.0) -> None:
        """Stop, after at most so many seconds if something waits."""
        if (task := self._task) is not None:
            await asyncio.wait({task}, timeout=seconds)
            task.cancel()
            await asyncio.wait({task})
        self.rest()

    def rest(self) -> None:
        """Tell the sink that nothing waits to be read any more."""
        with contextlib.suppress(OSError):
            self.sink.rest()

    async def _send(self) -> None:
        pause = PAUSES[0]
        while self._waiting:
            item = self._waiting[0]
            if not item.is_over:
                try:
                    async with asyncio.timeout(SECONDS):
                        await self.sink.send(item.words)
                except Exception as error:  # a library's own, of any kind
                    log.info("%s has not told: %s", self.sink.name, type(error).__name__)
                    await asyncio.sleep(pause)
                    pause = min(2 * pause, PAUSES[1])
                    continue
            pause = PAUSES[0]
            with contextlib.suppress(ValueError):  # it was dropped for newer ones
                self._waiting.remove(item)
        self._task = None
