"""A room link where no browser can be opened: to read, and to scan."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static


class LinkScreen(ModalScreen[None]):
    """The link as text and as a QR code."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,o,q", "dismiss", "Back", id="link.back"),
    ]

    def __init__(self, link: str) -> None:
        super().__init__()
        self._link = link

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog"):
            yield Static("Open this on a machine with a browser:", classes="card--words")
            yield Static(self._link, markup=False)
            yield Static(_qr_code(self._link), classes="qr", markup=False)


def _qr_code(text: str) -> str:
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
