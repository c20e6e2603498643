"""The messages about mark sheets in a room's channel: the sheet itself, and the answers to it.

The other side may send anything. A malformed message raises ValueError, KeyError, TypeError or
AttributeError.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from medtui.models import clean_line
from medtui.store.outbox import DeliveryState, Submission

SHEET = "sheet"
RECEIPT = "sheet-receipt"
LARGEST = 200_000
"""The most bytes of a sheet: Realtime carries no more than 256 kB in a message."""


@dataclass(frozen=True, slots=True)
class Letter:
    """The message by which a guest sends a sheet to the host."""

    sheet: UUID
    revision: int
    content: str

    @classmethod
    def of(cls, payload: Any) -> Letter:
        content = payload["content"]
        if not isinstance(content, str) or len(content.encode()) > LARGEST:
            raise ValueError
        return cls(UUID(payload["sheet"]), _revision(payload["revision"]), content)


@dataclass(frozen=True, slots=True)
class Receipt:
    """The host client's answer: the delivery state of a sheet."""

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
    """The payload that sends a sheet to the host."""
    return {
        "sheet": str(submission.sheet),
        "revision": submission.revision,
        "content": submission.content,
    }


def is_too_long(submission: Submission) -> bool:
    """Whether a sheet is too long for one message."""
    return (
        len(submission.content.encode()) > LARGEST or len(json.dumps(letter(submission))) > LARGEST
    )


def receipt(submission: Submission) -> dict[str, Any]:
    """The payload that answers with a received sheet's state."""
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
