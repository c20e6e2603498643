"""From rows to models, where a server may be strange, and a table older than ours; and times."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from medtui.data.error_mapping import translated
from medtui.models import PracticeSession

THIS_CENTURY = re.compile(r"20\d\d-")
"""How the times begin that our own constraints allow."""


def sessions_in(rows: Iterable[Mapping[str, Any]]) -> list[PracticeSession]:
    """Those that can be shown. Raises Unreachable for what are no rows of sessions."""
    with translated():
        return [PracticeSession.model_validate(row) for row in rows if is_whole(row)]


def is_whole(row: Mapping[str, Any]) -> bool:
    """Whether it can be shown: tables without our constraints have sessions of nobody, or never.

    Nor is one that whoever may post there has put at infinity, or in a year that no calendar
    has, to keep everybody's board from being read.
    """
    return row["host_id"] is not None and THIS_CENTURY.match(row["datetime_utc"] or "") is not None


def iso(moment: datetime) -> str:
    """RFC 3339 in UTC with a `Z`: a `+` would need escaping inside an `or` filter."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
