"""How notices are told to the signed-in user: on the screen, and outside the app."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from medtui.config import BadConfig

if TYPE_CHECKING:
    from medtui.account.context import AccountContext
    from medtui.alerts.teller import Teller
    from medtui.core.notice_rules import NoticeRules
    from medtui.core.notices import Notice
    from medtui.data import Backend
    from medtui.data.events import Event

logger = logging.getLogger(__name__)


class NoticeFlow:
    """What is told, by the rules in the settings."""

    def __init__(self, context: AccountContext) -> None:
        self._context = context
        self._news: set[str] = set()
        """Keys of the notices that wait to be read."""
        self._rules: NoticeRules | None = None
        self._teller: Teller | None = None
        """Tells notices outside the app; None: no user is signed in yet."""

    def on_event(self, event: Event) -> None:
        """Handle an event of the data module."""
        from medtui.data.events import NoticePassed, NoticesChanged

        if self._teller is not None:
            self._teller.on_event(event)
        match event:
            case NoticesChanged():
                self._show_news()
            case NoticePassed(notice):
                self._toast([notice])

    def follow(self) -> None:
        """Tell the backend's notices as the settings say now; before its feed starts, at first."""
        from medtui.config import notice_rules
        from medtui.core.notice_rules import NoticeRules

        context = self._context
        if context.servers.backend is None:
            return
        backend = context.backend
        try:
            self._rules = notice_rules(context.settings)
        except BadConfig as error:
            self._rules = NoticeRules()
            context.warn(str(error))
        backend.news.muted = backend.passing.muted = self._rules.muted
        if not context.servers.is_demo:
            work = self._tell_elsewhere(backend, self._rules)
            context.run_worker(work, exclusive=True, group="notices", exit_on_error=False)

    async def close(self, seconds: float) -> None:
        """Stop; what waits has at most so many seconds to be told."""
        if self._teller is not None:
            await self._teller.close(seconds)

    def _show_news(self) -> None:
        """Show new notices."""
        context = self._context
        waiting = context.backend.news.waiting if context.servers.backend else ()
        new = [notice for notice in waiting if notice.key not in self._news]
        self._news = {notice.key for notice in waiting}
        self._toast(new)

    def _toast(self, notices: Iterable[Notice]) -> None:
        """Show notices on the present screen; the list alone has those that a screen tells."""
        from medtui.core.notices import words

        context = self._context
        if self._rules is None or "app" not in self._rules.sinks:
            return
        for notice in notices:
            sentence = words(notice, context.zone)
            if any(_tells(screen, notice) for screen in context.screen_stack):
                context.record(sentence, severity="warning", about=notice.session_id)
            else:
                context.notify(sentence, severity="warning", markup=False, about=notice.session_id)

    async def _tell_elsewhere(self, backend: Backend, rules: NoticeRules) -> None:
        """Tell this backend's notices outside the app, too."""
        from medtui.alerts.teller import Teller
        from medtui.alerts.ways import sinks

        context = self._context
        settings = context.settings
        url, state, write = settings.notice_url, settings.state, context.write_terminal
        ways, _ = await sinks(rules, url, state, os.environ, write, bell=settings.bell)
        logger.info(
            "notices are told by %s", ", ".join(way.name for way in ways) or "the app alone"
        )
        teller = Teller(rules, ways, context.zone, context.now, state / "teller")
        teller.attach(backend)
        before, self._teller = self._teller, teller
        if before is not None:
            await before.close(0.0)
        teller.look()


def _tells(screen: object, notice: Notice) -> bool:
    """Whether a screen itself shows what a notice is about: see `TellsNotices`."""
    tells = getattr(screen, "tells", None)
    return tells is not None and bool(tells(notice))
