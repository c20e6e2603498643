"""The user's sessions as a calendar file, and what was written last, kept on this machine."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from medtui.core.session_calendar import as_icalendar, entries_in, revised
from medtui.data.errors import NotSignedIn
from medtui.data.window import BOARD

if TYPE_CHECKING:
    from medtui.data.backend import Backend
    from medtui.store.account_value import AccountFile


async def calendar_file(backend: Backend, shelf: AccountFile, length: timedelta) -> bytes:
    """The user's sessions as iCalendar. Raises DataError.

    Args:
        shelf: keeps what was written last, for SEQUENCE and for what has been cancelled since.
        length: of each session.
    """
    user = backend.auth.user
    if user is None:
        raise NotSignedIn("Sign in first.")
    me, since = user.id, backend.clock.now() - BOARD.back
    sessions = {s.id: s for s in await backend.sessions.window(backend.clock.now())}
    now = backend.clock.now()
    kept = entries_in(await asyncio.to_thread(shelf.recall, me))
    # One at the edge of the window is not cancelled because it was not read.
    sessions |= await backend.sessions.some(
        {id_ for id_, entry in kept.items() if entry.starts_at >= since} - sessions.keys()
    )
    mine = [session for session in sessions.values() if session.involves(me)]

    def write(found: Any) -> Any:
        entries = revised(entries_in(found), mine, me, now, since=since)
        return [entry.model_dump(mode="json") for entry in entries.values()]

    written = await asyncio.to_thread(shelf.change, me, write)
    return await asyncio.to_thread(as_icalendar, entries_in(written).values(), length)
