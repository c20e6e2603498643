"""Private notes: a field of several lines that keeps itself, and that esc leaves."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.timer import Timer
from textual.widgets import TextArea

from medtui.core.key_names import key_of

LONGEST = 100_000
SAVE_SECONDS = 0.7
"""What was typed is kept once nothing was typed for so long."""

_SIGNS = frozenset({"plus", "minus", "equals_sign", "space", "question_mark", "colon"})


class Notes(TextArea):
    """Notes that are handed to `save` as they grow; it is not to wait for a disk."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave the notes", priority=True, id="notes.leave",
                tooltip="Back to the brief"),
    ]  # fmt: skip

    class Left(Message):
        """The user is done with writing."""

    def __init__(self, save: Callable[[str], None], *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(
            id=id,
            soft_wrap=True,
            show_line_numbers=False,
            tab_behavior="focus",
            compact=True,
            highlight_cursor_line=False,
            placeholder=f"Notes ({key_of('room.notes')}): private, saved on this computer.",
        )
        self._save = save
        self._kept = ""
        self._timer: Timer | None = None

    def load(self, text: str) -> None:
        """Go on with what was kept before."""
        self._kept = self.text = text

    def save(self) -> None:
        """Keep what is new, now."""
        text = self.text[:LONGEST]
        if text != self._kept:
            self._kept = text
            self._save(text)

    @on(TextArea.Changed)
    def _typed(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(SAVE_SECONDS, self.save)

    def check_consume_key(self, key: str, character: str | None = None) -> bool:
        """Whether a key is text here, and so none of the room's; signs go by their names."""
        return key in _SIGNS or super().check_consume_key(key, character)

    def action_leave(self) -> None:
        self.save()
        self.post_message(self.Left())

    def on_unmount(self) -> None:
        self.save()
