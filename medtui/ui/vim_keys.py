"""The movement keys, the same in every list and text."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import OptionList

_KEYS = (
    ("down,j", "down", "Down"),
    ("up,k", "up", "Up"),
    ("ctrl+d,pagedown", "page_down", "Page down"),
    ("ctrl+u,pageup", "page_up", "Page up"),
    ("g,home", "first", "To the top"),
    ("G,end", "last", "To the end"),
)


def vim_bindings(*actions: str) -> list[BindingType]:
    """The keys for a widget's own actions: down, up, further down and up, first, last."""
    return [
        Binding(keys, action, words, show=False, id=f"move.{name}", tooltip=words)
        for (keys, name, words), action in zip(_KEYS, actions, strict=True)
    ]


class VimOptionList(OptionList):
    """An option list with the board's movement keys."""

    BINDINGS: ClassVar[list[BindingType]] = vim_bindings(
        "cursor_down", "cursor_up", "page_down", "page_up", "first", "last"
    )


class VimScroll(VerticalScroll, can_focus=True):
    """A scrolled text with the board's movement keys."""

    BINDINGS: ClassVar[list[BindingType]] = vim_bindings(
        "scroll_down", "scroll_up", "page_down", "page_up", "scroll_home", "scroll_end"
    )

    def action_page_down(self) -> None:
        self.scroll_page_down(animate=False)

    def action_page_up(self) -> None:
        self.scroll_page_up(animate=False)
