"""The demo's colleagues: they post, book, leave and cancel, and act in the viewer's rooms.

A separate program (`python -m medtui.demo.colleagues`) that talks to the server as every user
does, with the plain `supabase` client. It ends when its standard input does.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import random
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID, uuid4

import httpx
from postgrest.exceptions import APIError
from supabase import AsyncClient, AsyncClientOptions, acreate_client
from supabase_auth.errors import AuthError

from medtui.demo.partner import Partners
from medtui.demo.people import PASSWORD, PEOPLE, SamplePerson
from medtui.store.environment import forget_network

log = logging.getLogger(__name__)

COLUMNS = "id,host_id,guest_id,datetime_utc,version,candidate_id,case_id,created_at,kept_for"
TYPES = ("mock", "mock", "clinical", "communication", "review")
FEWEST, MOST = 8, 16
"""Coming sessions: colleagues cancel only above the first, and post only below the second."""
FREE_SEATS = 3
"""Seats that are always left to the viewer."""
PATIENCE = timedelta(seconds=12)
"""The time until a colleague books a session that the viewer has posted."""


@dataclass(frozen=True)
class Seen:
    """A coming or running session, as the board shows it."""

    id: UUID
    host: UUID
    guest: UUID | None
    starts_at: datetime
    stage: int
    candidate: UUID | None
    case: UUID | None
    posted_at: datetime
    kept_for: UUID | None = None
    """Of a next round: the guest of the last one."""

    @classmethod
    def of(cls, row: dict[str, Any]) -> Seen:
        def uuid(column: str) -> UUID | None:
            return UUID(row[column]) if row.get(column) else None

        return cls(
            UUID(row["id"]),
            UUID(row["host_id"]),
            uuid("guest_id"),
            datetime.fromisoformat(row["datetime_utc"]),
            row["version"],
            uuid("candidate_id"),
            uuid("case_id"),
            datetime.fromisoformat(row["created_at"]),
            uuid("kept_for"),
        )


@dataclass(frozen=True)
class Act:
    """A colleague does something to a session; `post` makes a new one."""

    who: UUID
    what: str
    session: Seen | None = None


def rooms_of(viewer: UUID, board: list[Seen]) -> set[tuple[UUID, UUID]]:
    """The viewer's sessions that have a colleague in them: session, colleague."""
    return {
        (session.id, session.guest if session.host == viewer else session.host)
        for session in board
        if viewer in (session.host, session.guest) and session.guest is not None
    }


def choose(board: list[Seen], viewer: UUID, now: datetime, dice: random.Random) -> Act | None:
    """The next act, or None; it keeps the board full and leaves the viewer free seats."""
    people = [person.id for person in PEOPLE if person.id != viewer]
    for session in board:
        is_next_round = session.host == viewer and session.guest is None and session.stage == 1
        if is_next_round and session.kept_for in people:
            return Act(session.kept_for, "book", session)
    coming = [s for s in board if s.starts_at > now and s.stage == 1]
    theirs = [s for s in coming if viewer not in (s.host, s.guest)]
    free = [s for s in theirs if s.guest is None]
    acts: list[Act] = []
    for session in coming:
        if session.host == viewer and session.guest is None and now - session.posted_at > PATIENCE:
            return Act(dice.choice(people), "book", session)
    if len(coming) < MOST:
        acts += [Act(dice.choice(people), "post")] * (3 if len(free) <= FREE_SEATS else 1)
    if len(free) > FREE_SEATS:
        session = dice.choice(free)
        guests = [person for person in people if person != session.host]
        acts += [Act(dice.choice(guests), "book", session)] * 3
    taken = [s for s in theirs if s.guest is not None and s.candidate is None]
    if taken:
        session = dice.choice(taken)
        assert session.guest is not None  # noqa: S101  # it is taken
        acts.append(Act(session.guest, "leave", session))
    if len(coming) > FEWEST and (spare := free if len(free) > FREE_SEATS else []):
        session = dice.choice(spare)
        acts += [Act(session.host, what, session) for what in ("cancel", "move")]
    running = [s for s in board if s.stage == 2 and viewer not in (s.host, s.guest)]
    for session in running:
        if now - session.starts_at > timedelta(minutes=20):
            acts.append(Act(session.host, "finish", session))
    return dice.choice(acts) if acts else None


class Colleagues:
    """All sample people but the viewer, each signed in at their first act."""

    def __init__(self, url: str, key: str, viewer: str, pace: float, dice: random.Random) -> None:
        self._url, self._key, self._pace, self._dice = url, key, pace, dice
        self._viewer = next(p.id for p in PEOPLE if p.email == viewer)
        self._clients: dict[UUID, AsyncClient] = {}
        self._http = httpx.AsyncClient(timeout=10)
        self._partners = Partners(self._viewer, min(2.0, pace), dice)

    async def live(self) -> None:
        """Act again and again; never returns."""
        wait = min(2.0, self._pace)
        while True:
            await asyncio.sleep(wait * self._dice.uniform(0.7, 1.3))
            wait = self._pace
            try:
                await self._act()
            except APIError as error:
                log.debug("refused: %s", error.message)
            except (httpx.HTTPError, AuthError) as error:  # the server may be away: it comes back
                log.debug("not done: %s", type(error).__name__)
                wait = max(wait, 5.0)

    async def _act(self) -> None:
        now = datetime.now(UTC)
        client = await self._client(PEOPLE[-1] if PEOPLE[-1].id != self._viewer else PEOPLE[0])
        since = (now - timedelta(hours=4)).isoformat()
        query = client.table("practice_sessions").select(COLUMNS).gte("datetime_utc", since)
        rows = (await query.execute()).data
        board = [Seen.of(cast(dict[str, Any], row)) for row in rows]
        for room in self._partners.wanted(rooms_of(self._viewer, board)):
            partner = next((person for person in PEOPLE if person.id == room[1]), None)
            if partner is not None:
                self._partners.wait(room, await self._client(partner))
        act = choose(board, self._viewer, now, self._dice)
        if act is None:
            return
        person = next(person for person in PEOPLE if person.id == act.who)
        acting = await self._client(person)
        if act.session is None:
            await self._post(acting, person, now)
            return
        do: dict[str, Callable[[], Awaitable[Any]]] = {
            "book": lambda: self._change(acting, act.session, guest_id=str(person.id)),
            "leave": lambda: self._change(acting, act.session, guest_id=None),
            "move": lambda: self._change(
                acting, act.session, datetime_utc=self._later(act.session)
            ),
            "finish": lambda: self._change(acting, act.session, version=3),
            "cancel": lambda: self._cancel(acting, act.session),
        }
        await do[act.what]()

    async def _post(self, client: AsyncClient, person: SamplePerson, now: datetime) -> None:
        id_ = uuid4()
        ahead = self._dice.choice((25, 40, 60, 90, 150, 240, 480, 1440, 2880, 4320))
        start = now + timedelta(minutes=ahead)
        start -= timedelta(
            minutes=start.minute % 5, seconds=start.second, microseconds=start.microsecond
        )
        row = {
            "id": str(id_),
            "host_id": str(person.id),
            "datetime_utc": start.isoformat(),
            "type": self._dice.choice(TYPES),
            "room_url": f"https://meet.jit.si/medtui-{id_.hex}",
        }
        await client.table("practice_sessions").insert(row).execute()

    async def _change(self, client: AsyncClient, session: Seen | None, **values: Any) -> None:
        assert session is not None  # noqa: S101  # all acts but posting have one
        query = client.table("practice_sessions").update(values).eq("id", str(session.id))
        if session.guest is None:
            query = query.is_("guest_id", "null")
        else:
            query = query.eq("guest_id", str(session.guest))
        await query.execute()

    async def _cancel(self, client: AsyncClient, session: Seen | None) -> None:
        assert session is not None  # noqa: S101  # as above
        query = client.table("practice_sessions").delete().eq("id", str(session.id))
        await query.is_("guest_id", "null").execute()

    def _later(self, session: Seen | None) -> str:
        assert session is not None  # noqa: S101  # as above
        return (session.starts_at + timedelta(minutes=self._dice.choice((15, 30, 60)))).isoformat()

    async def _client(self, person: SamplePerson) -> AsyncClient:
        if person.id not in self._clients:
            options = AsyncClientOptions(httpx_client=self._http)
            client = await acreate_client(self._url, self._key, options)
            await client.auth.sign_in_with_password({"email": person.email, "password": PASSWORD})
            self._clients[person.id] = client
        return self._clients[person.id]


async def main() -> None:
    """Run until standard input ends, or a signal comes."""
    forget_network()  # the server is on this machine
    env = os.environ
    colleagues = Colleagues(
        env["SUPABASE_URL"],
        env["SUPABASE_ANON_KEY"],
        env["MEDTUI_DEMO_VIEWER"],
        float(env.get("MEDTUI_DEMO_PACE", "4")),
        random.Random(env.get("MEDTUI_DEMO_SEED")),
    )
    living = asyncio.create_task(colleagues.live())
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    while await reader.read(1024):
        pass
    living.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await living


if __name__ == "__main__":
    logging.getLogger("httpx").setLevel(logging.WARNING)
    asyncio.run(main())
