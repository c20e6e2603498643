"""What screens take from the app. It is given to each of them, so that none imports the app."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime, tzinfo
    from uuid import UUID

    from textual.screen import Screen

    from medtui.config import Settings
    from medtui.core.models import PracticeSession
    from medtui.data import Backend, DataError
    from medtui.data.answer import WriteAnswer
    from medtui.data.sheet_delivery import SheetDelivery
    from medtui.store.drafts import FormDraft
    from medtui.store.outbox import Submission
    from medtui.ui.feed_state import FeedState
    from medtui.ui.routes import Route
    from medtui.ui.toasts import Severity


class Sheets(Protocol):
    """Submitted mark sheets of the signed-in user."""

    delivery: SheetDelivery | None
    """None: no user is signed in."""

    def attend(self, session_id: UUID) -> None:
        """Listen to the room of a session until `unattend`."""

    def unattend(self, session_id: UUID) -> None: ...

    def waiting(self, session_id: UUID) -> Submission | None:
        """A guest's sheet that waits for the host's decision."""

    def listening(self, session_id: UUID) -> str:
        """How far the user's recording of a session has become words; "" if nothing is done."""


class Context(Protocol):
    """What a screen takes from the app. `MedtuiApp` is one."""

    settings: Settings
    """The settings in force."""
    feed: FeedState
    """Whether the board is current, its sessions, and the data module's events."""
    opened_hosts: set[str]
    """Hosts of other people's room links that were opened: not asked about again."""

    @property
    def zone(self) -> tzinfo:
        """The zone that times are shown in."""

    @property
    def backend(self) -> Backend:
        """The open server. Screens that need it are shown only after it was opened."""

    @property
    def me(self) -> UUID:
        """The signed-in user. Screens that need it are shown only after the login."""

    @property
    def sheets(self) -> Sheets: ...

    @property
    def server_name(self) -> str:
        """The open server, as people call it."""

    @property
    def service_key(self) -> str:
        """The open server's service key if it is one of our own, else empty."""

    def now(self) -> datetime:
        """The server's time, aware and in UTC."""

    async def draft(self, form: str) -> FormDraft:
        """The signed-in user's draft for a form."""

    async def write(
        self, seen: PracticeSession | None, work: Awaitable[PracticeSession | None]
    ) -> WriteAnswer[PracticeSession | None]:
        """Do a write to a session, and have the feed show what has become of it.

        `seen`: the session as the user saw it; None: a new one.
        """

    def go(self, route: Route) -> None:
        """Open a screen of another feature over the present one."""

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: Literal["information", "warning", "error"] = "information",
        timeout: float | None = None,
        markup: bool = True,
        about: UUID | None = None,
    ) -> None:
        """Show a notice that stays when the key that caused it closes the present screen.

        `about`: the session that it is about; None: none.
        """

    def record(
        self, words: str, *, severity: Severity = "information", about: UUID | None = None
    ) -> object:
        """Add to the list of notices what the screen itself shows."""

    def copy_to_clipboard(self, text: str) -> None:
        """Send a text to the terminal's clipboard."""

    def notify_error(self, error: DataError) -> None:
        """Show an error that belongs to no field."""

    async def push_screen_wait(self, screen: Screen[Any]) -> Any:
        """Show a dialog, and return what it is dismissed with."""

    def push_screen(
        self, screen: Screen[Any], callback: Callable[[Any], None] | None = None
    ) -> object:
        """Open a dialog. `callback` is given what it is dismissed with."""

    def open_url(self, url: str) -> None:
        """Open a link in the user's browser."""
