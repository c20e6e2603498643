"""One's past sessions: read in pages, and remembered on this machine until one signs out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from medtui.data.auth import Auth
from medtui.data.connection import Connection
from medtui.data.errors import NotSignedIn
from medtui.data.pages import PAGE, is_last
from medtui.data.rows import iso, sessions_in
from medtui.data.scope import HISTORY
from medtui.data.sessions import Sessions
from medtui.data.shelf import Shelf
from medtui.data.translate import translated
from medtui.models import PracticeSession, Stage

if TYPE_CHECKING:
    from supabase import AsyncClient


class PastSessions:
    """Reads of one's own past sessions. `sessions` and `sitting` raise `DataError`s."""

    def __init__(
        self, connection: Connection, auth: Auth, sessions: Sessions, folder: Path | None
    ) -> None:
        self._connection = connection
        self._auth = auth
        self._sessions = sessions
        self.shelf = Shelf(folder and folder / "history", connection.server.url, auth)

    async def sessions(self, now: datetime) -> AsyncIterator[list[PracticeSession]]:
        """Those that have begun, or are over already: a page at a time, newest first."""
        mine, columns = self._mine(), await self._sessions.selection(HISTORY)
        began = f"datetime_utc.lte.{iso(now)},version.gte.{Stage.WRAP_UP.value}"
        after: PracticeSession | None = None
        while True:

            async def select(client: AsyncClient, after: PracticeSession | None = after) -> Any:
                query = client.table("practice_sessions").select(columns).or_(mine).or_(began)
                if after is not None:  # by key, as rows may come and go in between
                    start = iso(after.starts_at)
                    query = query.or_(
                        f"datetime_utc.lt.{start},and(datetime_utc.eq.{start},id.lt.{after.id})"
                    )
                query = query.order("datetime_utc", desc=True).order("id", desc=True)
                return await query.limit(PAGE).execute()

            rows = (await self._connection.read(select)).data
            page = sessions_in(rows)
            yield page
            if is_last(rows) or not page:
                return
            after = page[-1]

    async def sitting(self) -> set[UUID]:
        """Cases of sessions that are not over, whose candidate one is or may become."""
        mine = self._mine()
        me = self._me()

        async def select(client: AsyncClient) -> Any:
            query = client.table("practice_sessions").select("case_id").or_(mine)
            query = query.lt("version", Stage.WRAP_UP.value).not_.is_("case_id", "null")
            query = query.or_(f"candidate_id.is.null,candidate_id.eq.{me}")
            return await query.order("datetime_utc", desc=True).limit(PAGE).execute()

        rows = (await self._connection.read(select)).data
        with translated():
            return {UUID(row["case_id"]) for row in rows}

    def _mine(self) -> str:
        me = self._me()
        return f"host_id.eq.{me},guest_id.eq.{me}"

    def _me(self) -> UUID:
        if self._auth.user is None:
            raise NotSignedIn("Sign in first.")
        return self._auth.user.id
