"""What a host does in a room: asks where it should be asked, then writes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING
from uuid import UUID

from medtui.config import BadConfig, presets
from medtui.core import room_rules as rules
from medtui.core.room_rules import other_of, person
from medtui.data.cases import NO_OWN_BRIEFS
from medtui.models import PracticeSession, Stage
from medtui.room.brief_form import BriefForm
from medtui.room.case_picker import WRITE, CaseChoice, CasePicker
from medtui.ui.dialogs.choose import ChooseScreen

if TYPE_CHECKING:
    from medtui.room.screen import RoomScreen


class HostActions:
    """The host's keys. A key that cannot act says why."""

    def __init__(self, screen: RoomScreen) -> None:
        self._screen = screen
        self._backend = screen.context.backend
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
        return self._screen.session

    @property
    def _me(self) -> UUID:
        return self._screen.room.me

    async def roles(self) -> None:
        """Who is the candidate; after a station, the other one."""
        session = self._session
        if self._screen.refuse(rules.why_not_roles(session, self._me)):
            return
        if session.stage is Stage.WRAP_UP:
            await self._swap(session)
            return
        people = [session.host_id, *([session.guest_id] if session.guest_id else [])]
        choices = [(self._called(who), who) for who in people]
        current = people.index(session.candidate_id) if session.candidate_id in people else 0
        who = await self._screen.app.push_screen_wait(
            ChooseScreen("Who is the candidate?", choices, current)
        )
        if who is None or who == session.candidate_id:
            return
        is_known = session.case_id in self._screen.room.shared.shown or (
            who == self._me and session.case_id in self._backend.cases.looked_at
        )
        had_own = self._screen.has_own_brief and session.candidate_id is not None
        await self._screen.write(
            self._backend.sessions.choose_candidate(session, who, keep_case=not is_known)
        )
        if had_own:
            self._tell_brief_gone(who)

    async def _swap(self, session: PracticeSession) -> None:
        who = other_of(session, session.candidate_id)
        if who is None:
            return
        question = (
            f"Swap roles: a new prep with {person(session, who, self._me)} as the candidate, and "
            f"another case? {rules.REPLACED}"
        )
        had_own = self._screen.has_own_brief
        if await self._screen.ask(question, "Swap roles"):
            await self._screen.write(self._backend.sessions.begin_again(session, who))
            if had_own:
                self._tell_brief_gone(who)

    async def case(self) -> None:
        """Which case; drawn blind where the host is the candidate."""
        session = self._session
        candidate = session.candidate_id
        if self._screen.refuse(rules.why_not_case(session, self._me)) or candidate is None:
            return
        choice = CaseChoice(
            candidate=candidate,
            partner=other_of(session, candidate),
            me=self._me,
            names={who: person(session, who, self._me) for who in (candidate,)},
            barred=self._screen.room.shared.shown,
        )
        chosen = await self._screen.app.push_screen_wait(CasePicker(self._screen.context, choice))
        if chosen == WRITE:
            await self.write_brief()
        elif chosen is not None:
            await self._screen.write(self._backend.sessions.choose_case(session, chosen))

    async def write_brief(self) -> None:
        """Write a brief for each role, which is used instead of a case."""
        if self._screen.refuse(rules.why_not_write(self._session, self._me)):
            return
        if not self._backend.is_complete:
            self._screen.refuse(NO_OWN_BRIEFS)
            return
        form = BriefForm(self._screen.context, self._session)
        if not await self._screen.app.push_screen_wait(form):
            return
        if self._session.case_id is not None:
            await self._screen.write(self._backend.sessions.choose_case(self._session, None))
        self._screen.read_brief_again()

    def _tell_brief_gone(self, candidate: UUID) -> None:
        """Say that the server has deleted the host's own brief, where the candidate has changed."""
        session = self._session
        if (session.stage, session.candidate_id) != (Stage.PREP, candidate):
            return  # the roles are as they were
        name = person(session, candidate, self._me)
        self._screen.notify(
            f"Your own brief is removed, because {name} may have read it. b writes another.",
            markup=False,
        )
        self._screen.read_brief_again()

    async def timing(self) -> None:
        """The phases of the station, which both sides see."""
        if self._screen.refuse(rules.why_not_preset(self._session, self._me)):
            return
        try:
            known = await asyncio.to_thread(presets, self._screen.context.settings)
        except BadConfig as error:
            self._screen.refuse(str(error))
            return
        present = self._screen.room.shared.preset
        ids = [preset.id for preset in known]
        chosen = await self._screen.app.push_screen_wait(
            ChooseScreen(
                "How long is a station?",
                [(f"{preset.name}: {preset.lengths}", preset) for preset in known],
                ids.index(present.id) if present.id in ids else 0,
            )
        )
        if chosen is not None:
            self._screen.room.choose(chosen)
            self._screen.share()

    async def start(self) -> None:
        """Begin the station on both sides."""
        session = self._session
        if self._screen.refuse(rules.why_not_start(session, self._me)):
            return
        partner, people = other_of(session, self._me), self._screen.presence.people
        if people is not None and partner not in people:
            name = person(session, partner, self._me)
            if not await self._screen.ask(
                f"{name} is not in the room. Start all the same?", "Start"
            ):
                return
        await self._screen.write(self._backend.sessions.set_stage(session, Stage.INTERVIEW))

    async def finish(self) -> None:
        """End the station on both sides; before the time is up, only when one means it."""
        session = self._session
        if self._screen.refuse(rules.why_not_finish(session, self._me)):
            return
        reading = self._screen.room.reading(self._screen.context.now())
        if reading is not None and not reading.is_over:
            question = "The time is not up yet. Finish the station for both of you?"
            if not await self._screen.ask(question, "Finish"):
                return
        await self._screen.write(self._backend.sessions.set_stage(session, Stage.WRAP_UP))

    async def again(self) -> None:
        """Back to prep with the same roles and case."""
        session = self._session
        if self._screen.refuse(rules.why_not_again(session, self._me)):
            return
        question = f"Back to prep, once more with the same roles and case? {rules.REPLACED}"
        if await self._screen.ask(question, "Once more"):
            await self._screen.write(self._backend.sessions.set_stage(session, Stage.PREP))

    async def remove_guest(self) -> None:
        """Free the guest's seat, after asking."""
        session = self._session
        if self._screen.refuse(rules.why_not_remove(session, self._me)):
            return
        name = person(session, session.guest_id, self._me)
        if await self._screen.ask(f"Free {name}'s seat for somebody else?", "Free it"):
            await self._screen.write(self._backend.sessions.remove_guest(session))

    def _called(self, who: UUID) -> str:
        name = person(self._session, who, self._me)
        return f"{name[0].upper()}{name[1:]}" if who == self._me else name
