"""The user's past sessions: read in pages, and cached on this machine until they sign out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from medtui.core.models import PracticeSession, Stage
from medtui.data.auth import Auth
from medtui.data.connection import Connection
from medtui.data.error_mapping import translated
from medtui.data.errors import NotSignedIn
from medtui.data.paging import pages, read_all
from medtui.data.rows import iso, sessions_in
from medtui.data.sessions import Sessions
from medtui.data.window import HISTORY
from medtui.store.account_value import AccountFile


class PastSessions:
    """Reads of the user's own past sessions. `sessions` and `sitting` raise `DataError`s."""

    def __init__(
        self, connection: Connection, auth: Auth, sessions: Sessions, folder: Path | None
    ) -> None:
        self._connection = connection
        self._auth = auth
        self._sessions = sessions
        self.shelf = AccountFile(folder and folder / "history", connection.server.url, auth)

    async def sessions(self, now: datetime) -> AsyncIterator[list[PracticeSession]]:
        """The sessions that have begun or are over, a page at a time, newest first."""
        mine, columns = self._mine(), await self._sessions.selection(HISTORY)
        began = f"datetime_utc.lte.{iso(now)},version.gte.{Stage.WRAP_UP.value}"

        def past(query: Any) -> Any:
            return query.or_(mine).or_(began).not_.is_("datetime_utc", "null")

        key = ("datetime_utc", "id")
        read = pages(
            self._connection, "practice_sessions", columns, past, key=key, newest_first=True
        )
        async for page in read:
            yield sessions_in(page)

    async def with_person(self, person: UUID) -> list[PracticeSession]:
        """The user's sessions with a person whose station has begun."""
        me, columns = self._me(), await self._sessions.selection(HISTORY)

        def both(query: Any) -> Any:
            seats = (
                f"and(host_id.eq.{me},guest_id.eq.{person}),"
                f"and(host_id.eq.{person},guest_id.eq.{me})"
            )
            return query.or_(seats).gt("version", Stage.PREP.value)

        return sessions_in(await read_all(self._connection, "practice_sessions", columns, both))

    async def sitting(self) -> set[UUID]:
        """The ids of cases in sessions that are not over, whose candidate the user may be."""
        mine = self._mine()
        me = self._me()

        def open_to_me(query: Any) -> Any:
            query = query.or_(mine).or_(f"candidate_id.is.null,candidate_id.eq.{me}")
            return query.lt("version", Stage.WRAP_UP.value).not_.is_("case_id", "null")

        found = await read_all(self._connection, "practice_sessions", "id,case_id", open_to_me)
        with translated():
            return {UUID(row["case_id"]) for row in found}

    def _mine(self) -> str:
        me = self._me()
        return f"host_id.eq.{me},guest_id.eq.{me}"

    def _me(self) -> UUID:
        if self._auth.user is None:
            raise NotSignedIn("Sign in first.")
        return self._auth.user.id
