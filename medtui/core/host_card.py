"""What a person's card says: what two practised together, and where they can be met next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from uuid import UUID

from medtui.core.models import PracticeSession, Profile, Role, Stage
from medtui.core.wording import moment


@dataclass(frozen=True, slots=True)
class Together:
    """What the viewer practised with a person.

    `as_candidate` and `as_actor` count the viewer's roles; `last` is the start of the latest
    session, None without any.
    """

    count: int = 0
    as_candidate: int = 0
    as_actor: int = 0
    last: datetime | None = None

    @classmethod
    def of(cls, sessions: Iterable[PracticeSession], me: UUID) -> Together:
        """Of sessions with that person: those whose station has begun."""
        held = [session for session in sessions if session.stage is not Stage.PREP]
        roles = [session.role_of(me) for session in held]
        return cls(
            len(held),
            roles.count(Role.CANDIDATE),
            roles.count(Role.ACTOR),
            max((session.starts_at for session in held), default=None),
        )

    def words(self, now: datetime, zone: tzinfo) -> str:
        """As a sentence."""
        if self.last is None:
            return "You have not practised together yet."
        times = "once" if self.count == 1 else f"{self.count} times"
        roles = [
            f"{count} as the {role}"
            for count, role in ((self.as_candidate, "candidate"), (self.as_actor, "actor"))
            if count
        ]
        yours = f" You: {', '.join(roles)}." if roles else ""
        return f"Practised together {times}, last {_day(self.last, now, zone)}.{yours}"


def coming_of(
    sessions: Iterable[PracticeSession], person: UUID, now: datetime
) -> Sequence[PracticeSession]:
    """The sessions that a person hosts from now on, in order."""
    theirs = (session for session in sessions if session.host_id == person)
    coming = (s for s in theirs if s.starts_at >= now and s.stage is Stage.PREP)
    return sorted(coming, key=lambda session: (session.starts_at, session.id))


def card_of(session: PracticeSession, viewer: UUID) -> Profile | None:
    """Whose card a session opens: its host's, and the guest's to the host."""
    return session.guest if session.host_id == viewer else session.host


def why_no_card(session: PracticeSession, viewer: UUID) -> str | None:
    if card_of(session, viewer) is not None:
        return None
    if session.host_id == viewer and session.guest_id is None:
        return "You host this session, and its seat is free: there is no card to show yet."
    return "This person's profile cannot be read."


def _day(at: datetime, now: datetime, zone: tzinfo) -> str:
    local = at.astimezone(zone)
    if local.year != now.astimezone(zone).year:
        return f"{local:%a} {local.day} {local:%b %Y}"
    return moment(at, now, zone).rsplit(" ", 1)[0]
