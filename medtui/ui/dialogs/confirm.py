"""Asks before an action that the user cannot undo alone."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from medtui.core.key_names import key_of


class ConfirmScreen(ModalScreen[bool]):
    """A question, and what "yes" does. Dismissed with the answer; esc is no."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Yes", id="confirm.yes", tooltip="OK"),
        Binding("n,escape", "answer(False)", "No", id="confirm.no", tooltip="Cancel"),
        Binding("left,h", "app.focus_previous", "Previous", show=False, id="confirm.previous",
                tooltip="Previous button"),
        Binding("right,l", "app.focus_next", "Next", show=False, id="confirm.next",
                tooltip="Next button"),
    ]  # fmt: skip

    def __init__(self, question: str, *, yes: str, no: str = "No") -> None:
        super().__init__()
        self._question = question
        self._yes = yes
        self._no = no

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(self._question, id="question", markup=False)
            with Horizontal(classes="card--buttons"):
                yield Button(
                    f"{self._yes} ({key_of('confirm.yes')})",
                    id="yes",
                    variant="primary",
                    compact=True,
                )
                yield Button(f"{self._no} ({key_of('confirm.no')})", id="no", compact=True)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.action_answer(event.button.id == "yes")

    def action_answer(self, answer: bool) -> None:
        self.dismiss(answer)
