"""The one object through which every screen talks to the server."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from medtui.core.session_fields import NOTES
from medtui.data.account_deletion import AccountDeletion
from medtui.data.assessments import Assessments
from medtui.data.auth import Auth
from medtui.data.broadcast import BestSource
from medtui.data.cases import Cases
from medtui.data.clock import ServerClock
from medtui.data.codes import Codes
from medtui.data.connection import FUNCTIONS, ROUNDS, WAITING, Connection, Server, connect
from medtui.data.errors import DataError
from medtui.data.events import Event, Notify
from medtui.data.factors import Factors
from medtui.data.live import LiveFeed
from medtui.data.news import News
from medtui.data.passing import Passing
from medtui.data.past_sessions import PastSessions
from medtui.data.profiles import Profiles
from medtui.data.rounds import Rounds
from medtui.data.series import SeriesPosts
from medtui.data.server_address import usable
from medtui.data.sessions import Sessions
from medtui.data.stored_session import SessionStorage
from medtui.data.tokens import TokenStore
from medtui.data.waiting import Waiting
from medtui.data.window import BOARD, SessionWindow
from medtui.store.account_value import AccountFile

__all__ = ["Backend", "Server"]


class Backend:
    """Auth, codes, second factors, profiles, sessions, their files, cases, and the live feed.

    Made by `Backend.open`.
    """

    def __init__(
        self,
        connection: Connection,
        tokens: TokenStore,
        notify: Notify,
        scope: SessionWindow,
        state: Path | None = None,
    ) -> None:
        self._connection = connection
        self.server = connection.server
        self.clock = ServerClock(connection)
        self.auth = Auth(connection, tokens, notify)
        self.codes = Codes(connection, self.auth)
        self.factors = Factors(self.auth)
        self.profiles = Profiles(connection, self.auth, ",".join(scope.people))
        self.assessments = Assessments(connection, self.auth)
        self.sessions = Sessions(connection, self.auth, self.profiles, self.assessments)
        self.rounds = Rounds(connection, self.sessions)
        self.series = SeriesPosts(connection, self.auth, self.sessions)
        self.cases = Cases(connection, self.auth)
        self.account_deletion = AccountDeletion(
            connection, self.auth, self.codes, self.sessions, self.assessments
        )
        self.history = PastSessions(connection, self.auth, self.sessions, state)
        self.calendar_shelf = AccountFile(
            state and state / "calendar", connection.server.url, self.auth
        )
        shelf = AccountFile(state and state / "news", connection.server.url, self.auth)
        self.news = News(self.auth, self.sessions, self.assessments, shelf, notify)

        self.passing = Passing(self.auth, self.clock, notify)
        self.waiting = Waiting(connection, self.auth, self.sessions, self.clock, notify)

        def publish(event: Event) -> None:
            self.news.on_event(event)
            notify(event)
            self.passing.on_event(event, self.live.rooms)
            self.waiting.on_event(event)

        self.live = LiveFeed(
            connection,
            self.sessions,
            self.profiles,
            self.clock,
            publish,
            scope,
            source=BestSource(connection),
        )

    @property
    def connection(self) -> Connection:
        """For the data module's own use."""
        return self._connection

    @property
    def is_complete(self) -> bool:
        """Whether the server has our migrations, and lets its users do what they add.

        True also before the server was asked, which the first read of the board does.
        """
        return (self._connection.known_level or FUNCTIONS) >= FUNCTIONS

    @property
    def has_rounds(self) -> bool:
        """Whether the server keeps the seat of the next round. True also before it was asked."""
        return (self._connection.known_level or ROUNDS) >= ROUNDS

    @property
    def has_waiting(self) -> bool:
        """Whether the server has waiting lists. True also before it was asked."""
        return (self._connection.known_level or WAITING) >= WAITING

    @property
    def has_notes(self) -> bool:
        """Whether the server has notes with sessions. True also before it was asked."""
        return (self._connection.known_level or NOTES) >= NOTES

    @property
    def takes_self_assessments(self) -> bool:
        """Whether the bucket takes a third file. True also before the server was asked."""
        return self._connection.known_level != FUNCTIONS

    @classmethod
    @contextlib.asynccontextmanager
    async def open(
        cls,
        server: Server,
        *,
        tokens: TokenStore,
        notify: Notify,
        scope: SessionWindow = BOARD,
        state: Path | None = None,
    ) -> AsyncIterator[Backend]:
        """Open the data module for one server, and take up a stored login.

        Args:
            server: its URL and public key.
            tokens: stores the login.
            notify: called on this event loop with each event (`medtui.data.events`).
            scope: the window of sessions that the live feed follows.
            state: the folder of files kept for an account until it signs out; None: none are kept.

        Raises Invalid for a malformed URL or key. A server that is away raises nothing here: calls
        raise Unreachable then.
        """
        connection = await connect(Server(*usable(server.url, server.key)), SessionStorage(tokens))
        backend = cls(connection, tokens, notify, scope, state)
        try:
            with contextlib.suppress(DataError):
                await backend.auth.adopt()
            if backend.auth.user is None:  # a sign-out may have been killed half-way
                for shelf in (backend.history.shelf, backend.news.shelf, backend.calendar_shelf):
                    await asyncio.to_thread(shelf.forget_all)
            yield backend
        finally:
            await backend.live.stop()
            await backend.passing.close()
            await backend.waiting.close()
            await backend.news.close()
            await backend.auth.close()
            await connection.close()
