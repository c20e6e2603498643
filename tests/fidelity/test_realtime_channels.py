"""The local Realtime's channels: broadcast and presence, on public topics."""

from __future__ import annotations

import contextlib
import json

import pytest
import websockets

from medtui.local.realtime import limits
from tests.helpers.realtime_door import PRESENT, WARD, diff, heard, shout, show, subscriber
from tests.helpers.stack import Stack

# Broadcast


async def test_a_broadcast_reaches_everybody_else_on_its_topic(stack: Stack) -> None:
    person = await stack.person()
    async with subscriber(stack) as one, subscriber(stack) as two, subscriber(stack) as far:
        await one.join(person.token, WARD)
        await two.join(stack.anon_key, WARD)
        await far.join(person.token, "realtime:elsewhere")
        for n in range(20):
            await shout(one, n)
        assert [await heard(two) for _ in range(20)] == list(range(20))
        assert await one.silent(0.1)
        assert await far.silent(0.1)


async def test_who_asks_for_it_is_answered_and_hears_themselves(stack: Stack) -> None:
    async with subscriber(stack) as here:
        await here.join(stack.anon_key, WARD, broadcast={"ack": True, "self": True})
        ref = await shout(here, "hello")
        assert await heard(here) == "hello"
        assert await here.answer(ref) == {"status": "ok", "response": {}}


async def test_a_broadcast_that_is_too_large_is_refused(stack: Stack) -> None:
    async with subscriber(stack) as here:
        await here.join(stack.anon_key, WARD, broadcast={"ack": True, "self": True})
        ref = await shout(here, "x" * 256_000)
        assert await here.answer(ref) == {"status": "error", "response": "payload_size_exceeded"}


async def test_a_flood_closes_its_channel(stack: Stack) -> None:
    async with subscriber(stack) as here:
        await here.join(stack.anon_key, WARD)
        for n in range(1_001):
            await shout(here, n)
        error = await here.frame("system")
        assert error["payload"]["message"] == "Too many messages per second"
        assert (await here.frame())["event"] == "phx_close"
        ref = await shout(here, "more")
        assert (await here.answer(ref))["response"] == {"reason": "unmatched topic"}


# Presence


async def test_presence_comes_as_a_state_and_then_as_what_changes(stack: Stack) -> None:
    async with subscriber(stack) as one, subscriber(stack) as two:
        await one.join(stack.anon_key, WARD, presence={**PRESENT, "key": "one"})
        assert (await one.frame())["payload"] == {}
        assert await show(one, mood="calm") == {"status": "ok", "response": {}}
        assert await diff(one) == ({"one": [{"mood": "calm"}]}, {})

        await two.join(stack.anon_key, WARD, presence={**PRESENT, "key": "two"})
        state = await two.frame("presence_state")
        [first] = state["payload"]["one"]["metas"]
        assert first["mood"] == "calm"
        await show(one, mood="busy")
        changed = (await two.frame("presence_diff"))["payload"]
        [joined], [left] = changed["joins"]["one"]["metas"], changed["leaves"]["one"]["metas"]
        assert (joined["mood"], left["mood"]) == ("busy", "calm")
        assert (joined["phx_ref_prev"], left["phx_ref"]) == (first["phx_ref"], first["phx_ref"])

        await one.send(WARD, "presence", {"event": "untrack"})
        assert await diff(two) == ({}, {"one": [{"mood": "busy"}]})


async def test_two_under_one_key_are_two(stack: Stack) -> None:
    async with subscriber(stack) as desk, subscriber(stack) as phone, subscriber(stack) as other:
        for here, on in ((desk, "desk"), (phone, "phone")):
            await here.join(stack.anon_key, WARD, presence={**PRESENT, "key": "amara"})
            await show(here, on=on)
        await other.join(stack.anon_key, WARD, presence=PRESENT)
        metas = (await other.frame("presence_state"))["payload"]["amara"]["metas"]
        assert [meta["on"] for meta in metas] == ["desk", "phone"]
        await phone.send(WARD, "phx_leave", {})
        assert await diff(other) == ({}, {"amara": [{"on": "phone"}]})


async def test_a_lost_connection_leaves_the_channel(stack: Stack) -> None:
    async with subscriber(stack) as stays, contextlib.AsyncExitStack() as gone:
        await stays.join(stack.anon_key, WARD, presence=PRESENT)
        goes = await gone.enter_async_context(subscriber(stack))
        await goes.join(stack.anon_key, WARD, presence={**PRESENT, "key": "goes"})
        await show(goes)
        assert await diff(stays) == ({"goes": [{}]}, {})
        goes.socket.transport.abort()
        assert await diff(stays) == ({}, {"goes": [{}]})


async def test_presence_is_refused_in_realtimes_words(stack: Stack) -> None:
    async with subscriber(stack) as here:
        await here.join(stack.anon_key, WARD)
        ref = await here.send(WARD, "presence", {"event": "track", "payload": "text"})
        assert await here.answer(ref) == {"status": "error", "response": {}}
        for _ in range(4):
            await show(here)
        await here.send(WARD, "presence", {"event": "track", "payload": {}})
        error = await here.frame("system")
        assert error["payload"]["message"] == "Client presence rate limit exceeded"
        assert (await here.frame())["event"] == "phx_close"

        await here.join(stack.anon_key, WARD)
        await here.send(WARD, "presence", {"event": "track", "payload": {"x": "y" * 256_000}})
        error = await here.frame("system")
        assert error["payload"]["message"] == "Track message size exceeded"


# The socket


async def test_a_topic_is_joined_once(stack: Stack) -> None:
    async with subscriber(stack) as here, subscriber(stack) as other:
        await other.join(stack.anon_key, WARD)
        await here.join(stack.anon_key, WARD)
        ref = here.ref
        await here.join(stack.anon_key, WARD)
        closed = await here.frame()
        assert (closed["event"], closed["ref"]) == ("phx_close", str(ref))
        await shout(other, "once")
        assert await heard(here) == "once"
        assert await here.silent(0.1)


async def test_no_more_channels_than_a_hundred_and_no_more_joins_in_a_second(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with subscriber(stack) as here:
        for n in range(100):
            assert (await here.join(stack.anon_key, f"realtime:{n}"))["status"] == "ok"
        reply = await here.join(stack.anon_key, WARD)
        assert reply["response"] == {"reason": "ChannelRateLimitReached: Too many channels"}
    monkeypatch.setattr(limits, "JOINS", (3, 60.0))
    async with subscriber(stack) as here:
        for _ in range(3):
            assert (await here.join(stack.anon_key, WARD))["status"] == "ok"
        reply = await here.join(stack.anon_key, WARD)
        assert reply["response"]["reason"].startswith("ClientJoinRateLimitReached: ")


async def test_opaque_keys_and_tokens_that_are_none(stack: Stack) -> None:
    person = await stack.person()
    async with subscriber(stack) as here:
        for token in (None, "", stack.keys.publishable_key):
            assert (await here.join(token, WARD))["status"] == "ok"  # as the socket's own key
        for token in (None, stack.keys.publishable_key):
            await here.send(WARD, "access_token", {"access_token": token})
        await here.send(WARD, "access_token", {"access_token": person.token[:-3] + "abc"})
        while (frame := await here.frame())["event"] != "system":
            pass
        assert frame["payload"]["message"] == "Failed to validate JWT signature"


HOSTILE = [
    "",
    "null",
    "[]",
    "{}",
    '{"topic": 1, "event": "phx_join"}',
    '{"topic": "realtime:x", "event": "phx_join", "payload": {"x": NaN}}',
    '{"topic": "realtime:\\ud800", "event": "phx_join", "payload": {}}',
    "[" * 100_000,
    b"\x03\x00\x00\x00\x00\x00\x01",
    b"\xff",
]


async def test_a_frame_that_is_none_ends_its_socket_alone(stack: Stack) -> None:
    async with subscriber(stack) as other:
        await other.join(stack.anon_key, WARD)
        for frame in HOSTILE:
            async with subscriber(stack) as here:
                await here.socket.send(frame)
                with pytest.raises(websockets.ConnectionClosed) as closed:
                    await here.frame()
            assert closed.value.rcvd is not None, frame
            assert closed.value.rcvd.code == 1003
        assert await other.silent(0.05)


ODD = [
    "text",
    [],
    {"config": []},
    {"config": {"broadcast": 1, "presence": "x", "private": [], "postgres_changes": {}}},
    {"config": {"postgres_changes": [None, 1, {"table": {}, "filter": [], "event": 7}]}},
    {"config": {"private": True, "presence": {"key": {"a": 1}}}},
    {"access_token": {"a": 1}},
]


async def test_a_join_of_odd_shape_is_no_fault(stack: Stack) -> None:
    for payload in ODD:
        async with subscriber(stack) as here:
            for topic in (WARD, "realtime:\x00", "realtime:" + "x" * 10_000):
                reply = await here.answer(await here.send(topic, "phx_join", payload))
                assert reply["status"] in ("ok", "error")
                for event in ("broadcast", "presence", "access_token", "unknown", ""):
                    await here.send(topic, event, payload)
            beat = await here.send("phoenix", "heartbeat", {})
            assert (await here.answer(beat))["status"] == "ok"


# Protocol 2.0.0, which supabase-js speaks


async def test_the_second_version_of_the_protocol(stack: Stack) -> None:
    url = stack.url.replace("http", "ws") + "/realtime/v1/websocket"
    async with (
        websockets.connect(f"{url}?apikey={stack.anon_key}&vsn=2.0.0") as second,
        subscriber(stack) as first,
    ):
        await second.send(json.dumps(["7", "8", WARD, "phx_join", {"config": {}}]))
        assert json.loads(await second.recv()) == [
            "7",
            "8",
            WARD,
            "phx_reply",
            {"status": "ok", "response": {"postgres_changes": []}},
        ]
        assert json.loads(await second.recv()) == [None, None, WARD, "presence_state", {}]
        await first.join(stack.anon_key, WARD)
        message = {"type": "broadcast", "event": "said", "payload": {"text": "to 2"}}
        await first.send(WARD, "broadcast", message)
        assert json.loads(await second.recv()) == [None, None, WARD, "broadcast", message]
        head = bytes([3, 1, 1, len(WARD), 4, 0, 1]) + b"79" + WARD.encode() + b"said"
        await second.send(head + b'{"text": "to 1"}')
        assert await heard(first) == "to 1"
