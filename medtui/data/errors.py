"""The data module's errors: one class for each way in which the user can respond.

Each carries a `title` (a few words) and a `message` (one sentence: what happened,
why, what to do next), both fit to be shown as they are.
"""

from __future__ import annotations

from typing import Self

from medtui.core.models import PracticeSession

PORTAL = (
    "This network asks for a sign-in before it lets anything through: open any page in a "
    "browser, sign in there, then try again."
)


class DataError(Exception):
    """Base class of the data module's errors. `title`: a heading, if there is room for one."""

    title = "Something went wrong"

    def __init__(self, message: str, *, title: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if title is not None:
            self.title = title

    def after(self, what: str) -> Self:
        """The same error, with `what` before its message."""
        self.message = f"{what} {self.message}"
        self.args = (self.message,)
        return self


class NotSignedIn(DataError):
    """There is no login, or it has ended: sign in again."""

    title = "Not signed in"


class NotAllowed(DataError):
    """The server's policies refuse this to the signed-in user."""

    title = "Not allowed"


class Changed(DataError):
    """The row has changed since the user saw it; `present` is the row now."""

    title = "Not done"

    def __init__(self, message: str, present: PracticeSession, *, title: str | None = None) -> None:
        super().__init__(message, title=title)
        self.present = present


class Taken(Changed):
    """The seat was booked by another user, `present.guest`."""

    title = "Already taken"


class Gone(DataError):
    """The row was deleted."""

    title = "It is gone"


class Invalid(DataError):
    """The server, or medtui, refuses a value. `field`: the model's field; None if none is wrong."""

    title = "That does not work"

    def __init__(self, message: str, *, field: str | None = None, title: str | None = None) -> None:
        super().__init__(message, title=title)
        self.field = field


class FileExists(Invalid):
    """There is a file of this name already; it must be deleted before another is uploaded."""

    title = "There is one already"


class HalfDone(DataError):
    """A replacement was interrupted: both versions of the file are kept on this machine."""

    title = "Not finished"


class TooOften(DataError):
    """The server asks to wait. `seconds`: how long; None if it does not say."""

    title = "Too many attempts"

    def __init__(self, message: str, *, seconds: float | None = None) -> None:
        super().__init__(message)
        self.seconds = seconds


class Unreachable(DataError):
    """Offline, a timeout, or a server error: trying again later may work."""

    title = "The server cannot be reached"


class ServerTooOld(DataError):
    """The server lacks a function or a table that this needs."""

    title = "The server does not have this"
