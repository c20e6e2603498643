"""Deleting the user's own account, on a server that lets its users do that."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any
from uuid import UUID

from medtui.core.models import PracticeSession
from medtui.data.backoff import Pauses
from medtui.data.codes import Code
from medtui.data.connection import DELETION, READ_ATTEMPTS, READ_PAUSES
from medtui.data.error_mapping import translated
from medtui.data.errors import Invalid, NotAllowed, NotSignedIn, ServerTooOld, Unreachable
from medtui.data.paging import read_all
from medtui.data.rows import sessions_in
from medtui.data.window import HISTORY

if TYPE_CHECKING:
    from medtui.data.assessments import Assessments
    from medtui.data.auth import Auth, User
    from medtui.data.codes import Codes
    from medtui.data.connection import Connection
    from medtui.data.sessions import Sessions

NOT_KNOWN = (
    "The server did not answer, so it is not known whether your account was deleted: "
    "try again in a moment."
)


class AccountDeletion:
    """Deletes the signed-in user's account. All methods raise `DataError`s."""

    def __init__(
        self,
        connection: Connection,
        auth: Auth,
        codes: Codes,
        sessions: Sessions,
        assessments: Assessments,
    ) -> None:
        self._connection = connection
        self._auth = auth
        self._codes = codes
        self._sessions = sessions
        self._assessments = assessments
        self._unanswered: UUID | None = None
        """The user whose account the server was asked to delete, when the answer got lost."""

    async def is_possible(self) -> bool:
        """Whether this server lets its users delete their accounts."""
        return await self._connection.level() >= DELETION

    async def sessions(self) -> list[PracticeSession]:
        """All sessions of the user, past and coming."""
        me = self._me().id
        columns = await self._sessions.selection(HISTORY)

        def mine(query: Any) -> Any:
            return query.or_(f"host_id.eq.{me},guest_id.eq.{me}")

        return sessions_in(await read_all(self._connection, "practice_sessions", columns, mine))

    async def send_code(self) -> None:
        """Have a code e-mailed that takes the place of the password. Raises TooOften."""
        await self._codes.send(Code.SIGN_IN, self._me().email)

    async def delete(self, *, password: str = "", digits: str = "") -> None:
        """Delete the account, if the password or the code is the user's.

        With neither, the login itself must be a few minutes old at most. Raises Invalid (`field`
        password or code), NotAllowed, and Unreachable, after which it can be repeated.
        """
        me = self._me()
        if self._unanswered == me.id:
            with contextlib.suppress(NotAllowed):  # the login is not fresh any more
                await self._call(me.id)
                return
        await self._prove(me, password, digits)
        await self._delete_lonely_files(me.id)
        await self._call(me.id)

    async def _prove(self, me: User, password: str, digits: str) -> None:
        """Sign in again, as the server wants a fresh login."""
        if digits:
            await self._codes.enter(Code.SIGN_IN, me.email, digits)
        elif password:
            try:
                await self._auth.sign_in(me.email, password)
            except Invalid as error:
                if error.field != "password":
                    raise
                raise Invalid(
                    "This is not your password: try again, or ask for a code.", field="password"
                ) from error
        if self._me().id != me.id:  # the address has changed hands in another window
            raise NotSignedIn("This is another account's login now: sign in again.")

    async def _delete_lonely_files(self, me: UUID) -> None:
        """Delete the files of sessions without a guest: no account could read them any more."""

        def lonely(query: Any) -> Any:
            return query.eq("host_id", str(me)).is_("guest_id", "null")

        rows = await read_all(self._connection, "practice_sessions", "id", lonely)
        with_files: set[UUID] = set()
        if rows:
            with contextlib.suppress(ServerTooOld):  # there is no bucket
                with_files = await self._assessments.sessions()
        for session_id in with_files & {UUID(row["id"]) for row in rows}:
            await self._assessments.remove(session_id, await self._assessments.names(session_id))

    async def _call(self, me: UUID) -> None:
        """Have it deleted; asked again where the answer got lost."""
        pauses = Pauses(*READ_PAUSES)
        for _ in range(READ_ATTEMPTS):
            try:
                with translated():
                    await self._connection.client.rpc("delete_account").execute()
                return
            except Unreachable:
                self._unanswered = me
            except (NotSignedIn, NotAllowed) as error:
                if self._unanswered == me and _is_gone(error):
                    return
                raise
            await pauses.sleep()
        raise Unreachable(NOT_KNOWN)

    def _me(self) -> User:
        if self._auth.user is None:
            raise NotSignedIn("Sign in first.")
        return self._auth.user


def _is_gone(error: NotSignedIn | NotAllowed) -> bool:
    """Whether the server refuses because there is no such account any more."""
    return isinstance(error, NotSignedIn) or getattr(error.__cause__, "hint", "") == "no_account"
