"""Invites a person to a session."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widgets import Static

from medtui.core.invitation import command, invitation
from medtui.core.key_names import key_of
from medtui.ui.dialogs.link import qr_code
from medtui.ui.vim_keys import VimScroll

if TYPE_CHECKING:
    from datetime import tzinfo

    from medtui.core.models import PracticeSession


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
                f"Copied: paste it into any chat. {key_of('invitation.copy')} copies it again, "
                f"{key_of('invitation.back')} goes back.",
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
