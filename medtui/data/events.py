"""What the data module tells its owner, as past events: plain dataclasses, no widgets.

They are handed to the `notify` function given to `Backend.open`, always on the
event loop that opened the backend. The app wraps them in Textual messages.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from medtui.models import PracticeSession


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
class SignedOut(Event):
    """The login has ended without the user asking for it; `reason` says why."""

    reason: str


Notify = Callable[[Event], None]
