"""The local Realtime: who hears of which change, in which order, in which words."""

from __future__ import annotations

import asyncio
import contextlib
import json
import struct
from collections.abc import AsyncIterator
from typing import Any

import pytest
import websockets
from hypothesis import given
from hypothesis import strategies as st

from medtui.local.realtime.pgoutput import Decoder, Delete, Insert, Malformed, Update
from tests.stack import Person, Stack, administrator


class Subscriber:
    """A raw websocket that has joined a topic, and the frames that came."""

    def __init__(self, socket: websockets.ClientConnection) -> None:
        self.socket = socket
        self.ref = 0

    async def send(self, topic: str, event: str, payload: Any) -> None:
        self.ref += 1
        frame = {"topic": topic, "event": event, "payload": payload, "ref": str(self.ref)}
        await self.socket.send(json.dumps(frame))

    async def frame(self, event: str | None = None, seconds: float = 5) -> dict[str, Any]:
        """The next frame, or the next of this event."""
        async with asyncio.timeout(seconds):
            while True:
                frame: dict[str, Any] = json.loads(await self.socket.recv())
                if event in (None, frame["event"]):
                    return frame

    async def join(
        self, token: str, topic: str = "realtime:board", *, private: bool = False, **binding: str
    ) -> dict[str, Any]:
        wanted = {"event": "*", "schema": "public", "table": "practice_sessions", **binding}
        config = {"postgres_changes": [wanted], "private": private}
        await self.send(topic, "phx_join", {"config": config, "access_token": token})
        return await self.frame("phx_reply")

    async def change(self) -> dict[str, Any]:
        data: dict[str, Any] = (await self.frame("postgres_changes"))["payload"]["data"]
        return data


@contextlib.asynccontextmanager
async def subscriber(stack: Stack) -> AsyncIterator[Subscriber]:
    url = stack.url.replace("http", "ws") + "/realtime/v1/websocket"
    async with websockets.connect(f"{url}?apikey={stack.anon_key}&vsn=1.0.0") as socket:
        yield Subscriber(socket)


@contextlib.asynccontextmanager
async def joined(stack: Stack, token: str, **binding: str) -> AsyncIterator[Subscriber]:
    async with subscriber(stack) as here:
        reply = await here.join(token, **binding)
        assert reply["payload"]["status"] == "ok", reply
        await here.frame("system")
        yield here


async def test_a_join_is_answered_as_the_clients_expect(stack: Stack) -> None:
    async with subscriber(stack) as here:
        reply = await here.join(stack.anon_key)
        (binding,) = reply["payload"]["response"]["postgres_changes"]
        assert isinstance(binding.pop("id"), int)
        assert binding == {"event": "*", "schema": "public", "table": "practice_sessions"}
        system = await here.frame()
        assert system["ref"] is None
        assert system["payload"] == {
            "channel": "board",
            "extension": "postgres_changes",
            "message": "Subscribed to PostgreSQL",
            "status": "ok",
        }
        await here.send("phoenix", "heartbeat", {})
        beat = await here.frame()
        assert (beat["event"], beat["topic"], beat["ref"]) == ("phx_reply", "phoenix", "2")


async def test_changes_come_in_the_order_of_commits_and_once_each(stack: Stack) -> None:
    person = await stack.person()
    async with joined(stack, person.token) as here:
        session_id = await stack.session(person, room_url="https://ours.example")
        for n in range(100):
            await stack.sql("update practice_sessions set type = %s", f"n{n}")
        inserted = await here.change()
        assert inserted["type"] == "INSERT"
        assert inserted["record"]["id"] == str(session_id)
        assert inserted["record"]["datetime_utc"].endswith("+00:00")
        assert inserted["errors"] is None
        assert {"name": "type", "type": "text"} in inserted["columns"]
        types = [(await here.change())["record"]["type"] for _ in range(100)]
        assert types == [f"n{n}" for n in range(100)]
        await stack.sql("delete from practice_sessions")
        deleted = await here.change()
        assert (deleted["type"], deleted["old_record"]) == ("DELETE", {"id": str(session_id)})


async def test_strangers_are_sent_no_room_links(stack: Stack) -> None:
    person = await stack.person()
    async with joined(stack, stack.anon_key) as anon, joined(stack, person.token) as signed_in:
        await stack.session(person, room_url="https://ours.example")
        frame = await anon.frame("postgres_changes")
        assert "ours.example" not in json.dumps(frame)
        assert "room_url" not in {c["name"] for c in frame["payload"]["data"]["columns"]}
        assert (await signed_in.change())["record"]["room_url"] == "https://ours.example"


async def test_row_level_security_decides_for_each_subscriber(stack: Stack) -> None:
    owner, other = await stack.person(), await stack.person()
    await stack.sql("create table secrets (id int primary key, owner uuid);")
    await stack.sql("alter table secrets enable row level security")
    await stack.sql("create policy own on secrets for select using (owner = auth.uid())")
    await stack.sql("alter publication supabase_realtime add table secrets")
    async with (
        joined(stack, owner.token, table="secrets") as hers,
        joined(stack, other.token, table="secrets") as his,
    ):
        await stack.sql("insert into secrets values (1, %s), (2, %s)", owner.id, other.id)
        assert (await hers.change())["record"]["id"] == 1
        assert (await his.change())["record"]["id"] == 2
        await stack.sql("delete from secrets where id = 1")
        for everybody in (hers, his):  # as on a hosted project, with the key alone
            assert (await everybody.change())["old_record"] == {"id": 1}


@pytest.mark.parametrize(
    ("filter_", "hears"),
    [
        ("type=eq.b", ["b"]),
        ("type=neq.b", ["a", "c"]),
        ("type=in.(a,c)", ["a", "c"]),
        ("version=gte.2", []),
    ],
)
async def test_filters(filter_: str, hears: list[str], stack: Stack) -> None:
    person = await stack.person()
    async with joined(stack, person.token, filter=filter_) as here:
        for type_ in ("a", "b", "c"):
            await stack.session(person, type=type_)
        for type_ in hears:
            assert (await here.change())["record"]["type"] == type_
        with pytest.raises(TimeoutError):
            await here.frame("postgres_changes", seconds=0.2)


async def test_bad_joins_say_why(stack: Stack) -> None:
    person = await stack.person()
    async with subscriber(stack) as here:
        for token, reason in [
            (
                stack.token(person, expires_in=-300),
                "InvalidJWTToken: Token has expired 300 seconds",
            ),
            ("nonsense", "MalformedJWT"),
            (person.token[:-3] + "abc", "JwtSignatureError"),
        ]:
            reply = await here.join(token)
            assert reply["payload"]["status"] == "error"
            assert reply["payload"]["response"]["reason"].startswith(reason)
        for binding in ({"filter": "nope=eq.1"}, {"filter": "id=eq.x"}, {"filter": "gibberish"}):
            assert (await here.join(person.token, **binding))["payload"]["status"] == "error"
        assert (await here.join(person.token, private=True))["payload"]["status"] == "error"


async def test_a_token_that_expires_ends_the_channel_unless_it_is_renewed(stack: Stack) -> None:
    person = await stack.person()
    short = stack.token(person, expires_in=1)
    async with joined(stack, short) as left, joined(stack, short) as renewed:
        await renewed.send("realtime:board", "access_token", {"access_token": person.token})
        error = await left.frame("system")
        assert error["payload"]["status"] == "error"
        assert "Token has expired" in error["payload"]["message"]
        assert (await left.frame())["event"] == "phx_close"
        await stack.session(person)
        assert (await renewed.change())["type"] == "INSERT"
        with pytest.raises(TimeoutError):
            await left.frame("postgres_changes", seconds=0.2)


async def test_a_slow_subscriber_is_closed_and_delays_nobody(stack: Stack) -> None:
    await stack.without_checks()
    person = await stack.person()
    async with joined(stack, person.token) as quick, joined(stack, person.token) as slow:
        slow.socket.transport.pause_reading()
        filler = "x" * 20_000
        session_id = await stack.session(person)
        await quick.change()
        for n in range(1500):
            await stack.sql(
                "update practice_sessions set type = %s where id = %s", f"{n} {filler}", session_id
            )
            assert (await quick.change())["record"]["type"].startswith(f"{n} ")
        slow.socket.transport.resume_reading()
        with contextlib.suppress(websockets.ConnectionClosed):
            for _ in range(1501):
                await slow.frame()
            pytest.fail("everything had waited for it")


async def test_who_has_no_key_is_not_let_in(stack: Stack) -> None:
    url = stack.url.replace("http", "ws") + "/realtime/v1/websocket"
    for query in ("", "?apikey=wrong", f"?apikey={stack.anon_key}&vsn=2.0.0"):
        with pytest.raises(websockets.InvalidStatus):
            await websockets.connect(url + query)


async def test_the_unmodified_client_follows(stack: Stack) -> None:
    person: Person = await stack.person()
    client = await stack.client(person)
    heard: asyncio.Queue[Any] = asyncio.Queue()
    channel = client.channel("anything")
    channel.on_postgres_changes("INSERT", heard.put_nowait, table="practice_sessions")
    await channel.subscribe()
    session_id = await stack.session(person)
    payload = await asyncio.wait_for(heard.get(), 5)
    assert payload["data"]["record"]["id"] == str(session_id)


# The decoder: what Postgres encodes is what is decoded, and nothing else does harm.

TEXTS = st.none() | st.text(st.characters(exclude_characters="\x00", codec="utf-8"), max_size=20)


def tuple_data(values: list[str | None]) -> bytes:
    parts = [struct.pack("!H", len(values))]
    for value in values:
        if value is None:
            parts.append(b"n")
        else:
            data = value.encode()
            parts.append(b"t" + struct.pack("!I", len(data)) + data)
    return b"".join(parts)


def relation(width: int) -> bytes:
    columns = b"".join(
        bytes([n == 0]) + f"c{n}".encode() + b"\x00" + struct.pack("!II", 25, 0)
        for n in range(width)
    )
    return b"R" + struct.pack("!I", 7) + b"public\x00t\x00d" + struct.pack("!H", width) + columns


@given(st.lists(TEXTS, min_size=1, max_size=5))
def test_rows_are_decoded_as_they_were_encoded(values: list[str | None]) -> None:
    decoder = Decoder()
    decoder.decode(relation(len(values)))
    expected = {f"c{n}": value for n, value in enumerate(values)}
    head = struct.pack("!I", 7)
    inserted = decoder.decode(b"I" + head + b"N" + tuple_data(values))
    updated = decoder.decode(b"U" + head + b"N" + tuple_data(values))
    deleted = decoder.decode(b"D" + head + b"K" + tuple_data(values))
    assert isinstance(inserted, Insert)
    assert isinstance(updated, Update)
    assert isinstance(deleted, Delete)
    assert inserted.new == updated.new == deleted.old == expected


@given(st.binary(max_size=60), st.integers(0, 60))
def test_no_bytes_do_worse_than_being_malformed(noise: bytes, cut: int) -> None:
    decoder = Decoder()
    decoder.decode(relation(2))
    for data in (noise, b"I" + noise, b"U\x00\x00\x00\x07" + noise, relation(3)[:cut]):
        with contextlib.suppress(Malformed):
            decoder.decode(data)


async def test_a_commit_that_is_not_visible_yet_is_not_lost(stack: Stack) -> None:
    person = await stack.person()
    async with joined(stack, person.token) as here:
        for n in range(300):
            await stack.session(person, type=f"n{n}")
            assert (await here.change())["record"]["type"] == f"n{n}"


async def test_the_sender_of_the_log_is_woken_ten_times_a_second(stack: Stack) -> None:
    """PostgreSQL may miss the wake-up for a commit, which then waits for the next one."""
    query = "select reply_time from pg_stat_replication where application_name = 'medtui-realtime'"
    async with await administrator(stack.cluster) as admin:
        moments = set()
        for _ in range(100):
            moments.update(await (await admin.execute(query)).fetchall())
            await asyncio.sleep(0.01)
    assert len(moments) > 4


async def test_nobody_filters_by_a_column_that_they_may_not_read(stack: Stack) -> None:
    person = await stack.person()
    async with subscriber(stack) as here:
        guess = {"filter": "room_url=gte.https://a"}
        assert (await here.join(person.token, **guess))["payload"]["status"] == "ok"
        refused = await here.join(stack.anon_key, "realtime:other", **guess)
        assert refused["payload"]["status"] == "error"
