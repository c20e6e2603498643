"""The answer to a write: what was done, or why not, and what the feed shows of it at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from medtui.core.models import PracticeSession
from medtui.data import Backend, Changed, Gone, Invalid, NotAllowed, Taken, TooOften
from medtui.data.answer import WriteAnswer, write, write_session
from medtui.data.events import Event, SessionsChanged
from tests.data.conftest import Open
from tests.helpers.stack import Stack


class Desk:
    """A session with a free seat, seen by a guest-to-be whose feed is not running."""

    def __init__(self, backend: Backend, seen: PracticeSession, told: list[Event]) -> None:
        self.backend = backend
        self.seen = seen
        self.told = told

    async def book(self) -> WriteAnswer[PracticeSession | None]:
        work = self.backend.sessions.book(self.seen)
        return await write_session(self.backend.live, self.seen, work, datetime.now(UTC), UTC)


@pytest.fixture
async def desk(stack: Stack, open_backend: Open) -> Desk:
    session_id = await stack.session(await stack.person("Amara", "Okafor"))
    told: list[Event] = []
    backend = await open_backend(await stack.person("Mei", "Tanaka"), notify=told.append)
    seen = await backend.sessions.one(session_id)
    backend.live.apply(seen)
    told.clear()
    return Desk(backend, seen, told)


@pytest.mark.detail
async def test_what_was_done_is_shown_before_the_feed_brings_it(desk: Desk) -> None:
    answer = await desk.book()
    assert answer.error is None
    assert answer.words == ""
    assert answer.present == answer.value
    assert desk.told == [SessionsChanged(changed=(answer.value,))]


@pytest.mark.detail
async def test_a_seat_that_another_took_is_said_to_be_theirs(stack: Stack, desk: Desk) -> None:
    other = await stack.person("Tom", "Ellery")
    await stack.sql("update practice_sessions set guest_id = %s", other.id)
    answer = await desk.book()
    assert isinstance(answer.error, Taken)
    assert "Tom Ellery" in answer.words
    assert answer.present is not None
    assert answer.present.guest_id == other.id
    assert desk.told == [SessionsChanged(changed=(answer.present,))]


async def test_what_changed_is_said_by_what_the_user_saw(stack: Stack, desk: Desk) -> None:
    moved = desk.seen.starts_at + timedelta(hours=1)
    await stack.sql("update practice_sessions set datetime_utc = %s", moved)
    answer = await desk.book()
    assert isinstance(answer.error, Changed)
    assert answer.change.startswith("It was moved from")
    assert answer.words == f"{answer.change} Nothing was changed."
    assert answer.present is not None
    assert answer.present.starts_at == moved
    assert desk.told == [SessionsChanged(changed=(answer.present,))]


@pytest.mark.detail
async def test_what_is_gone_goes_from_the_board(stack: Stack, desk: Desk) -> None:
    await stack.sql("delete from practice_sessions")
    answer = await desk.book()
    assert answer.is_gone
    assert answer.present is None
    assert desk.told == [SessionsChanged(removed=(desk.seen.id,))]


async def test_every_other_error_is_an_answer_too() -> None:
    async def fail(error: Exception) -> None:
        raise error

    refused = await write(fail(Invalid("Too long.", field="type")))
    assert (refused.field, refused.is_refused, refused.is_final) == ("type", True, True)
    paused = await write(fail(TooOften("Wait.", seconds=7)))
    assert paused.pause is not None
    assert (paused.pause.seconds, paused.is_final) == (7, False)
    for error in (NotAllowed("No."), Gone("It is gone.")):
        assert (await write(fail(error))).is_final
    with pytest.raises(ValueError, match="a fault"):
        await write(fail(ValueError("a fault")))
