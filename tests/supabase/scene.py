"""What every attack finds: some people, sessions, and the truth by SQL.

An attack is a function that first shows that the request works for the one who may, and
then makes it as somebody who may not, while `Scene.holds` compares every row before and after.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from tests.helpers.stack import Person, Stack
from tests.supabase.doors import Doors, Who, knock

Row = dict[str, Any]

TABLES = {
    "profiles": "user_id",
    "practice_sessions": "id",
    "session_briefs": "session_id",
    "medtui_private.held": "session_id, guest_id",
    "medtui_private.briefed": "session_id, user_id, case_id",
    "medtui_private.waiting": "session_id, user_id",
    "cases": "id",
    "storage.objects": "bucket_id, name",
    "storage.buckets": "id",
    "auth.users": "id",
}

OUTSIDERS = ("anon", "stranger", "guest", "newcomer")
"""Who is not the host. The newcomer is signed in and has no profile."""
ALL = (*OUTSIDERS, "host")


@dataclass
class Scene:
    """`host` has posted; `guest` has booked; `other` hosts sessions of their own."""

    doors: Doors
    stack: Stack
    host: Person
    guest: Person
    stranger: Person
    other: Person
    newcomer: Person
    case: UUID
    other_case: UUID
    anon: None = None

    def who(self, role: str) -> Who:
        person: Who = getattr(self, role)
        return person

    async def open(self, **columns: object) -> UUID:
        """A session of the host's with a free seat."""
        columns = {"room_url": link(), "case_id": self.case} | columns
        return await self.stack.session(self.host, **columns)  # type: ignore[arg-type]

    async def booked(self, **columns: object) -> UUID:
        """One that the guest has booked."""
        return await self.open(guest=self.guest, **columns)

    async def held(self, **columns: object) -> UUID:
        """One that was held: its transcript is there, and its guest."""
        session_id = await self.booked(**columns)
        await self.file(session_id)
        return session_id

    def room(self, session_id: UUID | str, guest: Person | None = None) -> str:
        """The channel of the host and the guest (or another guest) of a session."""
        return f"room:{session_id}:{self.host.id}:{(guest or self.guest).id}"

    async def file(self, session_id: UUID | str, name: str = "transcript.json") -> str:
        name = f"{session_id}/{name}"
        assert await self.doors.upload(self.host, name), "the host may upload"
        return name

    async def row(self, session_id: UUID) -> Row:
        query = "select * from practice_sessions where id = %s"
        [found] = await self.stack.sql(query, session_id)
        return found

    async def patch(self, who: Who, session_id: UUID, **values: object) -> int:
        """Change a session as a user. Returns the HTTP status, which says little: read the row."""
        answer = await self.doors.rest(
            who, "PATCH", f"practice_sessions?id=eq.{session_id}", plain(values)
        )
        return answer.status_code

    async def post(self, who: Who, **values: object) -> int:
        answer = await self.doors.rest(who, "POST", "practice_sessions", plain(values))
        return answer.status_code

    def new(self, host: Person, **values: object) -> Row:
        """What posting a session sends."""
        start = datetime.now(UTC) + timedelta(hours=2)
        row = {"id": uuid4(), "host_id": host.id, "datetime_utc": start, "type": "mock"}
        return row | values

    async def truth(self) -> dict[str, list[Row]]:
        """Every row of every table; none of a table that this database does not have."""
        truth = {}
        for table, key in TABLES.items():
            [is_there] = await self.stack.sql("select to_regclass(%s) as name", table)
            if is_there["name"] is not None:
                truth[table] = await self.stack.sql(f"select * from {table} order by {key}")
        return truth

    @contextlib.asynccontextmanager
    async def holds(self) -> AsyncIterator[None]:
        """Whatever is tried in here, no row of any table is different afterwards."""
        before = await self.truth()
        yield
        after = await self.truth()
        for table in before:
            assert after[table] == before[table], f"{table} was changed"


def link() -> str:
    return f"https://meet.example/{uuid4()}"


def plain(values: Row) -> Row:
    return {
        key: str(value) if isinstance(value, UUID | datetime) else value
        for key, value in values.items()
    }


@contextlib.asynccontextmanager
async def staged(stack: Stack) -> AsyncIterator[Scene]:
    """A scene of its own on a stack, which is left as empty as it was."""
    async with knock(stack) as doors, emptied(stack):
        cases = [
            (
                await stack.sql(
                    "insert into cases (category, domain, case_name, condition, candidate_brief,"
                    " actor_brief, case_name_internal) values (%s, 'ethics', 'Mrs Ellis',"
                    " 'secret condition', 'secret candidate', 'secret actor', 'secret name')"
                    " returning id",
                    category,
                )
            )[0]["id"]
            for category in ("Lids", "Glaucoma")
        ]
        yield Scene(
            doors,
            stack,
            host=await stack.person("Hanna", "Host"),
            guest=await stack.person("Gita", "Guest"),
            stranger=await stack.person("Sam", "Stranger"),
            other=await stack.person("Otis", "Other"),
            newcomer=await stack.person("Nell", "Newcomer", profile=False),
            case=cases[0],
            other_case=cases[1],
        )


@contextlib.asynccontextmanager
async def emptied(stack: Stack) -> AsyncIterator[None]:
    await empty(stack)
    yield
    await empty(stack)


async def empty(stack: Stack) -> None:
    await stack.remove_files()
    for table in ("practice_sessions", "cases", "profiles", "auth.users"):
        await stack.sql(f"delete from {table}")


Try = Callable[[Scene, Who], Awaitable[None]]


@dataclass(frozen=True)
class Attack:
    number: str
    """Of the list of what the data model by itself lets through; `+` is beyond it."""
    name: str
    by: tuple[str, ...]
    run: Try

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


ATTACKS: list[Attack] = []


def attack(number: int | str, by: Iterable[str] = OUTSIDERS) -> Callable[[Try], Try]:
    """Put a function on the list; its name says what is tried, `by` as whom."""

    def add(run: Try) -> Try:
        name = getattr(run, "__name__", "").replace("_", " ")
        ATTACKS.append(Attack(str(number), name, tuple(by), run))
        return run

    return add
