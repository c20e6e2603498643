"""Whether a station is recorded: both have to say yes, and either may say no at any time."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Any, Literal

from annotated_types import Interval

from medtui.core.key_names import key_of
from medtui.core.models import PracticeSession, Stage

Answer = Literal["", "yes", "no"]


@dataclass(frozen=True, slots=True)
class Consent:
    """What one of the two has said last. `number` rises with each answer."""

    number: Annotated[int, Interval(ge=0, le=2**31)] = 0
    answer: Answer = ""

    def said(self, answer: Answer) -> Consent:
        return Consent(self.number + 1, answer)

    def later(self, other: Consent) -> Consent:
        return max(self, other, key=lambda each: (each.number, each.answer))

    def as_json(self) -> list[Any]:
        return [self.number, self.answer]


UNANSWERED = Consent()


class RecordingState(Enum):
    """How far the two have come."""

    OFF = "off"
    ASKED = "asked"
    """The user has asked, and the other one has not answered."""
    ASKS = "asks"
    """The other one asks."""
    READY = "ready"
    """Both have agreed: it begins with the station."""
    PAUSED = "paused"
    ON = "on"


def recording_state(
    session: PracticeSession, mine: Consent, theirs: Consent, *, is_paused: bool
) -> RecordingState:
    """The state of a session's recording. `mine`: what the user has said in this program."""
    if session.guest_id is None or session.stage is Stage.WRAP_UP:
        return RecordingState.OFF
    agreed, other = mine.answer == "yes", theirs.answer == "yes"
    if agreed and other:
        if session.stage is not Stage.INTERVIEW:
            return RecordingState.READY
        return RecordingState.PAUSED if is_paused else RecordingState.ON
    if agreed:
        return RecordingState.OFF if theirs.answer == "no" else RecordingState.ASKED
    if other and mine.answer != "no":
        return RecordingState.ASKS
    return RecordingState.OFF


def why_not_record(session: PracticeSession, *, is_refused: bool) -> str | None:
    """Why recording cannot be asked for. `is_refused`: the server has no channel for the room."""
    if session.guest_id is None:
        return "Two agree to a recording: wait until the guest's seat is booked."
    if session.stage is Stage.WRAP_UP:
        return (
            "The station is over: a recording made elsewhere is added in the review "
            f"({key_of('room.review')}, then {key_of('review.add')})."
        )
    if is_refused:
        return (
            "This server carries nothing between the two of a room: record elsewhere, and medtui"
            " listen makes the transcript."
        )
    return None
