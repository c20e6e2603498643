"""What the cards with which one signs in have in common: a deed at a time, and its refusals."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TYPE_CHECKING

from textual.getters import query_one
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Static

from medtui.account.context import AccountContext
from medtui.account.cooldown_button import CooldownButton
from medtui.ui.field import Field

if TYPE_CHECKING:
    from medtui.data import Backend


class FormScreen(Screen[None]):
    """A few fields, of which the server says what is wrong with them.

    The fields' ids are the names by which `Invalid` blames them.
    """

    is_busy: reactive[bool] = reactive(False)

    failure = query_one(".card--error", Static)

    def __init__(self, context: AccountContext, *, classes: str | None = None) -> None:
        super().__init__(classes=classes)
        self.context = context

    @property
    def submit(self) -> CooldownButton:
        return self.query_one("#submit", CooldownButton)

    def watch_is_busy(self, is_busy: bool) -> None:
        self.set_class(is_busy, "-busy")

    def show_status(self, words: str) -> None:
        """A sentence that is about no field."""
        self.failure.update(words)
        self.failure.set_class(not words, "-empty")

    def may(self, button: CooldownButton) -> bool:
        """Whether the form may be sent; if not, the reason is shown."""
        if left := button.left:
            self.show_status(f"Too many requests. Try again in {left} s.")
        return not left and not self.is_busy

    async def submitting(
        self, words: str, work: Awaitable[object], button: CooldownButton | None = None
    ) -> None:
        """Do something with the server; what it refuses is said where it belongs.

        `words` are shown meanwhile; `button` counts down when the server asks for a pause.
        """
        from medtui.data.answer import write

        self.is_busy = True
        self.show_status(words)
        try:
            answer = await write(work)
        finally:
            self.is_busy = False
        if answer.pause:
            (button or self.submit).wait(answer.pause.seconds)
        if answer.error:
            self._blame(answer.field, answer.words)

    def _blame(self, name: str | None, words: str) -> None:
        fields = list(self.query(Field))
        if field := next((field for field in fields if field.id == name), None):
            self.show_status("")
            field.display = True
            field.fail(words)
        else:
            self.show_status(words)

    async def backend(self) -> Backend:
        """The data module, which may still be opening behind this screen."""
        await self.context.servers.opened.wait()
        return self.context.backend
