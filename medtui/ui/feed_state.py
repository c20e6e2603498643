"""What the live feed has told since the login: one place for all screens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from textual.signal import Signal

from medtui.ui.status_line import ConnectionState

if TYPE_CHECKING:
    from textual.app import App

    from medtui.core.models import PracticeSession
    from medtui.data.events import Event


class FeedState:
    """Whether the board is current, and its sessions by id.

    `events` publishes each event of the data module, once the state has what it says. Subscribers
    are called a little later, so they find this event's state or a newer one.
    """

    def __init__(self, app: App[Any]) -> None:
        self.events: Signal[Event] = Signal(app, "events")
        self.clear()

    def clear(self) -> None:
        """Forget all: another login begins."""
        self.connection = ConnectionState()
        self.sessions: dict[UUID, PracticeSession] = {}
        self.is_read = False
        """Whether `sessions` were read; until then they are not known."""

    def apply(self, event: Event) -> None:
        """Take an event of the data module, and publish it."""
        from medtui.data.events import BoardRead, FeedWentLive, FeedWentStale, SessionsChanged

        match event:
            case BoardRead(sessions):
                self.sessions = {session.id: session for session in sessions}
                self.is_read = True
            case SessionsChanged(changed, removed):
                for id_ in removed:
                    self.sessions.pop(id_, None)
                self.sessions.update((session.id, session) for session in changed)
            case FeedWentLive():
                self.connection = ConnectionState(is_live=True)
            case FeedWentStale(since, reason):
                self.connection = ConnectionState(since=since, reason=reason)
        self.events.publish(event)
