"""What a host does in a room: asks where it should be asked, then writes."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol
from uuid import UUID

from medtui.config import BadConfig, presets
from medtui.core import room_rules as rules
from medtui.core.key_names import key_of, with_keys
from medtui.core.models import PracticeSession, Stage
from medtui.core.prep_steps import Decided, is_case_missing
from medtui.core.room_rules import other_of, person
from medtui.core.room_state import RoomState
from medtui.data import DataError
from medtui.data.cases import NO_OWN_BRIEFS
from medtui.ui.protocol import Dialog, Ui

if TYPE_CHECKING:
    from medtui.room.facts import Presence
    from medtui.ui.context import Context

WRITE: Literal["write"] = "write"
"""The answer to `CaseChoice` of a host who would rather write a brief."""

WITHOUT: Literal["without"] = "without"
"""The answer to `CaseChoice` of a host who wants no case: both use a book or PDF."""

THEN_STARTS = "Then the station starts."


@dataclass(frozen=True, slots=True)
class CaseChoice(Dialog[UUID | Literal["write", "without"]]):
    """Which case; answered with its id, with `WRITE` or with `WITHOUT`.

    `barred` are cases of which either has been shown something in this session, `names` what
    people are called; `starts`: whether the station starts with the answer.
    """

    candidate: UUID
    partner: UUID | None
    me: UUID
    names: dict[UUID, str]
    barred: frozenset[UUID] = frozenset()
    starts: bool = False

    @property
    def is_blind(self) -> bool:
        return self.candidate == self.me


@dataclass(frozen=True, slots=True)
class BriefFor(Dialog[bool]):
    """The form for the host's own brief; answered with whether the server has the texts now."""

    session: PracticeSession


class RoomUi(Ui, Protocol):
    """What the host's actions ask of the room."""

    room: RoomState
    presence: Presence
    is_without_case: bool
    """Whether the host has said that there is to be no case."""

    @property
    def has_own_brief(self) -> bool:
        """Whether the host has written a brief, as far as is known here."""

    @property
    def is_guest_absent(self) -> bool:
        """Whether the host was alone for five minutes after the start."""

    def read_brief_again(self) -> None:
        """Read the brief, which the host has just written or removed."""

    def share(self) -> None:
        """Send the room's shared state to the other side, and save it."""

    async def write(self, write: Awaitable[PracticeSession]) -> None:
        """Do a write, and follow what has become of the row."""

    async def begin_round(self, candidate: UUID) -> None:
        """Begin the next round, with this candidate, and be in its room."""


class HostActions:
    """The host's keys. A key that cannot act says why."""

    def __init__(self, ui: RoomUi, context: Context) -> None:
        self._ui = ui
        self._context = context
        self._backend = context.backend
        self.keys: dict[str, Callable[[], Awaitable[object]]] = {
            "roles": self.roles,
            "case": self.case,
            "brief": self.write_brief,
            "timing": self.timing,
            "start": self.start,
            "finish": self.finish,
            "again": self.again,
            "remove_guest": self.remove_guest,
        }

    @property
    def _session(self) -> PracticeSession:
        return self._ui.room.session

    @property
    def _me(self) -> UUID:
        return self._ui.room.me

    async def roles(self, then: str = "") -> None:
        """Who is the candidate; from a station on, the next round with the other one.

        `then`: what follows on the answer, as a sentence.
        """
        session = self._session
        if self._ui.refuse(rules.why_not_roles(session, self._me)):
            return
        if session.stage is not Stage.PREP:
            await self._next_round(session, other_of(session, session.candidate_id))
            return
        people = [session.host_id, *([session.guest_id] if session.guest_id else [])]
        choices = [(self._called(who), who) for who in people]
        current = people.index(session.candidate_id) if session.candidate_id in people else 0
        question = f"Who is the candidate? {then}".strip()
        who = await self._ui.choose(question, choices, current)
        if who is None or who == session.candidate_id:
            return
        is_known = session.case_id in self._ui.room.shared.shown or (
            who == self._me and session.case_id in self._backend.cases.looked_at
        )
        had_own = self._ui.has_own_brief and session.candidate_id is not None
        await self._ui.write(
            self._backend.sessions.choose_candidate(session, who, keep_case=not is_known)
        )
        if had_own:
            self._notify_brief_gone(who)

    async def _next_round(self, session: PracticeSession, candidate: UUID | None) -> None:
        if candidate is None:
            return
        question = (
            "The station is still running. Finish it for both of you, and start the next round?"
        )
        if session.stage is Stage.INTERVIEW and not await self._ui.ask(question, "Next round"):
            return
        await self._ui.begin_round(candidate)

    async def case(self, *, starts: bool = False) -> None:
        """Which case; drawn blind where the host is the candidate.

        `starts`: whether the station starts on the answer.
        """
        if self._ui.refuse(rules.why_not_case(self._session, self._me)):
            return
        if self._session.candidate_id is None:
            await self.roles("Then the case.")
        session = self._session
        if (candidate := session.candidate_id) is None:
            return
        choice = CaseChoice(
            candidate=candidate,
            partner=other_of(session, candidate),
            me=self._me,
            names={who: person(session, who, self._me) for who in (candidate,)},
            barred=self._ui.room.shared.shown,
            starts=starts,
        )
        chosen = await self._ui.open(choice)
        if chosen is None:
            return
        if self._session.candidate_id == candidate:  # what else has changed is no matter for it
            session = self._session
        self._ui.is_without_case = chosen == WITHOUT
        if chosen == WRITE:
            await self.write_brief()
        elif chosen == WITHOUT:
            await self._take_case_back()
        else:
            await self._ui.write(self._backend.sessions.choose_case(session, chosen))

    async def _take_case_back(self) -> None:
        if self._session.case_id is not None:
            await self._ui.write(self._backend.sessions.choose_case(self._session, None))
        self._ui.share()

    async def write_brief(self) -> None:
        """Write a brief for each role, which is used instead of a case."""
        if self._ui.refuse(rules.why_not_write(self._session, self._me)):
            return
        if not self._backend.is_complete:
            self._ui.refuse(with_keys(NO_OWN_BRIEFS))
            return
        if not await self._ui.open(BriefFor(self._session)):
            return
        self._ui.is_without_case = False
        if self._session.case_id is not None:
            await self._ui.write(self._backend.sessions.choose_case(self._session, None))
        self._ui.read_brief_again()

    def _notify_brief_gone(self, candidate: UUID) -> None:
        """Say that the server has deleted the host's own brief, where the candidate has changed."""
        session = self._session
        if (session.stage, session.candidate_id) != (Stage.PREP, candidate):
            return  # the roles are as they were
        name = person(session, candidate, self._me)
        self._ui.notify(
            f"Your own brief is removed, because {name} may have read it. "
            f"{key_of('room.brief')} writes another.",
            markup=False,
        )
        self._ui.read_brief_again()

    async def timing(self) -> None:
        """The phases of the station, which both sides see."""
        if self._ui.refuse(rules.why_not_preset(self._session, self._me)):
            return
        try:
            known = await asyncio.to_thread(presets, self._context.settings)
        except BadConfig as error:
            self._ui.refuse(str(error))
            return
        present = self._ui.room.shared.preset
        ids = [preset.id for preset in known]
        chosen = await self._ui.choose(
            "How long is a station?",
            [(f"{preset.name}: {preset.lengths}", preset) for preset in known],
            ids.index(present.id) if present.id in ids else 0,
        )
        if chosen is not None:
            self._ui.room.choose(chosen)
            self._ui.share()

    async def start(self) -> None:
        """Ask for what is missing, in order; then begin the station on both sides."""
        if self._ui.refuse(rules.why_not_start(self._session, self._me)):
            return
        if not await self._all_decided():
            return
        session = self._session
        if self._ui.refuse(rules.why_not_start(session, self._me)):
            return
        partner, people = other_of(session, self._me), self._ui.presence.people
        if people is not None and partner not in people:
            name = person(session, partner, self._me)
            if not await self._ui.ask(f"{name} is not in the room. Start anyway?", "Start"):
                return
        await self._ui.write(self._backend.sessions.set_stage(session, Stage.INTERVIEW))

    async def _all_decided(self) -> bool:
        """Ask for the roles and the case where they are missing. False: the host has gone back."""
        if self._session.candidate_id is None:
            await self.roles(THEN_STARTS)
        if self._session.candidate_id is None:
            return False
        if await self._lacks_case():
            await self.case(starts=True)
            return not await self._lacks_case()
        return True

    async def _lacks_case(self) -> bool:
        decided = Decided(self._ui.has_own_brief, self._ui.is_without_case)
        if not is_case_missing(self._session, decided):
            return False
        # A brief that was written before the roles were chosen, or a moment ago, is not known yet.
        with contextlib.suppress(DataError):
            return await self._backend.cases.brief(self._session) is None
        return True

    async def finish(self) -> None:
        """End the station on both sides; before the time is up, only when one means it."""
        session = self._session
        if self._ui.refuse(rules.why_not_finish(session, self._me)):
            return
        reading = self._ui.room.reading(self._context.now())
        if reading is not None and not reading.is_over:
            question = "Time is not up yet. Finish the station for both of you?"
            if not await self._ui.ask(question, "Finish"):
                return
        await self._ui.write(self._backend.sessions.set_stage(session, Stage.WRAP_UP))

    async def again(self) -> None:
        """The next round, with the same roles."""
        session = self._session
        if not self._ui.refuse(rules.why_no_round(session, self._me)):
            await self._next_round(session, session.candidate_id)

    async def remove_guest(self) -> None:
        """Free the guest's seat: of a guest who has not come at once, else after asking."""
        session = self._session
        if self._ui.refuse(rules.why_not_remove(session, self._me)):
            return
        if self._ui.is_guest_absent:
            await self._ui.write(self._backend.waiting.free_absent(session))
            return
        name = person(session, session.guest_id, self._me)
        if await self._ui.ask(f"Free {name}'s seat for another person?", "Free it"):
            await self._ui.write(self._backend.sessions.remove_guest(session))

    def _called(self, who: UUID) -> str:
        name = person(self._session, who, self._me)
        return f"{name[0].upper()}{name[1:]}" if who == self._me else name
