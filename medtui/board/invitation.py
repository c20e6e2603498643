"""Invites a person to a session, and goes to the session of an invitation."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widgets import Static

from medtui.core.agenda import name_of
from medtui.core.board_rules import why_not_book
from medtui.core.invitation import command, invitation
from medtui.core.session_code import ids_of
from medtui.core.wording import moment
from medtui.ui.dialogs.link import qr_code
from medtui.ui.vim_keys import VimScroll

if TYPE_CHECKING:
    from datetime import tzinfo

    from medtui.board.screen import BoardScreen
    from medtui.models import PracticeSession


class InvitationScreen(ModalScreen[None]):
    """An invitation as text, which is copied, and its command as a QR code."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q", "dismiss", "Back", id="invitation.back", tooltip="Back"),
        Binding("y", "copy", "Copy", id="invitation.copy", tooltip="Copy the invitation"),
    ]

    def __init__(self, session: PracticeSession, zone: tzinfo) -> None:
        super().__init__()
        self._words = invitation(session, zone)
        self._command = command(session.id)

    def compose(self) -> ComposeResult:
        with VimScroll(classes="dialog"):
            yield Static(
                "Copied: paste it into any chat. y copies it again, esc goes back.",
                classes="card--words",
                markup=False,
            )
            yield Static(self._words, classes="invitation--text", markup=False)
            yield Static(qr_code(self._command), classes="qr", markup=False)

    def on_mount(self) -> None:
        self.app.copy_to_clipboard(self._words)

    def action_copy(self) -> None:
        self.app.copy_to_clipboard(self._words)
        self.notify("Sent to your terminal's clipboard (OSC 52).", markup=False)


async def open_code(board: BoardScreen, code: str) -> None:
    """Go to the session that a code names, and offer its seat. What is in the way is said."""
    context, ids = board.context, ids_of(code)
    found = [s for s in context.feed.sessions.values() if ids and ids[0] <= s.id <= ids[1]]
    if len(found) > 1:
        board.refuse(f"More than one session begins with {code}: use more of its id.")
        return
    if found:
        board.go_to(found[0].id)
    if not found or board.list.session_id != found[0].id:
        board.refuse(f"There is no session {code} on the board: it was cancelled, or is over.")
        return
    [session] = found
    if session.involves(context.me):
        return
    if board.refuse(why_not_book(session, context.me, context.now())):
        return
    when = moment(session.starts_at, context.now(), context.zone)
    question = f"Book the {session.type_label.lower()} with {name_of(session.host)}, {when}?"
    if await board.ask(question, "Book it"):
        await board.book()
