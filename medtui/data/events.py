"""The data module's events: plain dataclasses, named as things that have happened.

The `notify` function given to `Backend.open` is called with them, always on the event loop that
opened the backend.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from medtui.core.models import PracticeSession
from medtui.core.notices import Notice
from medtui.store.outbox import Submission


@dataclass(frozen=True, slots=True)
class Event:
    """Base class of all events."""


@dataclass(frozen=True, slots=True)
class FeedWentLive(Event):
    """The board is current from now on."""


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
class WindowBegun(Event):
    """The earliest sessions of a long window, while the rest is still being read."""

    sessions: tuple[PracticeSession, ...]


@dataclass(frozen=True, slots=True)
class SessionsChanged(Event):
    """A burst of changes, coalesced: each session at most once."""

    changed: tuple[PracticeSession, ...] = ()
    removed: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class RoomMet(Event):
    """The people in a room and their cards; a card may hold anything, as strangers can send it."""

    session_id: UUID
    people: frozenset[UUID]
    cards: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class RoomHeard(Event):
    """A broadcast was received in a room; its payload may be anything.

    `guest_id`: the guest of the pair whose channel it is; None: not known.
    """

    session_id: UUID
    event: str
    payload: Any
    guest_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class RoomParted(Event):
    """The people in a room are not known any more.

    `is_refused`: the server refuses to let the user join; otherwise the room is joined again.
    """

    session_id: UUID
    is_refused: bool


@dataclass(frozen=True, slots=True)
class SheetMoved(Event):
    """The delivery state of a submitted mark sheet has changed, or was read from the disk."""

    submission: Submission


@dataclass(frozen=True, slots=True)
class LinesChanged(Event):
    """`Backend.waiting.lines` has changed."""


@dataclass(frozen=True, slots=True)
class NoticesChanged(Event):
    """`Backend.news.waiting` has changed."""


@dataclass(frozen=True, slots=True)
class NoticePassed(Event):
    """Something that is told now or never: a station begins, a session is near."""

    notice: Notice


@dataclass(frozen=True, slots=True)
class SignedOut(Event):
    """The login has ended without the user asking for it; `reason` says why."""

    reason: str


Notify = Callable[[Event], None]
