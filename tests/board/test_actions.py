"""What the keys of the board do, without Textual: what is asked, written and said."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

import pytest

from medtui.board.actions import BoardActions, CancelQuestion
from medtui.models import PracticeSession
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

    def expect_gone(self, session_id: UUID) -> None: ...


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
    assert screen.shown == ["The seat is yours.", "You have left: the seat is free again."]
    assert "with Amara Okafor? Somebody else may take the seat." in screen.asked[0]
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
    assert screen.shown == ["The session is cancelled."]
    assert await guests(stack) == []
