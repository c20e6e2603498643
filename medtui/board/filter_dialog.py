"""The dialog in which filters of the board are chosen."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.getters import query_one
from textual.screen import ModalScreen
from textual.widgets import SelectionList, Static
from textual.widgets.selection_list import Selection

from medtui.core.filters import Choice, Hours, label
from medtui.ui.footer import Footer
from medtui.ui.vim_keys import vim_bindings

_KINDS = {
    "level": "Level",
    "type": "Type",
    "category": "Category",
    "day": "Day",
    "soon": "Starts",
    "hours": "My hours",
}


class ChoiceList(SelectionList[Choice]):
    """A list of choices with the board's movement keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *vim_bindings("cursor_down", "cursor_up", "page_down", "page_up", "first", "last"),
        Binding("space", "select", "Choose", id="filter.choose", tooltip="Choose or drop it"),
    ]


class FilterScreen(ModalScreen[frozenset[Choice] | None]):
    """Dismissed with what is chosen, or with None.

    Args:
        choices: all, in order.
        chosen: those that are chosen at first.
        hours: the user's.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "apply", "Apply", priority=True, id="filter.apply",
                tooltip="Show only what is chosen"),
        Binding("c", "clear", "Choose none", id="filter.none", tooltip="Drop all choices"),
        Binding("escape,q,f", "dismiss(None)", "Back", key_display="esc", id="filter.back",
                tooltip="Back, with the filter as it was"),
    ]  # fmt: skip

    options = query_one(ChoiceList)

    def __init__(self, choices: list[Choice], chosen: frozenset[Choice], hours: Hours) -> None:
        super().__init__()
        self._choices = choices
        self._chosen = chosen
        self._hours = hours

    def compose(self) -> ComposeResult:
        width = max(map(len, _KINDS.values()))
        with Vertical(classes="dialog"):
            yield Static("Show only", classes="card--title")
            before = ""
            rows = []
            for choice in self._choices:
                kind = _KINDS[choice.kind] if choice.kind != before else ""
                before = choice.kind
                words = Content.assemble(
                    (f"{kind:<{width}}  ", "$text-muted"), Content(label(choice, self._hours))
                )
                rows.append(Selection(words, choice, choice in self._chosen))
            yield ChoiceList(*rows, compact=True)
        yield Footer(show_command_palette=False)

    def action_apply(self) -> None:
        self.dismiss(frozenset(self.options.selected))

    def action_clear(self) -> None:
        self.options.deselect_all()
