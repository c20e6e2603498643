"""Notices of what passes: a station begins, the partner is in the room, a session is near.

No I/O and no Textual: the data module's events go in, notices come out, each once. They are not
kept: what was not told in time is not worth telling later.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from medtui.core.models import PracticeSession, Stage
from medtui.core.notices import Notice, What, known_of
from medtui.core.waiting import is_offered

BEFORE = (timedelta(minutes=10), timedelta(minutes=1))
"""How long before a session it is told, the longest first."""

NEAR = timedelta(minutes=15)
"""How long before a session its room is listened to."""

LATE = timedelta(hours=1)
"""How long after its start the room of a session in prep is listened to."""


class PassingNotices:
    """One person's sessions, and what was told of them already.

    Args:
        me: the person.
    """

    def __init__(self, me: UUID) -> None:
        self._me = me
        self._mine: dict[UUID, PracticeSession] = {}
        self._told: set[tuple[UUID, datetime, timedelta]] = set()
        self._present: dict[UUID, Collection[UUID]] = {}
        self._offers: set[tuple[UUID, datetime]] = set()
        self._is_read = False

    def read(self, sessions: Iterable[PracticeSession], now: datetime) -> list[Notice]:
        """Take these as all sessions that there are."""
        found = {session.id: session for session in sessions}
        notices = self.apply(found.values(), self._mine.keys() - found.keys(), now)
        self._is_read = True
        return notices

    def apply(
        self, changed: Iterable[PracticeSession], removed: Iterable[UUID], now: datetime
    ) -> list[Notice]:
        """Take changes. Returns the notices of stations that begin, and of seats that are kept.

        One that runs when the sessions are first read is told, too: its guest should hurry.
        """
        notices = []
        for id_ in removed:
            self._forget(id_)
        for session in changed:
            notices += self._offer(session, now)
            before = self._mine.get(session.id)
            if not session.involves(self._me):
                self._forget(session.id)
                continue
            self._mine[session.id] = session
            was_running = before.stage is Stage.INTERVIEW if before else self._is_read
            begins = session.stage is Stage.INTERVIEW and not was_running
            if begins and session.guest_id == self._me:
                notices.append(self._notice(What.BEGAN, session, now))
        return notices

    def met(self, session_id: UUID, people: Collection[UUID], now: datetime) -> list[Notice]:
        """Take who is in a room now. Returns the notice of a partner who was not there before."""
        session = self._mine.get(session_id)
        before, self._present[session_id] = self._present.get(session_id, ()), people
        if session is None or self._me in people:  # the room itself shows it
            return []
        partner = session.guest_id if session.host_id == self._me else session.host_id
        has_come = partner in people and partner not in before
        return [self._notice(What.ARRIVED, session, now)] if has_come else []

    def tick(self, now: datetime) -> list[Notice]:
        """The notices that are due at `now`; to be called every few seconds."""
        notices = []
        for session in self._mine.values():
            left = session.starts_at - now
            due = [before for before in BEFORE if timedelta(0) < left <= before]
            keys = {(session.id, session.starts_at, before) for before in due}
            if session.stage is not Stage.PREP or keys <= self._told:
                continue
            self._told |= keys
            notice = self._notice(What.SOON, session, now)
            minutes = max(1, round(left / timedelta(minutes=1)))
            notices.append(notice.model_copy(update={"minutes": minutes}))
        return notices

    def rooms(self, now: datetime) -> set[UUID]:
        """The sessions whose rooms are worth listening to at `now`."""
        return {
            session.id
            for session in self._mine.values()
            if session.guest_id is not None
            and session.stage is Stage.PREP
            and -LATE <= session.starts_at - now <= NEAR
        }

    def _offer(self, session: PracticeSession, now: datetime) -> list[Notice]:
        """The notice of a seat that is kept for the viewer, once for each time that it is."""
        until = session.kept_until
        if until is None or not is_offered(session, self._me, now):
            return []
        if (session.id, until) in self._offers:
            return []
        self._offers = {(id_, end) for id_, end in self._offers if end > now}
        self._offers.add((session.id, until))
        what = What.OFFERED if session.kept_as == "offer" else What.INVITED
        return [self._notice(what, session, now).model_copy(update={"until": until})]

    def _notice(self, what: What, session: PracticeSession, now: datetime) -> Notice:
        known = known_of(session, self._me, now)
        return Notice(
            what=what,
            since=now,
            session_id=session.id,
            who=known.partner,
            type=known.type,
            starts_at=session.starts_at,
        )

    def _forget(self, session_id: UUID) -> None:
        self._mine.pop(session_id, None)
        self._present.pop(session_id, None)
