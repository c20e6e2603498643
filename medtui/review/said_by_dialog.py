"""Who says a turn, and who the next: for a transcript that does not tell its speakers apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Button, Static

from medtui.core.key_names import with_keys
from medtui.documents.said_by import voices_of
from medtui.documents.transcript import Transcript
from medtui.review.names_dialog import NamesDialog

ABOUT = (
    "This transcript does not tell its speakers apart. With both names, the two take turns from"
    " here to the end; with the first alone, only this is named. Where it is wrong, go to that turn"
    " and press {review.who} again."
)


class SaidByScreen(NamesDialog[tuple[str, str]]):
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
        super().__init__([*transcript.speakers, *people])
        self._turns = transcript.turns
        self._chosen = chosen
        self._before = (voices_of(transcript)[chosen[0]], "")
        self._begun = begun
        self.left: tuple[str, str] | None = None
        """What was typed and not kept when the dialog was left; None if nothing is new."""

    def compose(self) -> ComposeResult:
        shown = self._before if self._begun is None else self._begun
        count, after = len(self._chosen), self._chosen[-1] + 1
        with VerticalScroll(classes="dialog", can_focus=False):
            yield Static("Who speaks", classes="card--title")
            yield Static(with_keys(ABOUT), markup=False)
            these = "Who says this turn" if count == 1 else f"Who says these {count} turns"
            said = self._turns[self._chosen[0]].text
            yield self.name_field(these, "said-by-first", shown[0], said)
            if after < len(self._turns):
                said = self._turns[after].text
                yield self.name_field("Who says the next turn", "said-by-next", shown[1], said)
            with Horizontal(classes="card--buttons"):
                yield Button("Keep", variant="primary", id="keep", compact=True)

    @property
    def typed(self) -> tuple[str, str]:
        first, *rest = self.names
        return first, rest[0] if rest else ""

    def action_leave(self) -> None:
        if self.typed != self._before:
            self.left = self.typed
        self.dismiss(None)
