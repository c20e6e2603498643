"""The dialog in which filters of the board are chosen."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.getters import query_one
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static

from medtui.core.filters import Choice, Hours, label
from medtui.ui.footer import Footer
from medtui.ui.vim_keys import VimOptionList

_KINDS = {
    "level": "Level",
    "type": "Type",
    "category": "Category",
    "day": "Day",
    "soon": "Starts",
    "hours": "My hours",
}
_WIDTH = max(map(len, _KINDS.values()))


class FilterScreen(ModalScreen[frozenset[Choice] | None]):
    """Dismissed with what is chosen, or with None.

    Args:
        choices: all, in order.
        chosen: those that are chosen at first.
        hours: the user's.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "choose", "Choose", id="filter.choose", tooltip="Select it, or not"),
        Binding("enter", "apply", "Apply", priority=True, id="filter.apply",
                tooltip="Show only what is chosen"),
        Binding("c", "clear", "Choose none", id="filter.none", tooltip="Drop all choices"),
        Binding("escape,q,f", "dismiss(None)", "Back", key_display="esc", id="filter.back",
                tooltip="Back (the filter is unchanged)"),
    ]  # fmt: skip

    options = query_one(VimOptionList)

    def __init__(self, choices: list[Choice], chosen: frozenset[Choice], hours: Hours) -> None:
        super().__init__()
        self._choices = choices
        self._chosen = set(chosen)
        self._hours = hours

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static("Show only", classes="card--title")
            yield VimOptionList(*map(self._row, range(len(self._choices))), compact=True)
        yield Footer(show_command_palette=False)

    def _row(self, index: int) -> Content:
        """A choice with its mark, and, where another kind begins, the kind's name."""
        choice = self._choices[index]
        is_first = index == 0 or self._choices[index - 1].kind != choice.kind
        kind = _KINDS[choice.kind] if is_first else ""
        mark = "[x]" if choice in self._chosen else "[ ]"
        return Content(f"{kind:<{_WIDTH}}  {mark} {label(choice, self._hours)}")

    def _draw(self, index: int) -> None:
        self.options.replace_option_prompt_at_index(index, self._row(index))

    @on(OptionList.OptionSelected)  # a click: enter applies
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        self._toggle(event.option_index)

    def _toggle(self, index: int) -> None:
        self._chosen ^= {self._choices[index]}
        self._draw(index)

    def action_choose(self) -> None:
        if self.options.highlighted is not None:
            self._toggle(self.options.highlighted)

    def action_apply(self) -> None:
        self.dismiss(frozenset(self._chosen))

    def action_clear(self) -> None:
        self._chosen.clear()
        for index in range(len(self._choices)):
            self._draw(index)
