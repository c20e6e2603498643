"""What has come of a write: one answer for all errors, whichever screen asked for it."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Generic, TypeVar

from medtui.core.models import PracticeSession
from medtui.core.wording import difference
from medtui.data.errors import Changed, DataError, Gone, Invalid, NotAllowed, Taken, TooOften

if TYPE_CHECKING:
    from medtui.data.live import LiveFeed

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class WriteAnswer(Generic[T]):
    """What has come of a write. `value`: what it returned.

    error: why it was not done; None: it was done.
    change: what is different from what the user saw, as a sentence; empty: that is not the reason.
    """

    value: T | None = None
    error: DataError | None = None
    change: str = ""

    @property
    def words(self) -> str:
        """Why it was not done, fit to be shown; empty: it was done."""
        return self.error.message if self.error else ""

    @property
    def present(self) -> PracticeSession | None:
        """The session as the server has it now; None if the answer does not have it."""
        if isinstance(self.error, Changed):
            return self.error.present
        return self.value if isinstance(self.value, PracticeSession) else None

    @property
    def is_gone(self) -> bool:
        """Whether what was to be written to was deleted."""
        return isinstance(self.error, Gone)

    @property
    def is_refused(self) -> bool:
        """Whether a value was refused."""
        return isinstance(self.error, Invalid)

    @property
    def is_final(self) -> bool:
        """Whether doing the same again cannot help."""
        return isinstance(self.error, NotAllowed | Gone | Invalid)

    @property
    def field(self) -> str | None:
        """The model's field whose value was refused; None: none was."""
        return self.error.field if isinstance(self.error, Invalid) else None

    @property
    def pause(self) -> TooOften | None:
        """The error that asks for a pause; None: none is asked for."""
        return self.error if isinstance(self.error, TooOften) else None


async def write(work: Awaitable[T]) -> WriteAnswer[T]:
    """Await a write; it may raise any DataError."""
    try:
        return WriteAnswer(await work)
    except DataError as error:
        return WriteAnswer(error=error)


async def write_session(
    live: LiveFeed,
    seen: PracticeSession | None,
    work: Awaitable[PracticeSession | None],
    now: datetime,
    zone: tzinfo,
) -> WriteAnswer[PracticeSession | None]:
    """Await a write to a session, and have the feed show what has become of it.

    `seen`: the session as the user saw it; None: a new one. The feed's own news is newer than the
    answer, and stays.
    """
    since = live.news_count
    answer = await write(work)
    present = answer.present
    if present is not None and not live.has_news(present.id, since):
        live.apply(present)
    if seen is not None and answer.is_gone:
        live.drop(seen.id)
    if seen is None or present is None or answer.error is None or isinstance(answer.error, Taken):
        return answer
    change = difference(seen, present, now, zone)
    words = f"{change} Nothing was changed."
    return WriteAnswer(error=Changed(words, present, title=answer.error.title), change=change)
