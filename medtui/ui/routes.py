"""The screens that one feature opens of another; `app.py` alone knows their classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from medtui.core.models import PracticeSession
    from medtui.core.room_state import RoomState


@dataclass(frozen=True, slots=True)
class Account:
    """The user's account: password, e-mail, signing out."""


@dataclass(frozen=True, slots=True)
class OwnProfile:
    """The form for the user's profile."""


@dataclass(frozen=True, slots=True)
class OwnHistory:
    """The user's past sessions and progress."""


@dataclass(frozen=True, slots=True)
class Room:
    """The room of one of the user's sessions."""

    session: PracticeSession


@dataclass(frozen=True, slots=True)
class Review:
    """The transcript and the assessment of one of the user's sessions."""

    session: PracticeSession


@dataclass(frozen=True, slots=True)
class MarkSheet:
    """The mark sheet of a session; before it, the host's decision about a guest's sheet.

    `room`: the state of the room that it is opened over, which has the clock; None: over no room.
    """

    session: PracticeSession
    room: RoomState | None = None


Route = Account | OwnProfile | OwnHistory | Room | Review | MarkSheet
