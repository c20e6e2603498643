"""Tells the user's notices by all sinks that are on, each notice once on this machine."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, tzinfo
from functools import partial
from pathlib import Path

from medtui.alerts.outlet import Outlet, Sink
from medtui.core.notice_rules import SINKS, NoticeRules
from medtui.core.notices import Notice, words
from medtui.data.backend import Backend
from medtui.data.events import Event, NoticePassed, NoticesChanged
from medtui.data.news import News
from medtui.store import files

OUTPUT = "output"
"""What the program itself shows, by `show`."""

SHARED = ("desktop", "push")
"""Sinks that several programs of this user would tell by at once: only one of them does."""


class Teller:
    """Takes the data module's events, and tells what they bring.

    Args:
        rules: what is told, and how.
        sinks: those that are there; the app's own toasts are not among them.
        zone: whose local time counts, and is shown.
        now: the present time.
        lock: a file by which one program of this user is chosen for the shared sinks; None: it is
            this one.
        show: called with each notice that is not muted, also in quiet hours.
    """

    def __init__(
        self,
        rules: NoticeRules,
        sinks: Sequence[Sink],
        zone: tzinfo,
        now: Callable[[], datetime],
        lock: Path | None,
        show: Callable[[Notice], None] = lambda notice: None,
    ) -> None:
        self._rules = rules
        self._zone = zone
        self._now = now
        self._lock = lock
        self._claim: files.Claim | None = None
        self._outlets = [Outlet(sink) for sink in sinks if sink.name in rules.sinks]
        self._show = show
        self._seen: set[tuple[str, datetime]] = set()
        """Standing notices that this program has seen waiting."""
        self._unsent: dict[tuple[str, datetime], set[str]] = {}
        """By which shared sinks a standing notice has still to be told."""
        self._backend: Backend | None = None
        self._task: asyncio.Task[None] | None = None
        self._has_news = asyncio.Event()
        self._passing: list[Notice] = []

    def attach(self, backend: Backend) -> None:
        """Tell the notices of this backend from now on; to be called before its feed starts."""
        self._backend = backend
        backend.news.muted = backend.passing.muted = self._rules.muted

    def on_event(self, event: Event) -> None:
        """Handle an event of the data module."""
        match event:
            case NoticePassed(notice):
                self._passing.append(notice)
            case NoticesChanged():
                pass
            case _:
                return
        self.look()

    def look(self) -> None:
        """Tell what waits."""
        self._has_news.set()
        if self._task is None:
            self._task = asyncio.create_task(self._tell(), name="teller")

    async def close(self, seconds: float = 2.0) -> None:
        """Stop; what waits has at most so many seconds to be told."""
        if self._task is not None:
            self._task.cancel()
        await asyncio.gather(*(outlet.close(seconds) for outlet in self._outlets))
        if self._claim is not None:
            await asyncio.to_thread(self._claim.release)

    async def _tell(self) -> None:
        while True:
            await self._has_news.wait()
            self._has_news.clear()
            is_chosen = await self._is_chosen()
            passing, self._passing = self._passing, []
            self._put(passing, self._sinks(is_chosen), is_passing=True)
            if self._backend is not None:
                self._tell_standing(self._backend.news, is_chosen)

    def _tell_standing(self, news: News, is_chosen: bool) -> None:
        # What waited at the start may have been told by an earlier program. What came since is
        # shown by each, and told by one.
        before = self._seen | {_id(n) for n in news.at_start if news.was_told(n, OUTPUT)}
        new = [notice for notice in news.waiting if _id(notice) not in before]
        self._seen = {_id(notice) for notice in news.waiting}
        if not news.waiting:
            for outlet in self._outlets:
                outlet.rest()
        self._put(new, self._sinks(False), is_passing=False)
        if is_chosen:
            for notice in news.untold:
                if _id(notice) not in self._unsent:
                    self._send(notice, news)

    def _send(self, notice: Notice, news: News) -> None:
        """Tell a standing notice by the shared sinks, and note of each that it has."""
        local = self._now().astimezone(self._zone).time()
        on = self._rules.sinks_for(notice.what, local) & frozenset(SHARED)
        outlets = [outlet for outlet in self._outlets if outlet.sink.name in on]
        outlets = [each for each in outlets if not news.was_told(notice, each.sink.name)]
        if not outlets:
            news.note_told([notice])
            return
        news.note_told([notice], OUTPUT)
        left = self._unsent[_id(notice)] = {outlet.sink.name for outlet in outlets}

        def sent(name: str) -> None:
            left.discard(name)
            if left:
                news.note_told([notice], name)
            else:
                news.note_told([notice])
                self._unsent.pop(_id(notice), None)

        for outlet in outlets:
            sentence = words(notice, self._zone)
            outlet.put(sentence, is_passing=False, on_sent=partial(sent, outlet.sink.name))

    def _sinks(self, is_chosen: bool) -> frozenset[str]:
        """The sinks of this program, with the shared ones if it was chosen for them."""
        own = frozenset({*SINKS, OUTPUT}) - frozenset(SHARED)
        return own | frozenset(SHARED) if is_chosen else own

    def _put(self, notices: Iterable[Notice], sinks: frozenset[str], *, is_passing: bool) -> None:
        local = self._now().astimezone(self._zone).time()
        for notice in notices:
            if OUTPUT in sinks and notice.what not in self._rules.muted:
                self._show(notice)
            on = self._rules.sinks_for(notice.what, local) & sinks
            for outlet in self._outlets:
                if outlet.sink.name in on:
                    outlet.put(words(notice, self._zone), is_passing=is_passing)

    async def _is_chosen(self) -> bool:
        """Whether this program tells by the shared sinks."""
        if self._lock is None or self._claim is not None:
            return True
        try:
            self._claim = await asyncio.to_thread(files.claim, self._lock)
        except OSError:  # without locks each program tells
            return True
        return self._claim is not None


def _id(notice: Notice) -> tuple[str, datetime]:
    """Equal for the same change alone; the same may happen again."""
    return notice.key, notice.since
