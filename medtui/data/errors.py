"""The data module's own few errors: one per thing that the user can do something about.

Each carries a `title` (a few words) and a `message` (one sentence: what happened,
why, what to do next), both fit to be shown as they are.
"""

from __future__ import annotations

from typing import Self

from medtui.models import PracticeSession


class DataError(Exception):
    """The family. `title` heads the message where there is room for a heading."""

    title = "Something went wrong"

    def __init__(self, message: str, *, title: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if title is not None:
            self.title = title

    def after(self, what: str) -> Self:
        """The same error, with what it has left undone said first."""
        self.message = f"{what} {self.message}"
        self.args = (self.message,)
        return self


class NotSignedIn(DataError):
    """Nobody is signed in, or the login has ended: sign in again."""

    title = "Not signed in"


class NotAllowed(DataError):
    """The server's policies refuse this to the signed-in user."""

    title = "Not allowed"


class Changed(DataError):
    """The row is no longer what the user saw; `present` is what it is now."""

    title = "It has changed"

    def __init__(self, message: str, present: PracticeSession, *, title: str | None = None) -> None:
        super().__init__(message, title=title)
        self.present = present


class Taken(Changed):
    """The seat went to someone else, who is `present.guest`."""

    title = "Somebody was faster"


class Gone(DataError):
    """The row is not there any more."""

    title = "It is gone"


class Invalid(DataError):
    """The server, or we, refuse a value. `field` is the model's field name, if one is to blame."""

    title = "That does not work"

    def __init__(self, message: str, *, field: str | None = None, title: str | None = None) -> None:
        super().__init__(message, title=title)
        self.field = field


class FileExists(Invalid):
    """There is a file of this name already; it has to be deleted before another takes its place."""

    title = "There is one already"


class HalfDone(DataError):
    """A file is neither replaced nor as it was: both versions are kept on this machine."""

    title = "Not finished"


class TooOften(DataError):
    """The server asks to wait. `seconds` is how long, where it says so."""

    title = "Too many attempts"

    def __init__(self, message: str, *, seconds: float | None = None) -> None:
        super().__init__(message)
        self.seconds = seconds


class Unreachable(DataError):
    """Offline, a timeout, or a server in trouble: trying again later may work."""

    title = "The server cannot be reached"


class ServerTooOld(DataError):
    """The server lacks a function or a table that this needs."""

    title = "The server does not have this"
