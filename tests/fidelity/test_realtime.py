"""The local Realtime: who hears of which change, in which order, in which words."""

from __future__ import annotations

import asyncio
import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
import websockets

from medtui.local import connections
from medtui.local.realtime import limits
from tests.helpers.realtime_door import Subscriber, joined, subscriber
from tests.helpers.stack import Person, Stack, administrator


async def test_a_join_is_answered_as_the_clients_expect(stack: Stack) -> None:
    async with subscriber(stack) as here:
        wanted = {"event": "*", "schema": "public", "table": "practice_sessions"}
        reply = await here.join(stack.anon_key, postgres_changes=[wanted])
        (binding,) = reply["response"]["postgres_changes"]
        assert isinstance(binding.pop("id"), int)
        assert binding == wanted
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


FILTERS = {
    "type=eq.b": ["b"],
    "type=eq.a,c": [],
    "version=eq.01": ["a", "b", "c"],
}


async def test_filters(stack: Stack) -> None:
    person = await stack.person()
    async with contextlib.AsyncExitStack() as several:
        here = {
            each: await several.enter_async_context(joined(stack, person.token, filter=each))
            for each in FILTERS
        }
        for type_ in ("a", "b", "c"):
            await stack.session(person, type=type_)
        for each, hears in FILTERS.items():
            for type_ in hears:
                assert (await here[each].change())["record"]["type"] == type_, each
            with pytest.raises(TimeoutError):
                await here[each].frame("postgres_changes", seconds=0.1)


async def test_bad_joins_say_why(stack: Stack) -> None:
    person = await stack.person()
    async with subscriber(stack) as here:
        for token, reason in [
            (
                stack.token(person, expires_in=-300),
                "InvalidJWTToken: Token has expired",
            ),
            ("nonsense", "MalformedJWT"),
            (person.token[:-3] + "abc", "JwtSignatureError"),
        ]:
            reply = await here.join(token)
            assert reply["status"] == "error"
            assert reply["response"]["reason"].startswith(reason)
        for topic, reason in [
            ("realtime:", "TopicNameRequired: You must provide a topic name"),
            ("elsewhere", "unmatched topic"),
        ]:
            reply = await here.join(person.token, topic)
            assert reply == {"status": "error", "response": {"reason": reason}}


NOT_FOLLOWED = [
    ({"filter": "nope=eq.1"}, "invalid column for filter nope"),
    ({"filter": "id=eq.x"}, 'invalid input syntax for type uuid: "x"'),
    ({"filter": "id=in.(x)"}, "The local server does not support filters by in"),
    ({"filter": "gibberish"}, "Error parsing `filter` params: gibberish"),
    ({"table": "cases"}, "Realtime is not enabled for public.cases"),
]


async def test_what_cannot_be_followed_is_said_after_the_join(stack: Stack) -> None:
    person = await stack.person()
    async with contextlib.AsyncExitStack() as several:
        everyone = []
        for binding, reason in NOT_FOLLOWED:
            here = await several.enter_async_context(subscriber(stack))
            everyone.append(here)
            said = await here.follow(person.token, **binding)
            assert (said["extension"], said["status"]) == ("postgres_changes", "error")
            assert reason in said["message"]
        await stack.session(person)
        assert all(await asyncio.gather(*(here.silent() for here in everyone)))


async def test_a_token_that_expires_ends_the_channel_unless_it_is_renewed(stack: Stack) -> None:
    person = await stack.person()
    short = stack.token(person, expires_in=2)  # whole seconds, of which one may be nearly over
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


async def test_a_slow_subscriber_is_closed_and_delays_no_other(stack: Stack) -> None:
    person = await stack.person()
    async with (
        joined(stack, person.token) as quick,
        joined(stack, person.token) as slow,
        subscriber(stack) as loud,
    ):
        session_id = await stack.session(person)
        await quick.change()
        slow.socket.transport.pause_reading()
        for here in (loud, slow):
            await here.send("realtime:loud", "phx_join", {"config": {}})
        # Few, but large: it is by their size that they are too many.
        message = {"type": "broadcast", "event": "x", "payload": {"filler": "x" * 200_000}}
        for n in range(100):
            await loud.send("realtime:loud", "broadcast", message)
            await stack.sql(
                "update practice_sessions set type = %s where id = %s", f"{n}", session_id
            )
            assert (await quick.change())["record"]["type"] == f"{n}"
        slow.socket.transport.resume_reading()
        with contextlib.suppress(websockets.ConnectionClosed):
            for _ in range(100):
                await slow.change()
            pytest.fail("everything had waited for it")


async def test_a_client_that_never_reads_again_is_forgotten(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "LINGER_SECONDS", 0.2)
    address = stack.url.replace("http", "ws") + f"/realtime/v1/websocket?apikey={stack.anon_key}"
    async with contextlib.AsyncExitStack() as left, subscriber(stack) as loud:
        stuck = await left.enter_async_context(websockets.connect(address, close_timeout=0.1))
        left.callback(stuck.transport.abort)
        for here in (Subscriber(stuck), loud):
            await here.join(stack.anon_key, "realtime:x")
        port = stuck.local_address[1]
        stuck.transport.pause_reading()
        message = {"type": "broadcast", "event": "x", "payload": {"filler": "x" * 200_000}}
        for _ in range(100):
            await loud.send("realtime:x", "broadcast", message)
        async with asyncio.timeout(10):
            while is_open(port):
                await asyncio.sleep(0.05)


def is_open(port: int) -> bool:
    """Whether our end of a connection to a port of this machine is still ours."""
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    states = [fields[3] for fields in map(str.split, lines) if fields[2].endswith(f":{port:04X}")]
    return "01" in states  # established; afterwards it is the kernel's


async def terminate(stack: Stack, condition: str) -> None:
    """End the server's connections to the test's database."""
    async with await administrator(stack.cluster) as admin:
        query = "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s and "
        ended = await admin.execute((query + condition).encode(), [stack.database])
        assert ended.rowcount


async def test_when_the_log_is_lost_the_sockets_are_closed(stack: Stack) -> None:
    person = await stack.person()
    async with joined(stack, person.token) as here:
        await terminate(stack, "application_name = 'medtui-realtime'")
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await here.frame()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1012
    async with joined(stack, person.token) as again:
        await stack.session(person)
        assert (await again.change())["type"] == "INSERT"


async def test_lost_connections_to_the_database_are_made_again(stack: Stack) -> None:
    person = await stack.person()
    async with joined(stack, person.token) as here:
        await terminate(stack, "usename = 'supabase_admin'")
        with pytest.raises(websockets.ConnectionClosed):
            await here.frame()
    async with joined(stack, person.token) as again:
        reply = await again.join(person.token, "realtime:x", private=True)
        assert reply["response"]["reason"].startswith("Unauthorized")
        await stack.session(person)
        assert (await again.change())["type"] == "INSERT"


async def test_a_client_without_heartbeats_is_let_go(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "SILENCE_SECONDS", 0.4)
    async with subscriber(stack) as silent, subscriber(stack) as alive:
        for _ in range(6):
            await asyncio.sleep(0.1)
            await alive.send("phoenix", "heartbeat", {})
        with pytest.raises(websockets.ConnectionClosed):
            await silent.frame()
        await alive.frame("phx_reply")


async def test_who_has_no_key_is_not_let_in(stack: Stack) -> None:
    url = stack.url.replace("http", "ws") + "/realtime/v1/websocket"
    for query in ("", "?apikey=wrong", f"?apikey={stack.anon_key}&vsn=3.0.0"):
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


@pytest.mark.parametrize("changes", [60, pytest.param(300, marks=pytest.mark.long)])
async def test_a_commit_that_is_not_visible_yet_is_not_lost(stack: Stack, changes: int) -> None:
    person = await stack.person()
    async with joined(stack, person.token) as here:
        for n in range(changes):
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
        guess = {"filter": "room_url=eq.https://a"}
        assert (await here.follow(person.token, **guess))["status"] == "ok"
        refused = await here.follow(stack.anon_key, "realtime:other", **guess)
        assert "invalid column for filter room_url" in refused["message"]
