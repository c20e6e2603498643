"""What a host writes in a room: only onto what they saw, and the same twice is once."""

from __future__ import annotations

from typing import Any

import pytest

from medtui.core.models import PracticeSession, Stage
from medtui.data import Backend, Changed, Gone, MemoryTokens, NotAllowed, Server
from tests.data.conftest import Open
from tests.helpers.stack import Person, Stack


class Room:
    """A session of two, seen by its host."""

    def __init__(self, host: Person, guest: Person, backend: Backend, seen: PracticeSession):
        self.host, self.guest, self.backend, self.seen = host, guest, backend, seen
        self.sessions = backend.sessions


@pytest.fixture
async def room(stack: Stack, open_backend: Open) -> Room:
    host, guest = await stack.person("Amara", "Okafor"), await stack.person("Mei", "Tanaka")
    session_id = await stack.session(host, guest=guest)
    backend = await open_backend(host)
    return Room(host, guest, backend, await backend.sessions.one(session_id))


async def row(stack: Stack) -> dict[str, Any]:
    (found,) = await stack.sql(
        "select guest_id, candidate_id, case_id, version, stage_since from practice_sessions"
    )
    return found


@pytest.mark.detail
async def test_a_whole_station(stack: Stack, room: Room) -> None:
    case = await stack.case()
    seen = await room.sessions.choose_candidate(room.seen, room.guest.id)
    seen = await room.sessions.choose_case(seen, case)
    seen = await room.sessions.set_stage(seen, Stage.INTERVIEW)
    assert seen.stage_since is not None
    seen = await room.sessions.set_stage(seen, Stage.WRAP_UP)
    found = await row(stack)
    assert (found["candidate_id"], found["case_id"], found["version"]) == (room.guest.id, case, 3)
    seen = await room.sessions.set_stage(seen, Stage.PREP)
    assert (await row(stack))["case_id"] == case
    assert seen == await room.sessions.one(seen.id)


@pytest.mark.detail
async def test_the_case_goes_when_the_candidate_becomes_the_other(stack: Stack, room: Room) -> None:
    seen = await room.sessions.choose_case(room.seen, await stack.case())
    seen = await room.sessions.choose_candidate(seen, room.guest.id)
    assert (await row(stack))["case_id"] is not None, "nobody has read it yet"
    await room.sessions.choose_candidate(seen, room.host.id)
    assert (await row(stack))["case_id"] is None


async def test_a_case_of_which_the_candidate_knows_the_name_goes(stack: Stack, room: Room) -> None:
    seen = await room.sessions.choose_case(room.seen, await stack.case())
    await room.sessions.choose_candidate(seen, room.host.id, keep_case=False)
    assert (await row(stack))["case_id"] is None


@pytest.mark.detail
async def test_a_guest_who_is_removed_is_not_the_candidate_any_more(
    stack: Stack, room: Room
) -> None:
    seen = await room.sessions.choose_candidate(room.seen, room.guest.id)
    await room.sessions.remove_guest(seen)
    found = await row(stack)
    assert (found["guest_id"], found["candidate_id"]) == (None, None)


@pytest.mark.detail
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("guest_id = null", "has left it"),
        ("candidate_id = host_id", "its candidate was changed"),
        ("version = 2", "it is in interview now"),
        ("case_id = null", "its case was changed"),
    ],
)
async def test_nothing_is_written_onto_what_one_has_not_seen(
    stack: Stack, room: Room, change: str, words: str
) -> None:
    seen = await room.sessions.choose_candidate(room.seen, room.guest.id)
    seen = await room.sessions.choose_case(seen, await stack.case(1))
    await stack.sql(f"update practice_sessions set {change}")
    before = await row(stack)
    for write in (
        room.sessions.choose_case(seen, await stack.case(2)),
        room.sessions.set_stage(seen, Stage.WRAP_UP),
        room.sessions.choose_candidate(seen, room.host.id),
    ):
        with pytest.raises(Changed, match=words):
            await write
    assert await row(stack) == before


@pytest.mark.detail
async def test_the_same_twice_is_once(stack: Stack, room: Room) -> None:
    case = await stack.case()
    seen = await room.sessions.choose_candidate(room.seen, room.guest.id)
    chosen = await room.sessions.choose_case(seen, case)
    assert await room.sessions.choose_case(seen, case) == chosen
    started = await room.sessions.set_stage(chosen, Stage.INTERVIEW)
    assert await room.sessions.set_stage(chosen, Stage.INTERVIEW) == started
    removed = await room.sessions.remove_guest(started)
    assert removed.guest_id is None


@pytest.mark.detail
@pytest.mark.parametrize(("odd", "stage"), [(0, Stage.PREP), (7, Stage.WRAP_UP)])
async def test_a_stage_that_is_none_counts_as_the_nearest(
    stack: Stack, room: Room, odd: int, stage: Stage
) -> None:
    await stack.sql("update practice_sessions set version = %s", odd)
    seen = await room.sessions.one(room.seen.id)
    assert seen.stage is stage
    await room.sessions.choose_candidate(seen, room.host.id)
    assert (await row(stack))["candidate_id"] == room.host.id


@pytest.mark.detail
async def test_a_guest_may_not_and_a_cancelled_session_is_gone(
    stack: Stack, room: Room, open_backend: Open
) -> None:
    theirs = await open_backend(room.guest)
    with pytest.raises(NotAllowed):
        await theirs.sessions.choose_candidate(room.seen, room.guest.id)
    await stack.sql("delete from practice_sessions")
    with pytest.raises(Gone):
        await room.sessions.choose_candidate(room.seen, room.guest.id)


@pytest.mark.detail
async def test_a_server_without_our_guard_keeps_the_same_rules(
    data_model_stack: Stack,
) -> None:
    stack = data_model_stack
    host, guest = await stack.person("Amara", "Okafor"), await stack.person("Mei", "Tanaka")
    case = await stack.case()
    session_id = await stack.session(host, guest=guest, case_id=case, candidate_id=guest.id)
    async with Backend.open(
        Server(stack.url, stack.anon_key), tokens=MemoryTokens(), notify=lambda event: None
    ) as backend:
        await backend.auth.sign_in(host.email, host.password)
        seen = await backend.sessions.one(session_id)
        seen = await backend.sessions.choose_candidate(seen, host.id)
        (found,) = await stack.sql("select * from practice_sessions")
        assert (found["candidate_id"], found["case_id"]) == (host.id, None)
        await stack.sql("update practice_sessions set version = 2, candidate_id = guest_id")
        await backend.sessions.remove_guest(await backend.sessions.one(session_id))
        (found,) = await stack.sql("select * from practice_sessions")
        assert (found["guest_id"], found["candidate_id"], found["version"]) == (None, None, 1)
