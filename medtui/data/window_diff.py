"""How a window that was read differs from the rows that the feed has brought."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from uuid import UUID

from medtui.core.models import PracticeSession, Profile
from medtui.data.window import SessionWindow

Rows = dict[UUID, PracticeSession]


def differing(
    window: Rows, rows: Rows, is_newer: Callable[[UUID], bool], scope: SessionWindow, now: datetime
) -> set[UUID]:
    """The ids of sessions in which a window differs from `rows`.

    Left out are rows that may be newer than the window (`is_newer`), as the feed has brought them
    since it was asked for, and rows that have left the window since they were read.
    """
    return {
        id_
        for id_ in window.keys() | rows.keys()
        if window.get(id_) != rows.get(id_)
        and not is_newer(id_)
        and not scope.may_have_left(window.get(id_) or rows[id_], now)
    }


def has_missed(
    window: Rows, rows: Rows, suspects: set[UUID], scope: SessionWindow, now: datetime
) -> bool:
    """Whether the feed has missed a change to one of the sessions in which the two differ.

    It carries no names and cases, so these may differ; and a session may be new only because the
    window's end has reached it.
    """
    return any(
        _bare(window.get(id_)) != _bare(rows.get(id_))
        and not _has_come_in(window.get(id_), id_ in rows, scope, now)
        for id_ in suspects
    )


def _has_come_in(
    session: PracticeSession | None, is_known: bool, scope: SessionWindow, now: datetime
) -> bool:
    return session is not None and not is_known and scope.may_have_come_in(session, now)


def _bare(session: PracticeSession | None) -> PracticeSession | None:
    """The session without people and case, as the feed carries it."""
    return session and session.model_copy(update={"host": None, "guest": None, "case": None})


def with_profile(sessions: Iterable[PracticeSession], profile: Profile) -> list[PracticeSession]:
    """The sessions of a person, with their profile as it is now."""
    changed = []
    for session in sessions:
        roles = {"host": session.host_id, "guest": session.guest_id}
        theirs = [role for role, id_ in roles.items() if id_ == profile.user_id]
        if theirs:
            changed.append(session.model_copy(update=dict.fromkeys(theirs, profile)))
    return changed


def changes_in(
    records: Mapping[UUID, object],
    sessions: Collection[PracticeSession],
    rows: Rows,
    scope: SessionWindow,
    now: datetime,
) -> tuple[list[PracticeSession], list[UUID]]:
    """What records change in the rows of a window: sessions that differ, and ids that leave it.

    `records`: None of those that were deleted. `sessions`: of the others.
    """
    changed = [s for s in sessions if scope.holds(s, now) and rows.get(s.id) != s]
    left = {s.id for s in sessions if not scope.holds(s, now)}
    removed = [
        id_ for id_, record in records.items() if (record is None or id_ in left) and id_ in rows
    ]
    return changed, removed
