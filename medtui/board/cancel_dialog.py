"""The question before a session is cancelled; it follows the session while it is open."""

from __future__ import annotations

import time

from textual.widgets import Static

from medtui.board.actions import CancelQuestion
from medtui.core.agenda import name_of
from medtui.core.board_rules import why_not_cancel
from medtui.core.models import PracticeSession
from medtui.core.wording import difference
from medtui.data.events import BoardRead, Event, SessionsChanged
from medtui.ui.context import Context
from medtui.ui.dialogs.confirm import ConfirmScreen

STARTLE_SECONDS = 0.7
"""For so long after the question has changed, yes is not taken for an answer to it."""


class CancelScreen(ConfirmScreen):
    """Dismissed with the answer."""

    def __init__(self, context: Context, asked: CancelQuestion) -> None:
        super().__init__(asked.words, yes="Cancel it")
        self.context = context
        self._asked = asked
        self._changed = float("-inf")

    def on_mount(self) -> None:
        self.context.feed.events.subscribe(self, self._on_feed_event)

    def _on_feed_event(self, event: Event) -> None:
        if not isinstance(event, BoardRead | SessionsChanged):
            return
        if session := self.context.feed.sessions.get(self._asked.session.id):
            self._follow(session)
        else:
            self.dismiss(False)

    def _follow(self, session: PracticeSession) -> None:
        seen, self._asked.session = self._asked.session, session
        if reason := why_not_cancel(session, session.host_id):
            self.app.notify(reason, severity="warning", markup=False)
            self.dismiss(False)
            return
        if session.guest_id not in (None, seen.guest_id):
            news = f"{name_of(session.guest)} has just booked it."
        elif (session.guest_id, session.starts_at, session.type) == (
            seen.guest_id, seen.starts_at, seen.type,
        ):  # fmt: skip
            return
        else:
            news = difference(seen, session, self.context.now(), self.context.zone)
        self._changed = time.monotonic()
        self.query_one("#question", Static).update(f"{news} Cancel anyway?")

    def action_answer(self, answer: bool) -> None:
        if not answer or time.monotonic() - self._changed > STARTLE_SECONDS:
            self.dismiss(answer)
