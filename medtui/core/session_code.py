"""The short code of a session, for people and command lines: the first letters of its id."""

from __future__ import annotations

import re
from uuid import UUID

LENGTH = 8
SHORTEST = 4
"""The fewest letters that are taken for a code."""

_CODE = re.compile(rf"[0-9a-f]{{{SHORTEST},32}}")


def code_of(session_id: UUID) -> str:
    """The first eight letters of an id: enough to name a session among those of a group."""
    return session_id.hex[:LENGTH]


def ids_of(code: str) -> tuple[UUID, UUID] | None:
    """The first and the last id that begin with a code, or with a part of one; None: it is none.

    A whole id is a code, too, with its hyphens or without.
    """
    letters = code.strip().lower().replace("-", "")
    if not _CODE.fullmatch(letters):
        return None
    return UUID(letters.ljust(32, "0")), UUID(letters.ljust(32, "f"))
