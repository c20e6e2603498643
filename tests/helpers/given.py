"""A server that `pytest --stack FILE` names, in place of each test's own.

FILE is JSON: API_URL, ANON_KEY, SERVICE_ROLE_KEY, DB_URL (as `postgres`); if there are any
PUBLISHABLE_KEY, SECRET_KEY, JWT_SECRET; MAILBOX "sql" where codes are in `auth.one_time_codes`, or
the URL of a Mailpit; ERASE true for a server that has accounts already. All that is in the server
is deleted.

People are made by the admin API, and what is true is read by SQL. Each test talks to the server
through a proxy, which is where the network fails. A changed schema is put back after the test.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn
from uuid import uuid4

import httpx
import psycopg
import pytest

from medtui.local.install import MIGRATIONS
from medtui.local.keys import ServerKeys
from tests.data.cable import Cable
from tests.helpers.mailbox import Mailbox
from tests.helpers.stack import PASSWORD, Person, Stack

ALONE = "only the stand-in: "
"""How the reason begins for which a test is left out."""

MAX_ROWS = 1_000

SCHEMA = """
select fact from (
  select format('%s %s %s %s %s %s %s', schemaname, tablename, policyname, roles, cmd, qual,
      with_check) from pg_policies where schemaname in ('public', 'storage', 'realtime')
  union all select format('%s %s %s', oid::regprocedure, md5(prosrc), proacl) from pg_proc
    where pronamespace::regnamespace::text in ('public', 'medtui_private')
  union all select format('%s %s %s %s %s', attrelid::regclass, attname, atttypid::regtype,
      attacl, attnotnull)
    from pg_attribute join pg_class on pg_class.oid = attrelid
    where relkind = 'r' and attnum > 0 and not attisdropped
      and relnamespace::regnamespace::text in ('public', 'medtui_private')
  union all select format('%s %s %s', oid::regclass, relacl, relrowsecurity) from pg_class
    where relkind = 'r' and relnamespace::regnamespace::text in ('public', 'medtui_private')
  union all select format('%s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
    from pg_constraint where connamespace::regnamespace::text in ('public', 'medtui_private')
  union all select format('%s %s', tgrelid::regclass, pg_get_triggerdef(oid)) from pg_trigger
    where not tgisinternal and tgrelid::regclass::text !~ '^(storage|realtime|net)\\.'
  union all select format('%s %s', pubname, attnames) from pg_publication_tables
    where pubname = 'supabase_realtime' and schemaname = 'public'
  union all select format('%s %s %s %s', id, public, file_size_limit, allowed_mime_types)
    from storage.buckets
  union all select format('%s %s', nspname, nspacl) from pg_namespace
    where nspname in ('public', 'medtui_private')
) facts (fact)
"""
"""All that our migrations make, a line for each fact."""

OURS = """
select format('drop policy %I on %I.%I', policyname, schemaname, tablename) from pg_policies
  where schemaname in ('storage', 'realtime')
union all select 'drop schema if exists medtui_private cascade'
union all select format('drop table public.%I cascade', tablename) from pg_tables
  where schemaname = 'public'
union all select format('drop function if exists %s cascade', oid::regprocedure) from pg_proc
  where pronamespace = 'public'::regnamespace
    and not exists (select from pg_depend where objid = pg_proc.oid and deptype = 'e')
"""
"""What takes all of that away again."""


def leave_out(why: str) -> NoReturn:
    """Leave this test out: it asks something that only the stand-in can be asked."""
    pytest.skip(ALONE + why)


@dataclass(frozen=True)
class Given:
    """The server. `schema`: see `SCHEMA`; `confirms`: whether a sign-up waits for an e-mail."""

    url: str
    db_url: str
    keys: ServerKeys
    mailbox: str
    """Its Mailpit's URL, "sql", or nothing."""
    schema: frozenset[str] = frozenset()
    confirms: bool = False

    @classmethod
    async def open(cls, file: Path) -> Given:
        """The server of a file, emptied, with our schema. Raises UsageError."""
        said = json.loads(file.read_text())
        keys = ServerKeys(
            jwt_secret=said.get("JWT_SECRET") or "",
            anon_key=said["ANON_KEY"],
            service_role_key=said["SERVICE_ROLE_KEY"],
            publishable_key=said.get("PUBLISHABLE_KEY") or "",
            secret_key=said.get("SECRET_KEY") or "",
        )
        given = cls(said["API_URL"].rstrip("/"), said["DB_URL"], keys, said.get("MAILBOX") or "")
        async with await given.connect() as db:
            accounts = await (await db.execute("select count(*) from auth.users")).fetchone()
            if accounts != (0,) and not said.get("ERASE"):
                raise pytest.UsageError(
                    f"{given.url} has accounts, and --stack deletes all that a server has: "
                    f'put "ERASE": true into {file} if that is meant.'
                )
            await given.rebuild(db)
            schema = await given.schema_of(db)
        async with httpx.AsyncClient(headers={"apikey": keys.anon_key}) as http:
            settings = (await http.get(f"{given.url}/auth/v1/settings")).json()
        return replace(given, schema=schema, confirms=not settings["mailer_autoconfirm"])

    async def connect(self) -> psycopg.AsyncConnection[Any]:
        return await psycopg.AsyncConnection.connect(self.db_url, autocommit=True)

    async def schema_of(self, db: psycopg.AsyncConnection[Any]) -> frozenset[str]:
        facts = await db.execute(SCHEMA.encode())
        return frozenset([fact async for (fact,) in facts])

    async def rebuild(
        self, db: psycopg.AsyncConnection[Any], migrations: Iterable[Path] = ()
    ) -> None:
        """Make the schema anew, by these migrations, or by all. What is in it goes."""
        async with db.transaction():
            for (statement,) in await (await db.execute(OURS.encode())).fetchall():
                await db.execute(statement)
            await db.execute("set local storage.allow_delete_query = 'true'")
            await db.execute("delete from storage.buckets")
        for path in migrations or sorted(MIGRATIONS.glob("*.sql")):
            async with db.transaction():
                await db.execute(path.read_text().encode())
            await db.execute("reset all")
        await db.execute("notify pgrst, 'reload schema'")

    async def empty(self, db: psycopg.AsyncConnection[Any]) -> None:
        """Delete all rows, files and accounts. Files by the API: SQL leaves them in the store."""
        headers = {"apikey": self.keys.service_role_key}
        headers["Authorization"] = f"Bearer {self.keys.service_role_key}"
        stored = await (await db.execute("select bucket_id, name from storage.objects")).fetchall()
        if stored:
            async with httpx.AsyncClient(headers=headers, timeout=40) as http:
                for bucket in {bucket for bucket, _ in stored}:
                    names = [name for of, name in stored if of == bucket]
                    url = f"{self.url}/storage/v1/object/{bucket}"
                    await http.request("DELETE", url, json={"prefixes": names})
        tables = "select quote_ident(tablename) from pg_tables where schemaname = 'public'"
        order = "order by tablename <> 'practice_sessions'"
        for (table,) in await (await db.execute(f"{tables} {order}".encode())).fetchall():
            await db.execute(f"delete from public.{table}".encode())
        await db.execute("delete from auth.users")
        await db.execute("delete from realtime.messages")
        if self.mailbox not in ("", "sql"):
            await Mailbox(self.mailbox).clear()

    @asynccontextmanager
    async def stacked(self, *, is_data_model_alone: bool) -> AsyncIterator[Stack]:
        """The server for one test: empty, and put back afterwards."""
        async with await self.connect() as db, AsyncExitStack() as resources:
            door = await resources.enter_async_context(Door(self.url))
            await self.empty(db)
            if is_data_model_alone:
                await self.rebuild(db, [min(MIGRATIONS.glob("*.sql"))])
            stack = GivenStack(self, door)
            try:
                yield stack
            finally:
                await stack.close()
                await self.empty(db)
                if await self.schema_of(db) != self.schema:
                    await self.rebuild(db)
                    left = await self.schema_of(db) ^ self.schema
                    assert not left, f"not put back: {sorted(left)}"


class Door(Cable):
    """What stands before the server: `close` is as if it were not there, until `open`."""

    def __init__(self, upstream: str) -> None:
        super().__init__(upstream, 0, for_good=True)
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Door:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    async def open(self) -> None:
        """Serve: on any port the first time, on the same one afterwards."""
        if self._server is None:
            port = int(self.url.rpartition(":")[2]) if self.url else 0
            self.mend()
            self._server = await asyncio.start_server(self.serve, "127.0.0.1", port)
            self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def close(self) -> None:
        """Refuse connections, and end those that are open."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self.cut()


class GivenStack(Stack):
    """A `Stack` whose server is not ours to start, and may not be ours to look into."""

    def __init__(self, given: Given, door: Door) -> None:
        self._given, self._door = given, door
        self.keys = given.keys
        self.anon_key, self.service_key = given.keys.anon_key, given.keys.service_role_key
        self.db_url = self.authenticator_url = given.db_url
        self.url = door.url
        self.autoconfirm, self.max_rows = not given.confirms, MAX_ROWS
        self.has_grants = True
        self.to_strangers: list[str] = []
        self.mailbox = None
        if given.mailbox not in ("", "sql"):
            self.mailbox = Mailbox(given.mailbox, lambda body: body.replace(given.url, door.url))
        self._truth = None
        self._resources = AsyncExitStack()

    def __getattr__(self, name: str) -> Any:
        if name in ("cluster", "database", "files", "jwt_secret"):
            leave_out(f"{name} is not there")
        raise AttributeError(name)

    async def start_gateway(self) -> None:
        if self.autoconfirm is self._given.confirms:
            words = "with" if self._given.confirms else "without"
            leave_out(f"this server is {words} confirmation")
        if self.max_rows != MAX_ROWS:
            leave_out("how many rows an answer has")
        await self._door.open()

    async def stop_gateway(self) -> None:
        self._door.close()

    async def sql(self, query: str, *args: object) -> list[dict[str, Any]]:
        if "one_time_codes" in query and self._given.mailbox != "sql":
            leave_out("its table of codes")
        rows = await super().sql(query, *args)
        if query.split()[0] in ("alter", "create", "drop", "grant", "revoke"):
            await super().sql("notify pgrst, 'reload schema'")
        return rows

    async def person(
        self,
        first: str = "Amara",
        last: str = "Okafor",
        level: str = "st1",
        *,
        profile: bool = True,
    ) -> Person:
        user = uuid4()
        email = f"{first}.{last}.{user.hex[:8]}@example.org".lower().replace(" ", "-")
        login = {"email": email, "password": PASSWORD}
        key = self.service_key
        headers = {"apikey": key, "Authorization": f"Bearer {key}"}
        async with httpx.AsyncClient(headers=headers, timeout=40) as http:
            url, wanted = f"{self._given.url}/auth/v1", {"id": str(user), "email_confirm": True}
            made = await http.post(f"{url}/admin/users", json=login | wanted)
            assert made.is_success, made.text
            token = ""
            if not self.keys.jwt_secret:
                entered = await http.post(f"{url}/token?grant_type=password", json=login)
                token = entered.json()["access_token"]
        if profile:
            await self.sql(
                "insert into profiles (user_id, first_name, last_name, training_level)"
                " values (%s, %s, %s, %s)",
                user, first, last, level,
            )  # fmt: skip
        person = Person(user, email, PASSWORD, f"{first} {last}", token)
        return person if token else replace(person, token=self.token(person))

    def token(self, *args: Any, **options: Any) -> str:
        if not self.keys.jwt_secret:
            leave_out("tokens of the test's own making need the JWT secret")
        return super().token(*args, **options)

    async def close(self) -> None:
        await self._resources.aclose()


given: Given | None = None
"""The server that was given; None: each test has its own."""


def reason(report: pytest.TestReport) -> str:
    """Why a test was left out; empty if it was not, or for another reason."""
    said = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
    return said.partition(ALONE)[2] if report.skipped else ""


class Counted:
    """Names at the end which tests were left out, and counts those that passed."""

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        reports = terminalreporter.stats.get("skipped", [])
        left_out = [(report.nodeid, reason(report)) for report in reports if reason(report)]
        terminalreporter.section("the given server")
        for name, why in left_out:
            terminalreporter.write_line(f"left out: {name} ({why})")
        passed = len(terminalreporter.stats.get("passed", []))
        terminalreporter.write_line(f"{passed} passed, {len(left_out)} left out")
