"""Who says a turn, and who the next: for a transcript that does not tell its speakers apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from medtui.documents.fields import clean
from medtui.documents.said_by import voices_of
from medtui.documents.transcript import Transcript
from medtui.review.speakers_dialog import LONGEST, ROLES
from medtui.ui.field import Field

ABOUT = (
    "This transcript does not tell its speakers apart. With both names, the two take turns from"
    " here to the end; with the first alone, only this is named. Where it is wrong, go to that turn"
    " and press w again."
)


class SaidByScreen(ModalScreen[tuple[str, str] | None]):
    """Two names. Dismissed with that of the chosen turns and that of the next, or None.

    Args:
        transcript: as it is shown, with the names that it has.
        chosen: the numbers of the turns that are named, ascending.
        people: names to offer.
        begun: what was typed, and not kept, before.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back", id="said_by.back", tooltip="Back"),
        Binding("ctrl+s", "keep", "Keep", id="said_by.keep", tooltip="Keep these names"),
        Binding("tab", "complete", "Complete", show=False, id="said_by.complete",
                tooltip="Accept the suggested name, and go to the next"),
    ]  # fmt: skip

    def __init__(
        self,
        transcript: Transcript,
        chosen: Sequence[int],
        people: Sequence[str],
        begun: tuple[str, str] | None = None,
    ) -> None:
        super().__init__()
        self._turns = transcript.turns
        self._chosen = chosen
        known = [*transcript.speakers, *people, *ROLES]
        self._people = list(dict.fromkeys(known))
        self._before = (voices_of(transcript)[chosen[0]], "")
        self._begun = begun
        self.left: tuple[str, str] | None = None
        """What was typed and not kept when the dialog was left; None if nothing is new."""

    def compose(self) -> ComposeResult:
        shown = self._before if self._begun is None else self._begun
        count, after = len(self._chosen), self._chosen[-1] + 1
        with VerticalScroll(classes="dialog", can_focus=False):
            yield Static("Who speaks", classes="card--title")
            yield Static(ABOUT, markup=False)
            these = "Who says this turn" if count == 1 else f"Who says these {count} turns"
            yield self._field(these, "first", shown[0], self._chosen[0])
            if after < len(self._turns):
                yield self._field("Who says the next turn", "next", shown[1], after)
            with Horizontal(classes="card--buttons"):
                yield Button("Keep", variant="primary", id="keep", compact=True)

    def _field(self, label: str, which: str, value: str, turn: int) -> Field:
        said = self._turns[turn].text
        return Field(
            label,
            id=f"said-by-{which}",
            value=value,
            placeholder=", ".join(self._people[:3]) + " …",
            hint=f"“{said[:100]}{'…' if len(said) > 100 else ''}”",
            max_length=LONGEST,
            suggestions=self._people,
        )

    @property
    def _typed(self) -> tuple[str, str]:
        first, *rest = (clean(field.value) for field in self.query(Input))
        return first, rest[0] if rest else ""

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        fields = list(self.query(Input))
        if event.input is fields[-1]:
            self.action_keep()
        else:
            fields[-1].focus()

    def action_complete(self) -> None:
        if isinstance(self.focused, Input) and self.focused.cursor_at_end:
            self.focused.action_cursor_right()  # takes what is offered
        self.app.action_focus_next()

    @on(Button.Pressed, "#keep")
    def action_keep(self) -> None:
        self.dismiss(self._typed)

    def action_leave(self) -> None:
        if self._typed != self._before:
            self.left = self._typed
        self.dismiss(None)
