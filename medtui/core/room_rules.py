"""A room's rules and sentences: roles, the next step, what is allowed, what has happened."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from medtui.core.agenda import name_of
from medtui.core.key_names import key_of
from medtui.core.models import PracticeSession, Role, Stage


def person(session: PracticeSession, who: UUID | None, me: UUID) -> str:
    """What to call a person: "you", or their name."""
    if who == me:
        return "you"
    people = {p.user_id: p.name for p in (session.host, session.guest) if p}
    return people.get(who, "somebody") if who else "nobody"


def other_of(session: PracticeSession, who: UUID | None) -> UUID | None:
    """The id of the other one of host and guest; None if there is none."""
    return session.guest_id if who == session.host_id else session.host_id


def case_words(session: PracticeSession) -> str:
    """The case in words that both sides may read."""
    if session.case_id is None:
        return "not chosen"
    case = session.case
    words = " · ".join(filter(None, (case.category, case.domain))) if case else ""
    return words or "chosen"


def awaited(session: PracticeSession, me: UUID, *, has_own_brief: bool = False) -> str:
    """The next step, as one sentence."""
    is_host = session.host_id == me
    host = name_of(session.host)
    if session.stage is Stage.INTERVIEW:
        return (
            f"{key_of('room.finish')} finishes the station."
            if is_host
            else f"{host} finishes the station."
        )
    if session.stage is Stage.WRAP_UP:
        return (
            f"{key_of('room.roles')}: the next round, with roles swapped. "
            f"{key_of('room.again')}: with the same roles."
            if is_host
            else f"{host} can start the next round."
        )
    if session.guest_id is None:
        if session.kept_for is not None and session.kept_as == "offer":
            return "The guest's seat is offered to the first of those who wait for it."
        if session.kept_for is not None and session.kept_as == "invited":
            return "The guest's seat is kept for the person whom you have invited."
        if session.kept_for is not None:
            return (
                "The guest's seat is kept for your last guest for two minutes, and free after that."
            )
        return "The guest's seat is free: wait until it is booked."
    if session.candidate_id is None:
        return f"{key_of('room.start')} asks for what is missing, and starts." if is_host else (
            f"Waiting for {host} to choose who is the candidate."
        )  # fmt: skip
    if session.case_id is None and not has_own_brief:
        return (
            f"{key_of('room.start')} asks for the case, and starts."
            if is_host
            else f"Waiting for {host} to choose the case, or to start without."
        )
    starter = key_of("room.start") if is_host else host
    return f"Ready: {starter} starts the station."


# Each `why_not_…` returns a sentence why an action cannot be done, or None if it can.


def why_not_host(session: PracticeSession, me: UUID, does: str) -> str | None:
    if session.host_id == me:
        return None
    return f"Only the host can do this: {name_of(session.host)} {does}."


def why_not_roles(session: PracticeSession, me: UUID) -> str | None:
    if session.stage is not Stage.PREP:
        return why_no_round(session, me)
    return why_not_host(session, me, "chooses who is the candidate")


def why_no_round(session: PracticeSession, me: UUID) -> str | None:
    """Why the next round cannot begin: it follows a station that has begun."""
    if reason := why_not_host(session, me, "begins the next round"):
        return reason
    if session.stage is Stage.PREP:
        return f"This round is in prep: {key_of('room.start')} starts its station."
    if session.guest_id is None or session.candidate_id is None:
        return (
            f"There is no guest for another round: {key_of('board.cancel')} on the board cancels, "
            f"{key_of('board.post')} posts a new session."
        )
    return None


def why_not_case(session: PracticeSession, me: UUID) -> str | None:
    if reason := why_not_host(session, me, "chooses the case"):
        return reason
    if session.stage is not Stage.PREP:
        return f"The case is chosen in prep: {key_of('room.again')} begins the next round."
    return None


def why_not_write(session: PracticeSession, me: UUID) -> str | None:
    if reason := why_not_host(session, me, "writes the brief"):
        return reason
    if session.stage is not Stage.PREP:
        return f"The brief is written in prep: {key_of('room.again')} begins the next round."
    return None


def why_not_start(session: PracticeSession, me: UUID) -> str | None:
    if session.stage is Stage.INTERVIEW:
        return "The station is already running."
    if session.stage is Stage.WRAP_UP:
        return (
            f"The station is over: {key_of('room.roles')} and {key_of('room.again')} begin the "
            "next round."
        )
    if reason := why_not_host(session, me, "starts the station"):
        return reason
    if session.guest_id is None:
        return "There is no guest yet: a station needs two."
    return None


def why_not_finish(session: PracticeSession, me: UUID) -> str | None:
    if session.stage is not Stage.INTERVIEW:
        return "No station is running."
    return why_not_host(session, me, "finishes the station")


def why_not_clock(session: PracticeSession) -> str | None:
    return None if session.stage is Stage.INTERVIEW else "The clock is not running yet."


def why_not_preset(session: PracticeSession, me: UUID) -> str | None:
    if session.stage is not Stage.PREP:
        return (
            f"The timing is chosen in prep; {key_of('room.more')} and {key_of('room.less')} "
            "change a minute."
        )
    return why_not_host(session, me, "chooses the timing")


def why_not_remove(session: PracticeSession, me: UUID) -> str | None:
    if session.guest_id is None:
        return "The seat is free."
    return why_not_host(session, me, "can free the guest's seat")


def why_not_mark(session: PracticeSession, me: UUID) -> str | None:
    if not session.involves(me):
        return "You no longer have a seat in this session."
    if session.guest_id is None:
        return "There is no candidate to mark: the guest's seat is free."
    if session.candidate_id is None:
        return "The actor marks, and no candidate is chosen yet."
    if session.candidate_id == me and session.stage is not Stage.WRAP_UP:
        return "You are the candidate: you can mark yourself once the station is over."
    return None


def why_no_brief(session: PracticeSession, role: Role | None, *, has_own: bool = False) -> str:
    """The text shown in place of the brief. `has_own`: the host has written a brief."""
    if has_own and role is Role.CANDIDATE and session.stage is Stage.PREP:
        return "Your brief appears when the station starts."
    if has_own:
        return "There is no brief for your role here."
    if session.case_id is None and session.stage is not Stage.PREP:
        return "There is no brief here: use a book or PDF of your own."
    if session.candidate_id is None:
        return "The actor's brief appears here once candidate and case are chosen."
    if session.case_id is None and role is Role.CANDIDATE:
        return "Once a case is chosen, your brief appears when the station starts."
    if role is None or session.case_id is None:
        return "The actor's brief appears here once a case is chosen."
    if role is Role.CANDIDATE and session.stage is Stage.PREP:
        return f"{case_words(session)}\n\nYour brief appears when the station starts."
    return "Reading the brief…"


# Notifications in the room


def happened(
    before: PracticeSession, after: PracticeSession, me: UUID, when: str, *, is_mine: bool
) -> Iterator[str]:
    """Sentences about what others did to a session. `when`: its start in words.

    `is_mine`: this program has just made the change, so a host's actions are not reported.
    """
    if before.guest_id != after.guest_id and after.guest_id is not None:
        yield f"{name_of(after.guest)} has booked the seat."
    if is_mine:
        return
    if before.guest_id is not None and after.guest_id is None:
        yield f"{name_of(before.guest)} has left: the seat is free again."
        return  # the other changes follow from this one
    # A host's own change that this program did not make came from another window or client.
    host = "Another of your windows" if after.host_id == me else name_of(after.host)
    if before.stage != after.stage:
        does = {
            Stage.PREP: "went back to preparation",
            Stage.INTERVIEW: "has started the station",
            Stage.WRAP_UP: "has finished the station",
        }
        yield f"{host} {does[after.stage]}."
    if before.candidate_id != after.candidate_id and after.candidate_id is not None:
        who = person(after, after.candidate_id, me)
        yield "You are the candidate now." if who == "you" else f"{who} is the candidate now."
    if before.case_id != after.case_id:
        if after.case_id is not None:
            yield f"{host} has chosen the case: {case_words(after)}."
        elif after.stage is Stage.PREP and before.candidate_id == after.candidate_id:
            yield f"{host} removed the case."
    if before.starts_at != after.starts_at:
        yield f"{host} has moved the session to {when}."
    if before.room_url != after.room_url:
        yield f"{host} has changed the room link."


def role_words(role: Role | None, stage: Stage) -> str:
    """ "you are the CANDIDATE"."""
    if role is None:
        return ""
    return f"you {'were' if stage is Stage.WRAP_UP else 'are'} the {role.value.upper()}"


def title(session: PracticeSession, me: UUID) -> str:
    """ "mock with Daniel Reyes": nothing of the case may be in it."""
    partner = session.partner_of(me)
    kind = session.type_label.lower() or "session"
    if partner is None:
        return f"{kind}, seat free" if session.guest_id is None else kind
    return f"{kind} with {partner.name}"
