"""Mark sheets that were handed in, on the disk of whoever has to bring them further.

A guest's lies in the guest's box until the host has confirmed it, and stays there afterwards; in
the host's box it lies until it is uploaded. A file each, readable by its owner alone, written
whole or not at all. One sheet is one file, whatever its revision: so it is never there twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated
from uuid import UUID

from pydantic import Field, TypeAdapter

from medtui.models import Line, PracticeSession, Stage
from medtui.store import files

MOST = 8
"""Sheets of one session in a box."""

LOCK_SECONDS = 2
"""Longer than another window takes to write."""


Revision = Annotated[int, Field(strict=True, ge=0, lt=2**53)]
"""How often a sheet has changed, as far as JSON can count."""


class DeliveryState(StrEnum):
    """How far a sheet has come."""

    WAITING = "waiting"
    """Not yet with the host."""
    WITH_HOST = "with host"
    """On the host's disk, not yet uploaded."""
    UPLOADED = "uploaded"
    REFUSED = "refused"
    """It comes no further, and `reason` says why."""


class Hold(StrEnum):
    """Whether the host's client may upload a guest's sheet unasked."""

    NONE = ""
    """It may: the guest has assessed the host in a station that is over."""
    STATION = "station"
    """Not while the station is not over."""
    NOT_ASSESSOR = "not the assessor"
    """Not at all: its sender is not the assessor."""
    AGREED = "agreed"
    """The host was asked, and has said yes."""


HELD = {
    Hold.STATION: "It is uploaded once the station is over.",
    Hold.NOT_ASSESSOR: "It does not come from the assessor: the host decides whether to upload it.",
}
"""Why a sheet that is with the host is not uploaded; the host may be asked."""


@dataclass(frozen=True, slots=True)
class Submission:
    """A mark sheet on its way: what is uploaded, whose it is, and how far it has come.

    `is_mine`: this side made it. `partner` is what the other one of the session is called.
    `reason` is a sentence about why it is not further; `is_in_the_way`: because there is
    another assessment, which only the host can decide. `is_told`: that it is refused is what the
    other side has said, and no more.

    Of a guest's with the host, `sender` is the guest, and `hold` whether the host is asked first.
    """

    session: UUID
    sheet: UUID
    revision: Revision
    content: str
    is_mine: bool
    is_host: bool
    partner: Line = ""
    where: DeliveryState = DeliveryState.WAITING
    reason: Line = ""
    is_in_the_way: bool = False
    is_told: bool = False
    sender: UUID | None = None
    hold: Hold = Hold.NONE

    @property
    def is_over(self) -> bool:
        """Whether there is nothing left to be tried."""
        return self.where is DeliveryState.UPLOADED or (
            self.where is DeliveryState.REFUSED and not self.is_told
        )

    @property
    def is_held(self) -> bool:
        """Whether it waits for the host to say yes."""
        return not self.is_over and self.hold in HELD

    def hold_in(self, session: PracticeSession) -> Hold:
        """What its hold is while the session is so: a sheet is taken from the assessor alone.

        What was not the assessor's when it came does not become so when roles are swapped.
        """
        if self.hold in (Hold.AGREED, Hold.NOT_ASSESSOR):
            return self.hold
        if session.candidate_id != session.host_id or session.guest_id != self.sender:
            return Hold.NOT_ASSESSOR
        return Hold.NONE if session.stage is Stage.WRAP_UP else Hold.STATION


class Outbox:
    """One person's sheets that were handed in. Its methods may block for a moment.

    Args:
        folder: of this program's state.
    """

    def __init__(self, folder: Path, person: UUID) -> None:
        self._folder = folder / "handed" / str(person)

    def all(self) -> list[Submission]:
        """Whatever lies there and can be read."""
        found = [read_parcel(file) for file in sorted(self._folder.glob("*/*.json"))]
        return [submission for submission in found if submission is not None]

    def keep(self, submission: Submission) -> Submission:
        """Write a submission down, in place of what was known of the same sheet. Raises OSError.

        Returns what lies there now: a later revision of the sheet stays, as another window of the
        same person may have handed that in while this one still sees to an earlier one.
        """
        file = self.file(submission)
        with files.held(self._folder, LOCK_SECONDS):
            there = read_parcel(file)
            if there is not None and there.revision > submission.revision:
                return there
            files.write(file, _adapter().dump_json(submission))
        return submission

    def set_out(self, submission: Submission) -> Path:
        """Write the assessment alone beside it, for its owner to read. Raises OSError."""
        file = self.file(submission).with_suffix(".assessment")
        files.write(file, submission.content)
        return file

    def file(self, submission: Submission) -> Path:
        return self._folder / str(submission.session) / f"{submission.sheet}.json"


@cache
def _adapter() -> TypeAdapter[Submission]:
    return TypeAdapter(Submission)


def read_parcel(file: Path) -> Submission | None:
    """The submission in a file; None where there is none, or it cannot be read."""
    try:
        return _adapter().validate_json(file.read_bytes(), strict=True)
    except (OSError, ValueError):
        return None
