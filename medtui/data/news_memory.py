"""What is kept of a user's notices between runs, and shared by their windows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import BaseModel, ValidationError

from medtui.core.models import Moment
from medtui.core.notices import KEPT, Known, Notice, What, added

MOST = 200
"""The most sessions, and the most notices, that are kept."""


ECHO = timedelta(minutes=1)
"""How late the feed, or an answer, may still show the seat that the user has given back."""


class NewsMemory(BaseModel):
    """The file's contents. `read`: when each notice was read; `told`: when it was told elsewhere
    than on the board; `own`: when a seat was freed or booked, or a file uploaded, here."""

    known: list[Known] = []
    notices: list[Notice] = []
    read: dict[str, Moment] = {}
    told: dict[str, Moment] = {}
    own: dict[str, Moment] = {}


def merged(mine: NewsMemory, found: NewsMemory) -> NewsMemory:
    """This window's memory, with what other windows have written meanwhile."""
    oldest = datetime.now(UTC) - KEPT
    read = {key: at for key, at in (found.read | mine.read).items() if at > oldest}
    told = {key: at for key, at in (found.told | mine.told).items() if at > oldest}
    own = {key: at for key, at in (found.own | mine.own).items() if at > oldest}
    keys = {notice.key for notice in mine.notices}
    notices = [*(n for n in found.notices if n.key not in keys), *mine.notices]
    return NewsMemory(
        known=sorted(mine.known, key=lambda known: known.starts_at)[-MOST:],
        notices=[notice for notice in notices if not is_in(notice, read)][-MOST:],
        read=read,
        told=told,
        own=own,
    )


def with_new(memory: NewsMemory, notices: Iterable[Notice]) -> NewsMemory:
    """The memory with notices that were not there before; those of the user's own acts are not."""
    now, waiting, read = datetime.now(UTC), memory.notices, dict(memory.read)
    for notice in notices:
        if not _is_own(notice, memory.own, now):
            before, waiting = waiting, added(waiting, notice)
            if _is_back(notice, before, waiting, memory.told):
                waiting = [*waiting, notice]
            keys = {n.key for n in waiting}
            # Other windows have these, too.
            read |= {n.key: n.at or now for n in before if n.key not in keys}
    waiting = [notice for notice in waiting if not is_in(notice, read)]
    return memory.model_copy(update={"notices": waiting, "read": read})


def _is_back(
    notice: Notice, before: list[Notice], after: list[Notice], told: dict[str, datetime]
) -> bool:
    """Whether a session is back at the time that the user knew, and they were told another."""
    if notice.what is not What.MOVED or notice in after:
        return False
    gone = [n for n in before if n not in after]
    is_merged = any(n.what is What.MOVED and n not in before for n in after)
    return not is_merged and any(is_in(n, told) for n in gone)


def freeing(session_id: object) -> str:
    """The key in `own` of a seat that was freed."""
    return str(session_id)


def booking(session_id: object) -> str:
    """The key in `own` of a seat that was booked."""
    return f"{session_id}/booked"


def uploading(session_id: object, kind: object) -> str:
    """The key in `own` of a file that was uploaded."""
    return f"{session_id}/{kind}"


def _is_own(notice: Notice, own: dict[str, datetime], now: datetime) -> bool:
    """Whether a notice is of what the user did here."""
    match notice.what:
        case What.CAME:
            acts = [uploading(notice.session_id, kind) for kind in notice.files]
            return all(act in own and own[act] > notice.since for act in acts)
        case What.LEFT:
            return _is_since(own.get(freeing(notice.session_id)), notice.since)
        case What.FREED | What.MOVED | What.CANCELLED:
            left = own.get(freeing(notice.session_id))
            if notice.what is What.FREED and _is_since(left, notice.since):
                return True
            # The seat was given back, and seen again by what came late: it is theirs no more.
            booked = own.get(booking(notice.session_id))
            is_left = left is not None and (booked is None or booked < left)
            return is_left and left is not None and left < notice.since and now - left < ECHO
    return False


def _is_since(act: datetime | None, since: datetime) -> bool:
    return act is not None and act > since


def is_in(notice: Notice, times: dict[str, datetime]) -> bool:
    """Whether this very change is in a memory, and not an earlier one that looks the same."""
    return notice.key in times and times[notice.key] >= notice.since


def kept_in(value: Any) -> NewsMemory:
    """The memory in a file's value; an empty one if it is malformed."""
    try:
        return NewsMemory.model_validate(value or {})
    except ValidationError:
        return NewsMemory()
