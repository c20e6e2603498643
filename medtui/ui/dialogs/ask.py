"""A question that is answered in a line."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from medtui.core.key_names import ENTER, key_of
from medtui.ui.line_input import LineInput


class AskScreen(ModalScreen[str | None]):
    """Dismissed with the answer, or None. `check` returns a sentence if it is wrong, else None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Back", id="ask.back", tooltip="Back"),
    ]

    def __init__(
        self, question: str, *, value: str = "", check: Callable[[str], str | None]
    ) -> None:
        super().__init__()
        self._question = question
        self._value = value
        self._check = check

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(self._question, markup=False)
            yield LineInput(self._value, compact=True)
            yield Static(
                f"{ENTER}: go · {key_of('ask.back')}: back", classes="field--note", markup=False
            )

    @on(Input.Submitted)
    def _answered(self, event: Input.Submitted) -> None:
        if (wrong := self._check(event.value)) is not None:
            note = self.query_one(".field--note", Static)
            note.update(f"✗ {wrong}")
            note.add_class("-failed")
            return
        self.dismiss(event.value)
