"""Looks up the people and cases of session rows, which the feed's changes do not carry."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable
from uuid import UUID

from medtui.core.models import CaseSummary, PracticeSession
from medtui.data.change_source import Change
from medtui.data.connection import Connection
from medtui.data.errors import Gone
from medtui.data.paging import read_ids
from medtui.data.profiles import Profiles
from medtui.data.rows import sessions_in
from medtui.data.sessions import Sessions
from medtui.data.window import SessionWindow


class Relations:
    """People and cases of one window's sessions, remembered while a session points to them."""

    def __init__(
        self, connection: Connection, sessions: Sessions, profiles: Profiles, scope: SessionWindow
    ) -> None:
        self._connection = connection
        self._sessions = sessions
        self._profiles = profiles
        self._scope = scope
        self._cases: dict[UUID, CaseSummary] = {}

    def remember(self, sessions: Iterable[PracticeSession]) -> None:
        """Remember the people and cases of whole sessions."""
        for session in sessions:
            self._profiles.remember([session.host, session.guest])
            if session.case:
                self._cases[session.case.id] = session.case

    def retain(self, sessions: Collection[PracticeSession]) -> None:
        """Forget the people and cases that none of these sessions points to."""
        cases = {session.case_id for session in sessions}
        self._cases = {id_: case for id_, case in self._cases.items() if id_ in cases}
        self._profiles.retain({id_ for s in sessions for id_ in (s.host_id, s.guest_id) if id_})

    async def complete(self, records: list[Change]) -> list[PracticeSession]:
        """Turn the feed's records into sessions, with their people and cases."""
        asked = await self._sessions.columns(self._scope)
        bare = []
        for record in records:
            if record.keys() >= set(asked):
                # A server without our column grants sends more columns, room links included.
                known = {name: record[name] for name in asked}
                bare += sessions_in([known])
            else:  # a long value that did not change is not sent again
                with contextlib.suppress(Gone):
                    bare.append(await self._sessions.one(UUID(record["id"]), self._scope))
        people = await self._profiles.get_many(
            id_ for session in bare for id_ in (session.host_id, session.guest_id) if id_
        )
        await self._learn_cases({session.case_id for session in bare if session.case_id})
        return [
            session.model_copy(
                update={
                    "host": people.get(session.host_id),
                    "guest": people.get(session.guest_id) if session.guest_id else None,
                    "case": self._cases.get(session.case_id) if session.case_id else None,
                }
            )
            for session in bare
        ]

    async def _learn_cases(self, ids: set[UUID]) -> None:
        unknown = ids - self._cases.keys()
        for row in await read_ids(self._connection, "cases", "id,category,domain", unknown):
            case = CaseSummary.model_validate(row)
            self._cases[case.id] = case
