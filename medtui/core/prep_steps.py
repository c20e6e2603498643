"""What is to be decided before a station starts: the steps of prep, and which are done."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from medtui.core.agenda import name_of
from medtui.core.key_names import key_of
from medtui.core.models import PracticeSession
from medtui.core.presets import Preset
from medtui.core.room_rules import awaited, case_words, person

WITHOUT_CASE = "none: a book or PDF of your own"


@dataclass(frozen=True, slots=True)
class Step:
    """A step of prep.

    `key`: the host's key for it, "" for a guest. `words`: what is decided, or what is missing.
    `is_last`: whether it is the start, which is done when the station runs.
    """

    key: str
    label: str
    words: str
    is_done: bool
    is_last: bool = False


@dataclass(frozen=True, slots=True)
class Decided:
    """What is decided of a station outside the session's row.

    `has_own_brief`: the host has written a brief. `is_without_case`: the host has said that there
    is to be no case. `mark`: what speaks against the chosen case, "" if nothing does.
    """

    has_own_brief: bool = False
    is_without_case: bool = False
    mark: str = ""


def is_case_missing(session: PracticeSession, decided: Decided) -> bool:
    """Whether it is still to be said which case it is, or that there is none."""
    return not (session.case_id or decided.has_own_brief or decided.is_without_case)


def prep_steps(session: PracticeSession, me: UUID, preset: Preset, decided: Decided) -> list[Step]:
    """The steps in the order in which `s` asks for them, as host or guest reads them."""
    is_host = session.host_id == me
    host = name_of(session.host)
    has_candidate, lacks_case = (
        session.candidate_id is not None,
        is_case_missing(session, decided),
    )
    if has_candidate:
        roles = _roles(session, me)
    else:
        roles = "who is the candidate?" if is_host else f"{host} chooses who is the candidate"
    if session.case_id is not None:
        case = case_words(session) + (f" ({decided.mark})" if decided.mark else "")
    elif decided.has_own_brief:
        case = "the host's own brief"
    elif decided.is_without_case:
        case = WITHOUT_CASE
    else:
        case = (
            f"not chosen. {key_of('room.brief')}: a brief of your own"
            if is_host
            else f"{host} chooses the case"
        )
    next_ = awaited(
        session,
        me,
        has_own_brief=decided.has_own_brief or decided.is_without_case,
    )
    steps = [
        (key_of("room.roles"), "Roles", roles, has_candidate),
        (key_of("room.case"), "Case", case, not lacks_case),
        (key_of("room.timing"), "Timing", f"{preset.name}: {preset.lengths}", True),
    ]
    return [
        *(Step(key if is_host else "", *rest) for key, *rest in steps),  # type: ignore[arg-type]
        Step(key_of("room.start") if is_host else "", "Start", next_, is_done=False, is_last=True),
    ]


def _roles(session: PracticeSession, me: UUID) -> str:
    who = person(session, session.candidate_id, me)
    return "you are the candidate" if who == "you" else f"{who} is the candidate"
