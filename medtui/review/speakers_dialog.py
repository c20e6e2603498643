"""Who is who: names for the speakers whom a transcript only numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Button, Static

from medtui.documents.transcript import Transcript
from medtui.documents.words import speaker_words
from medtui.review.names_dialog import NamesDialog

MOST = 12


class WhoScreen(NamesDialog[dict[str, str]]):
    """A field for each speaker, with what they say first. Dismissed with the names, or None.

    Args:
        transcript: whose speakers are named.
        names: those that they have by now.
        people: names to offer.
        begun: what was typed, and not kept, before.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back", id="who.back", tooltip="Back"),
        Binding("ctrl+s", "keep", "Keep", id="who.keep", tooltip="Keep these names"),
        Binding("f2", "swap", "Swap", id="who.swap", tooltip="Swap the first two"),
        Binding("tab", "complete", "Complete", show=False, id="who.complete",
                tooltip="Accept the suggested name, and go to the next"),
    ]  # fmt: skip

    def __init__(
        self,
        transcript: Transcript,
        names: dict[str, str],
        people: Sequence[str],
        begun: dict[str, str] | None = None,
    ) -> None:
        super().__init__(people)
        self._transcript = transcript
        self._names = names
        self._begun = begun
        self._labels = transcript.speakers[:MOST]
        self.left: dict[str, str] | None = None
        """What was typed and not kept when the dialog was left; None if nothing is new."""

    def compose(self) -> ComposeResult:
        shown = self._names if self._begun is None else self._begun
        with VerticalScroll(classes="dialog", can_focus=False):
            yield Static("Who is who", classes="card--title")
            for number, label in enumerate(self._labels):
                yield self.name_field(
                    speaker_words(label),
                    f"speaker-{number}",
                    shown.get(label, ""),
                    self._said_by(label),
                )
            with Horizontal(classes="card--buttons"):
                yield Button("Keep", variant="primary", id="keep", compact=True)
                if len(self._labels) > 1:
                    yield Button("Swap the first two", id="swap", compact=True)

    def _said_by(self, label: str) -> str:
        return next(turn.text for turn in self._transcript.turns if turn.speaker == label)

    def action_leave(self) -> None:
        typed = self.typed
        if any(typed.get(label) != self._names.get(label) for label in self._labels):
            self.left = typed
        self.dismiss(None)

    @property
    def typed(self) -> dict[str, str]:
        names = zip(self._labels, self.names, strict=True)
        return {label: name for label, name in names if name}

    @on(Button.Pressed, "#swap")
    def action_swap(self) -> None:
        fields = self.fields
        if len(fields) > 1:
            fields[0].value, fields[1].value = fields[1].value, fields[0].value
