"""The shared screen as plain data: what runs now, what comes next, in pages of lines.

No I/O and no Textual. There is no login here, so it says less than a board: neither
links nor who is the candidate.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum
from itertools import groupby
from uuid import UUID

from medtui.core.agenda import SHOWN_AFTER_START, SHOWN_WHILE_RUNNING
from medtui.core.models import PracticeSession, Profile, Stage
from medtui.core.rounds import RoundIndex
from medtui.core.wording import kept_until


class Names(StrEnum):
    """How much of people's names a shared screen shows."""

    FULL = "full"
    INITIALS = "initials"
    NONE = "none"

    def of(self, profile: Profile | None) -> str:
        """A name as it may be shown: "Amara Okafor", "Amara O.", or only "ST1"."""
        if profile is None:
            return "somebody"
        match self:
            case Names.FULL:
                return profile.name
            case Names.INITIALS:
                return _first_and_initial(profile)
        return profile.level or "somebody"


@dataclass(frozen=True, slots=True)
class Now:
    """The heading over sessions that have begun."""


@dataclass(frozen=True, slots=True)
class Next:
    """The heading over a day's coming sessions."""

    day: date


Heading = Now | Next
Line = Heading | PracticeSession | None
"""None is an empty line."""


class SharedBoard:
    """The sessions of the window, and their sections.

    Args:
        zone: in which days begin and end.
        days: how many days from today on are shown, today included; None: all.
    """

    def __init__(self, zone: tzinfo, days: int | None = None) -> None:
        self._zone = zone
        self._days = days
        self.rounds = RoundIndex()
        self._sessions: dict[UUID, PracticeSession] = {}

    def read(self, sessions: Iterable[PracticeSession]) -> set[UUID]:
        """Take these as the whole window; returns the ids of new or different ones."""
        before, self._sessions = self._sessions, {session.id: session for session in sessions}
        self.rounds.read(self._sessions.values())
        return {id_ for id_, session in self._sessions.items() if before.get(id_) != session}

    def apply(self, changed: Iterable[PracticeSession], removed: Iterable[UUID] = ()) -> set[UUID]:
        """Apply a burst of changes; returns which sessions are new or different."""
        for id_ in removed:
            self._sessions.pop(id_, None)
            self.rounds.drop(id_)
        fresh = {s.id: s for s in changed if self._sessions.get(s.id) != s}
        self._sessions.update(fresh)
        for session in fresh.values():
            self.rounds.put(session)
        return set(fresh)

    def sections(self, now: datetime) -> list[tuple[Heading, list[PracticeSession]]]:
        """The sessions that have begun, then the coming ones day by day, each by start."""
        ordered = sorted(self._sessions.values(), key=lambda s: (s.starts_at, s.id))
        running = [session for session in ordered if _has_begun(session, now)]
        coming = [s for s in ordered if s.stage is Stage.PREP and s.starts_at > now]
        sections: list[tuple[Heading, list[PracticeSession]]] = (
            [(Now(), running)] if running else []
        )
        today = now.astimezone(self._zone).date()
        for day, sessions in groupby(coming, lambda s: s.starts_at.astimezone(self._zone).date()):
            if self._days is None or (day - today).days < self._days:
                sections.append((Next(day), list(sessions)))
        return sections

    def open_count(self, now: datetime) -> int:
        """How many of the shown coming sessions have a free seat, which is not kept."""
        return sum(
            session.is_open and kept_until(session, now) is None
            for heading, sessions in self.sections(now)
            if isinstance(heading, Next)
            for session in sessions
        )


def pages(
    sections: Sequence[tuple[Heading, Sequence[PracticeSession]]], height: int
) -> list[list[Line]]:
    """The sections as pages of at most `height` lines; one empty page when there is nothing.

    A section that goes on on the next page has its heading there again, and no heading is last on
    a page. If all fits on one page with an empty line after each session, it is set so.
    """
    height = max(height, 2)
    airy = sum(1 + 2 * len(sessions) for _, sessions in sections) + len(sections) - 1
    gap = 1 if airy <= height else 0
    result: list[list[Line]] = [[]]
    for heading, sessions in sections:
        for number, session in enumerate(sessions):
            page = result[-1]
            lead: list[Line] = [heading] if number == 0 or not page else []
            if number == 0 and page:
                lead.insert(0, None)
            if len(page) + len(lead) + 1 > height:
                result.append([heading, session])
                continue
            page += [*lead, session, *([None] * gap)]
    if gap and result[-1] and result[-1][-1] is None:
        result[-1].pop()
    return result


def _has_begun(session: PracticeSession, now: datetime) -> bool:
    age = now - session.starts_at
    if session.stage is Stage.PREP:
        return timedelta() <= age <= SHOWN_AFTER_START
    return age <= SHOWN_WHILE_RUNNING


def _first_and_initial(profile: Profile) -> str:
    last = profile.last_name[:1]
    # In scripts without case a first letter is most of a name, and no abbreviation.
    dot = "." if last.upper() != last.lower() else ""
    return f"{profile.first_name} {last}{dot}".strip() or "somebody"
