"""The outbox: mark sheets that were handed in, kept on disk until they are uploaded.

A guest's sheet is kept in the guest's outbox until the host has confirmed it, and afterwards; in
the host's outbox until it is uploaded. Each sheet is one file, readable by its owner alone and
written whole or not at all; a later revision replaces it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated
from uuid import UUID

from pydantic import Field, TypeAdapter

from medtui.core.models import FileKind, Line, PracticeSession, Stage
from medtui.store import files

MOST = 8
"""The most sheets of one session in an outbox."""

LOCK_SECONDS = 2
"""Seconds to wait for a lock: longer than another window takes to write."""


Revision = Annotated[int, Field(strict=True, ge=0, lt=2**53)]
"""How often a sheet has changed, as far as JSON can count."""


class DeliveryState(StrEnum):
    """The delivery state of a submitted sheet."""

    WAITING = "waiting"
    """Not yet with the host."""
    WITH_HOST = "with host"
    """On the host's disk, not yet uploaded."""
    UPLOADED = "uploaded"
    REFUSED = "refused"
    """It was refused, and is not tried again; `reason` says why."""


class Hold(StrEnum):
    """Whether the host's client may upload a guest's sheet unasked."""

    NONE = ""
    """It may: the guest has assessed the host in a station that is over."""
    STATION = "station"
    """It may not yet: the station is not over."""
    NOT_ASSESSOR = "not the assessor"
    """It may not: its sender is not the assessor."""
    AGREED = "agreed"
    """It may: the host was asked, and agreed."""


HELD = {
    Hold.STATION: "It is uploaded once the station is over.",
    Hold.NOT_ASSESSOR: "It does not come from the assessor: the host decides whether to upload it.",
}
"""Why a sheet on the host's disk is not uploaded until the host agrees."""


@dataclass(frozen=True, slots=True)
class Submission:
    """A submitted mark sheet: what is uploaded, who made it, and its delivery state.

    `is_mine`: this side made it. `partner`: the name of the other one in the session.
    `kind`: which file it becomes. `reason`: a sentence that says why it waits or is refused.
    `is_in_the_way`: there is another file in its place, and only the host can decide. `is_told`:
    the other side has said that it is refused, and nothing else shows it.

    For a guest's sheet on the host's disk, `sender` is the guest, and `hold` says whether the host
    is asked first.
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
    kind: FileKind = FileKind.ASSESSMENT

    @property
    def is_over(self) -> bool:
        """Whether the delivery has ended, in success or not."""
        return self.where is DeliveryState.UPLOADED or (
            self.where is DeliveryState.REFUSED and not self.is_told
        )

    @property
    def is_held(self) -> bool:
        """Whether it waits for the host's agreement."""
        return not self.is_over and self.hold in HELD

    def hold_in(self, session: PracticeSession) -> Hold:
        """Its hold in this state of the session: only the assessor's sheet is uploaded unasked,
        and the candidate's own as the self-assessment.

        A sheet that came from another stays held when roles are swapped.
        """
        if self.hold in (Hold.AGREED, Hold.NOT_ASSESSOR):
            return self.hold
        if self.kind is FileKind.TRANSCRIPT:
            if session.guest_id != self.sender:
                return Hold.NOT_ASSESSOR
            return Hold.NONE if session.stage is Stage.WRAP_UP else Hold.STATION
        is_own = self.kind is FileKind.SELF_ASSESSMENT
        candidate = self.sender if is_own else session.host_id
        if session.candidate_id != candidate or session.guest_id != self.sender:
            return Hold.NOT_ASSESSOR
        return Hold.NONE if session.stage is Stage.WRAP_UP else Hold.STATION


class Outbox:
    """One person's submitted sheets. Its methods may block for a moment.

    Args:
        folder: the folder of this program's state.
    """

    def __init__(self, folder: Path, person: UUID) -> None:
        self._folder = folder / "handed" / str(person)

    def all(self) -> list[Submission]:
        """All submissions that can be read."""
        found = [read_parcel(file) for file in sorted(self._folder.glob("*/*.json"))]
        return [submission for submission in found if submission is not None]

    def save(self, submission: Submission) -> Submission:
        """Save a submission in place of the earlier one of the same sheet. Raises OSError.

        Returns the submission on disk: a later revision stays, as another window of the same
        person may have handed it in while this one still delivers an earlier one.
        """
        file = self.file(submission)
        with files.held(self._folder, LOCK_SECONDS):
            there = read_parcel(file)
            if there is not None and there.revision > submission.revision:
                return there
            files.write(file, _adapter().dump_json(submission))
        return submission

    def set_out(self, submission: Submission) -> Path:
        """Write the assessment as a file beside it, for its owner to read. Raises OSError.

        Returns the file's path.
        """
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
