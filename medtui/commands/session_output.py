"""Sessions as the commands print them: as JSON, whose schema is in the README, and as text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo
from typing import Any
from uuid import UUID

from rich.cells import cell_len, set_cell_size

from medtui.core.agenda import name_of
from medtui.core.models import PracticeSession, Profile, safe_link
from medtui.core.session_code import code_of
from medtui.core.waiting import Lines, is_waiting
from medtui.core.wording import kept_until, moment, seats, standing


def sessions_json(
    sessions: Iterable[PracticeSession], me: UUID, now: datetime, lines: Lines | None = None
) -> dict[str, Any]:
    """What every command about coming sessions prints. `lines`: None, they are not known."""
    return {
        "as_of": now.isoformat(),
        "sessions": [session_json(each, me, now, lines) for each in sessions],
    }


def session_json(
    session: PracticeSession, me: UUID, now: datetime, lines: Lines | None = None
) -> dict[str, Any]:
    """A session as JSON, as the user `me` sees it. It has no case's name."""
    seats = {session.guest_id: "guest", session.host_id: "host", None: None}
    until = kept_until(session, now)
    line = lines.get(session.id) if lines else None
    role, case, link = session.role_of(me), session.case, safe_link(session.room_url)
    return {
        "id": str(session.id),
        "code": code_of(session.id),
        "starts_at": session.starts_at.isoformat(),
        "type": session.type,
        "stage": session.stage.label,
        "is_open": session.is_open,
        "kept_until": until and until.isoformat(),
        "is_kept_for_me": until is not None and session.kept_for == me,
        "host": person_json(session.host_id, session.host),
        "guest": session.guest_id and person_json(session.guest_id, session.guest),
        "candidate": seats.get(session.candidate_id),
        "my_seat": seats.get(me),
        "my_role": role and role.value,
        "my_place": line and line.place,
        "people_waiting": line and line.people,
        "note": session.note,
        "room": session.room_url,
        "link": link and link[0],
        "category": case and case.category,
        "domain": case and case.domain,
    }


def person_json(person_id: UUID, profile: Profile | None) -> dict[str, Any]:
    """A person as JSON. Name and level are null where their profile cannot be read."""
    return {
        "id": str(person_id),
        "name": profile and profile.name,
        "level": profile and profile.level,
    }


def sessions_text(
    sessions: Iterable[PracticeSession], me: UUID, now: datetime, zone: tzinfo, lines: Lines
) -> str:
    """Sessions as text, a line for each, with their codes in front."""

    def row(session: PracticeSession) -> list[str]:
        host = "you" if session.host_id == me else name_of(session.host)
        level = session.host.level if session.host and session.host_id != me else ""
        return [
            code_of(session.id),
            moment(session.starts_at, now, zone),
            standing(session, now),
            session.type_label,
            f"{host}, {level}" if level else host,
            seats(session, me, now, is_waiting=is_waiting(session, lines))[0],
            session.note or "",
        ]

    return columns([row(session) for session in sessions])


def columns(rows: Sequence[Sequence[str]]) -> str:
    """Rows as text with aligned columns, two spaces apart."""
    widths = [max(map(cell_len, cells)) for cells in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            set_cell_size(cell, width) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    )


def called(session: PracticeSession, me: UUID, now: datetime, zone: tzinfo) -> str:
    """ "7f3a1c2e, Mock with Amara Okafor, today 18:30"."""
    partner = session.partner_of(me) if session.involves(me) else session.host
    whom = f" with {partner.name}" if partner else ""
    return (
        f"{code_of(session.id)}, {session.type_label}{whom}, {moment(session.starts_at, now, zone)}"
    )
