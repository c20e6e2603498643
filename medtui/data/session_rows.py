"""Sessions as rows to write, on servers that may lack columns of ours."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from medtui.core.models import NO_NOTES, PracticeSession, SessionDraft
from medtui.core.session_fields import POSTED, SessionField
from medtui.data.errors import NotAllowed
from medtui.data.rows import stored


def known_fields(
    fields: Iterable[SessionField], wanted: object, level: int
) -> tuple[SessionField, ...]:
    """Of these fields those that a server of this level has.

    Raises NotAllowed if `wanted` has a value for one that it lacks.
    """
    for field in fields:
        if field.level > level and getattr(wanted, field.name):
            raise NotAllowed(NO_NOTES)  # the one field that is written and that servers may lack
    return tuple(field for field in fields if field.level <= level)


def new_row(draft: SessionDraft, host: UUID, level: int) -> dict[str, Any]:
    """What posting a session writes. `level`: the server's. Raises NotAllowed."""
    return {
        "id": str(draft.id),
        "host_id": str(host),
        **{
            field.column: stored(getattr(draft, field.name))
            for field in known_fields(POSTED, draft, level)
        },
        "candidate_id": str(host) if draft.host_is_candidate else None,
    }


def is_as_posted(present: PracticeSession, draft: SessionDraft) -> bool:
    """Whether a session is still what its draft says."""
    is_candidate = present.candidate_id == present.host_id
    return is_candidate == draft.host_is_candidate and all(
        getattr(present, field.name) == getattr(draft, field.name) for field in POSTED
    )
