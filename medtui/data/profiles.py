"""Profiles: the user's own, and those of the people on the board."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from medtui.core.models import CANNOT_EDIT_PROFILE, Profile, ProfileDraft
from medtui.core.profile_fields import PROFILE_COLUMNS
from medtui.data.connection import Connection
from medtui.data.error_mapping import translated
from medtui.data.errors import Invalid, NotAllowed, NotSignedIn
from medtui.data.paging import read_ids

if TYPE_CHECKING:
    from supabase import AsyncClient

    from medtui.data.auth import Auth

COLUMNS = ",".join(PROFILE_COLUMNS)


class Profiles:
    """Reads and writes of `profiles`. All methods raise `DataError`s."""

    def __init__(self, connection: Connection, auth: Auth, columns: str = COLUMNS) -> None:
        self._connection = connection
        self._auth = auth
        self._columns = columns
        self._known: dict[UUID, Profile] = {}

    async def mine(self) -> Profile | None:
        """The signed-in user's profile; None if it was not set up yet."""
        me = self._me()
        return (await self._read([me])).get(me)

    async def get_many(self, ids: Iterable[UUID]) -> dict[UUID, Profile]:
        """Profiles by id, from memory where known; ids without a profile are left out."""
        ids = set(ids)
        if unknown := ids - self._known.keys():
            await self._read(unknown)
        return {id_: self._known[id_] for id_ in ids & self._known.keys()}

    def remember(self, profiles: Iterable[Profile | None]) -> None:
        """Remember profiles that were read together with other rows."""
        self._known.update({profile.user_id: profile for profile in profiles if profile})

    def retain(self, ids: set[UUID]) -> None:
        """Forget all profiles but these."""
        self._known = {id_: known for id_, known in self._known.items() if id_ in ids}

    async def create(self, draft: ProfileDraft) -> Profile:
        """Make the user's own profile; if there is one already, edit it."""
        row = draft.model_dump() | {"user_id": str(self._me())}

        async def insert(client: AsyncClient) -> Any:
            return await client.table("profiles").insert(row).select(COLUMNS).execute()

        try:
            return self._only((await self._connection.write(insert)).data)
        except Invalid as error:
            if error.field is not None or (mine := await self.mine()) is None:
                raise
            if ProfileDraft.model_validate(mine.model_dump()) == draft:
                return mine  # set up before, and the answer got lost
            return await self.edit(draft)

    async def edit(self, draft: ProfileDraft) -> Profile:
        """Change the user's own profile. Raises NotAllowed on a server without a policy for it."""
        me = str(self._me())

        async def update(client: AsyncClient) -> Any:
            query = client.table("profiles").update(draft.model_dump()).eq("user_id", me)
            return await query.select(COLUMNS).execute()

        rows = (await self._connection.write(update)).data
        if not rows:
            raise NotAllowed(CANNOT_EDIT_PROFILE)
        return self._only(rows)

    def _me(self) -> UUID:
        if self._auth.user is None:
            raise NotSignedIn("Sign in first.")
        return self._auth.user.id

    def _only(self, rows: Any) -> Profile:
        with translated():
            profile = Profile.model_validate(rows[0])
        self.remember([profile])
        return profile

    async def _read(self, ids: Iterable[UUID]) -> dict[UUID, Profile]:
        read = await read_ids(self._connection, "profiles", self._columns, ids, key="user_id")
        with translated():
            found = {UUID(row["user_id"]): Profile.model_validate(row) for row in read}
        self._known.update(found)
        return found
