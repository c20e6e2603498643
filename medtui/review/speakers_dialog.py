"""Who is who: names for the speakers whom a transcript only numbers."""

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
from medtui.documents.transcript import Transcript
from medtui.documents.words import speaker_words
from medtui.ui.field import Field

ROLES = ("You", "Candidate", "Patient", "Actor", "Examiner", "Relative")
MOST = 12
LONGEST = 40


class WhoScreen(ModalScreen[dict[str, str] | None]):
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
        super().__init__()
        self._transcript = transcript
        self._names = names
        self._begun = begun
        self._people = [*people, *(role for role in ROLES if role not in people)]
        self._labels = transcript.speakers[:MOST]
        self.left: dict[str, str] | None = None
        """What was typed and not kept when the dialog was left; None if nothing is new."""

    def compose(self) -> ComposeResult:
        shown = self._names if self._begun is None else self._begun
        with VerticalScroll(classes="dialog", can_focus=False):
            yield Static("Who is who", classes="card--title")
            for number, label in enumerate(self._labels):
                yield Field(
                    speaker_words(label),
                    id=f"speaker-{number}",
                    value=shown.get(label, ""),
                    placeholder=", ".join(self._people[:3]) + " …",
                    hint=self._first_words(label),
                    max_length=LONGEST,
                    suggestions=self._people,
                )
            with Horizontal(classes="card--buttons"):
                yield Button("Keep", variant="primary", id="keep", compact=True)
                if len(self._labels) > 1:
                    yield Button("Swap the first two", id="swap", compact=True)

    def _first_words(self, label: str) -> str:
        said = next(turn.text for turn in self._transcript.turns if turn.speaker == label)
        return f"“{said[:100]}{'…' if len(said) > 100 else ''}”"

    @property
    def _fields(self) -> list[Input]:
        return list(self.query(Input))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        fields = self._fields
        at = fields.index(event.input)
        if at + 1 < len(fields):
            fields[at + 1].focus()
        else:
            self.action_keep()

    def action_complete(self) -> None:
        if isinstance(self.focused, Input) and self.focused.cursor_at_end:
            self.focused.action_cursor_right()  # takes what is offered
        self.app.action_focus_next()

    @on(Button.Pressed, "#keep")
    def action_keep(self) -> None:
        self.dismiss(self._typed)

    def action_leave(self) -> None:
        typed = self._typed
        if any(typed.get(label) != self._names.get(label) for label in self._labels):
            self.left = typed
        self.dismiss(None)

    @property
    def _typed(self) -> dict[str, str]:
        names = zip(self._labels, (clean(field.value) for field in self._fields), strict=True)
        return {label: name for label, name in names if name}

    @on(Button.Pressed, "#swap")
    def action_swap(self) -> None:
        fields = self._fields
        if len(fields) > 1:
            fields[0].value, fields[1].value = fields[1].value, fields[0].value
