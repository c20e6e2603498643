"""Several sessions of one host that are posted in one write, and taken back in one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from medtui.core.models import PracticeSession, SessionDraft, Stage
from medtui.data.connection import Connection
from medtui.data.errors import Changed, Invalid, NotAllowed, NotSignedIn
from medtui.data.rows import sessions_in
from medtui.data.session_rows import is_as_posted, new_row

if TYPE_CHECKING:
    from supabase import AsyncClient

    from medtui.data.auth import Auth
    from medtui.data.sessions import Sessions


class SeriesPosts:
    """Posts sessions all or none. All methods raise `DataError`s."""

    def __init__(self, connection: Connection, auth: Auth, sessions: Sessions) -> None:
        self._connection = connection
        self._auth = auth
        self._sessions = sessions

    async def post(self, drafts: Sequence[SessionDraft]) -> list[PracticeSession]:
        """Post these sessions, or none; returns them in the same order.

        Posting the same drafts again, because an answer got lost, succeeds. Raises Changed if they
        were posted before and one has other values now.
        """
        if self._auth.user is None:
            raise NotSignedIn("Sign in first.")
        me, level = self._auth.user.id, await self._connection.level()
        rows = [new_row(draft, me, level) for draft in drafts]

        columns = await self._sessions.selection()

        async def insert(client: AsyncClient) -> Any:
            return await client.table("practice_sessions").insert(rows).select(columns).execute()

        try:
            answer = await self._sessions.twice(insert)
        except (Invalid, NotAllowed) as error:
            # The drafts made the ids, so rows with them are from our own first attempt.
            found = await self._sessions.some([draft.id for draft in drafts])
            if not found or any(session.host_id != me for session in found.values()):
                raise
            if len(found) < len(drafts) or not all(
                is_as_posted(found[draft.id], draft) for draft in drafts
            ):
                raise Changed(
                    "Some were posted before already: look at the board, and change those there.",
                    next(iter(found.values())),
                ) from error
        else:
            found = {session.id: session for session in sessions_in(answer.data)}
        return [found[draft.id] for draft in drafts if draft.id in found]

    async def take_back(self, sessions: Sequence[PracticeSession]) -> list[PracticeSession]:
        """Delete sessions that were just posted; returns those that stay, as they are now.

        One that was booked meanwhile, or has begun, belongs to two and stays.
        """
        ids = [str(session.id) for session in sessions]

        async def delete(client: AsyncClient) -> Any:
            query = client.table("practice_sessions").delete().in_("id", ids)
            query = query.is_("guest_id", "null").lt("version", Stage.INTERVIEW.value)
            return await query.select("id").execute()

        await self._sessions.twice(delete)
        return list((await self._sessions.some([session.id for session in sessions])).values())
