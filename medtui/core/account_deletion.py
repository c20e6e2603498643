"""What happens when the user's account is deleted, in plain words. No I/O, no Textual."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from medtui.core.models import PracticeSession, Profile, Stage

OVER = timedelta(hours=1)
"""After its start a session that was not held is over, as the database counts."""

FORMER = "Former member"
"""What the partners of a deleted account read in place of its name."""

NAMED = 3
"""The most people that a sentence names."""


@dataclass(frozen=True, slots=True)
class Consequences:
    """What becomes of the user's sessions: the same as `leave_sessions` in the database does.

    `cancelled` are coming sessions that the user hosts, `freed` those whose seat the user gives
    back. `kept` counts those that stay with a partner.
    """

    cancelled: tuple[PracticeSession, ...] = ()
    freed: tuple[PracticeSession, ...] = ()
    kept: int = 0

    @classmethod
    def of(cls, sessions: Iterable[PracticeSession], me: UUID, now: datetime) -> Consequences:
        """The consequences for a user with these sessions."""
        cancelled: list[PracticeSession] = []
        freed: list[PracticeSession] = []
        kept = 0
        for session in sorted(sessions, key=lambda session: (session.starts_at, session.id)):
            is_coming = session.starts_at >= now - OVER
            is_shared = session.guest_id is not None
            if is_shared and (session.stage is not Stage.PREP or not is_coming):
                kept += 1
            elif is_coming:
                (cancelled if session.host_id == me else freed).append(session)
        return cls(tuple(cancelled), tuple(freed), kept)

    def sentences(self) -> list[str]:
        """What happens, a sentence or two for each point."""
        return [*filter(None, (self._cancelled(), self._freed(), self._kept())), *ALWAYS]

    def _cancelled(self) -> str:
        guests = _names([s.guest for s in self.cancelled if s.guest_id is not None], "a guest")
        match len(self.cancelled):
            case 0:
                words = "You host no coming session."
            case 1:
                words = "Your coming session is cancelled."
            case count:
                words = f"Your {count} coming sessions are cancelled."
        if not guests:
            return words
        loses = "loses the seat" if len(guests) == 1 else "lose their seats"
        return f"{words} {_listed(guests)} {loses}."

    def _freed(self) -> str:
        if not self.freed:
            return ""
        hosts = _listed(_names([session.host for session in self.freed], "a host"))
        seats = "seat" if len(self.freed) == 1 else f"{len(self.freed)} seats"
        return f"Your {seats} with {hosts} {'is' if len(self.freed) == 1 else 'are'} free again."

    def _kept(self) -> str:
        if not self.kept:
            return ""
        which = (
            "1 earlier session stays" if self.kept == 1 else f"{self.kept} earlier sessions stay"
        )
        partner = "partner" if self.kept == 1 else "partners"
        return f'{which} with your {partner}, with all files. You are called "{FORMER}" there.'


ALWAYS = (
    "Your login and profile are deleted, and your notes, drafts and mark sheets on this computer.",
    "This cannot be undone.",
)


def _names(people: Sequence[Profile | None], unknown: str) -> list[str]:
    """Each person's name once."""
    return list(dict.fromkeys(person.name if person else unknown for person in people))


def _listed(names: Sequence[str]) -> str:
    """ "A", "A and B", "A, B and 4 others"."""
    named = list(names)
    if len(named) > NAMED:
        named[NAMED - 1 :] = [f"{len(named) - NAMED + 1} others"]
    return " and ".join(filter(None, (", ".join(named[:-1]), named[-1])))
