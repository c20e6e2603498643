"""A drop-down list with the board's movement keys."""

from __future__ import annotations

from typing import Any, ClassVar, TypeVar

from textual import events
from textual.binding import Binding, BindingType
from textual.widgets import OptionList, Select

T = TypeVar("T")


class VimSelect(Select[T]):
    """Textual's drop-down list, in which letters would jump to an option instead of moving.

    While it is closed, a letter chooses the next option that begins with it.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "move('down')", "Down", show=False, id="move.down", tooltip="Down"),
        Binding("k", "move('up')", "Up", show=False, id="move.up", tooltip="Up"),
        Binding("g", "move('first')", "To the top", show=False, id="move.first",
                tooltip="To the top"),
        Binding("G", "move('last')", "To the end", show=False, id="move.last",
                tooltip="To the end"),
    ]  # fmt: skip

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, type_to_search=False, compact=True, **options)
        self._choices: list[tuple[str, T]] = list(arguments[0])

    def on_key(self, event: events.Key) -> None:
        letter = (event.character or "").casefold()
        if self.expanded or not letter.isalpha():
            return
        values = [value for name, value in self._choices if name.casefold().startswith(letter)]
        if values and event.key not in ("j", "k", "g", "G"):
            at = values.index(self.value) + 1 if self.value in values else 0
            self.value = values[at % len(values)]
            event.stop()

    def action_move(self, to: str) -> None:
        """Move in the list; if it is closed, open it, as the arrows do."""
        if not self.expanded:
            self.action_show_overlay()
            return
        options = self.query_one(OptionList)
        moves = {
            "down": options.action_cursor_down,
            "up": options.action_cursor_up,
            "first": options.action_first,
            "last": options.action_last,
        }
        moves[to]()
