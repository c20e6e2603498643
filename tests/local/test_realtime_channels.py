"""The local Realtime's channels: broadcast, presence, and who is let into private ones."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any

import pytest
import websockets

from tests.local.realtime_door import Subscriber, subscriber
from tests.stack import Person, Stack

WARD = "realtime:ward"
PRESENT = {"enabled": True}

POLICIES = """
    create table may (member uuid, topic text, action text, extension text);
    grant select on may to authenticated;
    create policy receive on realtime.messages for select to authenticated using (exists (
      select from public.may where (member, may.topic, action, may.extension)
        = ((select auth.uid()), (select realtime.topic()), 'receive', messages.extension)));
    create policy send on realtime.messages for insert to authenticated with check (exists (
      select from public.may where (member, may.topic, action, may.extension)
        = ((select auth.uid()), (select realtime.topic()), 'send', messages.extension)));
"""


async def allow(stack: Stack, person: Person, *rights: str, topic: str = "ward") -> None:
    """Let somebody `receive broadcast`, `send presence` and the like."""
    for right in rights:
        await stack.sql("insert into may values (%s, %s, %s, %s)", person.id, topic, *right.split())


async def shout(here: Subscriber, text: object, topic: str = WARD) -> str:
    message = {"type": "broadcast", "event": "said", "payload": {"text": text}}
    return await here.send(topic, "broadcast", message)


async def heard(here: Subscriber) -> object:
    frame = await here.frame("broadcast")
    assert frame["ref"] is None
    assert frame["payload"]["event"] == "said"
    return frame["payload"]["payload"]["text"]


async def show(here: Subscriber, topic: str = WARD, **shown: Any) -> dict[str, Any]:
    ref = await here.send(topic, "presence", {"event": "track", "payload": shown})
    return await here.answer(ref)


async def diff(here: Subscriber) -> tuple[dict[str, list[Any]], dict[str, list[Any]]]:
    """Who came and who left by the next diff: what they show, by key, without the refs."""
    payload = (await here.frame("presence_diff"))["payload"]
    return tuple(  # type: ignore[return-value]
        {key: [_shown(meta) for meta in entry["metas"]] for key, entry in payload[part].items()}
        for part in ("joins", "leaves")
    )


def _shown(meta: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in meta.items() if not name.startswith("phx_ref")}


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
        assert _shown(first) == {"mood": "calm"}
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


async def test_whoever_loses_their_connection_has_left(stack: Stack) -> None:
    async with subscriber(stack) as stays, contextlib.AsyncExitStack() as gone:
        await stays.join(stack.anon_key, WARD, presence=PRESENT)
        goes = await gone.enter_async_context(subscriber(stack))
        await goes.join(stack.anon_key, WARD, presence={**PRESENT, "key": "goes"})
        await show(goes)
        assert await diff(stays) == ({"goes": [{}]}, {})
        goes.socket.transport.abort()
        assert await diff(stays) == ({}, {"goes": [{}]})


async def test_tracking_turns_presence_on(stack: Stack) -> None:
    async with subscriber(stack) as one, subscriber(stack) as two:
        await one.join(stack.anon_key, WARD, presence={"key": "one"})
        await show(one)
        await two.join(stack.anon_key, WARD, presence={"key": "two", "enabled": False})
        await show(two)
        assert set((await two.frame("presence_state"))["payload"]) == {"one", "two"}


async def test_presence_is_refused_in_realtimes_words(stack: Stack) -> None:
    async with subscriber(stack) as here:
        await here.join(stack.anon_key, WARD)
        ref = await here.send(WARD, "presence", {"event": "track", "payload": "text"})
        reason = {"reason": "Presence track payload must be a map"}
        assert await here.answer(ref) == {"status": "error", "response": reason}
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


# Private channels


async def test_a_private_topic_is_for_those_whom_the_policies_let_in(stack: Stack) -> None:
    await stack.sql(POLICIES)
    member, stranger = await stack.person(), await stack.person()
    await allow(stack, member, "receive broadcast", "send broadcast")
    refusal = "Unauthorized: You do not have permissions to read from this Channel topic: ward"
    async with subscriber(stack) as here, subscriber(stack) as other:
        for token in (stranger.token, stack.anon_key):
            reply = await other.join(token, WARD, private=True)
            assert reply == {"status": "error", "response": {"reason": refusal}}
            ref = await shout(other, "let me in")
            assert (await other.answer(ref))["response"] == {"reason": "unmatched topic"}
        assert (await here.join(member.token, WARD, private=True))["status"] == "ok"
        assert (await other.join(stack.service_key, WARD, private=True))["status"] == "ok"
        await shout(other, "from the server")
        assert await heard(here) == "from the server"


async def test_a_public_topic_of_the_same_name_is_another_one(stack: Stack) -> None:
    await stack.sql(POLICIES)
    member, stranger = await stack.person(), await stack.person()
    await allow(stack, member, "receive broadcast", "send broadcast", "send presence")
    async with subscriber(stack) as inside, subscriber(stack) as outside:
        await inside.join(member.token, WARD, private=True)
        await outside.join(stranger.token, WARD, presence=PRESENT)
        await outside.frame("presence_state")
        await shout(inside, "secret")
        await show(inside, name="secret")
        assert await outside.silent()
        await shout(outside, "forged")
        await show(outside)
        assert await inside.silent()


async def test_who_may_only_listen_is_not_heard(stack: Stack) -> None:
    await stack.sql(POLICIES)
    listens, speaks = await stack.person(), await stack.person()
    both = "receive broadcast", "receive presence"
    await allow(stack, listens, *both)
    await allow(stack, speaks, *both, "send broadcast", "send presence")
    async with subscriber(stack) as one, subscriber(stack) as two:
        await one.join(listens.token, WARD, private=True, presence=PRESENT)
        await two.join(speaks.token, WARD, private=True, presence={**PRESENT, "key": "two"})
        await two.frame("presence_state")
        await shout(one, "unheard")
        assert await show(one) == {"status": "error", "response": {}}
        assert await two.silent()
        await shout(two, "heard")
        await show(two)
        assert await heard(one) == "heard"
        assert await diff(one) == ({"two": [{}]}, {})


async def test_broadcast_and_presence_are_permitted_apart(stack: Stack) -> None:
    await stack.sql(POLICIES)
    ears, eyes, full = [await stack.person() for _ in range(3)]
    await allow(stack, ears, "receive broadcast", "send presence")
    await allow(stack, eyes, "receive presence", "send broadcast")
    await allow(stack, full, "receive broadcast", "receive presence")
    async with subscriber(stack) as one, subscriber(stack) as two, subscriber(stack) as three:
        await one.join(ears.token, WARD, private=True, presence={**PRESENT, "key": "ears"})
        await two.join(eyes.token, WARD, private=True, presence={**PRESENT, "key": "eyes"})
        await three.join(full.token, WARD, private=True, presence=PRESENT)
        await two.frame("presence_state")
        await three.frame("presence_state")
        await show(one)
        assert await diff(two) == ({"ears": [{}]}, {})
        assert await diff(three) == ({"ears": [{}]}, {})
        await shout(two, "from eyes")
        assert await heard(one) == "from eyes"
        assert await heard(three) == "from eyes"
        assert await show(two) == {"status": "error", "response": {}}
        for here in (one, two, three):
            assert await here.silent(0.05)


async def test_the_policies_are_asked_again_when_the_token_is_renewed(stack: Stack) -> None:
    await stack.sql(POLICIES)
    member, guest = await stack.person(), await stack.person()
    for person in (member, guest):
        await allow(stack, person, "receive broadcast", "send broadcast")
    async with subscriber(stack) as one, subscriber(stack) as two:
        await one.join(member.token, WARD, private=True)
        await two.join(guest.token, WARD, private=True)
        await shout(two, "still in")
        assert await heard(one) == "still in"
        await stack.sql("delete from may where member = %s and action = 'send'", guest.id)
        await two.send(WARD, "access_token", {"access_token": stack.token(guest, expires_in=99)})
        await shout(two, "muted")
        assert await one.silent()
        await stack.sql("delete from may where member = %s", guest.id)
        await two.send(WARD, "access_token", {"access_token": stack.token(guest, expires_in=98)})
        said = (await two.frame("system"))["payload"]
        assert said == {
            "channel": "ward",
            "extension": "system",
            "status": "error",
            "message": "You do not have permissions to read from this Channel topic: ward",
        }
        assert (await two.frame())["event"] == "phx_close"
        await shout(one, "without them")
        assert await two.silent(0.1)


async def test_nothing_that_was_tried_stays_in_the_database(stack: Stack) -> None:
    await stack.sql(POLICIES)
    person = await stack.person()
    await allow(stack, person, "receive broadcast", "receive presence", "send broadcast")
    async with subscriber(stack) as here:
        await here.join(person.token, WARD, private=True, broadcast={"ack": True})
        assert (await here.answer(await shout(here, "hi")))["status"] == "ok"
    assert await stack.sql("select * from realtime.messages") == []


async def test_a_policy_that_raises_refuses(stack: Stack) -> None:
    await stack.sql(
        "create policy broken on realtime.messages for select to authenticated"
        " using (realtime.topic()::uuid = auth.uid())"
    )
    person = await stack.person()
    async with subscriber(stack) as here:
        reply = await here.join(person.token, WARD, private=True)
        assert "You do not have permissions" in reply["response"]["reason"]
        own = f"realtime:{person.id}"
        assert (await here.join(person.token, own, private=True))["status"] == "ok"


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


async def test_no_more_channels_than_a_hundred(stack: Stack) -> None:
    async with subscriber(stack) as here:
        for n in range(100):
            assert (await here.join(stack.anon_key, f"realtime:{n}"))["status"] == "ok"
        await asyncio.sleep(1.1)  # past the limit of joins in a second
        reply = await here.join(stack.anon_key, WARD)
        assert reply["response"] == {"reason": "ChannelRateLimitReached: Too many channels"}


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
