"""A queue before each sink, so that a slow or absent one delays and loses nothing."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from typing import NamedTuple, Protocol

from medtui.alerts.pace import Pace

log = logging.getLogger(__name__)

SECONDS = 30.0
"""Seconds that a sink has for one notice."""

PAUSES = 2.0, 300.0
"""The first and the longest pause, in seconds, before a notice is sent again."""

PASSING_SECONDS = 120.0
"""Seconds after which a notice of what passes is not worth sending."""

MOST = 100
"""The most notices that wait for one sink; older ones are dropped."""

LINES = 20
"""The most notices in one message, where several have waited for their sink's pace."""


class NotSent(Exception):
    """A sink has not told a notice, and its library does not say why."""


class Sink(Protocol):
    """One way to tell. `send` raises anything if it fails; then it is called again later.

    `pace`: how many messages it may send; None: any number.
    """

    name: str
    pace: Pace | None

    async def send(self, words: str) -> None: ...

    def rest(self) -> None:
        """Called when all notices were read, or the program ends. May raise OSError."""


class _Item(NamedTuple):
    words: str
    is_passing: bool
    since: float
    on_sent: Callable[[], None]

    @property
    def is_over(self) -> bool:
        return self.is_passing and time.monotonic() - self.since > PASSING_SECONDS


class Outlet:
    """Sends to one sink, one after the other and in order, for as long as it takes."""

    def __init__(self, sink: Sink) -> None:
        self.sink = sink
        self._waiting: list[_Item] = []
        self._task: asyncio.Task[None] | None = None

    def put(
        self, words: str, *, is_passing: bool, on_sent: Callable[[], None] = lambda: None
    ) -> None:
        """Queue a sentence, and return at once; once it was sent, `on_sent` is called."""
        item = _Item(words, is_passing, time.monotonic(), on_sent)
        self._waiting = [*self._waiting, item][-MOST:]
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
            items = await self._next()
            if items:
                try:
                    async with asyncio.timeout(SECONDS):
                        await self.sink.send("\n".join(item.words for item in items))
                except Exception as error:  # a library's own, of any kind
                    log.info("%s has not told: %s", self.sink.name, type(error).__name__)
                    await asyncio.sleep(pause)
                    pause = min(2 * pause, PAUSES[1])
                    continue
                if self.sink.pace is not None:
                    self.sink.pace.note_sent()
            pause = PAUSES[0]
            # By identity: it may have been dropped for newer ones, and two may be equal.
            self._waiting = [one for one in self._waiting if not any(one is i for i in items)]
            for item in items:
                item.on_sent()
        self._task = None

    async def _next(self) -> list[_Item]:
        """The notices of the next message, once its sink's pace allows one; [] if all are over."""
        most = 1
        if self.sink.pace is not None and (wait := self.sink.pace.wait()):
            most = LINES  # with those that come meanwhile
            await asyncio.sleep(wait)
        self._waiting = [item for item in self._waiting if not item.is_over]
        return self._waiting[:most]
