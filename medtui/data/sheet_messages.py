"""What is said about mark sheets in a room: the sheet itself, and the answers to it.

Anybody in the room may say anything. What is none of these raises ValueError, KeyError, TypeError
or AttributeError.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from medtui.models import PracticeSession, clean_line
from medtui.store.outbox import HELD, DeliveryState, Submission

SHEET = "sheet"
RECEIPT = "sheet-receipt"
LARGEST = 200_000
"""Bytes of a sheet: Realtime carries no more than 256 kB in a message."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A sheet, as a guest says it to the host."""

    sheet: UUID
    revision: int
    content: str

    @classmethod
    def of(cls, payload: Any) -> Letter:
        content = payload["content"]
        if not isinstance(content, str) or len(content.encode()) > LARGEST:
            raise ValueError
        return cls(UUID(payload["sheet"]), _revision(payload["revision"]), content)

    def submission(self, session: PracticeSession) -> Submission:
        """The sheet in the host's outbox: the guest's, held where the host is to be asked."""
        submission = Submission(
            session=session.id,
            sheet=self.sheet,
            revision=self.revision,
            content=self.content,
            is_mine=False,
            is_host=True,
            partner=session.guest.name if session.guest else "",
            where=DeliveryState.WITH_HOST,
            sender=session.guest_id,
        )
        hold = submission.hold_in(session)
        return replace(submission, hold=hold, reason=HELD.get(hold, ""))


@dataclass(frozen=True, slots=True)
class Receipt:
    """How far a sheet has come, as the host's client says it."""

    sheet: UUID
    revision: int
    where: DeliveryState
    reason: str
    is_in_the_way: bool

    @classmethod
    def of(cls, payload: Any) -> Receipt:
        return cls(
            UUID(payload["sheet"]),
            _revision(payload["revision"]),
            DeliveryState(payload["where"]),
            clean_line(str(payload["reason"]))[:200],
            payload["is_in_the_way"] is True,
        )


def letter(submission: Submission) -> dict[str, Any]:
    """What is said of a sheet that is on its way to the host."""
    return {
        "sheet": str(submission.sheet),
        "revision": submission.revision,
        "content": submission.content,
    }


def is_too_long(submission: Submission) -> bool:
    """Whether a sheet cannot be said."""
    return (
        len(submission.content.encode()) > LARGEST or len(json.dumps(letter(submission))) > LARGEST
    )


def receipt(submission: Submission) -> dict[str, Any]:
    """What is said of a sheet that has come."""
    return {
        "sheet": str(submission.sheet),
        "revision": submission.revision,
        "where": submission.where.value,
        "reason": submission.reason,
        "is_in_the_way": submission.is_in_the_way,
    }


def _revision(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**53:
        raise ValueError
    return value
