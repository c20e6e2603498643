"""What the account's screens take from the app besides a `Context`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from medtui.ui.context import Context

if TYPE_CHECKING:
    from asyncio import Event as Signal
    from collections.abc import Callable, Collection, Coroutine
    from uuid import UUID

    from textual.screen import Screen

    from medtui.core.models import Profile
    from medtui.data import Backend, User
    from medtui.data.events import Event
    from medtui.store.drafts import Drafts


class ServerInUse(Protocol):
    """Which server is open. `ServerSession` is one."""

    backend: Backend | None
    """The open server; None: no server is open yet."""
    opened: Signal
    """Set while a server is open."""
    is_demo: bool
    folder: str
    """Where the server of this machine keeps its data, as far as is known."""

    @property
    def is_local(self) -> bool:
        """Whether this is the persistent server of this machine, which e-mails nothing."""

    @property
    def url(self) -> str:
        """The server as it is in the list of those that were used; empty for the demo or none."""

    def open(self, url: str, key: str, *, is_invited: bool = False) -> None:
        """Open the data module for a server."""

    def start_demo(self) -> None:
        """Start a throwaway server with sample data, and sign in as a sample person."""

    def start_local(self, *, is_chosen: bool = False) -> None:
        """Start, or join, the persistent server of this machine; the one to use from then on."""

    def forget_login(self) -> None:
        """Sign in by the form from now on."""

    async def again(self) -> None:
        """Try once more what failed on the way to the board."""

    async def remember(self, url: str, key: str) -> None:
        """Keep a server that has answered as the one to use; a failure is said, and no more."""


class UserSignedIn(Protocol):
    """Which user is signed in, and what leads to that. `LoginFlow` is one."""

    profile: Profile | None
    """The signed-in user's profile; None: no user is signed in, or none was set up yet."""

    @property
    def user(self) -> User | None:
        """The signed-in user; None also if no server is open."""

    async def enter(self) -> None:
        """Go on to the board, or to what must come before it."""

    def enter_again(self) -> None:
        """Repeat what failed on the way to the board."""

    def choose_password(self, *, is_recovery: bool = False, is_needed: bool = False) -> None:
        """Show the form for a new password."""

    async def need_password(self) -> None:
        """Save a note that the owner must choose a password; it survives a crash."""

    async def password_is_set(self) -> None:
        """Delete that note."""

    def email_changed(self, email: str) -> None:
        """Show the user's new e-mail, and fill it in at the next login."""

    def remove_second_factor(self) -> None:
        """Remove the second factor of the account, which was asked about."""

    def account_deleted(self, person: UUID, sessions: Collection[UUID]) -> None:
        """Leave an account that was deleted, with these sessions."""

    def sign_out(self, *, everywhere: bool = False) -> None:
        """End the login on this machine, or on all."""


class ChangesSettings(Protocol):
    """How settings are changed. `SettingsFlow` is one."""

    async def change(self, name: str, value: object) -> str:
        """Give a setting a value; returns why that failed, or "". None: its default."""


class AccountContext(Context, Protocol):
    """Before a login there is no user, and before that no server. `MedtuiApp` is one."""

    drafts: Drafts
    theme: str

    @property
    def preferences(self) -> ChangesSettings: ...

    @property
    def servers(self) -> ServerInUse: ...

    @property
    def login(self) -> UserSignedIn: ...

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

    def set_motion(self, *, moves: bool) -> None:
        """Have things move on the screen, or not."""

    def follow_notices(self) -> None:
        """Tell notices as the settings say now."""

    def warn(self, sentence: str) -> None:
        """Show a warning that stops nothing."""

    def call_later(self, callback: Callable[..., object], *args: Any) -> bool:
        """Call back once what is under way is done."""

    def run_worker(
        self, work: Coroutine[Any, Any, None], *, group: str, exclusive: bool, exit_on_error: bool
    ) -> object:
        """Run work beside the event loop."""
