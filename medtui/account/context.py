"""What the account's screens take from the app besides a `Context`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from medtui.ui.context import Context

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from uuid import UUID

    from textual.screen import Screen

    from medtui.account.login_flow import LoginFlow
    from medtui.account.server_session import ServerSession
    from medtui.account.settings_flow import SettingsFlow
    from medtui.data.events import Event
    from medtui.store.drafts import Drafts
    from medtui.ui.toasts import Severity


class AccountContext(Context, Protocol):
    """Before a login there is no user, and before that no server. `MedtuiApp` is one."""

    drafts: Drafts
    servers: ServerSession
    login: LoginFlow
    preferences: SettingsFlow
    theme: str

    @property
    def is_at_login(self) -> bool:
        """Whether the login is on the screen, or under another screen."""

    def show(self, screen: Screen[None]) -> None:
        """Close all screens and show this one."""

    def show_board(self) -> None:
        """Close all screens and show the board: a user with a profile is signed in."""

    def leave_board(self) -> None:
        """Stop what runs for a signed-in user: the login has ended, or another server is opened."""

    def publish(self, event: Event) -> None:
        """Handle an event of the data module."""

    def follow_notices(self) -> None:
        """Tell notices as the settings say now."""

    def record(
        self, words: str, *, severity: Severity = "information", about: UUID | None = None
    ) -> object:
        """Add to the list of notices what the screen itself shows."""

    def write_terminal(self, text: str) -> None:
        """Write control sequences to the terminal; nothing without one."""

    @property
    def screen_stack(self) -> list[Screen[Any]]:
        """The open screens, the present one last."""

    def warn(self, sentence: str) -> None:
        """Show a warning that stops nothing."""

    def run_worker(
        self, work: Coroutine[Any, Any, None], *, group: str, exclusive: bool, exit_on_error: bool
    ) -> object:
        """Run work beside the event loop."""
