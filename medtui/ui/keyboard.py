"""Keys act in the order in which they were typed, however fast they come.

Textual gives a key to what has the focus when the key is read. Bindings, changes of the focus and
new screens take effect a few messages later, so that keys which arrive in one read would act on
what was there before the first of them. Here the next one waits until the last has taken effect.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from textual import events
from textual.app import ScreenStackError
from textual.message_pump import MessagePump
from textual.worker import Worker

if TYPE_CHECKING:
    from textual.app import App

IN_TURN = (events.Key, events.Paste, events.MouseDown, events.MouseUp)
"""The events that wait for each other."""

TURNS = 5
"""Turns of the event loop without work after which a key has taken effect: a dialog's answer takes
four to come to the worker that waits for it."""

SPINS = 50
"""Turns after which the wait sleeps between turns, as the work under way waits, too."""

SLEEP_SECONDS = 0.002

STUCK_SECONDS = 1.0
"""Seconds without progress after which a key's effect is not waited for any longer."""

WORK_SECONDS = 2.0
"""Seconds that keys typed at once wait for the work of earlier keys, in all."""

QUIT_SECONDS = 0.25
"""The most seconds that the key that ends the program waits."""


class Keyboard:
    """Hands the keys, clicks and pasted texts of one app on, one at a time.

    A key has taken effect when no widget of the screen has a message left, no screen is on its way,
    and, where more keys wait already, the workers that it has started are done or ask something. A
    key that comes alone never waits for a worker.
    """

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._waiting: deque[events.Event] = deque()
        self._acting: events.Event | None = None
        self._task: asyncio.Task[None] | None = None
        self._stuck: set[object] = set()
        self._before: set[Worker[Any]] = set()
        self._work_left = 0.0
        self._asking: set[Worker[Any]] = set()

    @property
    def is_idle(self) -> bool:
        """Whether all keys so far have taken effect."""
        return self._task is None

    @contextmanager
    def asks(self, worker: Worker[Any]) -> Iterator[None]:
        """While a worker waits for the answer of a screen, keys do not wait for it."""
        self._asking.add(worker)
        try:
            yield
        finally:
            self._asking.discard(worker)

    def may_act(self, event: events.Event) -> bool:
        """Whether it is this event's turn. If not, it is posted to the app again when it is."""
        if event is self._acting:
            return True
        if self._task is not None:
            self._waiting.append(event)
            return False
        self._begin(event)
        self._work_left = WORK_SECONDS
        self._task = asyncio.create_task(self._hand_on())
        return True

    def _begin(self, event: events.Event) -> None:
        self._acting = event
        self._before = {worker for worker in self._workers if worker not in self._asking}

    async def _hand_on(self) -> None:
        """Post the waiting events, one at a time, until none waits."""
        try:
            await self._settle()
            while self._waiting:
                self._begin(event := self._waiting.popleft())
                self._app.post_message(event)
                await self._settle()
        finally:
            self._acting = self._task = None
            self._waiting.clear()

    async def _settle(self) -> None:
        """Wait until the last event has taken effect, or is stuck."""
        still = turns = 0
        busy: set[object] = set()
        now, waited = time.monotonic(), 0.0
        while still < TURNS:
            last, now, before = now, time.monotonic(), busy
            # A step that was long because the whole machine was busy does not count in full.
            step = min(now - last, 10 * SLEEP_SECONDS)
            busy = self._busy()
            if any(isinstance(one, Worker) for one in busy):
                self._work_left -= step
            self._stuck &= busy
            if busy - self._stuck:
                still = 0
                waited = 0.0 if busy != before else waited + step
                if waited > self._patience:
                    self._stuck = busy
            else:
                still += 1
            turns += 1
            await asyncio.sleep(0 if still or turns < SPINS else SLEEP_SECONDS)

    @property
    def _patience(self) -> float:
        """Seconds to wait for work without progress."""
        ends = (isinstance(event, events.Key) and event.key == "ctrl+q" for event in self._waiting)
        return QUIT_SECONDS if any(ends) else STUCK_SECONDS

    def _busy(self) -> set[object]:
        """The widgets and workers that still work for the last event, or on its new screen."""
        pumps: list[MessagePump] = [self._app]
        with suppress(ScreenStackError):  # the app begins, or ends
            pumps += self._app.screen.walk_children(with_self=True)
        busy: set[object] = {pump for pump in pumps if not _is_idle(pump)}
        if self._waiting and self._work_left > 0:
            busy |= {
                worker for worker in self._workers if worker not in self._before | self._asking
            }
        return busy

    @property
    def _workers(self) -> list[Worker[Any]]:
        return [worker for worker in self._app.workers if not worker.is_finished]


def _is_idle(pump: MessagePump) -> bool:
    """Whether a widget has no message left, neither in its queue nor at work."""
    if pump._closing or pump._closed:
        return True
    queue: Any = pump._message_queue
    # The event's waiter is the widget itself, which waits there for its next message.
    is_waiting = bool(queue.ready_event._waiters)
    return is_waiting and queue.empty() and pump._pending_message is None
