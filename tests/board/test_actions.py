"""What the keys of the board do, without Textual: what is asked, written and said."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import pytest

from medtui.board.actions import UNDO_SECONDS, BoardActions, CancelQuestion
from medtui.core.models import PracticeSession, Profile
from tests.helpers.acting import Context, Screen, signed_in
from tests.helpers.stack import Person, Stack


class BoardScreen(Screen):
    """The board's screen, with the cursor on one session."""

    def __init__(self, context: Context, session: PracticeSession) -> None:
        super().__init__(context)
        self.session: PracticeSession | None = session
        self.other: PracticeSession | None = None
        self.busy: list[bool] = []

    def chosen(self) -> PracticeSession | None:
        return self.session

    def overlap(self, starts_at: datetime, but: UUID) -> PracticeSession | None:
        return self.other

    def set_busy(self, session_id: UUID, is_busy: bool) -> None:
        self.busy.append(is_busy)

    def show_session(self, session_id: UUID) -> None: ...

    def go_to(self, session_id: UUID) -> None: ...

    def tell_done(self, words: str, *, can_undo: bool = False) -> None:
        self.shown.append(words + " z" * can_undo)

    def end_offer(self) -> None: ...

    def expect_gone(self, session_id: UUID) -> None: ...

    def people(self) -> list[Profile]:
        return []


@asynccontextmanager
async def board(stack: Stack, person: Person, session_id: UUID) -> AsyncIterator[BoardScreen]:
    async with signed_in(stack, person) as context:
        yield BoardScreen(context, await context.backend.sessions.one(session_id))


async def guests(stack: Stack) -> list[UUID | None]:
    rows = await stack.sql("select guest_id from practice_sessions order by datetime_utc")
    return [row["guest_id"] for row in rows]


@pytest.fixture
async def people(stack: Stack) -> tuple[Person, Person]:
    return await stack.person("Amara", "Okafor"), await stack.person("Mei", "Tanaka")


async def test_a_seat_is_booked_and_left(stack: Stack, people: tuple[Person, Person]) -> None:
    host, guest = people
    session_id = await stack.session(host)
    async with board(stack, guest, session_id) as screen:
        await BoardActions(screen, screen.context).book()
        assert await guests(stack) == [guest.id]
        screen.session = await screen.context.backend.sessions.one(session_id)
        screen.answer = False
        await BoardActions(screen, screen.context).leave()
        assert await guests(stack) == [guest.id], "the user said no"
        screen.answer = True
        await BoardActions(screen, screen.context).leave()
        assert await guests(stack) == [None]
    booked, left = screen.shown
    assert booked.startswith("Booked: Amara Okafor, ")
    assert left.startswith("Left: Amara Okafor, ")
    assert "with Amara Okafor? Others can book the seat then." in screen.asked[0]
    assert screen.busy == [True, False] * 2


async def test_another_session_at_that_time_is_asked_about_before_a_seat_is_taken(
    stack: Stack, people: tuple[Person, Person]
) -> None:
    host, guest = people
    session_id = await stack.session(host)
    async with board(stack, guest, session_id) as screen:
        screen.other, screen.answer = screen.session, False
        await BoardActions(screen, screen.context).book()
    assert "You have another session" in screen.asked[0]
    assert await guests(stack) == [None]


async def test_what_a_user_may_not_do_is_said_and_not_written(
    stack: Stack, people: tuple[Person, Person]
) -> None:
    host, guest = people
    session_id = await stack.session(host)
    async with board(stack, guest, session_id) as screen:
        for key in ("leave", "edit", "cancel"):
            await BoardActions(screen, screen.context).keys[key]()
    assert len(screen.shown) == 3
    assert screen.asked == screen.opened == screen.busy == []
    assert await guests(stack) == [None]


@pytest.mark.detail
async def test_a_seat_that_was_just_taken_is_said_to_be_taken(
    stack: Stack, people: tuple[Person, Person]
) -> None:
    host, guest = people
    other = await stack.person("Tom", "Ellery")
    session_id = await stack.session(host)
    async with board(stack, guest, session_id) as screen:
        await stack.sql("update practice_sessions set guest_id = %s", other.id)
        await BoardActions(screen, screen.context).book()
    assert len(screen.shown) == 1
    assert "Tom Ellery" in screen.shown[0]
    assert await guests(stack) == [other.id]


async def test_a_host_cancels_after_agreeing(stack: Stack, people: tuple[Person, Person]) -> None:
    host, guest = people
    session_id = await stack.session(host, guest=guest)
    async with board(stack, host, session_id) as screen:
        screen.answer = False
        await BoardActions(screen, screen.context).cancel()
        assert await guests(stack) == [guest.id]
        screen.answer = True
        await BoardActions(screen, screen.context).cancel()
    (asked, _) = screen.opened
    assert isinstance(asked, CancelQuestion)
    assert asked.words.endswith("for good? Mei Tanaka has booked it.")
    assert screen.shown[0].startswith("Cancelled: Mock, ")
    assert await guests(stack) == []


async def test_booking_and_leaving_are_undone(stack: Stack, people: tuple[Person, Person]) -> None:
    host, guest = people
    session_id = await stack.session(host)
    async with board(stack, guest, session_id) as screen:
        actions = BoardActions(screen, screen.context)
        await actions.book()
        assert screen.shown.pop().endswith(" z")
        await actions.undo()
        assert await guests(stack) == [None]
        await actions.book()
        screen.session = await screen.context.backend.sessions.one(session_id)
        await actions.leave()
        await actions.undo()
        assert await guests(stack) == [guest.id]
        assert screen.shown[-1] == "Undone: the seat is yours again."
        await actions.undo()
        assert await guests(stack) == [guest.id], "an act is undone once"
    assert screen.shown[-1] == "Booking, leaving and posting can be undone for ten seconds."


async def test_a_posting_is_undone_unless_it_was_booked(
    stack: Stack, people: tuple[Person, Person]
) -> None:
    host, guest = people
    for is_booked in (False, True):
        session_id = await stack.session(host)
        async with board(stack, host, session_id) as screen:
            screen.answer = [screen.session]
            actions = BoardActions(screen, screen.context)
            await actions.post()
            assert screen.shown.pop().startswith("Posted: Mock, ")
            if is_booked:
                await stack.sql("update practice_sessions set guest_id = %s", guest.id)
            await actions.undo()
            assert await guests(stack) == ([guest.id] if is_booked else [])
    assert "Mei Tanaka has booked it" in screen.shown[0]


async def test_nothing_is_undone_after_ten_seconds(
    stack: Stack, people: tuple[Person, Person]
) -> None:
    host, guest = people
    async with board(stack, guest, await stack.session(host)) as screen:
        actions = BoardActions(screen, screen.context)
        await actions.book()
        assert actions.can_undo
        assert actions._undo is not None
        actions._undo = replace(actions._undo, until=actions._undo.until - UNDO_SECONDS)
        assert not actions.can_undo
        await actions.undo()
    assert await guests(stack) == [guest.id]
