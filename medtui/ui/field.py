"""A labelled input with its error underneath."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.getters import query_one
from textual.suggester import SuggestFromList
from textual.widgets import Input, Label, Static

from medtui.ui.line_input import LineInput

Hint = str | tuple[str, str]
"""A sentence, or a tone of `TONES` and a sentence."""

TONES = {
    "plain": ("", ""),
    "right": ("✓ ", "$text-success"),
    "doubt": ("? ", "$text-warning"),
    "warning": ("! ", "$text-warning"),
    "wrong": ("✗ ", "$text-error"),
}
"""The sign and the colour of each tone: neither is the only one that tells."""


class JoiningInput(LineInput):
    """An input that takes all of a pasted text, not its first line alone."""

    def on_paste(self, event: events.Paste) -> None:
        event.text = "".join(line.strip() for line in event.text.splitlines())


class Field(Vertical):
    """A label, an input, and a line for a hint or an error.

    The hint is shown until there is an error; typing removes the error. `joins_lines`: the lines
    of a pasted text are joined.
    """

    input = query_one(Input)
    note = query_one(".field--note", Static)

    def __init__(
        self,
        label: str,
        *,
        id: str,  # noqa: A002
        value: str = "",
        placeholder: str = "",
        password: bool = False,
        hint: str = "",
        max_length: int = 0,
        suggestions: Sequence[str] = (),
        joins_lines: bool = False,
    ) -> None:
        super().__init__(id=id)
        self._label = label
        self._hints: tuple[Hint, ...] = (hint,)
        self._input = (JoiningInput if joins_lines else LineInput)(
            value,
            placeholder,
            password=password,
            max_length=max_length,
            suggester=SuggestFromList(suggestions, case_sensitive=False) if suggestions else None,
            compact=True,
        )

    def compose(self) -> ComposeResult:
        yield Label(self._label, classes="field--label", markup=False)
        yield self._input
        yield Static(classes="field--note", markup=False)

    def on_mount(self) -> None:
        self._note(*self._hints)

    @property
    def value(self) -> str:
        return self._input.value

    @value.setter
    def value(self, value: str) -> None:
        self._input.value = value
        if self._input.has_focus:  # as it is when one comes to a field: typing replaces it
            self._input.select_all()

    def fail(self, reason: str) -> None:
        """Show an error under the input, and focus it."""
        self.add_class("-invalid")
        self._note(("wrong", reason))
        self._input.focus()

    def show_hint(self, *hints: Hint) -> None:
        """Show hints in the place of the error, each on a line."""
        self._hints = hints
        if not self.has_class("-invalid"):
            self._note(*hints)

    def clear_error(self) -> None:
        if self.has_class("-invalid"):
            self.remove_class("-invalid")
            self._note(*self._hints)

    def _note(self, *hints: Hint) -> None:
        lines = []
        for hint in filter(None, hints):
            tone, words = ("plain", hint) if isinstance(hint, str) else hint
            sign, colour = TONES[tone]
            lines.append(Content.styled(sign + words, colour))
        self.note.update(Content("\n").join(lines))
        self.note.set_class(not lines, "-empty")

    @on(Input.Changed)
    def _typed(self) -> None:
        self.clear_error()

    def focus(self, scroll_visible: bool = True) -> Field:
        self._input.focus(scroll_visible)
        return self
