"""A user's calendar as the local server renders it, from plain rows and what was written last.

It is the one module of the core beside `text` that the local server uses. No I/O and no Textual.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from pydantic import ValidationError

from medtui.core.models import PracticeSession
from medtui.core.session_calendar import KEPT, as_icalendar, entries_in, revised


def feed(
    rows: Iterable[Iterable[Any]], kept: Mapping[str, Any]
) -> tuple[bytes, list[dict[str, Any]]]:
    """The calendar as iCalendar, and its entries as JSON, to be kept until the next time.

    Args:
        rows: of one column, for all of the user's sessions that began at most `KEPT` ago: a
            session with its `host` and `guest`. One that is not understood is left out.
        kept: `user_id`, the `minutes` that each session takes, and the `entries` of
            the last time, and the time `now`.
    """
    me, now, sessions = kept["user_id"], kept["now"], []
    for [row] in rows:
        with contextlib.suppress(ValidationError):
            sessions.append(PracticeSession.model_validate(row))
    entries = revised(entries_in(kept["entries"]), sessions, me, now, since=now - KEPT)
    content = as_icalendar(entries.values(), timedelta(minutes=kept["minutes"]))
    return content, [entry.model_dump(mode="json") for entry in entries.values()]
