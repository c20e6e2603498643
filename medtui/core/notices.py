"""Notices: what others did to the user's sessions, and what is about to happen in them.

No I/O and no Textual: the last known state of a session is compared with the present one. What
lasts (a booking, a cancelled session, files) is told until it was read. What passes (a station
that begins, a partner who arrives, a session that is near) is in `core/passing_notices.py`. Cases,
briefs and e-mails are never in a notice.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from medtui.core.models import FileKind, Line, Moment, PracticeSession, Stage

KEPT = timedelta(days=30)
"""Sessions that began longer ago are not watched any more."""


class What(StrEnum):
    """What happened to a session."""

    CANCELLED = "cancelled"
    MOVED = "moved"
    FREED = "freed"
    """The host has freed the viewer's seat."""
    LEFT = "left"
    """The guest of a session of the viewer's has left."""
    FILES = "files"
    """The host has deleted files."""
    BOOKED = "booked"
    """The seat of a session of the viewer's was taken."""
    CAME = "came"
    """A transcript or an assessment is there."""
    BEGAN = "began"
    """The host has started the station."""
    ARRIVED = "arrived"
    """The partner is in the room."""
    SOON = "soon"
    """A session begins in a few minutes."""
    OFFERED = "offered"
    """A seat that the viewer waits for is theirs for some time."""
    INVITED = "invited"
    """A host keeps a seat for the viewer."""


class Known(BaseModel):
    """The last known state of one of the viewer's sessions.

    `partner_id` is None, and `partner` empty, if a hosted session has no guest. `since`:
    when this machine first knew these values. `was_held`: its station has started at least once.
    `are_files_new`: it had begun when this machine first knew of it, and its files were not listed
    yet, so that they are no news.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: UUID
    is_host: bool
    partner_id: UUID | None
    partner: Line
    since: Moment
    type: Line
    starts_at: Moment
    was_held: bool = False
    files: frozenset[FileKind] = frozenset()
    are_files_new: bool = True


class Notice(BaseModel):
    """One message to the viewer, shown until they have read it.

    `since`: when this machine first knew the state that has changed now. A notice that was read
    after that is about the same change, in whichever window it was read. `at`: when this window
    saw the change; None: not known.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    what: What
    since: Moment
    at: Moment | None = None
    session_id: UUID
    who: Line
    type: Line
    starts_at: Moment
    moved_to: Moment | None = None
    files: frozenset[FileKind] = frozenset()
    minutes: int | None = None
    """In how many minutes the session begins, where the notice is about that."""
    until: Moment | None = None
    """Until when a seat is kept for the viewer, where the notice is about that."""

    @property
    def key(self) -> str:
        """Equal for two notices of the same change, as two windows make them."""
        times = "/".join(f"{at:%Y%m%dT%H%M%S}" for at in (self.starts_at, self.moved_to) if at)
        key = f"{self.what}:{self.session_id}:{times}:{','.join(sorted(self.files))}"
        return f"{key}:{self.who}" if self.what is What.BOOKED else key


def known_of(
    session: PracticeSession, me: UUID, now: datetime, before: Known | None = None
) -> Known:
    """The state to save of one of the viewer's sessions. `before`: the state saved earlier."""
    is_host = session.host_id == me
    partner = session.guest if is_host else session.host
    partner_id = session.guest_id if is_host else session.host_id
    is_same = before is not None and (before.partner_id, before.starts_at) == (
        partner_id,
        session.starts_at,
    )
    return Known(
        id=session.id,
        is_host=is_host,
        partner_id=partner_id,
        since=before.since if before is not None and is_same else now,
        partner=partner.name if partner else "",
        type=session.type_label,
        starts_at=session.starts_at,
        was_held=session.stage is not Stage.PREP or (before is not None and before.was_held),
        files=before.files if before is not None else frozenset(),
        are_files_new=(
            session.starts_at <= now or session.stage is not Stage.PREP
            if before is None
            else before.are_files_new
        ),
    )


def compare(known: Known, session: PracticeSession | None, me: UUID) -> list[Notice]:
    """The notices of what changed since `known`; `session` None: it is gone.

    Only a host cancels, moves and deletes, so such a change to a session that the viewer hosts is
    their own and makes no notice.
    """
    if session is None or not session.involves(me):
        if known.is_host:
            return []
        return [_notice(What.CANCELLED if session is None else What.FREED, known)]
    if not known.is_host:
        has_moved = session.starts_at != known.starts_at
        return [_notice(What.MOVED, known, moved_to=session.starts_at)] if has_moved else []
    if session.guest_id == known.partner_id:
        return []
    notices = [] if known.partner_id is None else [_notice(What.LEFT, known)]
    if session.guest_id is not None:
        who = session.guest.name if session.guest else ""
        now = {"who": who, "starts_at": session.starts_at, "type": session.type_label}
        notices.append(_notice(What.BOOKED, known).model_copy(update=now))
    return notices


def compare_files(known: Known, files: frozenset[FileKind]) -> list[Notice]:
    """The notices of the files that have come, and of those that the host has deleted."""
    notices = []
    # Whose own a self-assessment is knows of it.
    came = files - known.files - {FileKind.SELF_ASSESSMENT}
    if came and not known.are_files_new:
        notices.append(_notice(What.CAME, known, files=came))
    if (missing := known.files - files) and not known.is_host:
        notices.append(_notice(What.FILES, known, files=missing))
    return notices


def is_outdated(notice: Notice, session: PracticeSession | None) -> bool:
    """Whether a booking that was not read yet is over: the guest has gone, or the session has."""
    if notice.what is not What.BOOKED:
        return False
    if session is None or session.guest_id is None:
        return True
    return session.guest is not None and session.guest.name != notice.who


def added(notices: Iterable[Notice], new: Notice) -> list[Notice]:
    """The notices with a new one added; several moves of a session become one.

    It goes from the time that the viewer knows, as they have not read the earlier ones, to the
    last.
    """
    notices = [*notices]
    if any(notice.key == new.key and _is_same(notice, new) for notice in notices):
        return notices
    notices = [notice for notice in notices if notice.key != new.key]  # it has happened again
    others: list[Notice] = []
    moves: list[Notice] = []
    for notice in notices:
        is_its_move = (notice.session_id, notice.what) == (new.session_id, What.MOVED)
        (moves if is_its_move and new.what is not What.FILES else others).append(notice)
    if moves:
        new = new.model_copy(update={"starts_at": moves[0].starts_at})
    return others if new.moved_to == new.starts_at else [*others, new]


def _is_same(earlier: Notice, new: Notice) -> bool:
    """Whether two notices with the same key are of one change, as two windows have seen it."""
    return earlier.at is None or new.since <= earlier.at


def words(notice: Notice, zone: tzinfo) -> str:
    """ "Amara Okafor cancelled your mock of Thu 24 Dec, 18:00."."""
    who, what = notice.who or "The other person", f"{_called(notice.type)} of "
    what += when(notice.starts_at, zone)
    files = " and the ".join(sorted(notice.files, reverse=True))
    match notice.what:
        case What.CANCELLED:
            return f"{who} cancelled your {what}."
        case What.MOVED:
            return f"{who} moved your {what} to {when(notice.moved_to or notice.starts_at, zone)}."
        case What.FREED:
            return f"{who} freed your seat in the {what}."
        case What.LEFT:
            return f"{who} left your {what}."
        case What.FILES:
            return f"{who} deleted the {files} of your {what}."
        case What.BOOKED:
            return f"{who} booked your {what}."
        case What.CAME:
            return f"Your {what} with {who}: {files.replace(' and the ', ' and ')} uploaded."
        case What.BEGAN:
            return f"{who} has started the station."
        case What.ARRIVED:
            return f"{who} is in the room."
        case What.SOON:
            return _soon_words(notice)
        case What.OFFERED:
            return f"The seat is yours until {_until(notice, zone)}: the {what} with {who}."
        case What.INVITED:
            return f"{who} keeps a seat for you until {_until(notice, zone)}: the {what}."


def _until(notice: Notice, zone: tzinfo) -> str:
    """ "17:45", with the day where that is another than the session's."""
    until = (notice.until or notice.starts_at).astimezone(zone)
    is_same_day = until.date() == notice.starts_at.astimezone(zone).date()
    return f"{until:%H:%M}" if is_same_day else when(until, zone)


def _soon_words(notice: Notice) -> str:
    """ "Your mock with Mei Tanaka begins in 10 min."."""
    session = f"Your {_called(notice.type)}"
    minutes = f"begins in {notice.minutes or 1} min"
    return (
        f"{session} with {notice.who} {minutes}."
        if notice.who
        else (f"{session} {minutes}, and its seat is free.")
    )


def gone_words(session: PracticeSession, me: UUID, zone: tzinfo) -> str:
    """A sentence for the user who has a session open that has just gone."""
    if session.guest_id == me:
        return words(
            _notice(What.CANCELLED, known_of(session, me, session.starts_at)),
            zone,
        )
    what = f"{_called(session.type_label)} of {when(session.starts_at, zone)}"
    if session.host_id == me:
        return f"Your {what} was cancelled."
    return f"{session.host.name if session.host else 'The host'} cancelled the {what}."


def freed_words(session: PracticeSession, me: UUID, zone: tzinfo) -> str:
    """A sentence for a guest who has lost their seat. `session`: as it was before."""
    return words(_notice(What.FREED, known_of(session, me, session.starts_at)), zone)


def when(at: datetime, zone: tzinfo) -> str:
    """ "Thu 24 Dec, 18:00": a day that is still right when it is read later."""
    local = at.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b}, {local:%H:%M}"


def _called(label: str) -> str:
    label = label.lower()
    return label if label == "mock" else f"{label} session".strip()


def _notice(
    what: What,
    known: Known,
    *,
    moved_to: datetime | None = None,
    files: frozenset[FileKind] = frozenset(),
) -> Notice:
    return Notice(
        what=what,
        since=known.since,
        session_id=known.id,
        who=known.partner,
        type=known.type,
        starts_at=known.starts_at,
        moved_to=moved_to,
        files=files,
    )
