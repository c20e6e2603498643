"""Cases: the catalogue without spoilers, one name at a time, and the brief of the user's role.

A candidate's process is never sent what the candidate must not see. So names are read one by one,
when a host who is the actor looks at a case, and never as a list; briefs come from a function that
checks the caller. A server without it (kind 2) would send any column to any user: there, only the
columns that the user's role may see are read.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from medtui.core.case_draw import CaseUse, Past
from medtui.core.case_words import case_text
from medtui.core.key_names import with_keys
from medtui.core.models import Brief, CaseSummary, PracticeSession, Role, Stage, as_utc
from medtui.data.connection import Connection
from medtui.data.error_mapping import translated
from medtui.data.errors import DataError, Gone, NotSignedIn, ServerTooOld
from medtui.data.paging import read_all, read_ids

if TYPE_CHECKING:
    from supabase import AsyncClient

    from medtui.data.auth import Auth

log = logging.getLogger(__name__)

NO_OWN_BRIEFS = (
    "This server keeps no briefs of your own: use a book or PDF, and start without a case "
    "({room.start}, then {cases.without})."
)


class Cases:
    """Reads of `cases`. All methods raise `DataError`s."""

    def __init__(self, connection: Connection, auth: Auth) -> None:
        self._connection = connection
        self._auth = auth
        self.looked_at: set[UUID] = set()
        """Cases whose names were sent here: this user must not be their candidate."""

    async def catalogue(self) -> tuple[CaseSummary, ...]:
        """All cases as they are now, by category and domain; without names.

        Read each time: the next opening of the picker shows what was imported meanwhile.
        """
        found = await read_all(self._connection, "cases", "id,category,domain", lambda query: query)
        with translated():
            cases = [CaseSummary.model_validate(row) for row in found]
        return tuple(
            sorted(cases, key=lambda case: (case.category or "~", case.domain or "~", case.id))
        )

    async def name(self, case_id: UUID) -> str | None:
        """A case's name, for a host who is not its candidate; None if there is no such case."""
        self.looked_at.add(case_id)  # before the request, as its answer may get lost

        async def select(client: AsyncClient) -> Any:
            query = client.table("cases").select("id,case_name")
            return await query.eq("id", str(case_id)).execute()

        rows = (await self._connection.read(select)).data
        with translated():
            return Brief.model_validate(rows[0]).case_name if rows else None

    async def names(self, case_ids: Iterable[UUID]) -> dict[UUID, str]:
        """The names of cases in their debrief, where both sides may read them."""
        ids = set(case_ids)
        self.looked_at.update(ids)
        found = await read_ids(self._connection, "cases", "id,case_name", ids)
        with translated():
            briefs = [Brief.model_validate(row) for row in found]
        return {brief.id: brief.case_name for brief in briefs if brief.id and brief.case_name}

    async def named(self, words: str) -> set[UUID]:
        """The ids of cases with all these words in their names; the names are not sent."""

        def matching(query: Any) -> Any:
            for word in words.split():
                query = query.ilike("case_name", f"%{_literal(word)}%")
            return query

        found = await read_all(self._connection, "cases", "id", matching)
        with translated():
            return {UUID(row["id"]) for row in found}

    async def brief(self, session: PracticeSession) -> Brief | None:
        """The part of the session's case, or of the host's own brief, that the user may read now.

        None if there is none yet. Raises Gone when the case can no longer be read, NotSignedIn.
        """
        if self._auth.user is None:
            raise NotSignedIn("Sign in first.")
        role = session.role_of(self._auth.user.id)
        if role is None:
            return None
        if await self._connection.is_complete():
            rows = await self._asked(session)
        elif session.case_id is not None:
            rows = await self._selected(session, role)
        else:
            return None
        if not rows and session.case_id is None:
            return None
        if not rows:
            raise Gone("This case cannot be read any more: choose another.")
        with translated():
            return Brief.model_validate(rows[0])

    async def debriefed(self, session: PracticeSession) -> str:
        """All of the session's case as one text; "" before its debrief, or if it is unreadable."""
        if session.stage is not Stage.WRAP_UP:
            return ""
        try:
            brief = await self.brief(session)
        except DataError as error:
            log.info("a case is not read for its words: %s", error.title)
            return ""
        return case_text(brief) if brief is not None else ""

    async def write_brief(self, session_id: UUID, candidate: str, actor: str) -> None:
        """Save the host's own brief of a session in prep; two empty texts delete it.

        Raises ServerTooOld if the server has no table for it, NotAllowed, Invalid.
        """

        async def call(client: AsyncClient) -> Any:
            texts = {"candidate_brief": candidate or None, "actor_brief": actor or None}
            return await client.rpc(
                "set_session_brief", {"session_id": str(session_id), **texts}
            ).execute()

        if not await self._connection.is_complete():
            raise ServerTooOld(with_keys(NO_OWN_BRIEFS))
        try:
            await self._connection.read(call)  # a read, as repeating this write changes nothing
        except ServerTooOld as error:
            raise ServerTooOld(with_keys(NO_OWN_BRIEFS)) from error

    async def past(self, people: Iterable[UUID | None]) -> Past:
        """What these people, and those whom they met, have done in stations that began."""
        ids = [str(person) for person in people if person is not None]
        seats = ",".join(f"{seat}.in.({','.join(ids)})" for seat in ("host_id", "guest_id"))
        columns = "id,host_id,guest_id,candidate_id,case_id,datetime_utc"

        def begun(query: Any) -> Any:
            query = query.or_(seats).gt("version", Stage.PREP.value)
            return query.not_.is_("case_id", "null")

        found = await read_all(self._connection, "practice_sessions", columns, begun)
        with translated():
            return Past(use for row in found for use in _uses(row))

    async def _asked(self, session: PracticeSession) -> Any:
        async def call(client: AsyncClient) -> Any:
            return await client.rpc("session_case", {"session_id": str(session.id)}).execute()

        return (await self._connection.read(call)).data

    async def _selected(self, session: PracticeSession, role: Role) -> Any:
        columns = "id,category,domain"
        if session.stage is Stage.WRAP_UP:
            columns += ",case_name,condition,candidate_brief,actor_brief"
        elif role is Role.ACTOR:
            columns += ",case_name,actor_brief"
        elif session.stage is Stage.INTERVIEW:
            columns += ",candidate_brief"

        async def select(client: AsyncClient) -> Any:
            query = client.table("cases").select(columns)
            return await query.eq("id", str(session.case_id)).execute()

        return (await self._connection.read(select)).data


def _time(value: Any) -> datetime | None:
    """A session's start; None if there is none, or it is none that our migrations allow."""
    try:
        at: datetime | None = as_utc(value)
    except (ValueError, OverflowError):  # a time that Python lacks
        return None
    return at if at is not None and 2000 <= at.year < 2100 else None


def _uses(row: dict[str, Any]) -> Iterator[CaseUse]:
    """The parts that host and guest had in a session's case."""
    at = _time(row["datetime_utc"])
    for person in (row["host_id"], row["guest_id"]):
        if person is not None:
            role = Role.CANDIDATE if person == row["candidate_id"] else Role.ACTOR
            noted = role if row["candidate_id"] is not None else None
            yield CaseUse(UUID(person), UUID(row["case_id"]), noted, at)


def _literal(word: str) -> str:
    """A word escaped for a LIKE pattern."""
    return word.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_").replace("*", "")
