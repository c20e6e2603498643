"""What the host's keys do in a room, without Textual: what is asked, written and said."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import pytest

from medtui.core.models import PracticeSession, Stage
from medtui.core.presets import PRESETS
from medtui.core.room_state import RoomState
from medtui.room.facts import Presence
from medtui.room.host_actions import WITHOUT, WRITE, BriefFor, CaseChoice, HostActions
from tests.helpers.acting import Context, Screen, signed_in
from tests.helpers.stack import Person, Stack


class RoomScreen(Screen):
    """The room's screen for its host."""

    has_own_brief = False
    is_without_case = False
    is_guest_absent = False

    def __init__(self, context: Context, session: PracticeSession) -> None:
        super().__init__(context)
        self.room = RoomState(session, context.me)
        self.presence = Presence()
        self.shared = 0
        self.begun: list[UUID] = []

    def read_brief_again(self) -> None: ...

    def share(self) -> None:
        self.shared += 1

    async def write(self, write: Awaitable[PracticeSession]) -> None:
        answer = await self.context.write(self.room.session, write)
        if answer.present:
            self.room.apply(answer.present, self.context.now())
        if answer.error:
            self.context.notify_error(answer.error)

    async def begin_round(self, candidate: UUID) -> None:
        self.begun.append(candidate)

    async def press(self, *keys: str) -> None:
        for key in keys:
            await HostActions(self, self.context).keys[key]()


@asynccontextmanager
async def room(stack: Stack, host: Person, session_id: UUID) -> AsyncIterator[RoomScreen]:
    async with signed_in(stack, host) as context:
        yield RoomScreen(context, await context.backend.sessions.one(session_id))


async def row(stack: Stack) -> dict[str, Any]:
    (found,) = await stack.sql("select candidate_id, guest_id, version from practice_sessions")
    return found


@pytest.fixture
async def people(stack: Stack) -> tuple[Person, Person]:
    return await stack.person("Amara", "Okafor"), await stack.person("Mei", "Tanaka")


async def test_a_station_from_the_roles_to_the_next_one(
    stack: Stack, people: tuple[Person, Person]
) -> None:
    host, guest = people
    session_id = await stack.session(host, guest=guest)
    async with room(stack, host, session_id) as screen:
        screen.answer = guest.id
        await screen.press("roles")
        assert (await row(stack))["candidate_id"] == guest.id
        screen.answer = WITHOUT
        await screen.press("start")
        (choice,) = screen.opened
        assert isinstance(choice, CaseChoice)
        assert choice.starts
        assert (await row(stack))["version"] == Stage.INTERVIEW.value
        screen.answer = False
        await screen.press("finish")
        assert (await row(stack))["version"] == Stage.INTERVIEW.value, "time is not up yet"
        screen.answer = True
        await screen.press("finish")
        assert (await row(stack))["version"] == Stage.WRAP_UP.value
        await screen.press("again", "roles")
        assert screen.begun == [guest.id, host.id]
        assert (await row(stack))["version"] == Stage.WRAP_UP.value
    assert "Who is the candidate?" in screen.asked
    assert "Time is not up yet. Finish the station for both of you?" in screen.asked
    assert screen.shown == []


async def test_a_start_without_the_partner_is_asked_about(
    stack: Stack, people: tuple[Person, Person]
) -> None:
    host, guest = people
    case = await stack.case(1)
    session_id = await stack.session(host, guest=guest, candidate_id=guest.id, case_id=case)
    async with room(stack, host, session_id) as screen:
        screen.presence, screen.answer = Presence(frozenset({host.id})), False
        await screen.press("start")
        assert screen.asked == ["Mei Tanaka is not in the room. Start anyway?"]
        assert (await row(stack))["version"] == Stage.PREP.value


async def test_a_host_who_would_rather_write_a_brief_gets_the_form(
    stack: Stack, people: tuple[Person, Person]
) -> None:
    host, guest = people
    session_id = await stack.session(host, guest=guest, candidate_id=guest.id)
    async with room(stack, host, session_id) as screen:
        screen.answer = WRITE
        await screen.press("case")
    choice, form = screen.opened
    assert isinstance(choice, CaseChoice)
    assert (choice.candidate, choice.is_blind) == (guest.id, False)
    assert isinstance(form, BriefFor)


async def test_the_timing_is_shared(stack: Stack, people: tuple[Person, Person]) -> None:
    host, guest = people
    session_id = await stack.session(host, guest=guest)
    async with room(stack, host, session_id) as screen:
        screen.answer = PRESETS[-1]
        await screen.press("timing")
    assert screen.room.shared.preset == PRESETS[-1]
    assert screen.shared == 1


async def test_a_guest_may_do_none_of_it_and_reads_why(
    stack: Stack, people: tuple[Person, Person]
) -> None:
    host, guest = people
    session_id = await stack.session(host, guest=guest, candidate_id=guest.id)
    async with room(stack, guest, session_id) as screen:
        keys = list(HostActions(screen, screen.context).keys)
        await screen.press(*keys)
    assert len(screen.shown) == len(keys)
    assert screen.asked == screen.opened == []
    assert await row(stack) == {
        "candidate_id": guest.id, "guest_id": guest.id, "version": Stage.PREP.value,
    }  # fmt: skip


async def test_the_guests_seat_is_freed_after_asking(
    stack: Stack, people: tuple[Person, Person]
) -> None:
    host, guest = people
    session_id = await stack.session(host, guest=guest)
    async with room(stack, host, session_id) as screen:
        await screen.press("remove_guest")
    assert screen.asked == ["Free Mei Tanaka's seat for another person?"]
    assert (await row(stack))["guest_id"] is None
