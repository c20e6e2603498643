"""A whole local Supabase for one test: a database of its own and a gateway in the test's loop."""

from __future__ import annotations

import asyncio
import itertools
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4
from weakref import WeakSet

import psycopg
from psycopg import sql
from psycopg.rows import dict_row
from supabase import AsyncClient, AsyncClientOptions, acreate_client

from medtui.local.auth.passwords import hash_password
from medtui.local.install import MIGRATIONS, PLATFORM, install, read
from medtui.local.keys import ServerKeys
from medtui.local.postgres import SUPERUSER, Cluster
from tests.helpers.http_clients import http_client

if TYPE_CHECKING:
    from medtui.local.gateway import Gateway
    from tests.helpers.mailbox import Mailbox

TEMPLATE = "template_medtui"
DATA_MODEL = "template_data_model"
"""As the other, with the data model's migration alone: a server of kind 2."""
PASSWORD = "correct horse battery staple"
LIKE_HOSTED = False
"""Whether Realtime is late and loses changes, as a hosted project's: `pytest --like-hosted`."""

numbers = itertools.count()


@dataclass(frozen=True)
class Person:
    """A user who has signed up, confirmed, and (unless asked otherwise) has a profile."""

    id: UUID
    email: str
    password: str
    name: str
    token: str


class Stack:
    """Made by the `stack` fixture. What is true is read by `sql`, never through our own modules."""

    def __init__(self, cluster: Cluster, database: str, keys: ServerKeys) -> None:
        self.cluster = cluster
        self.database = database
        self.keys = keys
        self.anon_key = keys.anon_key
        self.service_key = keys.service_role_key
        self.jwt_secret = keys.jwt_secret
        self.db_url = cluster.dsn("postgres", database)
        self.authenticator_url = cluster.dsn("authenticator", database)
        """As the services connect, which then take the caller's role."""
        self.url = ""
        self.files = Path(tempfile.mkdtemp(prefix="medtui-files-"))
        self.mailbox: Mailbox | None = None
        """Where e-mails are read; None: codes are in `auth.one_time_codes`."""
        self._gateway: Gateway | None = None
        self.autoconfirm = True
        self.like_hosted = LIKE_HOSTED
        self.max_rows = 1_000
        """In one answer; what it is changed to counts from the gateway's next start."""
        self.has_grants = True
        """Whether columns are granted one by one, so that strangers are to be sent no secrets."""
        self.to_strangers: list[str] = []
        """Frames that Realtime has sent to subscribers without a login, over the whole test."""
        self._resources = AsyncExitStack()
        self._truth: psycopg.AsyncConnection[dict[str, Any]] | None = None

    async def start_gateway(self) -> None:
        """Start the gateway: on any port the first time, on the same one afterwards."""
        from medtui.local.gateway import Gateway

        port = int(self.url.rpartition(":")[2]) if self.url else 0
        if not any(frames is self.to_strangers for frames in _recorded):
            record_frames(self.to_strangers)
        self._gateway = await Gateway.start(
            lambda role: self.cluster.dsn(role, self.database),
            self.keys,
            files=self.files,
            port=port,
            autoconfirm=self.autoconfirm,
            max_rows=self.max_rows,
            like_hosted=self.like_hosted,
        )
        self.url = self._gateway.url

    async def stop_gateway(self) -> None:
        if self._gateway is not None:
            await self._gateway.stop()
            self._gateway = None

    async def restart_gateway(self) -> None:
        await self.stop_gateway()
        await self.start_gateway()

    async def sql(self, query: str, *args: object) -> list[dict[str, Any]]:
        """Run one statement as `postgres`, whom no policy holds; %s stands for each argument."""
        if self._truth is None:
            connection = await psycopg.AsyncConnection.connect(
                self.db_url, autocommit=True, row_factory=dict_row
            )
            self._truth = await self._resources.enter_async_context(connection)
        result = await self._truth.execute(query.encode(), args or None)
        # No columns are a description too: so `select from` counts rows.
        return await result.fetchall() if result.description is not None else []

    async def person(
        self,
        first: str = "Amara",
        last: str = "Okafor",
        level: str = "st1",
        *,
        profile: bool = True,
    ) -> Person:
        """Make a user by SQL, which is quick; their token lasts for an hour."""
        user = uuid4()
        email = f"{first}.{last}.{user.hex[:8]}@example.org".lower().replace(" ", "-")
        await self.sql(
            """
            insert into auth.users (id, aud, role, email, encrypted_password, email_confirmed_at,
                raw_app_meta_data, raw_user_meta_data, created_at, updated_at)
            values (%s, 'authenticated', 'authenticated', %s, %s, now(), '{}', '{}', now(), now())
            """,
            user, email, password_hash(),
        )  # fmt: skip
        if profile:
            await self.sql(
                "insert into profiles (user_id, first_name, last_name, training_level)"
                " values (%s, %s, %s, %s)",
                user, first, last, level,
            )  # fmt: skip
        person = Person(user, email, PASSWORD, f"{first} {last}", token="")
        return replace(person, token=self.token(person))

    def token(
        self,
        person: Person | None = None,
        *,
        role: str = "authenticated",
        expires_in: float = 3600,
        **claims: object,
    ) -> str:
        """An access token with this server's own signature, `expires_in` seconds from now."""
        now = int(datetime.now(UTC).timestamp())
        standard = {"role": role, "aud": role, "iat": now, "exp": now + int(expires_in)}
        if person is not None:
            standard |= {"sub": str(person.id), "email": person.email}
        return self.keys.sign(standard | claims)

    async def session(
        self,
        host: Person,
        *,
        starts_in: timedelta = timedelta(minutes=30),
        type: str = "mock",  # noqa: A002  The column's name.
        guest: Person | None = None,
        **columns: object,
    ) -> UUID:
        """Make a practice session by SQL, past every guard, and return its id."""
        row: Mapping[str, object] = {
            "id": uuid4(),
            "host_id": host.id,
            "guest_id": guest and guest.id,
            "datetime_utc": datetime.now(UTC) + starts_in,
            "type": type,
            **columns,
        }
        insert = sql.SQL("insert into practice_sessions ({}) values ({}) returning id").format(
            sql.SQL(", ").join(map(sql.Identifier, row)),
            sql.SQL(", ").join(sql.Placeholder() * len(row)),
        )
        [made] = await self.sql(insert.as_string(None), *row.values())
        return UUID(str(made["id"]))

    async def case(self, number: int = 1, **columns: object) -> UUID:
        """Make a case, whose hidden texts say their number, and return its id."""
        row: Mapping[str, object] = {
            "id": UUID(int=0xCA5E0000 + number),
            "category": "Red eye",
            "domain": "history taking",
            "case_name": f"Name of case {number}",
            "condition": f"Condition of case {number}",
            "candidate_brief": f"# Task of case {number}\n\nTake a history.",
            "actor_brief": f"# Part of case {number}\n\nYour eye is red.",
            **columns,
        }
        insert = sql.SQL("insert into cases ({}) values ({}) returning id").format(
            sql.SQL(", ").join(map(sql.Identifier, row)),
            sql.SQL(", ").join(sql.Placeholder() * len(row)),
        )
        [made] = await self.sql(insert.as_string(None), *row.values())
        return UUID(str(made["id"]))

    async def without_checks(self) -> None:
        """Let every text and time in, as a database does that has none of our checks."""
        checks = await self.sql(
            "select conrelid::regclass::text as of, conname from pg_constraint"
            " where contype = 'c' and conname like 'medtui%'"
        )
        for check in checks:
            await self.sql(f"alter table {check['of']} drop constraint {check['conname']}")

    async def file(self, session_id: UUID, *names: str, content: bytes = b"{}") -> None:
        """Keep files in a session's folder with the service key, as other clients may."""
        headers = {"Authorization": f"Bearer {self.service_key}"}
        headers["Content-Type"] = "application/json"
        async with http_client(headers=headers, timeout=40) as http:
            for name in names:
                path = f"object/assessments/{session_id}/{name}"
                answer = await http.post(f"{self.url}/storage/v1/{path}", content=content)
                assert answer.is_success, answer.text

    async def remove_files(self, *names: str) -> None:
        """Delete files by Storage's API, with the service key; without names all of them."""
        stored = await self.sql("select bucket_id, name from storage.objects")
        headers = {"Authorization": f"Bearer {self.service_key}"}
        async with http_client(headers=headers, timeout=40) as http:
            for bucket in {row["bucket_id"] for row in stored}:
                in_it = [row["name"] for row in stored if row["bucket_id"] == bucket]
                wanted = [name for name in in_it if name in names or not names]
                url = f"{self.url}/storage/v1/object/{bucket}"
                answer = await http.request("DELETE", url, json={"prefixes": wanted})
                assert answer.is_success, answer.text

    async def client(self, person: Person | None = None, *, key: str | None = None) -> AsyncClient:
        """The unmodified client, signed in with the person's password if one is given."""
        http = await self._resources.enter_async_context(http_client(timeout=40))
        options = AsyncClientOptions(httpx_client=http)
        client = await acreate_client(self.url, key or self.anon_key, options)
        self._resources.push_async_callback(client.realtime.close)
        if person is not None:
            await client.auth.sign_in_with_password(
                {"email": person.email, "password": person.password}
            )
        return client

    async def close(self) -> None:
        _recorded[:] = [frames for frames in _recorded if frames is not self.to_strangers]
        sent = "\n".join(self.to_strangers) if self.has_grants else ""
        leaked = [secret for secret in await self.secrets() if secret in sent] if sent else []
        await self._resources.aclose()
        await self.stop_gateway()
        shutil.rmtree(self.files)
        assert not leaked, f"sent to subscribers without a login: {leaked}"

    async def secrets(self) -> list[str]:
        """What nobody without a login is to read, as far as it is long enough to be found."""
        rows = await self.sql(
            "select room_url as text from practice_sessions union select email from auth.users"
            " union select unnest(array[candidate_brief, actor_brief, condition, case_name,"
            " case_name_internal]) from cases"
            " union select unnest(array[candidate_brief, actor_brief]) from session_briefs"
        )
        return [row["text"] for row in rows if row["text"] and len(row["text"]) > 5]


_recorded: list[list[str]] = []


def record_frames(frames: list[str]) -> None:
    """Note every frame that goes to a socket of which no channel has a login."""
    from medtui.local.realtime.socket import ClientSocket

    _recorded.append(frames)
    if hasattr(ClientSocket.send, "plain"):
        return
    plain = ClientSocket.send

    signed_in: WeakSet[ClientSocket] = WeakSet()

    def send(self: ClientSocket, text: str) -> None:
        if any(channel.caller[0] != "anon" for channel in self.channels.values()):
            signed_in.add(self)  # also when its channels go before the last frame does
        elif self.channels or self not in signed_in:
            for frames in _recorded:
                frames.append(text)
        plain(self, text)

    send.plain = plain  # type: ignore[attr-defined]
    ClientSocket.send = send  # type: ignore[method-assign]


@cache
def password_hash() -> str:
    """Of everybody's password: made once, as making it is slow by design."""
    return hash_password(PASSWORD)


async def make_template(
    cluster: Cluster, name: str = TEMPLATE, *, migrations: Path | None = None, before: str = ""
) -> None:
    """The database that every test's own is copied from: the platform and our migrations.

    `before` is what somebody else has run there first, as `postgres`.
    """
    async with await administrator(cluster) as admin:
        await admin.execute(f"create database {name}".encode())
        if before:
            await install_platform(cluster, name)
            owner = await psycopg.AsyncConnection.connect(cluster.dsn(database=name))
            async with owner:
                await owner.execute(before.encode())
        await install(cluster, name, migrations=migrations)
        # A database can be copied only while nobody is connected to it.
        await admin.execute(f"alter database {name} allow_connections false".encode())


async def install_platform(cluster: Cluster, database: str) -> None:
    """Supabase's own roles and schemas alone, as in a project before its first migration."""
    dsn = cluster.dsn(SUPERUSER, database)
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as admin:
        for file in read(PLATFORM):
            async with admin.transaction():
                await admin.execute(file.sql.encode())


def data_model_alone(folder: Path) -> Path:
    """Fill a folder with the first migration: what a server of kind 2 has."""
    first = min(MIGRATIONS.glob("*.sql"))
    shutil.copy(first, folder)
    return folder


@asynccontextmanager
async def stacked(
    cluster: Cluster, keys: ServerKeys, *, gateway: bool = True, template: str = TEMPLATE
) -> AsyncIterator[Stack]:
    from tests.helpers import given

    if given.given is not None:
        async with given.given.stacked(is_data_model_alone=template == DATA_MODEL) as stack:
            yield stack
        return
    database = f"test_{next(numbers)}"
    async with await administrator(cluster) as admin:
        # Copied as files: through the log it costs twice the time.
        await admin.execute(
            f"create database {database} template {template} owner postgres"
            " strategy file_copy".encode()
        )
        stack = Stack(cluster, database, keys)
        stack.has_grants = template == TEMPLATE
        try:
            if gateway:
                await stack.start_gateway()
            yield stack
        finally:
            await stack.close()
            await slots_gone(admin, database)
            await admin.execute(f"drop database {database} with (force)".encode())


async def slots_gone(admin: psycopg.AsyncConnection[Any], database: str) -> None:
    """PostgreSQL notices a moment later that a gateway has gone; until then no DROP works."""
    async with asyncio.timeout(40):
        query = "select from pg_replication_slots where database = %s"
        while (await admin.execute(query, [database])).rowcount:
            await asyncio.sleep(0.005)


async def administrator(cluster: Cluster) -> psycopg.AsyncConnection[Any]:
    return await psycopg.AsyncConnection.connect(cluster.dsn(SUPERUSER), autocommit=True)
