"""What one client, or one address, can do to Realtime's other clients: little."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import time

import pytest
import websockets

from medtui.local import realtime
from medtui.local.realtime import limits
from medtui.local.realtime.limits import FRAMES, MAX_BINDINGS, MAX_FILTERS
from tests.helpers.realtime_door import Subscriber, joined, subscriber
from tests.helpers.stack import Stack

TABLE = {"event": "*", "schema": "public", "table": "practice_sessions"}


async def beat(here: Subscriber) -> None:
    while True:
        await here.send("phoenix", "heartbeat", {})
        await asyncio.sleep(0.05)


def filters(count: int, since: int = 0) -> list[dict[str, str]]:
    return [TABLE | {"filter": f"type=eq.{n}"} for n in range(since, since + count)]


async def test_a_channel_has_a_hundred_bindings(stack: Stack) -> None:
    async with subscriber(stack) as here:
        more = filters(MAX_BINDINGS + 1)
        answer = await here.join(stack.anon_key, "realtime:more", postgres_changes=more)
        assert answer["status"] == "error"
        assert "Too many postgres_changes" in answer["response"]["reason"]
        answer = await here.join(stack.anon_key, postgres_changes=filters(MAX_BINDINGS))
        assert answer["status"] == "ok"


async def test_an_address_has_so_many_filters(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Spread over channels and sockets they would cost as much as in one."""
    assert MAX_FILTERS == 1_000
    monkeypatch.setattr(limits, "MAX_FILTERS", 8)
    async with subscriber(stack) as one, subscriber(stack) as two:
        for n, here in enumerate((one, two, one, two)):
            wanted = filters(2, since=2 * n)
            answer = await here.join(stack.anon_key, f"realtime:{n}", postgres_changes=wanted)
            assert answer["status"] == "ok"
        answer = await two.join(stack.anon_key, "realtime:x", postgres_changes=filters(1, -1))
        assert "Too many filters" in answer["response"]["reason"]
        # Without a filter one costs nothing, and what is left makes room.
        assert (await two.follow(stack.anon_key))["message"] == "Subscribed to PostgreSQL"
        ref = await one.send("realtime:0", "phx_leave", {})
        await one.answer(ref)
        answer = await two.join(stack.anon_key, "realtime:x", postgres_changes=filters(1, -1))
        assert answer["status"] == "ok"


async def test_a_socket_that_joins_nothing_is_closed(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "LONELY_SECONDS", 0.5)
    async with subscriber(stack) as lonely, subscriber(stack) as member:
        await member.join(stack.anon_key)
        beating = asyncio.create_task(beat(lonely))  # which is no reason to stay
        await asyncio.wait_for(lonely.socket.wait_closed(), 10)
        await asyncio.gather(beating, return_exceptions=True)
        ref = await member.send("phoenix", "heartbeat", {})
        assert (await member.answer(ref))["status"] == "ok"
        ref = await member.send("realtime:board", "phx_leave", {})
        await member.answer(ref)
        await asyncio.wait_for(member.socket.wait_closed(), 10)


async def test_a_socket_has_so_many_frames(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    assert FRAMES == (2_000, 10.0)
    monkeypatch.setattr(limits, "FRAMES", (50, 60.0))
    async with subscriber(stack) as here:
        await here.join(stack.anon_key)
        with contextlib.suppress(websockets.ConnectionClosed):
            for _ in range(51):
                await here.send("phoenix", "heartbeat", {})
        with contextlib.suppress(websockets.ConnectionClosed):
            while True:
                await here.frame(seconds=20)
        assert here.socket.close_code == 1008


async def test_a_message_in_endless_parts_is_given_up(stack: Stack) -> None:
    async with subscriber(stack) as here:
        await here.join(stack.anon_key)
        with contextlib.suppress(websockets.ConnectionClosed):
            await here.socket.send("" for _ in range(100_000))
        await asyncio.wait_for(here.socket.wait_closed(), 10)


async def test_a_message_that_is_too_large_is_given_up(stack: Stack) -> None:
    for parts in (1, 40):
        async with subscriber(stack) as here, subscriber(stack) as other:
            await here.join(stack.anon_key)
            part = "x" * (2 * 1024 * 1024 // parts)
            with contextlib.suppress(websockets.ConnectionClosed):
                await here.socket.send([part] * parts if parts > 1 else part)
            await asyncio.wait_for(here.socket.wait_closed(), 10)
            assert here.socket.close_code == 1009
            assert (await other.join(stack.anon_key))["status"] == "ok"


async def test_an_address_has_so_many_sockets(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(realtime, "MAX_SOCKETS", 3)
    url = stack.url.replace("http", "ws") + f"/realtime/v1/websocket?apikey={stack.anon_key}"
    async with contextlib.AsyncExitStack() as open_:
        for _ in range(3):
            await open_.enter_async_context(subscriber(stack))
        with pytest.raises(websockets.InvalidStatus) as refused:
            await open_.enter_async_context(websockets.connect(url))
        assert refused.value.response.status_code == 403
        elsewhere = websockets.connect(url, local_addr=("127.0.0.2", 0))
        await open_.enter_async_context(elsewhere)
    async with subscriber(stack):  # those who left make room
        pass


# Sends as much as it may, and comes again when it is shut.
FLOOD = """
import asyncio, contextlib, json, sys, websockets

async def flood(url, key, topic, size):
    message = {"type": "broadcast", "event": "x", "payload": {"text": "x" * size}}
    join = {"config": {"presence": {"enabled": False}}, "access_token": key}
    def frame(event, payload):
        return json.dumps({"topic": topic, "event": event, "payload": payload, "ref": "1"})
    said = frame("broadcast", message)
    while True:
        with contextlib.suppress(websockets.WebSocketException, OSError):
            async with websockets.connect(url) as socket:
                await socket.send(frame("phx_join", join))
                await socket.recv()
                print("joined", flush=True)
                while True:
                    await socket.send(said)

async def main():
    url, key, size = sys.argv[1:]
    await asyncio.gather(*(flood(url, key, f"realtime:loud-{n}", int(size)) for n in range(4)))

asyncio.run(main())
"""


@pytest.mark.parametrize("size", [240_000, 10])
async def test_a_flood_delays_no_change(size: int, stack: Stack) -> None:
    person = await stack.person()
    session = await stack.session(person)
    url = stack.url.replace("http", "ws") + f"/realtime/v1/websocket?apikey={stack.anon_key}"
    loud = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", FLOOD, url, stack.anon_key, str(size)),
        stdout=asyncio.subprocess.PIPE,
    )
    took = []
    try:
        assert loud.stdout is not None
        assert await loud.stdout.readline() == b"joined\n"
        async with joined(stack, person.token) as quiet:
            for n in range(15):
                began = time.monotonic()
                await stack.sql(
                    "update practice_sessions set type = %s where id = %s", f"{n}", session
                )
                assert (await quiet.change())["record"]["type"] == f"{n}"
                took.append(time.monotonic() - began)
    finally:
        loud.kill()
        await loud.communicate()
    assert sorted(took)[len(took) // 2] < 0.5, took


async def test_a_deleted_accounts_channels_are_closed(stack: Stack) -> None:
    person, other = await stack.person(), await stack.person("Daniel", profile=False)
    async with joined(stack, person.token) as stays, joined(stack, other.token) as goes:
        await stack.sql("delete from auth.users where id = %s", other.id)
        said = (await goes.frame("system"))["payload"]
        assert said["status"] == "error"
        assert "does not exist" in said["message"]
        assert (await goes.frame())["event"] == "phx_close"
        answer = await goes.join(other.token, "realtime:again")
        assert answer["response"]["reason"].startswith("Unauthorized: User from sub claim")
        # Nor can its token be given to a channel that was joined with another one.
        assert (await goes.join(stack.anon_key, "realtime:again"))["status"] == "ok"
        await goes.send("realtime:again", "access_token", {"access_token": other.token})
        assert (await goes.frame("phx_close"))["topic"] == "realtime:again"
        session = await stack.session(person)
        assert json.dumps(str(session)) in json.dumps(await stays.change())
