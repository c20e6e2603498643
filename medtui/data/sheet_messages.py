"""The messages about mark sheets in a room's channel: the sheet itself, and the answers to it.

Anybody in the room may say anything: what is none of these raises ValueError.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cache
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, TypeAdapter

from medtui.core.models import FileKind, Line, PracticeSession
from medtui.store.outbox import HELD, DeliveryState, Revision, Submission

SHEET = "sheet"
SELF_SHEET = "self-sheet"
"""The candidate's own sheet: a name of its own, as earlier versions would take it for the other."""
VOICE = "voice"
"""The words of the guest's recording."""
RECEIPT = "sheet-receipt"
KINDS = {
    SHEET: FileKind.ASSESSMENT,
    SELF_SHEET: FileKind.SELF_ASSESSMENT,
    VOICE: FileKind.TRANSCRIPT,
}
"""What each message brings."""
EVENTS = {kind: event for event, kind in KINDS.items()}
LARGEST = 200_000
"""The most bytes of a sheet: Realtime carries no more than 256 kB in a message."""


def _sendable(content: str) -> str:
    if len(content.encode()) > LARGEST:
        raise ValueError("too long for a message")
    return content


@dataclass(frozen=True, slots=True)
class Letter:
    """The message by which a guest sends a sheet to the host."""

    sheet: UUID
    revision: Revision
    content: Annotated[str, AfterValidator(_sendable)]

    @classmethod
    def of(cls, payload: Any) -> Letter:
        """A message's payload as a sheet. Raises ValueError."""
        return _letters().validate_python(payload)

    def submission(self, session: PracticeSession, kind: FileKind) -> Submission:
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
            kind=kind,
        )
        hold = submission.hold_in(session)
        return replace(submission, hold=hold, reason=HELD.get(hold, ""))


@dataclass(frozen=True, slots=True)
class Receipt:
    """The host client's answer: the delivery state of a sheet."""

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
