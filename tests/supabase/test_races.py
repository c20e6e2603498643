"""Whatever happens at the same time, the outcome is one of those that come of taking turns."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.rows import dict_row

from medtui.local.account import SystemAccount
from medtui.local.postgres import Cluster
from tests.helpers.stack import Person, Stack, make_template, stacked

Statement = tuple[Person, str, tuple[object, ...]]

BOOK = "update practice_sessions set guest_id = %s where id = %s and guest_id is null"
UPLOAD = "insert into storage.objects (bucket_id, name) values ('assessments', %s)"
CANCEL = "delete from practice_sessions where id = %s"
START = "update practice_sessions set version = 2 where id = %s"
WRITE_BRIEF = "select public.set_session_brief(%s, 'the task', null)"
LEAVE = "update practice_sessions set guest_id = null where id = %s and guest_id = %s"
WAIT = "select public.wait_for_seat(%s)"
STOP = "select public.stop_waiting(%s)"
NEXT = "select public.next_offer(%s)"


class Racers:
    """Connections of people who are signed in, all of them waiting for the start."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self._idle: list[psycopg.AsyncConnection[dict[str, Any]]] = []
        self._open = contextlib.AsyncExitStack()

    async def run(self, *statements: Statement) -> list[int]:
        """Run all of them at once: how many rows each touched, -1 for a refusal."""
        dsn = self.stack.authenticator_url
        while len(self._idle) < len(statements):
            connection = await psycopg.AsyncConnection.connect(dsn, row_factory=dict_row)
            self._idle.append(await self._open.enter_async_context(connection))
        start = asyncio.Barrier(len(statements))

        async def one(connection: psycopg.AsyncConnection[Any], statement: Statement) -> int:
            who, query, arguments = statement
            claims = json.dumps({"role": "authenticated", "sub": str(who.id)})
            try:
                async with connection.transaction():
                    await connection.execute("set local role authenticated")
                    await connection.execute(
                        "select set_config('request.jwt.claims', %s, true)", [claims]
                    )
                    await start.wait()
                    return (await connection.execute(query.encode(), arguments)).rowcount
            except (psycopg.errors.InsufficientPrivilege, psycopg.errors.IntegrityError):
                return -1

        pairs = zip(self._idle, statements, strict=False)
        return await asyncio.gather(*(one(*pair) for pair in pairs))

    async def close(self) -> None:
        await self._open.aclose()


@contextlib.asynccontextmanager
async def racers(stack: Stack) -> AsyncIterator[Racers]:
    made = Racers(stack)
    try:
        yield made
    finally:
        await made.close()


async def only(stack: Stack, session_id: UUID) -> dict[str, Any] | None:
    found = await stack.sql("select * from practice_sessions where id = %s", session_id)
    return found[0] if found else None


async def many_book_one_seat(race: Racers, crowd: int) -> None:
    stack = race.stack
    people = [await stack.person() for _ in range(crowd)]
    session_id = await stack.session(await stack.person())
    touched = await race.run(*((p, BOOK, (p.id, session_id)) for p in people))
    assert sorted(touched) == [0] * (crowd - 1) + [1]
    row = await only(stack, session_id)
    assert row is not None
    assert row["guest_id"] == people[touched.index(1)].id


async def book_against_cancel(race: Racers, _: int) -> None:
    stack = race.stack
    host, guest = await stack.person(), await stack.person()
    session_id = await stack.session(host)
    cancel = "delete from practice_sessions where id = %s and guest_id is null"
    booked, cancelled = await race.run(
        (guest, BOOK, (guest.id, session_id)), (host, cancel, (session_id,))
    )
    row = await only(stack, session_id)
    assert (booked, cancelled, row and row["guest_id"]) in ((1, 0, guest.id), (0, 1, None))


async def book_against_reschedule(race: Racers, _: int) -> None:
    stack = race.stack
    host, guest = await stack.person(), await stack.person()
    session_id = await stack.session(host)
    before = await only(stack, session_id)
    assert before is not None
    seen, later = before["datetime_utc"], datetime.now(UTC) + timedelta(days=1)
    move = "update practice_sessions set datetime_utc = %s where id = %s and guest_id is null"
    booked, moved = await race.run(
        (guest, f"{BOOK} and datetime_utc = %s", (guest.id, session_id, seen)),
        (host, move, (later, session_id)),
    )
    row = await only(stack, session_id)
    assert row is not None
    outcome = booked, moved, row["guest_id"], row["datetime_utc"]
    assert outcome in ((1, 0, guest.id, seen), (0, 1, None, later))


async def leave_against_start(race: Racers, _: int) -> None:
    stack = race.stack
    host, guest = await stack.person(), await stack.person()
    [case] = await stack.sql("insert into cases default values returning id")
    session_id = await stack.session(host, guest=guest, candidate_id=guest.id, case_id=case["id"])
    begin = "update practice_sessions set version = 2 where id = %s"
    left, started = await race.run(
        (guest, LEAVE, (session_id, guest.id)), (host, begin, (session_id,))
    )
    row = await only(stack, session_id)
    assert row is not None
    assert (row["guest_id"], row["candidate_id"], row["version"]) == (None, None, 1)
    # Started and then left, or left and then nothing to start.
    assert (left, started, row["stage_since"] is not None) in ((1, 1, True), (1, -1, False))


async def choose_the_candidate_against_leave(race: Racers, _: int) -> None:
    stack = race.stack
    host, guest = await stack.person(), await stack.person()
    session_id = await stack.session(host, guest=guest)
    choose = "update practice_sessions set candidate_id = %s where id = %s"
    left, chosen = await race.run(
        (guest, LEAVE, (session_id, guest.id)), (host, choose, (guest.id, session_id))
    )
    row = await only(stack, session_id)
    assert row is not None
    assert (row["guest_id"], row["candidate_id"]) == (None, None)
    assert (left, chosen) in ((1, 1), (1, -1))


async def inserts_against_the_limit(race: Racers, crowd: int) -> None:
    stack, host = race.stack, await race.stack.person()
    await stack.sql(
        "insert into practice_sessions (host_id, datetime_utc, type)"
        " select %s, now() + interval '1 day', 'mock' from generate_series(1, 97)",
        host.id,
    )
    insert = (
        "insert into practice_sessions (id, host_id, datetime_utc, type)"
        " values (%s, %s, now() + interval '1 day', 'mock')"
    )
    touched = await race.run(*((host, insert, (uuid4(), host.id)) for _ in range(crowd)))
    assert sorted(touched) == [-1] * (crowd - 3) + [1] * 3
    count = "select count(*) as n from practice_sessions where host_id = %s"
    assert await stack.sql(count, host.id) == [{"n": 100}]


async def bookings_against_the_limit(race: Racers, crowd: int) -> None:
    stack, guest = race.stack, await race.stack.person()
    host = await stack.person()
    for _ in range(17):
        await stack.session(host, guest=guest)
    free = [await stack.session(host) for _ in range(crowd)]
    touched = await race.run(*((guest, BOOK, (guest.id, id_)) for id_ in free))
    assert sorted(touched) == [-1] * (crowd - 3) + [1] * 3
    count = "select count(*) as n from practice_sessions where guest_id = %s"
    assert await stack.sql(count, guest.id) == [{"n": 20}]


async def both_free_the_seat(race: Racers, _: int) -> None:
    stack = race.stack
    host, guest, next_ = await stack.person(), await stack.person(), await stack.person()
    session_id = await stack.session(host, guest=guest)
    left, freed, booked = await race.run(
        (guest, LEAVE, (session_id, guest.id)),
        (host, LEAVE, (session_id, guest.id)),
        (next_, BOOK, (next_.id, session_id)),
    )
    row = await only(stack, session_id)
    assert row is not None
    assert sorted((left, freed)) == [0, 1], "never whoever booked in between"
    assert (booked, row["guest_id"]) in ((1, next_.id), (0, None))


async def upload_against_cancel(race: Racers, _: int) -> None:
    stack, host = race.stack, await race.stack.person()
    session_id = await stack.session(host)
    name = f"{session_id}/transcript.json"
    uploaded, cancelled = await race.run((host, UPLOAD, (name,)), (host, CANCEL, (session_id,)))
    files = await stack.sql("select from storage.objects where name = %s", name)
    outcome = uploaded, cancelled, len(files), await only(stack, session_id) is not None
    assert outcome in ((1, -1, 1, True), (-1, 1, 0, False)), "no file without its session"


async def line(stack: Stack, session_id: UUID) -> list[UUID]:
    query = "select user_id from medtui_private.waiting where session_id = %s order by place"
    return [row["user_id"] for row in await stack.sql(query, session_id)]


async def wait_against_leave(race: Racers, _: int) -> None:
    """Who waits while the seat is freed is offered it, or is told that it is free."""
    stack = race.stack
    guest, waiter = await stack.person(), await stack.person()
    session_id = await stack.session(await stack.person(), guest=guest)
    left, waits = await race.run(
        (guest, LEAVE, (session_id, guest.id)), (waiter, WAIT, (session_id,))
    )
    row = await only(stack, session_id)
    assert row is not None
    assert left == 1
    assert (waits, row["kept_for"]) in ((1, waiter.id), (-1, None))


async def the_line_and_strangers_book_a_freed_seat(race: Racers, crowd: int) -> None:
    """An offer has run out, and no client has written that yet: the next has it, and no other."""
    stack = race.stack
    people = [await stack.person() for _ in range(crowd)]
    guest, host = await stack.person(), await stack.person()
    session_id = await stack.session(host, guest=guest, starts_in=timedelta(hours=8))
    for person in people[: crowd // 2]:
        assert await race.run((person, WAIT, (session_id,))) == [1]
    await race.run((guest, LEAVE, (session_id, guest.id)))
    await stack.sql(
        "update practice_sessions set kept_until = now() - interval '1 minute' where id = %s",
        session_id,
    )
    touched = await race.run(
        *((p, BOOK, (p.id, session_id)) for p in people),
        *((p, NEXT, (session_id,)) for p in people),
        (host, "update practice_sessions set kept_for = null where id = %s", (session_id,)),
        (people[2], STOP, (session_id,)),
    )
    row = await only(stack, session_id)
    assert row is not None
    booked = [p.id for p, rows in zip(people, touched, strict=False) if rows == 1]
    assert booked == [people[1].id] == [row["guest_id"]]
    waiting = [p.id for p in people[: crowd // 2]]
    assert await line(stack, session_id) == [*waiting[3:], waiting[0]]


async def all_wait_at_once(race: Racers, crowd: int) -> None:
    """One person waits for more seats than they may, and more people than may for one seat."""
    stack, host = race.stack, await race.stack.person()
    greedy, guest = await stack.person(), await stack.person()
    taken = [await stack.session(host, guest=guest) for _ in range(crowd + 17)]
    for id_ in taken[crowd:]:
        await race.run((greedy, WAIT, (id_,)))
    touched = await race.run(*((greedy, WAIT, (id_,)) for id_ in taken[:crowd]))
    assert sorted(touched) == [-1] * (crowd - 3) + [1] * 3
    people = [await stack.person() for _ in range(crowd)]
    query = (
        "with people as (insert into profiles select gen_random_uuid(), 'A', 'B', 'st1'"
        " from generate_series(1, 97) returning user_id)"
        " insert into medtui_private.waiting select %s, user_id from people"
    )
    session_id = await stack.session(host, guest=guest)
    await stack.sql(query, session_id)
    touched = await race.run(*((p, WAIT, (session_id,)) for p in people))
    assert sorted(touched) == [-1] * (crowd - 3) + [1] * 3


RACES = [
    wait_against_leave,
    the_line_and_strangers_book_a_freed_seat,
    all_wait_at_once,
    upload_against_cancel,
    many_book_one_seat,
    book_against_cancel,
    book_against_reschedule,
    leave_against_start,
    choose_the_candidate_against_leave,
    inserts_against_the_limit,
    bookings_against_the_limit,
    both_free_the_seat,
]


@pytest.mark.parametrize("race", RACES, ids=lambda race: race.__name__)
async def test_race(race: Any, database: Stack) -> None:
    async with racers(database) as ready:
        for _ in range(5):
            await race(ready, 12)


@pytest.mark.parametrize(
    ("first", "second", "hint"),
    [
        ("upload", "book", "files"),
        ("upload", "cancel", "files"),
        ("cancel", "upload", None),
        ("start", "brief", "stage"),
        ("start", "cancel", "begun"),
    ],
)
async def test_the_second_waits_for_the_first(
    first: str, second: str, hint: str | None, database: Stack
) -> None:
    """What the first has not committed yet is no way past the guard."""
    host, guest = await database.person(), await database.person()
    started = {"guest": guest, "candidate_id": guest.id} if first == "start" else {}
    session_id = await database.session(host, **started)  # type: ignore[arg-type]
    statements: dict[str, Statement] = {
        "upload": (host, UPLOAD, (f"{session_id}/transcript.json",)),
        "book": (guest, BOOK, (guest.id, session_id)),
        "cancel": (host, CANCEL, (session_id,)),
        "start": (host, START, (session_id,)),
        "brief": (host, WRITE_BRIEF, (session_id,)),
    }
    async with signed_in(database, statements[first][0]) as one:
        await one.execute(statements[first][1].encode(), statements[first][2])
        async with signed_in(database, statements[second][0]) as other:
            trying = asyncio.create_task(
                other.execute(statements[second][1].encode(), statements[second][2])
            )
            waits = "select where cardinality(pg_blocking_pids(%s)) > 0"
            while not await database.sql(waits, other.info.backend_pid):
                assert not trying.done(), trying
                await asyncio.sleep(0.01)
            await one.commit()
            with pytest.raises(psycopg.errors.InsufficientPrivilege) as refused:
                await trying
            assert refused.value.diag.message_hint == hint


@contextlib.asynccontextmanager
async def signed_in(stack: Stack, who: Person) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
    """A connection in a transaction, as the API makes it for a user."""
    dsn = stack.authenticator_url
    async with await psycopg.AsyncConnection.connect(dsn) as connection:
        claims = json.dumps({"role": "authenticated", "sub": str(who.id)})
        await connection.execute("set local role authenticated")
        await connection.execute("select set_config('request.jwt.claims', %s, true)", [claims])
        yield connection
        await connection.rollback()


@pytest.mark.long
@pytest.mark.parametrize("race", RACES, ids=lambda race: race.__name__)
async def test_race_of_a_hundred(race: Any, keys: Any) -> None:
    folder = SystemAccount.choose().temporary_folder()
    cluster = await Cluster.start(folder, throwaway=True, settings={"max_connections": "250"})
    try:
        await make_template(cluster)
        async with stacked(cluster, keys, gateway=False) as stack, racers(stack) as ready:
            for _ in range(100):
                await race(ready, 100)
    finally:
        await cluster.stop()
