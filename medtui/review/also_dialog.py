"""What a transcript's file holds beside the consultation, and how it was read."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widgets import Static

from medtui.documents.flatten import flattened
from medtui.documents.transcript import Transcript
from medtui.ui.vim_keys import VimScroll


class AlsoScreen(ModalScreen[None]):
    """Lists a transcript's notes, and the values of its file that are not part of it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,o", "dismiss", "Back", key_display="esc", id="also.back", tooltip="Back"),
    ]

    def __init__(self, transcript: Transcript) -> None:
        super().__init__()
        self._transcript = transcript

    def compose(self) -> ComposeResult:
        lines = [*self._transcript.notes, "", *flattened(self._transcript.unclaimed)]
        with VimScroll(classes="dialog"):
            yield Static("Also in the file", classes="card--title")
            yield Static("\n".join(lines).strip(), markup=False)
