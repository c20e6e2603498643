"""What one client, or one address, can do to the others: little."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from medtui.local import bodies, connections, db_role
from medtui.local.connections import Crowd, HttpConnection
from medtui.local.gateway import MAX_BODY, MAX_UPLOAD
from medtui.local.rest.query import MAX_EMBEDS
from tests.fidelity.test_realtime import is_open
from tests.helpers.stack import Person, Stack, administrator

OTHER = "127.0.0.2"
"""Another address of this machine."""


def door(stack: Stack, person: Person | None = None, *, address: str = "") -> httpx.AsyncClient:
    """A client of the server, perhaps from another address."""
    token = person.token if person else stack.anon_key
    headers = {"apikey": stack.anon_key, "Authorization": f"Bearer {token}"}
    way = httpx.AsyncHTTPTransport(local_address=address or None)
    return httpx.AsyncClient(base_url=stack.url, headers=headers, transport=way, timeout=20)


async def in_chunks(size: int, sent: list[int]) -> AsyncIterator[bytes]:
    """A body of no announced length; `sent` counts what was taken of it."""
    chunk = b" " * 65_536
    for _ in range(size // len(chunk) + 1):
        sent.append(len(chunk))
        yield chunk


async def raw(stack: Stack, head: str, address: str = "") -> tuple[Any, Any]:
    """A connection on which something was sent: its reader and writer."""
    host, port = stack.url.removeprefix("http://").split(":")
    local = (address, 0) if address else None
    reader, writer = await asyncio.open_connection(host, int(port), local_addr=local)
    writer.write(head.encode())
    await writer.drain()
    return reader, writer


async def ended(reader: asyncio.StreamReader) -> bool:
    """Wait until the server has closed a connection."""
    with contextlib.suppress(ConnectionError):
        while await reader.read(65_536):
            pass
    return True


# Bodies


@pytest.mark.parametrize("announced", [True, False])
async def test_a_body_is_counted_as_it_comes(announced: bool, stack: Stack) -> None:
    async with door(stack, await stack.person()) as http:
        for method, path in (
            ("POST", "/rest/v1/practice_sessions"),
            ("PATCH", "/rest/v1/profiles?user_id=is.null"),
            ("POST", "/rest/v1/rpc/server_time"),
            ("POST", "/auth/v1/signup"),
            ("POST", "/storage/v1/object/list/assessments"),
        ):
            body: Any = in_chunks(8 * MAX_BODY, [])
            if announced:
                body = b" " * (MAX_BODY + 1)
            headers = {"Content-Type": "application/json"}
            answer = await http.request(method, path, content=body, headers=headers)
            assert answer.status_code == 413, answer.text
            assert answer.json() == {"message": "Request size limit exceeded"}


async def test_a_form_without_end_is_given_up(stack: Stack) -> None:
    person = await stack.person()
    session = await stack.session(person)

    async def form() -> AsyncIterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name=""; filename="a"\r\n\r\n'
        async for chunk in in_chunks(MAX_UPLOAD, []):
            yield chunk

    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    path = f"/storage/v1/object/assessments/{session}/assessment.json"
    async with door(stack, person) as http:
        answer = await http.post(path, content=form(), headers=headers)
    assert answer.json()["statusCode"] == "413", answer.text


async def test_a_slow_body_is_given_up(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "PATIENCE", 0.3)
    person = await stack.person()
    head = (
        f"POST /rest/v1/profiles HTTP/1.1\r\nHost: x\r\napikey: {stack.anon_key}\r\n"
        f"Authorization: Bearer {person.token}\r\nContent-Type: application/json\r\n"
        "Content-Length: 1000\r\n\r\n"
    )
    reader, writer = await raw(stack, head)
    async with asyncio.timeout(10):
        answering = asyncio.create_task(reader.readuntil(b"timed out"))
        while not answering.done():
            with contextlib.suppress(ConnectionError):
                writer.write(b" ")  # it comes, but at twenty bytes a second
            await asyncio.sleep(0.05)
        assert (await answering).startswith(b"HTTP/1.1 408 ")
    writer.close()


# Connections


async def test_half_requests_do_not_keep_others_out(stack: Stack) -> None:
    half = "GET /rest/v1/profiles HTTP/1.1\r\nHost: x\r\n"
    waiting = []
    for _ in range(connections.PER_ADDRESS + 100):
        waiting.append(await raw(stack, half))
    began = time.monotonic()
    async with door(stack) as http:  # from the same address
        answer = await http.get("/rest/v1/profiles?select=user_id")
    assert answer.status_code == 200
    assert time.monotonic() - began < 5
    for _, writer in waiting:
        writer.close()


async def test_a_head_must_come_in_time(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.5)

    async def goes_on(more: str) -> None:
        reader, writer = await raw(stack, "GET /rest/v1/profiles HTTP/1.1\r\nHost: x\r\n")
        waiting = asyncio.create_task(ended(reader))
        while not waiting.done():
            with contextlib.suppress(ConnectionError):
                writer.write(more.encode())
            await asyncio.sleep(0.05)
        writer.close()

    async with asyncio.timeout(10):
        await asyncio.gather(goes_on(""), goes_on("x"), goes_on("X-Header: y\r\n"))


async def test_a_body_that_goes_on_after_its_answer_holds_no_connection(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.5)
    head = "POST /rest/v1/profiles HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n"
    reader, writer = await raw(stack, head)  # without a key: refused before the body is read
    async with asyncio.timeout(10):
        waiting = asyncio.create_task(ended(reader))
        while not waiting.done():
            with contextlib.suppress(ConnectionError):
                writer.write(b"x")
            await asyncio.sleep(0.05)
    writer.close()


async def test_what_is_no_body_has_a_limit(stack: Stack) -> None:
    """A header, a URL or a chunk's own header without end would all be kept in memory."""
    chunks = (
        f"POST /auth/v1/signup HTTP/1.1\r\nHost: x\r\napikey: {stack.anon_key}\r\n"
        "Transfer-Encoding: chunked\r\n\r\n1;"
    )
    for endless in ("GET / HTTP/1.1\r\nX-Long: ", "GET /", chunks):
        reader, writer = await raw(stack, endless)
        async with asyncio.timeout(10):
            waiting = asyncio.create_task(ended(reader))
            with contextlib.suppress(ConnectionError):
                for _ in range(200):
                    writer.write(b"x" * 65_536)
                    await writer.drain()
            assert await waiting
        writer.close()


async def test_a_client_that_is_slow_but_asks_is_served(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.5)
    async with door(stack) as http:
        for _ in range(4):  # on one connection, which waits between
            assert (await http.get("/rest/v1/profiles?select=user_id")).status_code == 200
            await asyncio.sleep(0.3)


async def test_an_answer_that_is_not_read_holds_no_connection(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.5)
    monkeypatch.setattr(connections, "STALL_SECONDS", 1.0)
    person = await stack.person()
    await stack.sql(
        "create function public.long(size int) returns text language sql as"
        " $$ select repeat('x', size) $$"
    )
    head = (
        "POST /rest/v1/rpc/long HTTP/1.1\r\nHost: x\r\nContent-Length: 17\r\n"
        f"apikey: {stack.anon_key}\r\nAuthorization: Bearer {person.token}\r\n\r\n"
        '{"size":20000000}'
    )
    reader, writer = await raw(stack, head)
    assert (await reader.readline()).startswith(
        b"HTTP/1.1 200 "
    )  # The reader takes no more by itself than its buffer holds.
    port = writer.get_extra_info("sockname")[1]
    async with asyncio.timeout(15):
        while is_open(port):
            await asyncio.sleep(0.05)
    writer.close()


async def test_an_answer_that_is_read_slowly_comes_whole(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.5)
    await stack.sql(
        "create function public.long(size int) returns text language sql as"
        " $$ select repeat('x', size) $$"
    )
    size, came = 20_000_000, 0
    async with (
        door(stack, await stack.person()) as http,
        http.stream("POST", "/rest/v1/rpc/long", json={"size": size}) as answer,
    ):
        assert answer.status_code == 200
        async for part in answer.aiter_raw():
            came += len(part)
            await asyncio.sleep(0.01)
    assert came == size + 2  # with its quotation marks


class Standing(HttpConnection):
    """A connection as the crowd sees it."""

    def __init__(self, address: str, since: float | None, *, has_asked: bool = False) -> None:
        self.client, self.waiting_since, self.has_asked = (address, 1), since, has_asked
        self.gone = False
        self.transport: Any = self

    def abort(self) -> None:
        self.gone = True

    def is_closing(self) -> bool:
        return self.gone


def test_who_waits_longest_without_asking_makes_room() -> None:
    crowd = Crowd(per_address=3, total=5)
    busy, idle = Standing("192.0.2.1", None), Standing("192.0.2.1", 1, has_asked=True)
    half, new = Standing("192.0.2.1", 2), Standing("192.0.2.1", 3)
    for connection in (busy, idle, half, new):
        crowd.enter(connection)
    assert [each.gone for each in (busy, idle, half, new)] == [False, False, True, False]
    crowd.leave(half)
    others = [Standing(f"192.0.2.{n}", n) for n in (2, 3, 4)]
    for connection in others:
        crowd.enter(connection)
    # All places are taken: one of the address that has most of them goes.
    assert [each.gone for each in (busy, idle, new, *others)] == [False, False, True, *[False] * 3]


def test_an_address_of_busy_connections_gets_no_more() -> None:
    crowd = Crowd(per_address=2, total=100, exempt=frozenset(["127.0.0.1"]))
    busy = [Standing("192.0.2.1", None), Standing("192.0.2.1", None)]
    newcomer = Standing("192.0.2.1", 1)
    for connection in (*busy, newcomer):
        crowd.enter(connection)
    assert [each.gone for each in (*busy, newcomer)] == [False, False, True]
    # A network of IPv6 counts as one address: one machine can use all of it.
    network = [Standing(f"2001:db8::{n}", 1) for n in range(3)]
    proxy = [Standing("127.0.0.1", 1) for _ in range(5)]
    for connection in (*network, *proxy):
        crowd.enter(connection)
    assert [each.gone for each in network] == [True, False, False]
    assert not any(each.gone for each in proxy)


# The database


async def test_embeds_are_few(stack: Stack) -> None:
    host = "profiles!practice_sessions_host_id_fkey"
    hosted = "practice_sessions!practice_sessions_host_id_fkey"
    each = [f"a{n}:{host}(user_id)" for n in range(MAX_EMBEDS + 1)]
    async with door(stack, await stack.person()) as http:
        for select, status in (
            (f"{host}({hosted}({host}(user_id)))", 200),
            (f"{host}({hosted}({host}({hosted}(id))))", 400),
            (",".join(each[1:]), 200),
            (",".join(each), 400),
        ):
            answer = await http.get("/rest/v1/practice_sessions", params={"select": select})
            assert answer.status_code == status, answer.text
            if status == 400:
                assert answer.json()["code"] == "PGRST100"
                assert "embedding more than" in answer.json()["message"]


SLEEPS = """
create function public.sleeps(seconds float) returns float language plpgsql as $$
begin perform pg_sleep(seconds); return seconds; end $$
"""


async def test_an_anonymous_statement_has_three_seconds(stack: Stack) -> None:
    await stack.sql(SLEEPS)
    async with door(stack) as anon, door(stack, await stack.person()) as signed_in:
        slow, fast = await asyncio.gather(
            *(each.post("/rest/v1/rpc/sleeps", json={"seconds": 3.5}) for each in (anon, signed_in))
        )
    assert (slow.status_code, slow.json()["code"]) == (500, "57014")
    assert fast.status_code == 200


async def test_a_signed_in_statement_has_its_time(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert db_role._OTHER_SECONDS == "8s"
    monkeypatch.setattr(db_role, "_OTHER_SECONDS", "300ms")
    await stack.sql(SLEEPS)
    async with door(stack, await stack.person()) as http:
        slow = await http.post("/rest/v1/rpc/sleeps", json={"seconds": 5})
        assert (slow.status_code, slow.json()["code"]) == (500, "57014")


async def test_an_address_has_half_of_the_databases_connections(stack: Stack) -> None:
    await stack.sql(SLEEPS)
    person = await stack.person()
    async with door(stack, person) as many, door(stack, address=OTHER) as other:
        await other.get("/rest/v1/profiles?select=user_id")
        slow = [
            asyncio.create_task(many.post("/rest/v1/rpc/sleeps", json={"seconds": 3}))
            for _ in range(20)
        ]
        async with await administrator(stack.cluster) as admin:
            query = (
                "select from pg_stat_activity where datname = %s and state = 'active'"
                " and query like '%%sleeps%%' and usename = 'authenticator'"
            )

            async def busy() -> int:
                return (await admin.execute(query, [stack.database])).rowcount

            async with asyncio.timeout(10):
                while await busy() < 5:
                    await asyncio.sleep(0.02)
            began = time.monotonic()
            assert (await other.get("/rest/v1/profiles?select=user_id")).status_code == 200
            assert time.monotonic() - began < 2
            assert await busy() == 5
        for each in slow:
            each.cancel()
        await asyncio.gather(*slow, return_exceptions=True)


async def test_costly_requests_leave_room_for_others_of_their_address(stack: Stack) -> None:
    host = await stack.person()
    await stack.sql(
        "insert into practice_sessions (host_id, datetime_utc, type)"
        " select %s, now() + n * interval '1 hour', 'mock' from generate_series(1, 150) as n",
        host.id,
    )
    key = "practice_sessions_host_id_fkey"
    nested = f"id,a:profiles!{key}(user_id,b:practice_sessions!{key}(id,c:profiles!{key}(user_id)))"
    async with door(stack) as http:
        slow = [
            asyncio.create_task(http.get("/rest/v1/practice_sessions", params={"select": nested}))
            for _ in range(12)
        ]
        done, _ = await asyncio.wait(slow, return_when=asyncio.FIRST_COMPLETED)
        assert (await http.get("/rest/v1/profiles?select=user_id")).status_code == 200
        assert sum(each.done() for each in slow) <= len(done) + 3, "it has waited for the others"
        for each in slow:
            each.cancel()
        await asyncio.gather(*slow, return_exceptions=True)


async def test_many_at_once_are_all_answered(stack: Stack) -> None:
    async with door(stack) as http:
        answers = await asyncio.gather(
            *(http.get("/rest/v1/profiles?select=user_id") for _ in range(100))
        )
    assert {answer.status_code for answer in answers} == {200}


async def test_an_account_that_is_deleted_is_refused_at_once(stack: Stack) -> None:
    person, other = await stack.person(), await stack.person("Daniel", profile=False)
    session = await stack.session(person)
    async with door(stack, person) as http, door(stack, other) as gone:
        url = "/rest/v1/profiles?select=user_id"
        assert (await gone.get(url)).status_code == 200
        await stack.sql("delete from auth.users where id = %s", other.id)
        requests = [
            ("GET", url, None),
            ("PATCH", f"/rest/v1/practice_sessions?id=eq.{session}", {"type": "mine"}),
            ("POST", "/rest/v1/rpc/server_time", {}),
        ]
        for method, path, body in requests:
            answer = await gone.request(method, path, json=body)
            assert (answer.status_code, answer.json()["code"]) == (401, "PGRST301")
            assert "invalid_token" in answer.headers["www-authenticate"]
        path = f"/storage/v1/object/assessments/{session}/assessment.json"
        for method in ("POST", "GET"):
            answer = await gone.request(method, path, json={} if method == "POST" else None)
            assert answer.json()["statusCode"] == "403", answer.text
        listed = await gone.post("/storage/v1/object/list/assessments", json={"prefix": ""})
        assert json.loads(listed.text)["statusCode"] == "403"
        assert (await http.get(url)).status_code == 200
