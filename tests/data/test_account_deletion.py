"""Deleting one's account: which servers let one do it, the proof that is wanted, lost answers."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from medtui.core.account_deletion import Consequences
from medtui.data import Backend, Invalid, MemoryTokens, NotAllowed, Server, Unreachable
from medtui.data.account_deletion import NOT_KNOWN
from tests.data.conftest import Open
from tests.helpers.proxy import proxied
from tests.helpers.stack import Person, Stack


async def is_there(stack: Stack, person: Person) -> bool:
    return bool(await stack.sql("select from auth.users where id = %s", person.id))


async def test_asking_whether_it_is_possible_deletes_nothing(
    stack: Stack, open_backend: Open
) -> None:
    """Also right after the sign-in, when the server would do it."""
    person = await stack.person()
    backend = await open_backend(person)
    assert await backend.account_deletion.is_possible()
    assert await is_there(stack, person)


async def test_a_server_of_kind_2_does_not_let_one(data_model_stack: Stack) -> None:
    person = await data_model_stack.person()
    server = Server(data_model_stack.url, data_model_stack.anon_key)
    async with Backend.open(server, tokens=MemoryTokens(), notify=print) as backend:
        await backend.auth.sign_in(person.email, person.password)
        assert not await backend.account_deletion.is_possible()


async def test_the_password_is_wanted_unless_the_login_is_fresh(
    stack: Stack, open_backend: Open
) -> None:
    person = await stack.person()
    backend = await open_backend(person)
    await stack.sql("update auth.sessions set created_at = created_at - interval '11 minutes'")
    deletion = backend.account_deletion
    with pytest.raises(NotAllowed, match="sign in again"):
        await deletion.delete()
    with pytest.raises(Invalid, match="not your password") as wrong:
        await deletion.delete(password="anothers")
    assert wrong.value.field == "password"
    assert await is_there(stack, person)
    await deletion.delete(password=person.password)
    assert not await is_there(stack, person)


async def test_files_that_nobody_could_read_any_more_are_deleted_first(
    stack: Stack, open_backend: Open
) -> None:
    me, other = await stack.person(), await stack.person("Mei")
    alone = await stack.session(me, starts_in=-timedelta(days=2))
    shared = await stack.session(me, guest=other, starts_in=-timedelta(days=1), version=3)
    for session_id in (alone, shared):
        await stack.file(session_id, "transcript.json", "assessment.json")
    backend = await open_backend(me)
    assert {session.id for session in await backend.account_deletion.sessions()} == {alone, shared}
    await backend.account_deletion.delete(password=me.password)
    names = await stack.sql("select name from storage.objects order by name")
    assert [row["name"] for row in names] == [
        f"{shared}/assessment.json",
        f"{shared}/transcript.json",
    ]
    assert [row["id"] for row in await stack.sql("select id from practice_sessions")] == [shared]
    theirs = await open_backend(other)
    assert await theirs.assessments.sessions() == {shared}


async def test_what_is_said_before_is_what_the_database_does(
    stack: Stack, open_backend: Open
) -> None:
    me, other = await stack.person(), await stack.person("Mei")
    for hours, version in itertools.product((-48, -0.5, 2), (1, 2, 3)):
        start = timedelta(hours=hours)
        for host, guest in ((me, other), (other, me), (me, None)):
            if guest or version == 1:
                candidate = {"candidate_id": (guest or host).id, "version": version}
                await stack.session(host, guest=guest, starts_in=start, **candidate)
    backend = await open_backend(me)
    sessions = await backend.account_deletion.sessions()
    said = Consequences.of(sessions, me.id, datetime.now(UTC))
    await backend.account_deletion.delete()
    rows = {row["id"]: row for row in await stack.sql("select * from practice_sessions")}
    assert not [session for session in said.cancelled if session.id in rows]
    assert all(rows[session.id]["guest_id"] is None for session in said.freed)
    assert sum(me.id in (row["host_id"], row["guest_id"]) for row in rows.values()) == said.kept
    assert (len(said.cancelled), len(said.freed), said.kept) == (4, 2, 14)


@pytest.mark.parametrize("lost", [1, 3])
async def test_an_answer_that_gets_lost_deletes_it_once(stack: Stack, lost: int) -> None:
    person = await stack.person()
    async with proxied(stack.url) as proxy:
        server = Server(proxy.url, stack.anon_key)
        async with Backend.open(server, tokens=MemoryTokens(), notify=print) as backend:
            await backend.auth.sign_in(person.email, person.password)
            proxy.answers_to_lose["POST"] = lost
            if lost == 3:  # as often as it is asked
                with pytest.raises(Unreachable, match=NOT_KNOWN):
                    await backend.account_deletion.delete()
            await backend.account_deletion.delete()
            assert not await is_there(stack, person)
