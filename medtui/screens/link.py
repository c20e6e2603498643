"""A room link where no browser can be opened: to read, and to scan."""

from __future__ import annotations

import os
import sys
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from medtui.board import why_no_link
from medtui.models import PracticeSession
from medtui.widgets.moving import Page


def browser_is_here() -> bool:
    """Whether a browser opened from here appears where the user sits.

    Over ssh it would open on the other machine, and without a display a text browser
    might take over this very terminal.
    """
    if "SSH_CONNECTION" in os.environ:
        return False
    has_display = "DISPLAY" in os.environ or "WAYLAND_DISPLAY" in os.environ
    return has_display or sys.platform in ("darwin", "win32")


def open_link(screen: Screen[Any], session: PracticeSession) -> None:
    """Open a session's room link: in a browser, or as text and QR code where there is none."""
    if reason := why_no_link(session, to_open=True):
        screen.notify(reason, severity="warning", markup=False)
    elif browser_is_here():
        screen.app.open_url(session.room_url or "")
    else:
        screen.app.push_screen(LinkScreen(session.room_url or ""))


def copy_link(screen: Screen[Any], session: PracticeSession) -> None:
    """Copy a session's room link, and say which way it went."""
    if reason := why_no_link(session, to_open=False):
        screen.notify(reason, severity="warning", markup=False)
        return
    screen.app.copy_to_clipboard(session.room_url or "")
    screen.notify("Sent to your terminal's clipboard (OSC 52).", markup=False)


class LinkScreen(ModalScreen[None]):
    """The link as text and as a QR code."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,o,q", "dismiss", "Back", id="link.back", tooltip="Back"),
        Binding("y", "copy", "Copy", id="link.copy", tooltip="Copy the link"),
    ]

    def __init__(self, link: str) -> None:
        super().__init__()
        self._link = link

    def compose(self) -> ComposeResult:
        with Page(classes="dialog"):
            yield Static(
                "There is no browser on this side of the terminal. "
                "Open the link where you sit, or scan it. y copies it, esc goes back.",
                classes="card--words",
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
