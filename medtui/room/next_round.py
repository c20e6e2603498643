"""From one round to the next without leaving the room: the host begins it, the guest follows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from medtui.core.agenda import name_of
from medtui.core.models import PracticeSession, Stage
from medtui.core.rounds import Round, begun_after, rounds_of
from medtui.ui.protocol import Ui

if TYPE_CHECKING:
    from medtui.core.room_state import RoomState
    from medtui.ui.context import Context


NO_SEAT_KEPT = "This server keeps no seat for the next round: others can book it, too."
NOT_SHOWN = (
    "This server does not show your guest the next round of a room without a link: ask them to "
    "book it on the board."
)


@dataclass(frozen=True, slots=True)
class Arrangement:
    """What goes with one from round to round.

    Attributes:
        candidate: whom the host wants as the candidate, once both have their seats; None: the
            row has it.
        at_once: whether a guest takes the seat of every later round without being asked.
    """

    candidate: UUID | None = None
    at_once: bool = False


class SeatAnswer(Enum):
    """A guest's answer to the next round."""

    TAKE = "take"
    AT_ONCE = "at once"


class RoundsUi(Ui, Protocol):
    """What rounds ask of the room."""

    room: RoomState

    async def move_on(self, session: PracticeSession, arrangement: Arrangement) -> None:
        """Be in the room of the next round, with notes and timing."""


class NextRound:
    """The rounds of one meeting, as one of the two in its room sees them."""

    def __init__(self, ui: RoundsUi, context: Context, arrangement: Arrangement) -> None:
        self._ui = ui
        self._context = context
        self._backend = context.backend
        self._arrangement = arrangement
        self._offered: set[UUID] = set()
        self._told: set[UUID] = set()
        self._is_busy = False

    @property
    def round(self) -> Round:
        """Which round the present session is."""
        session = self._ui.room.session
        return self._rounds().get(session.id, Round(1, 1))

    def _rounds(self) -> dict[UUID, Round]:
        session = self._ui.room.session
        others = self._context.feed.sessions.values()
        theirs = {each.id: each for each in others if each.host_id == session.host_id}
        return rounds_of({**theirs, session.id: session}.values())

    async def begin(self, candidate: UUID) -> None:
        """As the host: begin the next round, with this candidate."""
        if self._is_busy:
            return
        self._is_busy = True
        try:
            session = self._ui.room.session
            begun = self._backend.rounds.begin(
                session, candidate, self.round.of + 1, self._context.now()
            )
            answer = await self._context.write(None, begun)
            if answer.error is not None:
                self._context.notify_error(answer.error)
            elif answer.present is not None:
                if not self._backend.has_rounds:
                    self._ui.notify(NO_SEAT_KEPT if session.room_url else NOT_SHOWN, markup=False)
                await self._ui.move_on(answer.present, Arrangement(candidate))
        finally:
            self._is_busy = False

    async def follow(self) -> None:
        """Do what is next: the host names the candidate, a guest is offered the seat."""
        if self._is_busy or not self._ui.is_active:
            self._tell()
            return
        self._is_busy = True
        try:
            if self._ui.room.is_host:
                await self._name_candidate()
            else:
                await self._offer()
        finally:
            self._is_busy = False

    def _tell(self) -> None:
        """Say once to a guest who is on another screen that they are waited for."""
        found = self._found()
        if found is None or found.id in self._told or found.id in self._offered:
            return
        self._told.add(found.id)
        self._context.notify(
            f"{name_of(found.host)} has started round {self._rounds()[found.id].number}: go back "
            "to the room to take your seat.",
            markup=False,
        )

    def _found(self) -> PracticeSession | None:
        room = self._ui.room
        if room.is_host:
            return None
        return begun_after(room.session, self._context.feed.sessions.values(), room.me)

    async def _name_candidate(self) -> None:
        session, wanted = self._ui.room.session, self._arrangement.candidate
        if wanted is None or wanted != session.guest_id:
            return
        self._arrangement = Arrangement()
        if session.stage is Stage.PREP and session.candidate_id is None:
            await self._context.write(
                session, self._backend.sessions.choose_candidate(session, wanted)
            )

    async def _offer(self) -> None:
        found = self._found()
        if found is None or found.id in self._offered:
            return
        self._offered.add(found.id)
        is_agreed = self._arrangement.at_once or found.guest_id == self._ui.room.me
        answer: SeatAnswer | None = SeatAnswer.TAKE
        if not is_agreed:
            number = self._rounds()[found.id].number
            role = "the actor" if found.candidate_id == found.host_id else "the candidate"
            answer = await self._ui.choose(
                f"{name_of(found.host)} has started round {number}, with you as {role}.",
                [
                    ("Take my seat", SeatAnswer.TAKE),
                    ("Take it, and in later rounds today automatically", SeatAnswer.AT_ONCE),
                ],
            )
        if answer is None:
            return
        at_once = self._arrangement.at_once or answer is SeatAnswer.AT_ONCE
        booked = await self._context.write(found, self._backend.sessions.book(found))
        if booked.error is not None:
            self._context.notify_error(booked.error)
        elif booked.present is not None:
            await self._ui.move_on(booked.present, Arrangement(at_once=at_once))
