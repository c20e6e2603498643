"""Random sequences of allowed and forbidden changes by several users break no invariant.

At the database, in the role and with the claims that REST would set: what the API's callers
can do to a row is what these statements can do.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql
from psycopg.rows import dict_row

from medtui.local.postgres import Cluster
from tests.helpers.stack import stacked

Row = dict[str, Any]
Connection = psycopg.AsyncConnection[Row]

PEOPLE = [UUID(int=n) for n in range(1, 6)]
"""Two hosts, two guests, and one without a profile. Nobody is anonymous."""
CASES = [UUID(int=n) for n in (101, 102)]
SESSIONS = [UUID(int=n) for n in (201, 202)]
STRANGE = UUID(int=999)

now = datetime.now(UTC)
ids = st.sampled_from([*PEOPLE, STRANGE, None])
moments = st.sampled_from([-26 * 60, -61, -59, 1, 24 * 60]).map(
    lambda m: now + timedelta(minutes=m)
)

VALUES: dict[str, st.SearchStrategy[Any]] = {
    "guest_id": ids,
    "candidate_id": ids,
    "case_id": st.sampled_from([*CASES, STRANGE, None]),
    "version": st.sampled_from([1, 2, 3, 0, 7, None]),
    "datetime_utc": moments,
    "type": st.sampled_from(["mock", "review", "x\x1b[31m"]),
    "room_url": st.sampled_from(["room-1", "https://meet.example/1", "javascript:x", None]),
    "host_id": ids,
    "id": st.sampled_from([*SESSIONS, STRANGE]),
    "created_at": moments,
    "stage_since": moments,
}
ANYTHING = st.lists(st.sampled_from(list(VALUES)), min_size=1, max_size=2, unique=True).flatmap(
    lambda columns: st.fixed_dictionaries({column: VALUES[column] for column in columns})
)


@dataclass(frozen=True)
class Step:
    who: Any
    what: str
    session: UUID | None
    """None: every session at once."""
    values: Row


# The interface's actions: each name is the one who hosts, has booked, or acts at that time.
SENSIBLE = {
    "host": st.one_of(
        st.fixed_dictionaries({"version": st.sampled_from([1, 2, 2, 3, 3])}),
        st.fixed_dictionaries({"candidate_id": st.sampled_from(["host", "guest"])}),
        st.fixed_dictionaries({"candidate_id": ids}),
        st.fixed_dictionaries({"case_id": st.sampled_from(CASES)}),
        st.fixed_dictionaries({"guest_id": st.none()}),
        st.fixed_dictionaries({"datetime_utc": moments}),
    ),
    "guest": st.fixed_dictionaries({"guest_id": st.none()}),
    "anybody": st.fixed_dictionaries({"guest_id": st.sampled_from(["me", "me", None])}),
}


@st.composite
def steps(draw: st.DrawFn) -> Step:
    """Two in three are what the interface does; the rest is anything, by anybody."""
    anybody = draw(st.sampled_from([*PEOPLE, None]))
    session = draw(st.sampled_from([*SESSIONS, *SESSIONS, None]))
    if draw(st.integers(0, 2)):
        role = draw(st.sampled_from(["host", "host", "host", "anybody", "anybody", "guest"]))
        who = anybody if role == "anybody" else role
        return Step(who, "update", session or SESSIONS[0], draw(SENSIBLE[role]))
    who = draw(st.sampled_from([anybody, anybody, "host", "guest"]))
    what = draw(st.sampled_from(["update"] * 6 + ["insert", "upsert", "delete"]))
    return Step(who, what, session, draw(ANYTHING))


def cast(step: Step, rows: dict[UUID, Row]) -> Step:
    """The step with the people whom its names stand for."""
    row = rows.get(step.session or SESSIONS[0], {})
    people = {"host": row.get("host_id"), "guest": row.get("guest_id")}
    who = people[step.who] if isinstance(step.who, str) else step.who
    people["me"] = who
    values = {c: people[v] if c in PEOPLE_IN and v in people else v for c, v in step.values.items()}
    return Step(who, step.what, step.session, values)


PEOPLE_IN = ("guest_id", "candidate_id", "host_id")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ground(template: Cluster, keys: Any) -> AsyncIterator[Connection]:
    """A connection as the API's, which can take every role."""
    async with stacked(template, keys, gateway=False) as stack:
        dsn = stack.authenticator_url
        for person in PEOPLE[:4]:
            await stack.sql("insert into auth.users (id) values (%s)", person)
            await stack.sql("insert into profiles values (%s, 'A', 'B', 'st1')", person)
        for case in CASES:
            await stack.sql("insert into cases (id) values (%s)", case)
        async with await psycopg.AsyncConnection.connect(dsn, row_factory=dict_row) as connection:
            yield connection


async def become(connection: Connection, who: UUID | None) -> None:
    role = "authenticated" if who else "anon"
    await connection.execute(f"set local role {role}".encode())
    claims = json.dumps({"role": role} | ({"sub": str(who)} if who else {}))
    await connection.execute("select set_config('request.jwt.claims', %s, true)", [claims])


async def take(connection: Connection, step: Step) -> bool:
    """Take a step; False when it was refused, which leaves everything as it was."""
    names = sql.SQL(", ").join(map(sql.Identifier, step.values))
    places = sql.SQL(", ").join(sql.Placeholder() * len(step.values))
    where = sql.SQL("") if step.session is None else sql.SQL(" where id = {}").format(step.session)
    table = sql.Identifier("practice_sessions")
    values = list(step.values.values())
    match step.what:
        case "update":
            query = sql.SQL("update {} set ({}) = row ({}){}").format(table, names, places, where)
        case "delete":
            query, values = sql.SQL("delete from {}{}").format(table, where), []
        case _:
            new = {
                "id": step.session or uuid4(),
                "host_id": step.who,
                "datetime_utc": now + timedelta(hours=1),
                "type": "mock",
            } | step.values
            query = sql.SQL("insert into {} ({}) values ({})").format(
                table,
                sql.SQL(", ").join(map(sql.Identifier, new)),
                sql.SQL(", ").join(sql.Placeholder() * len(new)),
            )
            values = list(new.values())
            if step.what == "upsert":
                query += sql.SQL(
                    " on conflict (id) do update set (host_id, guest_id) = row ({}, {})"
                ).format(step.who, step.who)
    try:
        async with connection.transaction():
            await become(connection, step.who)
            await connection.execute(query, values)
    except (psycopg.errors.InsufficientPrivilege, psycopg.errors.IntegrityError):
        return False
    finally:
        await connection.execute("set local role none")
    return True


async def truth(connection: Connection) -> dict[UUID, Row]:
    await connection.execute("set local role service_role")
    found = await (await connection.execute("select * from practice_sessions")).fetchall()
    await connection.execute("set local role none")
    return {row["id"]: row for row in found}


class Memory:
    """What the guard is to remember of the sessions of one game, worked out from their rows."""

    def __init__(self) -> None:
        self.briefed: set[tuple[UUID, UUID, UUID]] = set()
        """Session, person and case: who may have been sent the actor's brief."""
        self.held: dict[UUID, UUID] = {}
        """The guest with whom a session was started."""

    def note(self, rows: dict[UUID, Row]) -> None:
        self.briefed = {entry for entry in self.briefed if entry[0] in rows}
        for id_, row in rows.items():
            if row["version"] >= 2 and row["guest_id"]:
                self.held[id_] = row["guest_id"]
            for person in (row["host_id"], row["guest_id"]):
                acts = row["candidate_id"] is not None and row["candidate_id"] != person
                if person and row["case_id"] and (acts or row["version"] == 3):
                    self.briefed.add((id_, person, row["case_id"]))


def check(step: Step, before: dict[UUID, Row], after: dict[UUID, Row], memory: Memory) -> None:
    """The invariants, of one step."""
    who = step.who
    for id_, new in after.items():
        people = (new["host_id"], new["guest_id"])
        assert new["candidate_id"] is None or new["candidate_id"] in people
        assert new["guest_id"] is None or new["guest_id"] != new["host_id"]
        assert new["version"] in (1, 2, 3)
        assert "\x1b" not in new["type"]
        if id_ not in before:
            assert who == new["host_id"], "only the host posts"
            assert who in PEOPLE[:4], "who has a profile"
            assert (new["guest_id"], new["version"], new["stage_since"]) == (None, 1, None)
            assert id_ not in memory.held, "nor under the id of a session that was held"
            continue
        old = before[id_]
        if new == old:
            continue
        changed = {column for column in new if new[column] != old[column]}
        assert not changed & {"id", "host_id", "created_at"}
        assert who in (old["host_id"], old["guest_id"], new["guest_id"])
        assert who is not None
        if old["guest_id"] != new["guest_id"]:
            if old["guest_id"] is None:
                assert new["guest_id"] == who, "a seat is taken by its guest alone"
                assert memory.held.get(id_, who) == who, "and kept for them once it was held"
                assert old["version"] == 1
            else:
                assert new["guest_id"] is None, "a seat is not passed on"
                assert who in (old["guest_id"], old["host_id"]), "nor taken away by strangers"
                assert new["version"] == 1
        if who != old["host_id"]:
            assert changed <= {"guest_id", "candidate_id", "version", "stage_since", "turned_at"}
            assert "guest_id" in changed
        if "version" in changed:
            move = old["version"], new["version"]
            assert move in ((1, 2), (2, 3)) or new["version"] == 1, move
            assert new["stage_since"] is not None
            if new["version"] == 2:
                assert None not in (new["guest_id"], new["candidate_id"])
        else:
            assert "stage_since" not in changed
        went_back = new["version"] < old["version"]
        if went_back or ("candidate_id" in changed and id_ in memory.held):
            assert "turned_at" in changed, "its files may be of the other candidate"
        else:
            assert "turned_at" not in changed
        if changed & {"candidate_id", "case_id"}:
            entry = id_, new["candidate_id"], new["case_id"]
            assert entry not in memory.briefed, "no candidate has read the actor's brief"
    for id_ in before.keys() - after.keys():
        assert before[id_]["host_id"] == who, "only the host cancels"
        assert before[id_]["version"] == 1 or before[id_]["guest_id"] is None, "what has begun"
    taken = [row for row in after.values() if row["guest_id"] == who]
    had = [row for row in before.values() if row["guest_id"] == who]
    assert len(taken) <= len(had) + 1, "one seat at a time"


async def play(connection: Connection, game: list[Step]) -> int:
    """Take all steps, from a free and a booked session, and undo them; how many were allowed."""
    allowed = 0
    async with connection.transaction(force_rollback=True):
        await connection.execute("set local role service_role")
        for session, host, guest in zip(SESSIONS, PEOPLE, (None, PEOPLE[2]), strict=False):
            await connection.execute(
                "insert into practice_sessions"
                " (id, host_id, guest_id, candidate_id, datetime_utc, type, case_id)"
                " values (%s, %s, %s, %s, %s, 'mock', %s)",
                [session, host, guest, guest, now + timedelta(minutes=5), CASES[0]],
            )
        before = await truth(connection)
        memory = Memory()
        memory.note(before)
        for symbolic in game:
            step = cast(symbolic, before)
            done = await take(connection, step)
            after = await truth(connection)
            assert done or after == before, "what is refused changes nothing"
            allowed += done and after != before
            check(step, before, after, memory)
            memory.note(after)
            before = after
    return allowed


async def search(ground: Connection, examples: int) -> None:
    """Hypothesis is synchronous: it runs in a thread, and its games in this loop."""
    loop = asyncio.get_running_loop()
    allowed = 0

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(steps(), min_size=10, max_size=30))
    def games(game: list[Step]) -> None:
        nonlocal allowed
        allowed += asyncio.run_coroutine_threadsafe(play(ground, game), loop).result()

    await asyncio.to_thread(games)
    assert allowed > examples, "the games are mostly refusals: they prove little"


@pytest.mark.asyncio(loop_scope="module")
async def test_no_sequence_of_changes_breaks_an_invariant(ground: Connection) -> None:
    await search(ground, 25)


@pytest.mark.long
@pytest.mark.asyncio(loop_scope="module")
async def test_no_sequence_of_changes_breaks_an_invariant_long(ground: Connection) -> None:
    await search(ground, 1000)
