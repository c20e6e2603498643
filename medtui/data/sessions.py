"""Practice sessions: read, post, book, leave, edit, cancel.

Every UPDATE and DELETE is a compare-and-set on the values that the user saw: they are in its
filter, so that a row that has changed meanwhile is not written. Row-level security and such filters
hide rows without an error, so a write that changed no row reads the row again to raise `Taken`,
`Changed` or `Gone`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Unpack
from uuid import UUID

from medtui.core.board_rules import why_not_with_files
from medtui.core.models import CANNOT_LEAVE, PracticeSession, SessionDraft, SessionValues, Stage
from medtui.core.session_fields import EDITED, FIELDS
from medtui.data.assessments import Assessments
from medtui.data.conflicts import changed
from medtui.data.connection import Connection
from medtui.data.error_mapping import translated
from medtui.data.errors import (
    Changed,
    Gone,
    Invalid,
    NotAllowed,
    NotSignedIn,
    Taken,
    Unreachable,
)
from medtui.data.paging import PAGE, pages, read_ids
from medtui.data.profiles import Profiles
from medtui.data.rows import iso, sessions_in, stored
from medtui.data.seat_offers import next_offer
from medtui.data.session_rows import is_as_posted, known_fields, new_row
from medtui.data.window import BOARD, SessionWindow

if TYPE_CHECKING:
    from supabase import AsyncClient

    from medtui.data.auth import Auth


class Sessions:
    """Reads and writes of `practice_sessions`. All methods raise `DataError`s."""

    def __init__(
        self, connection: Connection, auth: Auth, profiles: Profiles, assessments: Assessments
    ) -> None:
        self._connection = connection
        self._auth = auth
        self._profiles = profiles
        self._assessments = assessments
        self.on_freeing: list[Callable[[UUID], None]] = []
        """Called with the session's id before the user frees a seat, their own too."""
        self.on_booking: list[Callable[[UUID], None]] = []
        """Called with the session's id before the user books."""

    @property
    def is_anonymous(self) -> bool:
        """Whether there is no login: then sessions come without their room links."""
        return self._auth.user is None

    async def window(
        self,
        now: datetime,
        scope: SessionWindow = BOARD,
        begun: Callable[[list[PracticeSession]], None] | None = None,
    ) -> list[PracticeSession]:
        """All sessions of the window at `now`, read in pages, earliest first.

        `begun`: is called with the first page, where more come.
        """

        def within(query: Any) -> Any:
            query = query.gte("datetime_utc", iso(now - scope.back))
            if scope.ahead is not None:
                query = query.lte("datetime_utc", iso(now + scope.ahead))
            return query if scope.type is None else query.eq("type", scope.type)

        columns = await self.selection(scope)
        found: dict[UUID, PracticeSession] = {}
        async for page in pages(
            self._connection, "practice_sessions", columns, within, key=("datetime_utc", "id")
        ):
            is_first = not found
            found.update((session.id, session) for session in sessions_in(page))
            if begun is not None and is_first and len(page) >= PAGE:
                begun(list(found.values()))
        for session in found.values():
            self._profiles.remember([session.host, session.guest])
        return list(found.values())

    async def one(self, session_id: UUID, scope: SessionWindow = BOARD) -> PracticeSession:
        """One session as it is now. Raises Gone."""
        columns = await self.selection(scope)

        async def select(client: AsyncClient) -> Any:
            query = client.table("practice_sessions").select(columns)
            return await query.eq("id", str(session_id)).execute()

        rows = (await self._connection.read(select)).data
        if not rows:
            raise Gone("The host has cancelled this session.")
        return self._session(rows[0])

    async def some(self, session_ids: Collection[UUID]) -> dict[UUID, PracticeSession]:
        """These sessions as they are now, by id, without those that are deleted."""
        rows = await read_ids(
            self._connection, "practice_sessions", await self.selection(), session_ids
        )
        return {session.id: session for session in sessions_in(rows)}

    async def between(self, first: UUID, last: UUID) -> list[PracticeSession]:
        """The sessions whose ids are from `first` to `last`; of many a few, to tell them apart."""
        columns = await self.selection()

        async def select(client: AsyncClient) -> Any:
            query = client.table("practice_sessions").select(columns)
            query = query.gte("id", str(first)).lte("id", str(last))
            return await query.order("datetime_utc").limit(5).execute()

        return sessions_in((await self._connection.read(select)).data)

    async def create(self, draft: SessionDraft) -> PracticeSession:
        """Post a session. Posting the same draft again, because an answer got lost, succeeds.

        Raises Changed if its id was posted before with other values, which are in `present`.
        """
        me = self._me()
        row = new_row(draft, me, await self._connection.level())
        try:
            return await self.insert(row)
        except (Invalid, NotAllowed) as error:
            # The draft made the id, so a row with it is from our own first attempt.
            try:
                present = await self.one(draft.id)
            except Gone:
                raise error from None
            if present.host_id != me:
                raise
            if not is_as_posted(present, draft):
                raise Changed(
                    "It was posted before already, but not as it stands here.", present
                ) from error
            return present

    async def insert(self, row: Mapping[str, Any]) -> PracticeSession:
        """Add a row, which has its id. Raises Invalid or NotAllowed, also if the id is taken."""
        columns = await self.selection()

        async def insert(client: AsyncClient) -> Any:
            query = client.table("practice_sessions").insert(dict(row))
            return await query.select(columns).execute()

        return self._session((await self.twice(insert)).data[0])

    async def book(self, seen: PracticeSession) -> PracticeSession:
        """Take the guest's seat. Raises Taken, Changed, Gone, NotAllowed."""
        me = self._me()
        self._tell(self.on_booking, seen.id)
        if seen.guest_id is None and seen.kept_until is not None:
            await next_offer(self._connection, seen.id)

        async def update(client: AsyncClient) -> Any:
            query = client.table("practice_sessions").update({"guest_id": str(me)})
            query = query.eq("id", str(seen.id)).is_("guest_id", "null")
            return await query.eq("datetime_utc", iso(seen.starts_at)).select(columns).execute()

        columns = await self.selection()
        if row := await self._touched(update):
            return self._session(row)
        present = await self.one(seen.id)
        if present.guest_id == me:
            return present  # booked before, and the answer got lost
        if present.guest_id is not None:
            name = present.guest.name if present.guest else "Another person"
            raise Taken(f"{name} has just booked it: choose another session.", present)
        raise changed(seen, present)

    async def leave(self, seen: PracticeSession) -> PracticeSession:
        """Give the guest's seat back. Raises Changed, Gone, NotAllowed."""
        me = self._me()
        self._tell(self.on_freeing, seen.id)

        async def update(client: AsyncClient) -> Any:
            query = client.table("practice_sessions").update({"guest_id": None})
            query = query.eq("id", str(seen.id)).eq("guest_id", str(me))
            return await query.select(columns).execute()

        columns = await self.selection()
        try:
            row = await self._touched(update)
        except NotAllowed:
            if await self._connection.is_complete():
                raise
            raise NotAllowed(CANNOT_LEAVE) from None
        if row:
            return self._session(row)
        present = await self.one(seen.id)
        if present.guest_id != me:
            return present  # left before, or freed by the host
        raise changed(seen, present)

    async def edit(self, seen: PracticeSession, **wanted: Unpack[SessionValues]) -> PracticeSession:
        """Change the user's own session to these values.

        Raises Changed, Gone, Invalid, NotAllowed.
        """
        saw = {field.column: stored(getattr(seen, field.name)) for field in EDITED}
        write = seen.model_copy(update=dict(wanted))
        known = known_fields(EDITED, write, await self._connection.level())
        values = {field.column: stored(getattr(write, field.name)) for field in known}
        values = {column: value for column, value in values.items() if value != saw[column]}
        if not values:
            return seen

        async def update(client: AsyncClient) -> Any:
            query = client.table("practice_sessions").update(values).eq("id", str(seen.id))
            # The guest is compared, too: a host should know who is affected by a new time.
            for column, value in {
                "guest_id": _text(seen.guest_id),
                **{column: saw[column] for column in values},
            }.items():
                query = query.is_(column, "null") if value is None else query.eq(column, value)
            return await query.select(columns).execute()

        columns = await self.selection()
        if row := await self._touched(update):
            return self._session(row)
        present = await self.one(seen.id)
        if all(getattr(present, field.name) == getattr(write, field.name) for field in known):
            return present
        raise changed(seen, present)

    async def choose_candidate(
        self, seen: PracticeSession, candidate_id: UUID, *, keep_case: bool = True
    ) -> PracticeSession:
        """Set the candidate, in prep. Raises Changed, Gone, NotAllowed.

        `keep_case`: False removes the case, as a candidate who was its actor has read a brief.
        """
        moved = seen.candidate_id not in (None, candidate_id)
        case = seen.case_id if keep_case and not moved else None
        return await self._set_room(seen, Stage.PREP, candidate_id, case)

    async def choose_case(self, seen: PracticeSession, case_id: UUID | None) -> PracticeSession:
        """Set the case, or for None remove it, in prep. Raises Changed, Gone, NotAllowed."""
        return await self._set_room(seen, Stage.PREP, seen.candidate_id, case_id)

    async def set_stage(self, seen: PracticeSession, stage: Stage) -> PracticeSession:
        """Set the stage: interview, wrap-up, or back to prep with candidate and case kept.

        Raises Changed, Gone, NotAllowed.
        """
        return await self._set_room(seen, stage, seen.candidate_id, seen.case_id)

    async def remove_guest(self, seen: PracticeSession) -> PracticeSession:
        """Free the guest's seat. Raises Changed, Gone, NotAllowed."""
        candidate = None if seen.candidate_id == seen.guest_id else seen.candidate_id
        self._tell(self.on_freeing, seen.id)
        return await self._set_room(seen, Stage.PREP, candidate, seen.case_id, guest_id=None)

    async def _set_room(
        self,
        seen: PracticeSession,
        stage: Stage,
        candidate_id: UUID | None,
        case_id: UUID | None,
        **more: None,
    ) -> PracticeSession:
        """Write the values that differ, if the whole room is still as it was seen."""
        wanted = {"version": stage, "candidate_id": candidate_id, "case_id": case_id, **more}
        saw = {
            "version": seen.stage,
            "candidate_id": seen.candidate_id,
            "case_id": seen.case_id,
            "guest_id": seen.guest_id,
        }
        values = {column: value for column, value in wanted.items() if value != saw[column]}
        if not values:
            return seen

        async def update(client: AsyncClient) -> Any:
            query = client.table("practice_sessions").update(
                {name: _text(value) if name != "version" else value
                 for name, value in values.items()}
            )  # fmt: skip
            query = query.eq("id", str(seen.id))
            for column in ("candidate_id", "case_id", "guest_id"):
                id_ = _text(saw[column])
                query = query.is_(column, "null") if id_ is None else query.eq(column, id_)
            # Another client's stage outside 1 to 3 counts as the nearest.
            if seen.stage is Stage.PREP:
                query = query.lt("version", Stage.INTERVIEW.value)
            elif seen.stage is Stage.WRAP_UP:
                query = query.gt("version", Stage.INTERVIEW.value)
            else:
                query = query.eq("version", seen.stage.value)
            return await query.select(columns).execute()

        columns = await self.selection()
        if row := await self._touched(update):
            return self._session(row)
        present = await self.one(seen.id)
        now = (present.stage, present.candidate_id, present.case_id)
        if now == (stage, candidate_id, case_id) and (not more or present.guest_id is None):
            return present  # done before, and the answer got lost
        raise changed(seen, present)

    async def cancel(self, seen: PracticeSession) -> None:
        """Delete the user's own session; one that is deleted already is no error.

        A session with files stays: without it, no account could read or delete them.
        Raises Changed when the guest or the stage is not what the host saw, NotAllowed.
        """
        await self.check_files(seen)

        async def delete(client: AsyncClient) -> Any:
            query = client.table("practice_sessions").delete().eq("id", str(seen.id))
            guest = _text(seen.guest_id)
            query = query.is_("guest_id", "null") if guest is None else query.eq("guest_id", guest)
            if seen.stage is Stage.PREP:  # a station that has just started belongs to both
                query = query.lt("version", Stage.INTERVIEW.value)
            return await query.select("id").execute()

        if await self._touched(delete):
            return
        try:
            present = await self.one(seen.id)
        except Gone:
            return
        raise changed(seen, present)

    async def check_files(self, seen: PracticeSession) -> None:
        """Raise NotAllowed if a session has files, which belong to both."""
        if names := await self._assessments.names(seen.id):
            raise NotAllowed(why_not_with_files(seen, names))

    async def columns(self, scope: SessionWindow) -> list[str]:
        """The window's columns that this user may read from this kind of server."""
        level, is_anonymous = await self._connection.level(), self.is_anonymous
        readable = {
            field.column for field in FIELDS
            if field.is_readable(level, is_anonymous=is_anonymous)
        }  # fmt: skip
        return [column for column in scope.columns if column in readable]

    async def selection(self, scope: SessionWindow = BOARD) -> str:
        """The `select` of a query: the columns, and those of the row's people and case."""
        people = ",".join(scope.people)
        embeds = (
            f"host:profiles!practice_sessions_host_id_fkey({people}),"
            f"guest:profiles!practice_sessions_guest_id_fkey({people}),"
            "case:cases!practice_sessions_case_id_fkey(id,category,domain)"
        )
        return f"{','.join(await self.columns(scope))},{embeds}"

    async def _touched(self, write: Callable[[AsyncClient], Awaitable[Any]]) -> Any | None:
        """The row that a compare-and-set has changed; None if it matched no row."""
        rows = (await self.twice(write)).data
        return rows[0] if rows else None

    async def twice(self, write: Callable[[AsyncClient], Awaitable[Any]]) -> Any:
        """Make a write that can be repeated safely, a second time if the answer got lost."""
        try:
            return await self._connection.write(write)
        except Unreachable:
            return await self._connection.write(write)

    def _session(self, row: Any) -> PracticeSession:
        with translated():  # also for a row that cannot be shown
            [session] = sessions_in([row])
        self._profiles.remember([session.host, session.guest])
        return session

    def _tell(self, listeners: list[Callable[[UUID], None]], session_id: UUID) -> None:
        for listener in listeners:
            listener(session_id)

    def _me(self) -> UUID:
        if self._auth.user is None:
            raise NotSignedIn("Sign in first.")
        return self._auth.user.id


def _text(id_: object) -> str | None:
    return None if id_ is None else str(id_)
