"""What the keys of the board do, without Textual: what is asked, written and said."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from medtui.board.actions import BoardActions, CancelQuestion
from medtui.data import Backend, DataError, MemoryTokens, Server
from medtui.data.answer import write_session
from medtui.models import PracticeSession
from medtui.ui.protocol import Dialog
from tests.stack import Person, Stack


class Screen:
    """The board's screen and the app for one user: gives an answer, and notes what is shown."""

    is_active = True

    def __init__(self, backend: Backend, me: UUID, session: PracticeSession) -> None:
        self.backend, self.me, self.zone = backend, me, UTC
        self.session: PracticeSession | None = session
        self.other: PracticeSession | None = None
        self.answer: Any = True
        self.asked: list[str] = []
        self.shown: list[str] = []
        self.busy: list[bool] = []

    # As the app

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def write(self, seen: PracticeSession | None, work: Awaitable[Any]) -> Any:
        return await write_session(self.backend.live, seen, work, self.now(), self.zone)

    def notify_error(self, error: DataError) -> None:
        self.shown.append(error.message)

    # As the screen

    def chosen(self) -> PracticeSession | None:
        return self.session

    def overlap(self, starts_at: datetime, but: UUID) -> PracticeSession | None:
        return self.other

    def refuse(self, reason: str | None) -> bool:
        self.shown += [reason] if reason else []
        return reason is not None

    def notify(self, message: str, *, markup: bool = True) -> None:
        self.shown.append(message)

    async def ask(self, question: str, yes: str) -> bool:
        self.asked.append(question)
        return bool(self.answer)

    async def choose(self, question: str, choices: Sequence[Any], current: int = 0) -> Any:
        raise AssertionError("the board asks for no choice")

    async def open(self, dialog: Dialog[Any]) -> Any:
        if isinstance(dialog, CancelQuestion):
            self.asked.append(dialog.words)
        return self.answer

    def set_busy(self, session_id: UUID, is_busy: bool) -> None:
        self.busy.append(is_busy)

    def put(self, session_id: UUID) -> None: ...

    def go_to(self, session_id: UUID) -> None: ...

    def expect_gone(self, session_id: UUID) -> None: ...


@asynccontextmanager
async def board(stack: Stack, person: Person, session_id: UUID) -> AsyncIterator[Screen]:
    server = Server(stack.url, stack.anon_key)
    async with Backend.open(server, tokens=MemoryTokens(), notify=lambda event: None) as backend:
        await backend.auth.sign_in(person.email, person.password)
        yield Screen(backend, person.id, await backend.sessions.one(session_id))


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
        await BoardActions(screen, screen).book()
        assert await guests(stack) == [guest.id]
        screen.session = await screen.backend.sessions.one(session_id)
        screen.answer = False
        await BoardActions(screen, screen).leave()
        assert await guests(stack) == [guest.id], "the user said no"
        screen.answer = True
        await BoardActions(screen, screen).leave()
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
        await BoardActions(screen, screen).book()
    assert "You have another session" in screen.asked[0]
    assert await guests(stack) == [None]


async def test_what_a_user_may_not_do_is_said_and_not_written(
    stack: Stack, people: tuple[Person, Person]
) -> None:
    host, guest = people
    session_id = await stack.session(host)
    async with board(stack, guest, session_id) as screen:
        for key in ("leave", "edit", "cancel"):
            await BoardActions(screen, screen).keys[key]()
    assert len(screen.shown) == 3
    assert screen.asked == screen.busy == []
    assert await guests(stack) == [None]


async def test_a_seat_that_was_just_taken_is_said_to_be_taken(
    stack: Stack, people: tuple[Person, Person]
) -> None:
    host, guest = people
    other = await stack.person("Tom", "Ellery")
    session_id = await stack.session(host)
    async with board(stack, guest, session_id) as screen:
        await stack.sql("update practice_sessions set guest_id = %s", other.id)
        await BoardActions(screen, screen).book()
    assert len(screen.shown) == 1
    assert "Tom Ellery" in screen.shown[0]
    assert await guests(stack) == [other.id]


async def test_a_host_cancels_after_agreeing(stack: Stack, people: tuple[Person, Person]) -> None:
    host, guest = people
    session_id = await stack.session(host, guest=guest)
    async with board(stack, host, session_id) as screen:
        screen.answer = False
        await BoardActions(screen, screen).cancel()
        assert await guests(stack) == [guest.id]
        screen.answer = True
        await BoardActions(screen, screen).cancel()
    assert screen.asked[0].endswith("for good? Mei Tanaka has booked it.")
    assert screen.shown == ["The session is cancelled."]
    assert await guests(stack) == []
