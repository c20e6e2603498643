"""Turns rows into models, with care for strange servers and unconstrained tables; and times."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from medtui.core.models import PracticeSession
from medtui.data.error_mapping import translated

THIS_CENTURY = re.compile(r"20\d\d-")
"""The beginning of each time that our own constraints allow."""


def sessions_in(rows: Iterable[Mapping[str, Any]]) -> list[PracticeSession]:
    """The sessions of those rows that can be shown. Raises Unreachable for malformed rows."""
    with translated():
        return [PracticeSession.model_validate(row) for row in rows if is_whole(row)]


def is_whole(row: Mapping[str, Any]) -> bool:
    """False for rows without a host, or with a time outside 2000-2099.

    A database without our constraints may hold both. A time at infinity, or in a year that
    Python has not, would otherwise make the whole board unreadable.
    """
    return row["host_id"] is not None and THIS_CENTURY.match(row["datetime_utc"] or "") is not None


def stored(value: object) -> object:
    """A value of a session's field as REST takes it: text, a number, None."""
    if isinstance(value, datetime):
        return iso(value)
    return str(value) if isinstance(value, UUID) else value


def iso(moment: datetime) -> str:
    """RFC 3339 in UTC with a `Z`: a `+` would need escaping inside an `or` filter."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
