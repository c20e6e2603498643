"""The four doors of a Supabase: REST, RPC, Storage, Realtime; tried as anybody.

What the gateway does not do (no door is open, or files are replaced and moved) is done at the
database, in the role and with the claims that the service behind it would set. `Doors.open` says
which were open.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg
import websockets
from psycopg.rows import dict_row

from tests.helpers.http_clients import http_client
from tests.helpers.stack import Person, Stack

BUCKET = "assessments"
Who = Person | None
"""A signed-in user; None has the public key alone."""


class Doors:
    """Made by `knock`. Nothing here raises for a refusal: it says whether something was done."""

    def __init__(self, stack: Stack, http: httpx.AsyncClient) -> None:
        self.stack = stack
        self.http = http
        self.open = {"rest", "rpc"}

    def headers(self, who: Who, **more: str) -> dict[str, str]:
        token = who.token if who else self.stack.anon_key
        return {"apikey": self.stack.anon_key, "Authorization": f"Bearer {token}", **more}

    async def rest(
        self, who: Who, method: str, path: str, body: Any = None, **headers: str
    ) -> httpx.Response:
        """A request to PostgREST, `path` with its query; `rpc/…` is the second door."""
        return await self.http.request(
            method,
            f"{self.stack.url}/rest/v1/{path}",
            headers=self.headers(who, **{k.replace("_", "-"): v for k, v in headers.items()}),
            json=body,
        )

    # Storage ----------------------------------------------------------------------------------

    async def upload(
        self,
        who: Who,
        name: str,
        body: bytes = b"{}",
        *,
        kind: str = "application/json",
        upsert: bool = False,
    ) -> bool:
        if "storage" in self.open and not upsert:
            headers = {"content-type": kind}
            answer = await self._storage(who, "POST", f"{BUCKET}/{name}", headers, content=body)
            return answer.is_success
        insert = "insert into storage.objects (bucket_id, name, owner) values (%s, %s, auth.uid())"
        if upsert:
            insert += " on conflict (bucket_id, name) do update set metadata = '{}'"
        return await self._row(who, insert, BUCKET, name) > 0

    async def download(self, who: Who, name: str) -> bool:
        if "storage" in self.open:
            return (await self._storage(who, "GET", f"{BUCKET}/{name}")).is_success
        query = "select from storage.objects where bucket_id = %s and name = %s"
        return await self._row(who, query, BUCKET, name) > 0

    async def delete(self, who: Who, name: str) -> bool:
        """As the client does it: in bulk, where a refusal is an empty list."""
        if "storage" in self.open:
            answer = await self._storage(who, "DELETE", BUCKET, json={"prefixes": [name]})
            return answer.is_success and bool(answer.json())
        query = "delete from storage.objects where bucket_id = %s and name = %s"
        return await self._row(who, query, BUCKET, name) > 0

    async def sees(self, who: Who, folder: str) -> bool:
        """Whether a listing of the folder shows anything."""
        if "storage" in self.open:
            body = {"prefix": folder, "limit": 100, "offset": 0}
            answer = await self._storage(who, "POST", f"list/{BUCKET}", json=body)
            return answer.is_success and bool(answer.json())
        query = "select from storage.objects where bucket_id = %s and name like %s || '/%%'"
        return await self._row(who, query, BUCKET, folder) > 0

    async def move(self, who: Who, source: str, target: str, *, bucket: str = BUCKET) -> bool:
        """Rename a file, possibly from another bucket into ours."""
        query = (
            "update storage.objects set bucket_id = %s, name = %s"
            " where bucket_id = %s and name = %s"
        )
        return await self._row(who, query, BUCKET, target, bucket, source) > 0

    async def publish(self, who: Who) -> bool:
        """Make the bucket public."""
        query = "update storage.buckets set public = true where id = %s"
        return await self._row(who, query, BUCKET) > 0

    async def _storage(
        self, who: Who, method: str, path: str, headers: dict[str, str] | None = None, **body: Any
    ) -> httpx.Response:
        return await self.http.request(
            method,
            f"{self.stack.url}/storage/v1/object/{path}",
            headers=self.headers(who) | (headers or {}),
            **body,
        )

    # Realtime ---------------------------------------------------------------------------------

    async def enter(self, who: Who, topic: str, extension: str = "broadcast") -> bool:
        """Whether a user may receive on a private channel."""
        if "realtime" in self.open:
            async with self.socket() as socket:
                return await socket.join(who, topic)
        return await self._authorised(who, topic, extension, "read")

    async def reaches(self, who: Who, listener: Person, topic: str, extension: str) -> bool:
        """Whether a user's broadcast on a private channel arrives at one who may listen."""
        if "realtime" not in self.open:
            return await self._authorised(who, topic, extension, "write")
        async with self.socket() as theirs, self.socket() as ours:
            assert await ours.join(listener, topic), "the listener may not listen"
            # Who may not join tries all the same: on the topic as it is, and as if it were public.
            if not await theirs.join(who, topic):
                await theirs.join(who, topic, private=False)
            await theirs.say(topic, extension, "from them")
            await theirs.settled()
            return await ours.hears("from them", topic)

    @contextlib.asynccontextmanager
    async def socket(self) -> AsyncIterator[Socket]:
        url = self.stack.url.replace("http", "ws") + "/realtime/v1/websocket"
        address = f"{url}?apikey={self.stack.anon_key}&vsn=1.0.0"
        async with websockets.connect(address) as connection:
            yield Socket(self.stack, connection)

    async def _authorised(self, who: Who, topic: str, extension: str, what: str) -> bool:
        """As Realtime asks: a message is written and read in that role, and taken back."""
        message = "insert into realtime.messages (topic, extension, private) values (%s, %s, true)"
        async with self.as_somebody(who, undo=True) as connection:
            await connection.execute("select set_config('realtime.topic', %s, true)", [topic])
            if what == "read":
                await connection.execute("set local role none")
                await connection.execute("set local role service_role")
                await connection.execute(message.encode(), [topic, extension])
                await connection.execute(f"set local role {_role(who)}".encode())
                query = "select from realtime.messages where topic = %s and extension = %s"
                return (await connection.execute(query.encode(), [topic, extension])).rowcount > 0
            try:
                await connection.execute(message.encode(), [topic, extension])
            except psycopg.errors.InsufficientPrivilege:
                return False
            return True

    # The database -----------------------------------------------------------------------------

    @contextlib.asynccontextmanager
    async def as_somebody(
        self, who: Who, *, undo: bool = False
    ) -> AsyncIterator[psycopg.AsyncConnection[dict[str, Any]]]:
        """A transaction as the services make it: their login, the caller's role and claims."""
        dsn = self.stack.authenticator_url
        claims = {"role": _role(who)} | ({"sub": str(who.id)} if who else {})
        async with (
            await psycopg.AsyncConnection.connect(dsn, row_factory=dict_row) as connection,
            connection.transaction(force_rollback=undo),
        ):
            # As the storage server, which alone deletes: so policies are what refuses.
            await connection.execute("set local storage.allow_delete_query = 'true'")
            await connection.execute(f"set local role {_role(who)}".encode())
            await connection.execute(
                "select set_config('request.jwt.claims', %s, true)", [json.dumps(claims)]
            )
            yield connection

    async def _row(self, who: Who, query: str, *arguments: object) -> int:
        """How many rows a user's statement changes; 0 when it is refused."""
        try:
            async with self.as_somebody(who) as connection:
                return (await connection.execute(query.encode(), arguments)).rowcount
        except (psycopg.errors.InsufficientPrivilege, psycopg.errors.UniqueViolation):
            return 0


class Socket:
    """A raw websocket to Realtime."""

    def __init__(self, stack: Stack, connection: websockets.ClientConnection) -> None:
        self._stack = stack
        self._connection = connection
        self._ref = 0
        self._seen: list[dict[str, Any]] = []

    async def join(self, who: Who, topic: str, *, private: bool = True, token: str = "") -> bool:
        config = {
            "broadcast": {"self": True, "ack": False},
            "presence": {"key": str(uuid4()), "enabled": True},
            "postgres_changes": [],
            "private": private,
        }
        token = token or (who.token if who else self._stack.anon_key)
        ref = await self._send(topic, "phx_join", {"config": config, "access_token": token})
        return bool((await self._reply(ref))["payload"]["status"] == "ok")

    async def follow(self, who: Who) -> None:
        """Subscribe to the changes of practice sessions, and return when they come."""
        binding = {"event": "*", "schema": "public", "table": "practice_sessions"}
        token = who.token if who else self._stack.anon_key
        join = {"config": {"postgres_changes": [binding]}, "access_token": token}
        await self._send("board", "phx_join", join)
        while (await self._frame())["event"] != "system":
            pass

    async def change(self, kind: str) -> dict[str, Any]:
        """The next change of this kind to a session, as it came."""
        while True:
            frame = await self._frame()
            data: dict[str, Any] = frame["payload"].get("data", {})
            if frame["event"] == "postgres_changes" and data["type"] == kind:
                return data

    async def told(self, session_id: UUID, kind: str) -> str:
        """All frames up to the broadcast of this change to a session, a line for each."""
        while True:
            frame = await self._frame()
            change = frame["payload"].get("payload")
            if frame["event"] != "broadcast" or not isinstance(change, dict):
                continue
            row = change.get("record") or change.get("old_record") or {}
            if change.get("type") == kind and row.get("id") == str(session_id):
                return "\n".join(map(json.dumps, self._seen))

    async def say(self, topic: str, extension: str, words: str) -> None:
        event = "say" if extension == "broadcast" else "track"
        await self._send(
            topic, extension, {"type": extension, "event": event, "payload": {"words": words}}
        )

    async def settled(self) -> None:
        """Return when the server has dealt with all that was sent here."""
        ref = await self._send("phoenix", "heartbeat", {}, whole_topic=True)
        await self._reply(ref)

    async def hears(self, words: str, topic: str) -> bool:
        """Whether words came, by broadcast or presence, before one's own that follow them."""
        await self.say(topic, "broadcast", "that is all")
        while not any("that is all" in json.dumps(frame) for frame in self._seen):
            await self._frame()
        return any(words in json.dumps(frame) for frame in self._seen)

    async def _send(
        self, topic: str, event: str, payload: Any, *, whole_topic: bool = False
    ) -> str:
        self._ref += 1
        frame = {
            "topic": topic if whole_topic else f"realtime:{topic}",
            "event": event,
            "payload": payload,
            "ref": str(self._ref),
            "join_ref": "1",
        }
        await self._connection.send(json.dumps(frame))
        return str(self._ref)

    async def _reply(self, ref: str) -> dict[str, Any]:
        while True:
            frame = await self._frame()
            if frame["event"] == "phx_reply" and frame["ref"] == ref:
                return frame

    async def _frame(self) -> dict[str, Any]:
        async with asyncio.timeout(10):
            frame: dict[str, Any] = json.loads(await self._connection.recv())
        self._seen.append(frame)
        return frame


def _role(who: Who) -> str:
    return "authenticated" if who else "anon"


@contextlib.asynccontextmanager
async def knock(stack: Stack) -> AsyncIterator[Doors]:
    """The doors of a stack, after finding out which are open."""
    async with http_client(timeout=60) as http:
        doors = Doors(stack, http)
        key = {"apikey": stack.service_key, "Authorization": f"Bearer {stack.service_key}"}
        url, folder = f"{stack.url}/storage/v1/object/list/{BUCKET}", {"prefix": ""}
        if (await http.post(url, headers=key, json=folder)).is_success:
            doors.open.add("storage")
        # The service key may enter every room.
        async with doors.socket() as socket:
            if await socket.join(None, "room:anything", token=stack.service_key):
                doors.open.add("realtime")
        yield doors
