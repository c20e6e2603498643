"""What is said about mark sheets in a room: the sheet itself, and the answers to it.

Anybody in the room may say anything: what is none of these raises ValueError.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cache
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, TypeAdapter

from medtui.models import Line, PracticeSession
from medtui.store.outbox import HELD, DeliveryState, Revision, Submission

SHEET = "sheet"
RECEIPT = "sheet-receipt"
LARGEST = 200_000
"""Bytes of a sheet: Realtime carries no more than 256 kB in a message."""


def _sayable(content: str) -> str:
    if len(content.encode()) > LARGEST:
        raise ValueError("too long for a message")
    return content


@dataclass(frozen=True, slots=True)
class Letter:
    """A sheet, as a guest says it to the host."""

    sheet: UUID
    revision: Revision
    content: Annotated[str, AfterValidator(_sayable)]

    @classmethod
    def of(cls, payload: Any) -> Letter:
        """A message's payload as a sheet. Raises ValueError."""
        return _letters().validate_python(payload)

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
    revision: Revision
    where: DeliveryState
    reason: Annotated[Line, AfterValidator(lambda reason: reason[:200])]
    is_in_the_way: Annotated[bool, BeforeValidator(lambda value: value is True)]

    @classmethod
    def of(cls, payload: Any) -> Receipt:
        """A message's payload as an answer. Raises ValueError."""
        return _receipts().validate_python(payload)


@cache
def _letters() -> TypeAdapter[Letter]:
    return TypeAdapter(Letter)


@cache
def _receipts() -> TypeAdapter[Receipt]:
    return TypeAdapter(Receipt)


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
