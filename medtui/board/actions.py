"""What the keys of the board do: ask where the user should be asked, then write."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from medtui.board.board_ui import BoardUi
from medtui.board.waiting_actions import WaitingActions
from medtui.core import last_post
from medtui.core.agenda import name_of
from medtui.core.board_rules import why_not_book, why_not_cancel, why_not_edit, why_not_leave
from medtui.core.key_names import key_of
from medtui.core.last_post import LastPost
from medtui.core.models import PracticeSession
from medtui.core.wording import moment
from medtui.data import NotAllowed
from medtui.store.kept_choices import KeptChoices
from medtui.ui.protocol import Dialog

if TYPE_CHECKING:
    from medtui.ui.context import Context


UNDO_SECONDS = 10
"""For so long an act can be undone."""


@dataclass(frozen=True, slots=True)
class Undo:
    """How to undo an act, for `UNDO_SECONDS` from now on.

    Args:
        session: as the act has left it.
        write: undoes the act.
        done: what to say then.
        deletes: whether the session is gone then.
    """

    session: PracticeSession
    write: Callable[[PracticeSession], Awaitable[PracticeSession | None]]
    done: str
    deletes: bool = False
    until: float = field(default_factory=lambda: time.monotonic() + UNDO_SECONDS)


@dataclass(frozen=True, slots=True)
class FormFor(Dialog[list[PracticeSession]]):
    """The form for a session, answered with what the server has now. None: new ones.

    `like`: what a new one is like at first.
    """

    session: PracticeSession | None = None
    like: LastPost | None = None


@dataclass(slots=True)
class CancelQuestion(Dialog[bool]):
    """Whether to cancel a session. The dialog keeps `session` as the user sees it."""

    session: PracticeSession
    words: str


class BoardActions:
    """The keys that write. One that cannot act says why."""

    def __init__(self, ui: BoardUi, context: Context) -> None:
        self._ui = ui
        self._context = context
        self._backend = context.backend
        self._me = context.me
        self._waiting = WaitingActions(ui, context, self._write)
        self.keys: dict[str, Callable[[], Awaitable[None]]] = {
            "book": self.book,
            "leave": self.leave,
            "post": self.post,
            "post_again": self.post_again,
            "edit": self.edit,
            "cancel": self.cancel,
            "undo": self.undo,
            "keep": self._waiting.keep,
        }
        self._undo: Undo | None = None
        settings = context.settings
        self._posted = KeptChoices(
            settings.state / "last-posts.json", f"{settings.server} {context.me}"
        )

    @property
    def can_undo(self) -> bool:
        """Whether there is an act that can be undone now."""
        return self._undo is not None and time.monotonic() < self._undo.until

    async def book(self) -> None:
        """Take the free seat, or wait for one; asks if there is another session at that time."""
        ui, session = self._ui, self._ui.chosen()
        if session is None:
            return
        if reason := why_not_book(session, self._me, self._context.now()):
            await self._waiting.instead_of_booking(session, reason)
            return
        if other := ui.overlap(session.starts_at, session.id):
            when = self._moment(other)
            question = f"You have another session {when}. Book this one anyway?"
            if not await ui.ask(question, "Book it"):
                return
        sessions = self._backend.sessions
        if await self._write(session, sessions.book(session)):
            undo = Undo(session, sessions.leave, "Undone: the seat is free again.")
            self._tell(
                f"Booked: {self._named(session)}", undo if self._backend.is_complete else None
            )

    async def leave(self) -> None:
        """Give the user's seat back, or their place in the line."""
        ui, session = self._ui, self._ui.chosen()
        is_complete = self._backend.is_complete
        if session is None or await self._waiting.instead_of_leaving(session):
            return
        if ui.refuse(why_not_leave(session, self._me, is_complete=is_complete)):
            return
        question = f"Leave {self._called(session)}? Others can book the seat then."
        sessions = self._backend.sessions
        if await ui.ask(question, "Leave") and await self._write(session, sessions.leave(session)):
            undo = Undo(session, sessions.book, "Undone: the seat is yours again.")
            self._tell(f"Left: {self._named(session)}", undo)

    async def post_again(self) -> None:
        """Post a session like the last one, a week later."""
        last = last_post.restored(await asyncio.to_thread(self._posted.load))
        none = f"No session was posted on this computer yet: press {key_of('board.post')}."
        if not self._ui.refuse(None if last else none):
            await self.post(last)

    async def post(self, like: LastPost | None = None) -> None:
        """Post a new session, and go to it."""
        if not self._ui.is_active:  # the key was pressed twice
            return
        if posted := await self._ui.open(FormFor(like=like)):
            first, *others = posted
            await self._remember(first)
            for session in others:
                self._backend.live.apply(session)
            for session in posted:
                self._ui.show_session(session.id)
            self._ui.go_to(first.id)
            self._tell(f"Posted: {self._named(first)}{_more(others)}", self._undo_of(posted))

    def _undo_of(self, posted: Sequence[PracticeSession]) -> Undo:
        """Takes back what was posted at once; what was booked meanwhile stays."""
        first, *others = posted
        if not others:
            cancel = self._backend.sessions.cancel
            return Undo(first, cancel, "Undone: the session is deleted.", deletes=True)

        async def take_back(_: PracticeSession) -> None:
            for session in posted:
                self._ui.expect_gone(session.id)
            left = {session.id for session in await self._backend.series.take_back(posted)}
            for session in posted:
                if session.id not in left:
                    self._backend.live.drop(session.id)
            if left:
                raise NotAllowed(
                    f"{len(posted) - len(left)} of {len(posted)} sessions were deleted: the others"
                    f" are booked by now, and {key_of('board.cancel')} cancels them."
                )

        return Undo(first, take_back, f"Undone: {len(posted)} sessions are deleted.")

    async def _remember(self, posted: PracticeSession) -> None:
        with contextlib.suppress(OSError):  # then it cannot be posted again by one key
            await asyncio.to_thread(self._posted.save, last_post.stored(last_post.of(posted)))

    async def edit(self) -> None:
        """Edit or reschedule a session of the user's."""
        session = self._ui.chosen()
        if session is None or self._ui.refuse(why_not_edit(session, self._me)):
            return
        if saved := await self._ui.open(FormFor(session)):
            self._ui.show_session(session.id)
            self._tell(f"Saved: {self._named(saved[0])}")

    async def cancel(self) -> None:
        """Cancel a session of the user's, while it does not belong to two."""
        ui, session = self._ui, self._ui.chosen()
        if session is None:
            return
        was_held = self._backend.news.was_held(session.id)
        if ui.refuse(why_not_cancel(session, self._me, was_held=was_held)):
            return
        sessions = self._backend.sessions
        if not await self._write(session, sessions.check_files(session)) or not ui.is_active:
            return
        whom = f" {name_of(session.guest)} has booked it." if session.guest_id else ""
        question = f"Cancel {self._called(session)} for good?{whom}"
        asked = CancelQuestion(session, question)
        if not await ui.open(asked):
            return
        ui.expect_gone(session.id)
        if await self._write(asked.session, sessions.cancel(asked.session)):
            self._backend.live.drop(session.id)
            self._tell(f"Cancelled: {self._named(session)}")

    async def undo(self) -> None:
        """Undo the last booking, leaving or posting, if it is only seconds ago."""
        if not self.can_undo or (undo := self._undo) is None:
            self._ui.refuse("Booking, leaving and posting can be undone for ten seconds.")
            return
        self._undo = None
        self._ui.end_offer()
        if undo.deletes:
            self._ui.expect_gone(undo.session.id)
        if await self._write(undo.session, undo.write(undo.session)):
            if undo.deletes:
                self._backend.live.drop(undo.session.id)
            self._ui.tell_done(undo.done)

    def _tell(self, words: str, undo: Undo | None = None) -> None:
        self._undo = undo
        self._ui.tell_done(words, can_undo=undo is not None)

    def _named(self, session: PracticeSession) -> str:
        """ "Tom Ellery, today 18:30"; one's own session by its type."""
        is_own = session.host_id == self._me
        return f"{session.type_label if is_own else name_of(session.host)}, {self._moment(session)}"

    def _moment(self, session: PracticeSession) -> str:
        return moment(session.starts_at, self._context.now(), self._context.zone)

    def _called(self, session: PracticeSession) -> str:
        """The words for one session in a question, so that it is about the right one."""
        words = f"the {session.type_label.lower()} session ({self._moment(session)})"
        return words if session.host_id == self._me else f"{words} with {name_of(session.host)}"

    async def _write(
        self, session: PracticeSession, write: Awaitable[PracticeSession | None]
    ) -> bool:
        """Do a write, and show that it is under way. Returns whether it was done."""
        self._ui.set_busy(session.id, True)
        try:
            answer = await self._context.write(session, write)
        finally:
            self._ui.set_busy(session.id, False)
        self._ui.show_session(session.id)
        if answer.error:
            self._context.notify_error(answer.error)
        return answer.error is None


def _more(others: Sequence[PracticeSession]) -> str:
    return f", and {len(others)} more" if others else ""
