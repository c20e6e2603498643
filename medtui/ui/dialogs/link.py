"""A room link where no browser can be opened: to read, and to scan."""

from __future__ import annotations

import os
import sys
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from medtui.core.board_rules import why_no_link
from medtui.core.key_names import key_of
from medtui.core.models import PracticeSession, safe_link
from medtui.ui.context import Context
from medtui.ui.dialogs.confirm import ConfirmScreen
from medtui.ui.vim_keys import VimScroll


def browser_is_here() -> bool:
    """Whether a browser opened from here appears where the user sits.

    Over ssh it would open on the other machine, and without a display a text browser
    might take over this very terminal.
    """
    if "SSH_CONNECTION" in os.environ:
        return False
    has_display = "DISPLAY" in os.environ or "WAYLAND_DISPLAY" in os.environ
    return has_display or sys.platform in ("darwin", "win32")


def open_link(context: Context, session: PracticeSession) -> None:
    """Open a session's room link: in a browser, or as text and QR code where there is none.

    Before another person's link opens, its host is shown and confirmed, once for each host.
    """
    safe = safe_link(session.room_url)
    if reason := why_no_link(session, to_open=True):
        context.notify(reason, severity="warning", markup=False)
    elif safe is None:  # for the type checker: that was the reason
        return
    elif not browser_is_here():
        context.push_screen(LinkScreen(*safe))
    elif session.host_id == context.me:
        context.open_url(safe[0])
    else:
        open_after_asking(context, *safe)


def open_after_asking(context: Context, link: str, host: str, *, what: str = "link") -> None:
    """Open another person's link, once its host was confirmed; as text where no browser is."""
    if not browser_is_here():
        context.push_screen(LinkScreen(link, host))
        return

    def answered(is_meant: bool | None) -> None:
        if is_meant:
            context.opened_hosts.add(host)
            context.open_url(link)

    if host in context.opened_hosts:
        answered(True)
    else:
        question = f"This {what} leads to {host}. Open it in your browser?"
        context.push_screen(ConfirmScreen(question, yes="Open"), answered)


def copy_link(screen: Screen[Any], session: PracticeSession) -> None:
    """Copy a session's room link, and show by which way it was copied."""
    if reason := why_no_link(session, to_open=False):
        screen.notify(reason, severity="warning", markup=False)
        return
    screen.app.copy_to_clipboard(session.room_url or "")
    screen.notify("Sent to your terminal's clipboard (OSC 52).", markup=False)


class LinkScreen(ModalScreen[None]):
    """The link as text and as a QR code. `host`: the link's host."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,o,q", "dismiss", "Back", id="link.back", tooltip="Back"),
        Binding("y", "copy", "Copy", id="link.copy", tooltip="Copy the link"),
    ]

    def __init__(self, link: str, host: str) -> None:
        super().__init__()
        self._link = link
        self._host = host

    def compose(self) -> ComposeResult:
        with VimScroll(classes="dialog"):
            yield Static(
                f"It leads to {self._host}. There is no browser on this side: open it where you "
                f"sit, or scan it. {key_of('link.copy')} copies it, {key_of('link.back')} goes "
                "back.",
                classes="card--words",
                markup=False,
            )
            yield Static(self._link, id="link", markup=False)
            yield Static(qr_code(self._link), classes="qr", markup=False)

    def action_copy(self) -> None:
        self.app.copy_to_clipboard(self._link)
        self.notify("Sent to your terminal's clipboard (OSC 52).", markup=False)


def qr_code(text: str) -> str:
    """A QR code in half blocks: two modules in the height of one cell."""
    import segno

    matrix = [[bool(module) for module in row] for row in segno.make(text).matrix_iter(border=2)]
    if len(matrix) % 2:
        matrix.append([False] * len(matrix[0]))
    blocks = {(True, True): "█", (True, False): "▀", (False, True): "▄", (False, False): " "}
    pairs = zip(matrix[::2], matrix[1::2], strict=True)
    return "\n".join(
        "".join(blocks[upper, lower] for upper, lower in zip(*pair, strict=True)) for pair in pairs
    )
