"""What a viewer can do with a session now: which keys are shown, and what enter does."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from medtui.core.board_rules import (
    is_to_review,
    why_no_link,
    why_not_book,
    why_not_cancel,
    why_not_edit,
    why_not_leave,
)
from medtui.core.models import PracticeSession
from medtui.core.waiting import Lines, is_offered, is_waiting, why_not_keep, why_not_wait


def possible_acts(
    session: PracticeSession,
    viewer: UUID,
    now: datetime,
    *,
    is_complete: bool,
    with_files: Collection[UUID] = (),
    lines: Lines | None = None,
) -> list[str]:
    """Names of acts, the likeliest first.

    Args:
        is_complete: whether the server has our migrations.
        with_files: sessions that are known to have files.
        lines: those in which the viewer waits; None: the server has none.
    """
    waits = lines is not None and is_waiting(session, lines)
    is_theirs = is_offered(session, viewer, now)
    may = {
        "room": session.involves(viewer),
        "book": why_not_book(session, viewer, now) is None,
        "wait": (lines is not None and not waits and why_not_wait(session, viewer, now) is None),
        "stop_waiting": waits and not is_theirs,
        "pass_on": is_theirs,
        "leave": why_not_leave(session, viewer, is_complete=is_complete) is None,
        "edit": why_not_edit(session, viewer) is None,
        "cancel": why_not_cancel(session, viewer) is None,
        "keep": lines is not None and why_not_keep(session, viewer, now) is None,
        "review": session.id in with_files or is_to_review(session, viewer, now),
        "open_link": why_no_link(session, to_open=True) is None,
        "copy_link": why_no_link(session, to_open=False) is None,
    }
    return [act for act, is_possible in may.items() if is_possible]


def enter_does(
    session: PracticeSession, viewer: UUID, now: datetime, *, shows_details: bool
) -> str:
    """What `enter` does on a session: "details", "room", "book", or "" for nothing.

    `shows_details`: its details are on the screen already.
    """
    if not shows_details:
        return "details"
    if session.involves(viewer):
        return "room"
    return "book" if why_not_book(session, viewer, now) is None else ""
