"""The question before a file is deleted."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from medtui.review.file_actions import DeleteQuestion
from medtui.ui.dialogs.confirm import ConfirmScreen


class DeleteScreen(ConfirmScreen):
    """Dismissed with whether to delete the file now."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "copy", "Save a copy", id="delete.copy", tooltip="Save a copy first"),
    ]

    def __init__(self, asked: DeleteQuestion) -> None:
        super().__init__(asked.words, yes="Delete it")
        self._asked = asked

    def action_copy(self) -> None:
        self._asked.wants_copy = True
        self.dismiss(False)
