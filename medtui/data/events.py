"""What the data module tells its owner, as past events: plain dataclasses, no widgets.

They are handed to the `notify` function given to `Backend.open`, always on the
event loop that opened the backend. The app wraps them in Textual messages.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from medtui.models import PracticeSession
from medtui.store.outbox import Submission


@dataclass(frozen=True, slots=True)
class Event:
    """The family of things that happened."""


@dataclass(frozen=True, slots=True)
class FeedWentLive(Event):
    """What the board shows is provably current from now on."""


@dataclass(frozen=True, slots=True)
class FeedWentStale(Event):
    """The board shows the state of `since` (aware, UTC); None: nothing was read yet.

    `reason` is a short sentence for people, such as "the server does not answer".
    """

    since: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class BoardRead(Event):
    """The whole window was read: these are all its sessions, in no particular order."""

    sessions: tuple[PracticeSession, ...]


@dataclass(frozen=True, slots=True)
class SessionsChanged(Event):
    """A burst of changes, coalesced: each session at most once."""

    changed: tuple[PracticeSession, ...] = ()
    removed: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class RoomMet(Event):
    """Who is in a room now, and the cards that they carry; anybody there may carry anything."""

    session_id: UUID
    people: frozenset[UUID]
    cards: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class RoomHeard(Event):
    """A broadcast has come in a room; it may be anything.

    `guest_id`: whose room it is with the host; None: not known.
    """

    session_id: UUID
    event: str
    payload: Any
    guest_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class RoomParted(Event):
    """Who is in a room is not known any more.

    `is_refused`: the server does not let one in; otherwise it comes back by itself.
    """

    session_id: UUID
    is_refused: bool


@dataclass(frozen=True, slots=True)
class SheetMoved(Event):
    """A mark sheet that was handed in stands elsewhere now, or is found to stand somewhere."""

    submission: Submission


@dataclass(frozen=True, slots=True)
class NoticesChanged(Event):
    """`Backend.news.waiting` is not what it was."""


@dataclass(frozen=True, slots=True)
class SignedOut(Event):
    """The login has ended without the user asking for it; `reason` says why."""

    reason: str


Notify = Callable[[Event], None]
