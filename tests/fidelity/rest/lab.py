"""A database in which requests may do anything: it is put back to what it was by one call."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import jwt
import psycopg

from medtui.local.postgres import SUPERUSER
from tests.fidelity.rest.facts import IDS, TABLES
from tests.fidelity.rest.grammar import Request
from tests.fidelity.rest.wire import Answer, Wire
from tests.helpers.stack import Person, Stack

PEOPLE = ("amara", "daniel", "stranger", "nobody")

ROWS = """
insert into cases (id, category, domain, case_name, candidate_brief, actor_brief) values
  ('{9}', 'Red eye', 'communication', 'Uveitis', 'You are …', 'You have …'),
  ('{10}', 'Lids', null, null, null, null);
insert into practice_sessions (id, host_id, guest_id, datetime_utc, type, room_url, case_id,
    candidate_id) values
  ('{4}', '{0}', '{1}', '2040-01-01T10:00:00Z', 'mock', 'https://example.org/4', '{9}', '{1}'),
  ('{5}', '{0}', null, '2040-01-02T10:00:00Z', 'review', 'five', null, null),
  ('{6}', '{1}', null, '2040-01-03T10:00:00Z', 'a,b', null, '{10}', '{1}'),
  ('{7}', '{1}', '{0}', '2040-01-04T10:00:00Z', 'x y', 'seven', null, null),
  ('{8}', '{0}', null, '2020-01-01T10:00:00Z', 'mock', null, null, null);
"""

# Times that the server gives, so that they differ from one run to the next.
CLOCKS = {"practice_sessions": ("created_at", "stage_since")}


class Lab:
    """The tables of `lab.sql` and the platform's, filled; callers have tokens."""

    def __init__(self, stack: Stack, connection: psycopg.AsyncConnection[Any]) -> None:
        self.stack = stack
        self._connection = connection
        self._reset = ""
        self._digest = ""
        self.tokens: dict[str, str] = {}

    @classmethod
    async def make(cls, stack: Stack) -> Lab:
        await stack.sql(Path(__file__).with_name("lab.sql").read_text())
        for name, id_ in zip(PEOPLE, IDS, strict=False):
            await stack.sql("insert into auth.users (id, email) values (%s, %s)", id_, f"{name}@x")
            if name != "nobody":
                await stack.sql(
                    "insert into profiles (user_id, first_name, last_name, training_level)"
                    " values (%s, %s, 'X', 'st1')",
                    id_, name.title(),
                )  # fmt: skip
        await stack.sql(ROWS.format(*IDS))
        dsn = stack.cluster.dsn(SUPERUSER, stack.database)
        connection = await psycopg.AsyncConnection.connect(dsn, autocommit=True)
        await connection.execute("set session_replication_role = replica")
        lab = cls(stack, connection)
        lab._make_tokens()
        await lab._remember()
        return lab

    async def close(self) -> None:
        await self._connection.close()

    async def reset(self) -> None:
        """Put every table back to what it was, down to the order of the rows on the disk."""
        await self._connection.execute(self._reset.encode())

    async def rewind(self) -> None:
        """Forget the numbers that a refused insertion has used up."""
        await self._connection.execute(b"select setval('public.things_id_seq', 100, false)")

    async def state(self) -> dict[str, Any]:
        """All rows of all tables, but for what the server's clock has written."""
        cursor = await self._connection.execute(self._digest.encode())
        return dict(zip(self._tables, await cursor.fetchone() or (), strict=True))

    @property
    def _tables(self) -> list[str]:
        return [table for table in TABLES if table != "tall"]

    async def _remember(self) -> None:
        await self._connection.execute("create schema before")
        inserts, digests = [], []
        for table in self._tables:
            await self._connection.execute(
                f"create table before.{table} as select * from public.{table}".encode()
            )
            cursor = await self._connection.execute(
                b"select string_agg(quote_ident(attname), ', ' order by attnum) from pg_attribute"
                b" where attrelid = %s::regclass and attnum > 0 and attgenerated = ''",
                [f"public.{table}"],
            )
            [columns] = await cursor.fetchone() or ("",)
            inserts.append(
                f"insert into public.{table} ({columns}) overriding system value"
                f" select {columns} from before.{table};"
            )
            hidden = "".join(f" - '{clock}'" for clock in CLOCKS.get(table, ()))
            digests.append(
                f"(select coalesce(json_agg(row order by row::text), '[]') from"
                f" (select to_jsonb(t.*){hidden} as row from public.{table} as t) as _)"
            )
        truncate = ", ".join(f"public.{table}" for table in self._tables)
        self._reset = (
            f"begin; truncate {truncate} restart identity cascade; {' '.join(inserts)}"
            " select setval('public.things_id_seq', 100, false); commit"
        )
        self._digest = f"select {', '.join(digests)}"

    def _make_tokens(self) -> None:
        stack = self.stack
        for name, id_ in zip(PEOPLE, IDS, strict=False):
            person = Person(id_, f"{name}@x", "", name, "")  # type: ignore[arg-type]
            self.tokens[name] = stack.token(person)
        amara = Person(IDS[0], "amara@x", "", "amara", "")  # type: ignore[arg-type]
        later = int(time.time()) + 3600
        self.tokens |= {
            "anon": stack.anon_key,
            "none": "",
            "service": stack.service_key,
            "expired": stack.token(amara, expires_in=-3600),
            "forged": jwt.encode({"role": "service_role"}, "x" * 40, "HS256"),
            "early": stack.token(amara, nbf=later),
            "future": stack.token(amara, iat=later),
            "garbage": "not.a.token",
            "parts": "notatoken",
            "postgres": stack.token(amara, role="postgres"),
            "unknown": stack.token(amara, role="nobody"),
            "inner": stack.token(amara, role="authenticator"),
            "roleless": stack.keys.sign({"sub": IDS[0]}),
        }

    async def ask(self, server: Wire, request: Request) -> Answer:
        """Send a request to either server."""
        headers = self.headers(request.who)
        headers |= {name.encode(): value.encode() for name, value in request.headers.items()}
        return await server.request(request.method, request.target, headers, request.body)

    def headers(self, who: str) -> dict[bytes, bytes]:
        """The headers of a caller, for either server."""
        headers = {b"apikey": self.stack.anon_key.encode()}
        if token := self.tokens[who]:
            headers[b"Authorization"] = b"Bearer " + token.encode()
        return headers


def plain(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
