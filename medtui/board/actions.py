"""What one does with sessions on the board: asks where it should be asked, then writes."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TYPE_CHECKING

from medtui.board.cancel_dialog import CancelScreen
from medtui.board.session_form import SessionForm
from medtui.core.agenda import name_of, why_not_book, why_not_cancel, why_not_edit, why_not_leave
from medtui.core.wording import moment
from medtui.models import PracticeSession

if TYPE_CHECKING:
    from medtui.board.screen import BoardScreen


class BoardActions:
    """The keys that write. Where one cannot do what it stands for, it says why."""

    def __init__(self, screen: BoardScreen) -> None:
        self._screen = screen
        self._backend = screen.context.backend

    async def book(self) -> None:
        """Take the free seat; asks where one has something else at that time."""
        screen, session = self._screen, self._screen.chosen()
        if session is None or screen.refuse(why_not_book(session, screen.me, screen.now)):
            return
        if other := screen.overlap(session.starts_at, session.id):
            when = moment(other.starts_at, screen.now, screen.zone)
            question = f"You have another session {when}. Book this one all the same?"
            if not await screen.ask(question, "Book it"):
                return
        if await self._write(session, self._backend.sessions.book(session)):
            screen.notify("The seat is yours.", markup=False)

    async def leave(self) -> None:
        """Give one's seat back."""
        screen, session = self._screen, self._screen.chosen()
        is_complete = self._backend.is_complete
        if session is None or screen.refuse(
            why_not_leave(session, screen.me, is_complete=is_complete)
        ):
            return
        question = f"Leave {self._called(session)}? Somebody else may take the seat."
        if await screen.ask(question, "Leave") and await self._write(
            session, self._backend.sessions.leave(session)
        ):
            screen.notify("You have left: the seat is free again.", markup=False)

    async def post(self) -> None:
        """Post a new session, and go to it."""
        screen = self._screen
        if not screen.is_active:  # the key was pressed twice
            return
        form = SessionForm(screen.context, screen.overlap)
        posted = await screen.app.push_screen_wait(form)
        if posted is not None:
            screen.catch_up(posted.id)
            screen.go_to(posted)

    async def edit(self) -> None:
        """Edit or reschedule one's own session."""
        screen, session = self._screen, self._screen.chosen()
        if session is None or screen.refuse(why_not_edit(session, screen.me)):
            return
        form = SessionForm(screen.context, screen.overlap, session)
        if await screen.app.push_screen_wait(form) is not None:
            screen.catch_up(session.id)

    async def cancel(self) -> None:
        """Cancel one's own session, while it does not belong to two."""
        screen, session = self._screen, self._screen.chosen()
        if session is None:
            return
        was_held = self._backend.news.was_held(session.id)
        if screen.refuse(why_not_cancel(session, screen.me, was_held=was_held)):
            return
        sessions = self._backend.sessions
        if not await self._write(session, sessions.check_files(session)) or not screen.is_active:
            return
        whom = f" {name_of(session.guest)} has booked it." if session.guest_id else ""
        asked = CancelScreen(
            screen.context, session, f"Cancel {self._called(session)} for good?{whom}"
        )
        if not await screen.app.push_screen_wait(asked):
            return
        screen.cancelling.add(session.id)
        if await self._write(asked.session, sessions.cancel(asked.session)):
            self._backend.live.drop(session.id)
            screen.notify("The session is cancelled.", markup=False)

    def _called(self, session: PracticeSession) -> str:
        """The words for one session in a question, so that it is about the right one."""
        screen = self._screen
        when = moment(session.starts_at, screen.now, screen.zone)
        words = f"the {session.type_label.lower()} session ({when})"
        return words if session.host_id == screen.me else f"{words} with {name_of(session.host)}"

    async def _write(
        self, session: PracticeSession, write: Awaitable[PracticeSession | None]
    ) -> bool:
        """Do a write, and show that it is under way. Returns whether it was done."""
        screen = self._screen
        screen.list.set_busy(session.id, True)
        try:
            answer = await screen.context.write(session, write)
        finally:
            if screen.is_mounted:
                screen.list.set_busy(session.id, False)
        screen.catch_up(session.id)
        if answer.error:
            screen.context.notify_error(answer.error)
        return answer.error is None
