"""What keys do about a seat that is not free: wait for it, wait no longer, keep it for a person."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from medtui.core.agenda import name_of
from medtui.core.key_names import with_keys
from medtui.core.models import PracticeSession, Profile
from medtui.core.waiting import (
    NO_KEEPING,
    NO_LINES,
    is_offered,
    is_waiting,
    line_words,
    ordinal,
    why_not_keep,
    why_not_wait,
)
from medtui.core.wording import moment
from medtui.data import DataError

if TYPE_CHECKING:
    from medtui.board.board_ui import BoardUi
    from medtui.ui.context import Context

Write = Callable[[PracticeSession, Awaitable[PracticeSession]], Awaitable[bool]]
"""Does a write, shows that it is under way, and returns whether it was done."""

NO_LONGER = "no longer"
"""The answer of a host who keeps the seat for no person any more."""


class WaitingActions:
    """The keys `b` and `l` where a seat is taken or kept, and `i`."""

    def __init__(self, ui: BoardUi, context: Context, write: Write) -> None:
        self._ui = ui
        self._context = context
        self._backend = context.backend
        self._me = context.me
        self._write = write

    async def instead_of_booking(self, session: PracticeSession, why_not: str) -> None:
        """Offer to wait for a seat, or to wait no longer; else say why it cannot be booked."""
        ui, now = self._ui, self._context.now()
        if why_not_wait(session, self._me, now):
            ui.refuse(why_not)
        elif not self._backend.has_waiting:
            ui.refuse(f"{why_not.rstrip('.')}, and {NO_LINES}")
        elif is_waiting(session, self._backend.waiting.lines):
            await self._stop(session)
        elif await ui.ask(f"{why_not} Wait for the seat?", "Wait"):
            await self._wait(session)

    async def _wait(self, session: PracticeSession) -> None:
        waiting = self._backend.waiting
        if not await self._write(session, waiting.wait(session)):
            return
        try:
            line = (await waiting.read()).get(session.id)
        except DataError:  # the feed's next news has it
            line = None
        place = f", {ordinal(line.place)} in line" if line and line.place else ""
        self._ui.tell_done(f"You wait for the seat{place}: you are told when it is yours.")

    async def instead_of_leaving(self, session: PracticeSession) -> bool:
        """Wait no longer, or pass on a seat. Returns False where there is nothing of the kind."""
        if is_offered(session, self._me, self._context.now()):
            question = f"Pass on the seat with {name_of(session.host)}? Others can have it then."
            if await self._ui.ask(question, "Pass it on") and await self._write(
                session, self._backend.waiting.stop(session)
            ):
                self._ui.tell_done("Passed on: the seat is not kept for you any more.")
            return True
        if is_waiting(session, self._backend.waiting.lines):
            await self._stop(session)
            return True
        return False

    async def _stop(self, session: PracticeSession) -> None:
        words = line_words(self._backend.waiting.lines.get(session.id))
        if await self._ui.ask(f"{words} Stop waiting?", "Stop waiting") and await self._write(
            session, self._backend.waiting.stop(session)
        ):
            self._ui.tell_done("You do not wait for this seat any more.")

    async def keep(self) -> None:
        """Keep the free seat of the user's own session for a person, until a time."""
        ui, session, now = self._ui, self._ui.chosen(), self._context.now()
        if session is None or ui.refuse(why_not_keep(session, self._me, now)):
            return
        if ui.refuse(None if self._backend.has_waiting else with_keys(NO_KEEPING)):
            return
        choices: list[tuple[str, UUID | str]] = [
            (f"{profile.name}, {profile.level}", profile.user_id)
            for profile in await self._people(ui.people())
        ]
        if session.kept_as == "invited":
            choices.insert(0, ("for no person any more", NO_LONGER))
        if not choices:
            ui.refuse("You have met no person here yet: I copies an invitation.")
            return
        person = await ui.choose("Keep the seat for whom?", choices)
        if person is None:
            return
        if not isinstance(person, UUID):
            await self._keep(session, None, None, "The seat is free for everybody.")
            return
        until = await ui.choose("Until when?", _ends(session.starts_at, now, self._moment))
        if until is not None:
            name = next(words for words, id_ in choices if id_ == person).rpartition(",")[0]
            done = f"The seat is kept for {name} until {self._moment(until)}."
            await self._keep(session, person, until, done)

    async def _keep(
        self, session: PracticeSession, person: UUID | None, until: datetime | None, done: str
    ) -> None:
        if await self._write(session, self._backend.waiting.keep(session, person, until)):
            self._ui.tell_done(done)

    async def _people(self, here: Iterable[Profile]) -> list[Profile]:
        """The people whom the user has met, newest first, then the others on the board."""
        found: dict[UUID, Profile] = {}
        try:
            async for page in self._backend.history.sessions(self._context.now()):
                for session in page:
                    if partner := session.partner_of(self._me):
                        found.setdefault(partner.user_id, partner)
                break
        except DataError:  # those on the board can be chosen
            pass
        for profile in sorted(here, key=lambda profile: profile.name):
            found.setdefault(profile.user_id, profile)
        found.pop(self._me, None)
        return list(found.values())

    def _moment(self, at: datetime) -> str:
        return moment(at, self._context.now(), self._context.zone)


def _ends(
    starts_at: datetime, now: datetime, words: Callable[[datetime], str]
) -> list[tuple[str, datetime]]:
    """Until when a seat can be kept: labels and times, the soonest first."""
    times = {
        "for an hour": now + timedelta(hours=1),
        "for a day": now + timedelta(days=1),
        "until a day before the start": starts_at - timedelta(days=1),
        "until an hour before the start": starts_at - timedelta(hours=1),
        "until the start": starts_at,
    }
    found = [(label, at) for label, at in times.items() if now < at <= starts_at]
    return [(f"{label}: {words(at)}", at) for label, at in sorted(found, key=lambda each: each[1])]
