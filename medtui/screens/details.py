"""The details of one session, for terminals too narrow to show them beside the list."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import ClassVar
from uuid import UUID

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Footer

from medtui.models import PracticeSession
from medtui.widgets.session_details import SessionDetails


class DetailsScreen(ModalScreen[str | None]):
    """Dismissed with the board action whose key was pressed, or with None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q", "done(None)", "Back", key_display="esc", id="details.back"),
        Binding("b", "done('book')", "Book", id="details.book"),
        Binding("l", "done('leave')", "Leave", id="details.leave"),
        Binding("e", "done('edit')", "Edit", id="details.edit"),
        Binding("x", "done('cancel')", "Cancel", id="details.cancel"),
        Binding("o", "done('open_link')", "Open link", id="details.open_link"),
        Binding("y", "done('copy_link')", "Copy link", id="details.copy_link"),
        Binding("j", "scroll_down", "Down", show=False, id="details.down"),
        Binding("k", "scroll_up", "Up", show=False, id="details.up"),
    ]

    def __init__(self, session: PracticeSession, viewer: UUID, zone: tzinfo, now: datetime) -> None:
        super().__init__()
        self._session = session
        self._now = now
        self._details = SessionDetails(viewer, zone)

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog"):
            yield self._details
        yield Footer()

    def on_mount(self) -> None:
        self._details.show(self._session, self._now)

    def action_done(self, action: str | None) -> None:
        self.dismiss(action)
