"""What is kept of a user's notices between runs, and shared by their windows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ValidationError

from medtui.core.models import Moment
from medtui.core.notices import KEPT, Known, Notice

MOST = 200
"""The most sessions, and the most notices, that are kept."""


class NewsMemory(BaseModel):
    """The file's contents. `read`: when each notice was read; `told`: when it was told elsewhere
    than on the board; `own`: when a seat was freed, or a file uploaded, here."""

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


def is_in(notice: Notice, times: dict[str, datetime]) -> bool:
    """Whether this very change is in a memory, and not an earlier one that looks the same."""
    return notice.key in times and times[notice.key] >= notice.since


def kept_in(value: Any) -> NewsMemory:
    """The memory in a file's value; an empty one if it is malformed."""
    try:
        return NewsMemory.model_validate(value or {})
    except ValidationError:
        return NewsMemory()
