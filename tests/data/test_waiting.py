"""Waiting for a seat: the line, the offer, the end of it, invitations, and guests who stay away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from medtui.core.notices import Notice, What
from medtui.core.waiting import WaitingLine
from medtui.data import Backend, MemoryTokens, NotAllowed, Server
from medtui.data.events import Event, NoticePassed
from tests.data.conftest import Open
from tests.data.test_news import until
from tests.helpers.seats import login_of
from tests.helpers.stack import Person, Stack


@asynccontextmanager
async def watching(stack: Stack, person: Person) -> AsyncIterator[tuple[Backend, list[Notice]]]:
    """A person's backend with its feed, and what they are told of what passes."""
    told: list[Notice] = []

    def notify(event: Event) -> None:
        if isinstance(event, NoticePassed):
            told.append(event.notice)

    tokens = MemoryTokens()
    await tokens.write(login_of(person))
    server = Server(stack.url, stack.anon_key)
    async with Backend.open(server, tokens=tokens, notify=notify) as backend:
        backend.live.start()
        yield backend, told


async def test_a_freed_seat_is_offered_in_order_and_told_to_those_alone_whose_it_is(
    stack: Stack,
) -> None:
    host, guest = await stack.person("Amara", "Okafor"), await stack.person("Mei", "Tanaka")
    first, second, outsider = [await stack.person() for _ in range(3)]
    id_ = await stack.session(host, guest=guest, starts_in=timedelta(hours=4))
    async with AsyncExitStack() as open_:
        (his, told), (hers, her_told), (theirs, their_told), (hosts, host_told) = [
            await open_.enter_async_context(watching(stack, person))
            for person in (first, second, outsider, host)
        ]
        for backend in (his, hers):
            await backend.waiting.wait(await backend.sessions.one(id_))
        await until(lambda: hers.waiting.lines == {id_: WaitingLine(2, 2)})
        assert await his.waiting.read() == {id_: WaitingLine(1, 2)}
        assert await hosts.waiting.read() == {id_: WaitingLine(None, 2)}
        await stack.sql("update practice_sessions set guest_id = null")
        await until(lambda: told)
        [notice] = told
        assert notice.what is What.OFFERED
        assert notice.until is not None
        left = notice.until - datetime.now(UTC)
        assert timedelta(minutes=29) < left <= timedelta(minutes=30), "an eighth of four hours"
        assert their_told == her_told == []
        with pytest.raises(NotAllowed, match=r"kept for another person for \d+ more minutes"):
            await theirs.sessions.book(await theirs.sessions.one(id_))
        # It runs out, while all look on: a client that waits has it go on.
        soon = datetime.now(UTC) + timedelta(seconds=1)
        await stack.sql("update practice_sessions set kept_until = %s", soon)
        await until(lambda: her_told)
        assert [n.what for n in her_told] == [What.OFFERED]
        booked = await hers.sessions.book(await hers.sessions.one(id_))
        assert booked.guest_id == second.id
        await until(lambda: his.waiting.lines == {id_: WaitingLine(1, 1)})
        await until(lambda: hers.waiting.lines == {})
        assert {n.until for n in told} == {notice.until, soon}, "once for each end"
        assert (their_told, host_told) == ([], [])


async def test_an_offer_that_no_client_looked_after_is_the_next_ones_all_the_same(
    stack: Stack, open_backend: Open
) -> None:
    host, guest, first = [await stack.person() for _ in range(3)]
    second, outsider = await stack.person(), await stack.person()
    id_ = await stack.session(host, guest=guest, starts_in=timedelta(hours=4))
    his, hers = await open_backend(first), await open_backend(second)
    for backend in (his, hers):
        await backend.waiting.wait(await backend.sessions.one(id_))
    await stack.sql("update practice_sessions set guest_id = null")
    await stack.sql("update practice_sessions set kept_until = now() - interval '1 second'")
    theirs = await open_backend(outsider)
    with pytest.raises(NotAllowed, match="kept for another person"):
        await theirs.sessions.book(await theirs.sessions.one(id_))
    [row] = await stack.sql("select kept_for, kept_as from practice_sessions")
    assert row == {"kept_for": second.id, "kept_as": "offer"}, "the refusal has written it"
    passed = await hers.waiting.stop(await hers.sessions.one(id_))
    assert (passed.kept_for, passed.kept_until) == (None, None)
    assert (await theirs.sessions.book(passed)).guest_id == outsider.id


async def test_a_seat_is_kept_for_the_person_whom_the_host_names(stack: Stack) -> None:
    host, friend, other = [await stack.person() for _ in range(3)]
    id_ = await stack.session(host, starts_in=timedelta(hours=4))
    async with (
        watching(stack, host) as (hosts, _),
        watching(stack, friend) as (theirs, told),
        watching(stack, other) as (others, other_told),
    ):
        later = datetime.now(UTC) + timedelta(hours=1)
        seen = await hosts.sessions.one(id_)
        kept = await hosts.waiting.keep(seen, friend.id, later)
        assert (kept.kept_for, kept.kept_until, kept.kept_as) == (friend.id, later, "invited")
        await until(lambda: told)
        assert [(n.what, n.until) for n in told] == [(What.INVITED, later)]
        with pytest.raises(NotAllowed, match="kept for another person"):
            await others.sessions.book(kept)
        # Who would like to have it can wait, and has it when the invitation is taken back.
        await others.waiting.wait(kept)
        await hosts.waiting.keep(kept, None, None)
        await until(lambda: other_told)
        with pytest.raises(NotAllowed, match="offered to a person who waits"):
            await hosts.waiting.keep(await hosts.sessions.one(id_), friend.id, later)
        with pytest.raises(NotAllowed, match="kept for another person"):
            await theirs.sessions.book(await theirs.sessions.one(id_))
        assert (await others.sessions.book(kept)).guest_id == other.id


@pytest.mark.detail
async def test_the_seat_of_a_guest_who_stays_away_goes_to_the_line(
    stack: Stack, open_backend: Open
) -> None:
    host, guest, waits = [await stack.person() for _ in range(3)]
    id_ = await stack.session(host, guest=guest, starts_in=timedelta(minutes=-4))
    hosts, theirs = await open_backend(host), await open_backend(waits)
    await theirs.waiting.wait(await theirs.sessions.one(id_))
    seen = await hosts.sessions.one(id_)
    with pytest.raises(NotAllowed, match="until five minutes after the start"):
        await hosts.waiting.free_absent(seen)
    await stack.sql("update practice_sessions set datetime_utc = now() - interval '6 minutes'")
    freed = await hosts.waiting.free_absent(seen)
    assert (freed.guest_id, freed.kept_for) == (None, waits.id)
    assert await hosts.waiting.free_absent(seen) == freed, "the answer had got lost"


@pytest.mark.detail
async def test_a_server_without_lines_says_so_in_a_sentence(
    data_model_stack: Stack, open_backend: Open
) -> None:
    stack = data_model_stack
    host, guest, waits = [await stack.person() for _ in range(3)]
    taken, free = await stack.session(host, guest=guest), await stack.session(host)
    server = Server(stack.url, stack.anon_key)
    for person, session_id in ((waits, taken), (host, free)):
        tokens = MemoryTokens()
        await tokens.write(login_of(person))
        async with Backend.open(server, tokens=tokens, notify=lambda event: None) as backend:
            backend.live.start()
            seen = await backend.sessions.one(session_id)
            assert not backend.has_waiting
            if person is waits:
                with pytest.raises(NotAllowed, match="this server has no waiting lists"):
                    await backend.waiting.wait(seen)
            else:
                until_ = seen.starts_at - timedelta(minutes=1)
                with pytest.raises(NotAllowed, match="keeps no seats for a person"):
                    await backend.waiting.keep(seen, waits.id, until_)
            assert await backend.waiting.read() == {}
            await asyncio.sleep(0)
