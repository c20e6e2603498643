"""Tells a signed-in user's notices: on the present screen, and outside the app."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Coroutine, Iterable
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from medtui.config import BadConfig, notice_rules

if TYPE_CHECKING:
    from textual.screen import Screen

    from medtui.alerts.teller import Teller
    from medtui.core.notice_rules import NoticeRules
    from medtui.core.notices import Notice
    from medtui.data import Backend
    from medtui.data.events import Event
    from medtui.ui.context import Context

logger = logging.getLogger(__name__)


@runtime_checkable
class ShowsNotices(Protocol):
    """A screen that shows itself what some notices tell."""

    def shows(self, notice: Notice) -> bool:
        """Whether a toast would tell what stays on this screen anyway."""


class NoticeTelling:
    """Notices as toasts and, by the settings' rules, through the terminal, the desktop and others.

    Args:
        context: of the app.
        screens: returns the open screens, the present one last.
        run: runs a coroutine in a worker.
        write: writes to the terminal.
    """

    def __init__(
        self,
        context: Context,
        screens: Callable[[], Iterable[Screen[Any]]],
        run: Callable[[Coroutine[Any, Any, None]], object],
        write: Callable[[str], None],
    ) -> None:
        self._context = context
        self._screens = screens
        self._run = run
        self._write = write
        self._waiting: set[str] = set()
        """Keys of the notices that wait to be read."""
        self._backend: Backend | None = None
        self._rules: NoticeRules | None = None
        self._teller: Teller | None = None
        """Tells notices outside the app; None: no user is signed in yet."""

    async def close(self) -> None:
        if self._teller is not None:
            await self._teller.close(0.5)

    def on_event(self, event: Event) -> None:
        from medtui.data.events import NoticePassed, NoticesChanged

        if self._teller is not None:
            self._teller.on_event(event)
        match event:
            case NoticesChanged():
                self._toast_waiting()
            case NoticePassed(notice):
                self._toast([notice])

    def _toast_waiting(self) -> None:
        """Show the notices that have begun to wait."""
        waiting = self._backend.news.waiting if self._backend else ()
        new = [notice for notice in waiting if notice.key not in self._waiting]
        self._waiting = {notice.key for notice in waiting}
        self._toast(new)

    def _toast(self, notices: Iterable[Notice]) -> None:
        """Show notices on the present screen, unless one that is open shows them itself."""
        from medtui.core.notices import words

        if self._rules is None or "app" not in self._rules.sinks:
            return
        showing = [each for each in self._screens() if isinstance(each, ShowsNotices)]
        for notice in notices:
            told, about = words(notice, self._context.zone), notice.session_id
            if any(screen.shows(notice) for screen in showing):
                self._context.record(told, severity="warning", about=about)
            else:
                self._context.notify(told, severity="warning", markup=False, about=about)

    def follow(self, backend: Backend, *, elsewhere: bool) -> None:
        """Tell a backend's notices as the settings say, once its feed starts.

        `elsewhere`: outside the app, too.
        """
        from medtui.core.notice_rules import NoticeRules

        self._backend = backend
        try:
            self._rules = notice_rules(self._context.settings)
        except BadConfig as error:
            self._rules = NoticeRules()
            self._context.notify(str(error), severity="warning", markup=False, timeout=10)
        backend.news.muted = backend.passing.muted = self._rules.muted
        if elsewhere:
            self._run(self._tell_elsewhere(backend, self._rules))

    async def _tell_elsewhere(self, backend: Backend, rules: NoticeRules) -> None:
        from medtui.alerts.teller import Teller
        from medtui.alerts.ways import sinks

        settings, zone, now = self._context.settings, self._context.zone, self._context.now
        url, state, bell = settings.notice_url, settings.state, settings.bell
        ways, _ = await sinks(rules, url, state, os.environ, self._write, bell=bell)
        names = ", ".join(way.name for way in ways)
        logger.info("notices are told by %s", names or "the app alone")
        teller = Teller(rules, ways, zone, now, settings.state / "teller")
        teller.attach(backend)
        before, self._teller = self._teller, teller
        if before is not None:
            await before.close(0.0)
        teller.look()
