"""The details of one session, for terminals too narrow to show them beside the list."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import ClassVar
from uuid import UUID

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from medtui.board.session_details import SessionDetails
from medtui.core.models import PracticeSession
from medtui.ui.footer import Footer
from medtui.ui.vim_keys import VimScroll


class DetailsScreen(ModalScreen[str | None]):
    """Dismissed with the board action whose key was pressed, or with None.

    The board keeps it current through `show`, and takes it away when the session goes.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "enter", "Go in", id="details.room",
                tooltip="Go into the room, or back to the board"),
        Binding("escape,q", "done(None)", "Back", key_display="esc", id="details.back",
                tooltip="Back to the board"),
        Binding("b", "done('book')", "Book", id="details.book", tooltip="Book"),
        Binding("l", "done('leave')", "Leave", id="details.leave", tooltip="Give up your seat"),
        Binding("e", "done('edit')", "Edit", id="details.edit",
                tooltip="Edit or reschedule your session"),
        Binding("x", "done('cancel')", "Cancel", id="details.cancel",
                tooltip="Cancel your session"),
        Binding("R", "done('review')", "Review", id="details.review",
                tooltip="Transcript and assessment"),
        Binding("o", "done('open_link')", "Open link", id="details.open_link",
                tooltip="Open the room link"),
        Binding("i", "done('keep')", "Keep", show=False, id="details.keep",
                tooltip="Keep the seat of your session for a person"),
        Binding("I", "done('invite')", "Invite", id="details.invite",
                tooltip="Copy an invitation to the session"),
        Binding("H", "done('host_card')", "Host", id="details.host_card",
                tooltip="The host's card: level, what you practised together, coming sessions"),
        Binding("y", "done('copy_link')", "Copy link", id="details.copy_link",
                tooltip="Copy the room link"),
    ]  # fmt: skip

    def __init__(
        self,
        session: PracticeSession,
        viewer: UUID,
        zone: tzinfo,
        now: datetime,
        *,
        like: SessionDetails,
    ) -> None:
        super().__init__()
        self._session = session
        self._viewer = viewer
        self._now = now
        self._details = SessionDetails(viewer, zone)
        self._details.is_complete, self._details.with_files = like.is_complete, like.with_files
        self._details.has_waiting, self._details.lines = like.has_waiting, like.lines

    @property
    def session(self) -> PracticeSession:
        return self._session

    @property
    def session_id(self) -> UUID:
        return self._session.id

    def compose(self) -> ComposeResult:
        with VimScroll(classes="dialog"):
            yield self._details
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self.show(self._session, self._now)

    def show(self, session: PracticeSession, now: datetime) -> None:
        """Show the session as it is now."""
        self._session = session
        self._details.show(session, now)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only the two of a session read its files."""
        return parameters != ("review",) or self._session.involves(self._viewer)

    def offers(self, action: str) -> bool:
        """Whether the footer shows an action: only the two of a session go into its room."""
        return action != "enter" or self._session.involves(self._viewer)

    def action_enter(self) -> None:
        self.dismiss("room" if self._session.involves(self._viewer) else None)

    def action_done(self, action: str | None) -> None:
        self.dismiss(action)
