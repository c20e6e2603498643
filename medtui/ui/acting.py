"""A screen whose keys do what another module says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from textual.screen import Screen

from medtui.ui.dialogs.choose import ChooseScreen
from medtui.ui.dialogs.confirm import ConfirmScreen
from medtui.ui.protocol import Dialog, SaveCopy

T = TypeVar("T")


class ActingScreen(Screen[None]):
    """Is a `Ui` for its feature's actions."""

    def refuse(self, reason: str | None) -> bool:
        if reason:
            self.notify(reason, severity="warning", markup=False)
        return reason is not None

    async def ask(self, question: str, yes: str) -> bool:
        return await self.app.push_screen_wait(ConfirmScreen(question, yes=yes))

    async def choose(
        self, question: str, choices: Sequence[tuple[str, T]], current: int = 0
    ) -> T | None:
        return await self.app.push_screen_wait(ChooseScreen(question, list(choices), current))

    async def open(self, dialog: Dialog[T]) -> T | None:
        answer: T | None = await self.app.push_screen_wait(self.dialog(dialog))
        return answer

    def dialog(self, dialog: Dialog[Any]) -> Screen[Any]:
        """The screen for a dialog."""
        if not isinstance(dialog, SaveCopy):
            raise TypeError(f"there is no dialog for {type(dialog).__name__}")
        from medtui.ui.dialogs.save import SaveScreen

        return SaveScreen(dialog.path, dialog.content, dialog.title)
