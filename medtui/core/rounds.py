"""Rounds: the stations that two people hold one after another, each a session of its own.

The rounds of a meeting share its room link. The database wants every link to be different, so a
later round's link ends in its number, where services that open links ignore it: Jitsi, Zoom, Teams,
Meet and others get the same path and the same meeting. On a server that has the data model alone,
this ending is all that tells a round.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID, uuid5

from medtui.core.models import PracticeSession, Stage, safe_link

LONGEST_LINK = 500
"""The most characters of a link in the database."""

_ENDING = re.compile(r"(?:#medtui-round=|[?&]medtui-round=|#round)\d{1,3}(?:\.\d{1,6})?(?=$|#)")


class Round(NamedTuple):
    """Which round of a meeting a session is, from 1, and how many there are."""

    number: int
    of: int

    @property
    def words(self) -> str:
        """ "Round 2 of 3"; "" where there is one alone."""
        return f"Round {self.number} of {self.of}" if self.of > 1 else ""

    def beside(self, kind: str) -> str:
        """ "Mock 2/3": a session's type, with its round."""
        return f"{kind} {self.number}/{self.of}".strip() if self.of > 1 else kind


ALONE = Round(1, 1)


class RoundIndex:
    """Which rounds the sessions of a window are, by their rows; changes cost no reading again."""

    def __init__(self) -> None:
        self._later: dict[UUID, dict[UUID, datetime]] = {}
        """The starts of later rounds, by the meeting's first session."""
        self._meeting: dict[UUID, UUID] = {}

    def read(self, sessions: Iterable[PracticeSession]) -> None:
        """Take these as the whole window."""
        self._later, self._meeting = {}, {}
        for session in sessions:
            self.put(session)

    def put(self, session: PracticeSession) -> None:
        """Take a session as it is now."""
        self.drop(session.id)
        if session.meeting_id is not None:
            self._meeting[session.id] = session.meeting_id
            self._later.setdefault(session.meeting_id, {})[session.id] = session.starts_at

    def drop(self, session_id: UUID) -> None:
        """Forget a session that is gone."""
        meeting = self._meeting.pop(session_id, None)
        if meeting is not None:
            del self._later[meeting][session_id]

    def of(self, session: PracticeSession) -> Round:
        """Which round a session is; the first one counts also where it is not in the window."""
        later = self._later.get(session.meeting_id or session.id)
        if not later:
            return ALONE
        starts = sorted((start, id_) for id_, start in later.items())
        before = [id_ for _, id_ in starts]
        number = before.index(session.id) + 2 if session.id in later else 1
        return Round(number, len(later) + 1)


def link_of_round(link: str | None, number: int, salt: int = 0) -> str | None:
    """A meeting's link for another of its rounds; it opens the same call.

    A link gets a fragment, which no service is sent. One that has a fragment already, as Jitsi's
    settings and Teams' older links do, gets a parameter instead. A bare name gets "#round2".
    `salt`: a number that makes it differ from a link that others have taken. None without a link,
    and where it would be too long for the database.
    """
    if not link:
        return None
    base = base_link(link)
    mark = f"{number}.{salt}" if salt else str(number)
    if safe_link(base) is None:
        found = f"{base}#round{mark}"
    else:
        parts = urlsplit(base)
        if parts.fragment:
            query = f"{parts.query}&medtui-round={mark}" if parts.query else f"medtui-round={mark}"
            found = urlunsplit(parts._replace(query=query))
        else:
            found = f"{base}#medtui-round={mark}"
    return found if len(found) <= LONGEST_LINK else None


def base_link(link: str) -> str:
    """The link of the meeting, without a round's number."""
    return _ENDING.sub("", link, count=1)


def next_id(session_id: UUID) -> UUID:
    """The id of the round that follows a session: two attempts to begin it are one round."""
    return uuid5(session_id, "next round")


def rounds_of(sessions: Iterable[PracticeSession]) -> dict[UUID, Round]:
    """Which round each of these sessions is, by id; sessions that are alone are left out.

    Only sessions that are here count: another may be older than what was read.
    """
    known = list(sessions)
    meetings = _meetings(known)
    groups: dict[Meeting, list[PracticeSession]] = {}
    for each in known:
        groups.setdefault(meetings[each.id], []).append(each)
    found: dict[UUID, Round] = {}
    for rounds in groups.values():
        if len(rounds) > 1:
            rounds.sort(key=lambda each: (each.starts_at, each.id))
            found |= {each.id: Round(n, len(rounds)) for n, each in enumerate(rounds, 1)}
    return found


def begun_after(
    session: PracticeSession, sessions: Iterable[PracticeSession], guest: UUID
) -> PracticeSession | None:
    """The next round of a guest's meeting, if its seat is free, or theirs already; else None."""
    known = [session, *(each for each in sessions if each.id != session.id)]
    meetings = _meetings(known)
    later = [
        each
        for each in known
        if meetings[each.id] == meetings[session.id]
        and each.starts_at > session.starts_at
        and each.stage is Stage.PREP
        and each.guest_id in (None, guest)
    ]
    return max(later, key=lambda each: each.starts_at, default=None)


Meeting = tuple[UUID, UUID]
"""The host, and the session of the first round."""


def _meetings(sessions: Iterable[PracticeSession]) -> dict[UUID, Meeting]:
    """The meeting of each session, by its id: as its row says, else as its link does."""
    known = list(sessions)
    by_link = {(each.host_id, each.room_url): each.id for each in known if each.room_url}

    def first_of(session: PracticeSession) -> UUID:
        if session.meeting_id is not None or not session.room_url:
            return session.meeting_id or session.id
        return by_link.get((session.host_id, base_link(session.room_url)), session.id)

    return {each.id: (each.host_id, first_of(each)) for each in known}
