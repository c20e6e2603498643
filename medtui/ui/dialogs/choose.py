"""A choice among a few options, by number or with the arrows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Generic, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.getters import query_one
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from medtui.core.key_names import key_of
from medtui.ui.cells import wrap
from medtui.ui.vim_keys import VimOptionList

T = TypeVar("T")


class Choices(VimOptionList):
    """Numbered choices; words that go on in a further line begin under the words."""

    def __init__(self, words: Sequence[str]) -> None:
        super().__init__(
            *(Option(numbered(n, text)) for n, text in enumerate(words, 1)), compact=True
        )
        self._words = words

    def on_resize(self) -> None:
        for n, text in enumerate(self._words, 1):
            prompt = numbered(n, text, self.scrollable_content_region.width)
            if prompt != self.get_option_at_index(n - 1).prompt:
                self.replace_option_prompt_at_index(n - 1, prompt)


def numbered(number: int, words: str, width: int | None = None) -> Content:
    """A choice; `width`: the cells of a line, None: as many as it needs."""
    key = key_of(f"choose.{number}") if number < 10 else " "
    indent = len(key) + 2
    spans = wrap(words, max(12, width - indent)) if width else [(0, len(words))]
    lines = [words[begin:end] for begin, end in spans]
    return Content(f"{key}  " + f"\n{' ' * indent}".join(lines))


class ChooseScreen(ModalScreen[T | None], Generic[T]):
    """Dismissed with the chosen value, or with None.

    Args:
        question: shown above the choices.
        choices: the label and the value of each.
        current: the index of the one that is marked at first.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss", "Back", key_display="esc", id="choose.back",
                tooltip="Cancel"),
        *(Binding(str(n), f"pick({n - 1})", f"Number {n}", show=False, id=f"choose.{n}",
                  tooltip=f"Number {n}")
          for n in range(1, 10)),
    ]  # fmt: skip

    VERTICAL_BREAKPOINTS = [(0, "-low"), (16, "-tall")]  # noqa: RUF012  # as in Screen

    options = query_one(Choices)

    def __init__(self, question: str, choices: list[tuple[str, T]], current: int = 0) -> None:
        super().__init__()
        self._question = question
        self._choices = choices
        self._current = current

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(self._question, classes="card--title", markup=False)
            yield Choices([words for words, _ in self._choices])

    def on_mount(self) -> None:
        self.options.highlighted = self._current

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._choices[event.option_index][1])

    def action_pick(self, number: int) -> None:
        if number < len(self._choices):
            self.dismiss(self._choices[number][1])
