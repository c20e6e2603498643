"""The next round of a meeting: a session of its own, posted by the host of the last one."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from medtui.core.models import PracticeSession, Stage
from medtui.core.rounds import link_of_round, next_id
from medtui.core.session_fields import NOTES
from medtui.data.connection import ROUNDS, Connection
from medtui.data.errors import Gone, Invalid, NotAllowed
from medtui.data.rows import iso
from medtui.data.sessions import Sessions

ATTEMPTS = 3
"""How often another id or link is tried, where a stranger has taken the one of this round."""


class Rounds:
    """Begins rounds. A server with the newest migration keeps the seat for the last guest."""

    def __init__(self, connection: Connection, sessions: Sessions) -> None:
        self._connection = connection
        self._sessions = sessions

    async def begin(
        self, seen: PracticeSession, candidate: UUID | None, number: int, now: datetime
    ) -> PracticeSession:
        """Post the round after `seen`, which is finished first if its station runs.

        A guest becomes the candidate once they have taken their seat: the row says so only of the
        host. Beginning a round twice, by two windows or because an answer got lost, is one round.

        Args:
            candidate: the host's id; any other leaves the row without a candidate.
            number: of the new round, from 2.
            now: the present time, when it begins.

        Raises Changed, Gone, NotAllowed, Invalid.
        """
        if seen.stage is Stage.INTERVIEW:
            seen = await self._sessions.set_stage(seen, Stage.WRAP_UP)
        row = {
            "host_id": str(seen.host_id),
            # Rounds are in the order of their times; a station may begin before its own.
            "datetime_utc": iso(max(now, seen.starts_at + timedelta(seconds=1))),
            "type": seen.type,
            "candidate_id": str(candidate) if candidate == seen.host_id else None,
        }
        if await self._connection.level() >= ROUNDS:
            row["meeting_id"] = str(seen.meeting_id or seen.id)
        if seen.note and await self._connection.level() >= NOTES:
            row["note"] = seen.note
        id_, salt = next_id(seen.id), 0
        for attempt in range(1, ATTEMPTS + 1):
            link = link_of_round(seen.room_url, number, salt)
            try:
                return await self._sessions.insert({**row, "id": str(id_), "room_url": link})
            except (Invalid, NotAllowed) as error:
                try:
                    present = await self._sessions.one(id_)
                except Gone:
                    if attempt == ATTEMPTS or getattr(error, "field", "") != "room_url":
                        raise error from None
                    salt = random.randint(1, 999_999)  # no secret
                    continue
                if present.host_id == seen.host_id:
                    return present
                id_ = uuid4()
        raise AssertionError
