"""Whose marks these are: the ids that medtui writes into its files."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID

from medtui.documents.assessment import Owner
from medtui.documents.assessments.claims import Claims

OWNER_KEYS = frozenset(field.name for field in fields(Owner))


def named(content: bytes, owner: Owner) -> bytes:
    """A file that medtui has made of another, with whose it is. Blocks while it is parsed."""
    found = json.loads(content)
    if not isinstance(found, dict):
        return content
    return json.dumps(found | owner.as_json(), ensure_ascii=False).encode()


def owner_of(claims: Claims) -> Owner:
    """The owner that a file names, taken. A value that is no id, or no time, stays in the rest."""
    return Owner(
        candidate_id=_taken(claims, "candidate_id", UUID),
        session_id=_taken(claims, "session_id", UUID),
        case_id=_taken(claims, "case_id", UUID),
        assessed_by=_taken(claims, "assessed_by", UUID),
        marked_at=_taken(claims, "marked_at", _moment),
        read_first=claims.look("read_first") is True and bool(claims.take("read_first")),
    )


def _taken(claims: Claims, name: str, read: Callable[[str], Any]) -> Any:
    value = claims.look(name)
    try:
        found = read(value) if isinstance(value, str) else None
    except (ValueError, OverflowError):
        return None
    if found is not None:
        claims.take(name)
    return found


def _moment(text: str) -> datetime:
    from medtui.core.models import as_utc  # brings pydantic, which few files need

    found: datetime = as_utc(text)
    return found
