"""What is shown while something opens, and when it could not."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import Screen
from textual.widgets import Static

from medtui.account.context import AccountContext
from medtui.ui.footer import Footer


class OpeningScreen(Screen[None]):
    """A sentence; after a failure, with a way on and a way back."""

    IS_FIRST = True

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r,enter", "retry", "Try again", id="app.retry", tooltip="Try again"),
        Binding("ctrl+g", "app.servers", "Servers", show=False, id="app.known_servers",
                tooltip="Switch to a server you have used before"),
        Binding("escape", "back", "Choose another server", id="app.back",
                tooltip="Choose another server"),
    ]  # fmt: skip

    def __init__(self, context: AccountContext, words: str, *, failed: bool = False) -> None:
        super().__init__(classes="-failed" if failed else "")
        self.context = context
        self._words = words
        self._failed = failed

    def compose(self) -> ComposeResult:
        with Vertical(classes="card"):
            yield Static("medtui", classes="card--title")
            yield Static(self._words, classes="card--words", markup=False)
        if self._failed:
            yield Footer()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self._failed or action not in ("retry", "back")

    def action_retry(self) -> None:
        self.context.login.enter_again()

    def action_back(self) -> None:
        from medtui.account.welcome import WelcomeScreen

        self.context.show(WelcomeScreen(self.context))
