"""The unmodified Python client walks through the local Realtime, refusals included."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from realtime import AsyncRealtimeChannel
from supabase import AsyncClient

from tests.helpers.realtime_door import POLICIES, allow
from tests.helpers.stack import Stack


class Heard:
    """A channel of the client's, and what its callbacks were called with."""

    def __init__(
        self, client: AsyncClient, topic: str, *, key: str = "", private: bool = False
    ) -> None:
        broadcast = {"ack": True, "self": False}
        config = {
            "broadcast": broadcast,
            "presence": {"key": key, "enabled": bool(key)},
            "private": private,
        }
        self.channel: AsyncRealtimeChannel = client.channel(topic, {"config": config})  # type: ignore[arg-type]
        self.states: list[str] = []
        self.errors: list[str] = []
        self.changes: list[Any] = []
        self.said: list[Any] = []
        self.came: list[str] = []
        self.left: list[str] = []
        self.system: list[str] = []
        self.channel.on_system(lambda payload: self.system.append(payload.message))
        self.channel.on_broadcast("said", lambda message: self.said.append(message["payload"]))
        if key:
            self.channel.on_presence_join(lambda key, *_: self.came.append(key))
            self.channel.on_presence_leave(lambda key, *_: self.left.append(key))

    def follow(self, event: str, filter_: str | None = None) -> None:
        def on_change(payload: Any) -> None:
            self.changes.append(payload["data"])

        self.channel.on_postgres_changes(
            event,  # type: ignore[arg-type]
            on_change,
            table="practice_sessions",
            schema="public",
            filter=filter_,
        )

    async def subscribe(self) -> str:
        """The state that subscribing ends in."""

        def on_state(state: Any, error: Exception | None) -> None:
            self.states.append(state.value)
            if error is not None:
                said = json.loads(str(error))
                self.errors.append(said.get("reason") or said.get("message"))

        await self.channel.subscribe(on_state)
        return self.states[0]

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(15):
            while not condition():
                await asyncio.sleep(0.005)


async def test_the_client_walks_through_everything(stack: Stack) -> None:
    await stack.sql(POLICIES)
    host, guest, stranger = [await stack.person() for _ in range(3)]
    everything = [
        f"{what} {of}" for what in ("receive", "send") for of in ("broadcast", "presence")
    ]
    await allow(stack, host, *everything)
    await allow(stack, guest, *everything)
    amara, ben, cleo = [await stack.client(person) for person in (host, guest, stranger)]
    nobody = await stack.client()

    # 1 A board follows without a login, and is sent no room links.
    board = Heard(nobody, "board")
    board.follow("*")
    assert await board.subscribe() == "SUBSCRIBED"
    await board.until(lambda: board.system == ["Subscribed to PostgreSQL"])
    # 2 A filter is evaluated by the server.
    mine = Heard(amara, "mine")
    mine.follow("*", f"host_id=eq.{host.id}")
    await mine.subscribe()
    await mine.until(lambda: mine.system)
    # 3 A refusal: a column that the caller may not read.
    peeping = Heard(nobody, "peeping")
    peeping.follow("UPDATE", "room_url=eq.https://a")
    await peeping.subscribe()
    await peeping.until(lambda: "CHANNEL_ERROR" in peeping.states)
    assert "invalid column for filter room_url" in peeping.errors[0]
    await peeping.channel.unsubscribe()

    # 4 Insert, update, delete.
    one = await stack.session(host, room_url="https://ours.example")
    await stack.session(guest)
    await stack.sql("update practice_sessions set type = 'clinical' where id = %s", one)
    await board.until(lambda: len(board.changes) == 3)  # a row that is gone is seen by nobody
    await stack.sql("delete from practice_sessions where id = %s", one)
    await board.until(lambda: len(board.changes) == 4)
    assert [change["type"] for change in board.changes] == ["INSERT", "INSERT", "UPDATE", "DELETE"]
    assert "room_url" not in board.changes[0]["record"]
    await mine.until(lambda: len(mine.changes) >= 2)
    assert [change["record"]["type"] for change in mine.changes[:2]] == ["mock", "clinical"]
    assert mine.changes[0]["record"]["room_url"] == "https://ours.example"

    # 5 A private room, of two.
    room = Heard(amara, "ward", key="amara", private=True)
    other = Heard(ben, "ward", key="ben", private=True)
    assert await room.subscribe() == await other.subscribe() == "SUBSCRIBED"
    # 6 Refusals: a stranger, and nobody.
    for client in (cleo, nobody):
        outside = Heard(client, "ward", private=True)
        assert await outside.subscribe() == "CHANNEL_ERROR"
        assert outside.errors == [
            "Unauthorized: You do not have permissions to read from this Channel topic: ward"
        ]
        await outside.channel.unsubscribe()
    # 7 They see each other.
    await room.channel.track({"role": "host"})
    await other.channel.track({"role": "guest"})
    await room.until(lambda: set(room.came) == {"amara", "ben"})
    await other.until(lambda: set(other.came) == {"amara", "ben"})
    assert other.channel.presence_state()["amara"][0]["role"] == "host"  # type: ignore[typeddict-item]
    # 8 And hear each other, but not themselves.
    await room.channel.send_broadcast("said", {"text": "to ben"})
    await other.channel.send_broadcast("said", {"text": "to amara"})
    await room.until(lambda: room.said == [{"text": "to amara"}])
    await other.until(lambda: other.said == [{"text": "to ben"}])
    # 9 A public topic of the same name hears nothing of it, and cannot forge.
    forger = Heard(cleo, "ward", key="amara")
    await forger.subscribe()
    await forger.channel.track({"role": "host"})
    await forger.channel.send_broadcast("said", {"text": "forged"})
    await forger.until(lambda: forger.came == ["amara"])
    assert forger.said == []
    # 10 A refreshed token: the channels go on.
    await amara.realtime.set_auth(stack.token(host, expires_in=1800))
    await mine.until(lambda: len(mine.system) == 2)
    await room.channel.send_broadcast("said", {"text": "still here"})
    await other.until(lambda: len(other.said) == 2)
    # 11 A refusal: rights that are gone when the token is renewed.
    await stack.sql("delete from may where member = %s", guest.id)
    await ben.realtime.set_auth(stack.token(guest, expires_in=60))
    await other.until(lambda: other.states[-1] == "CLOSED")
    assert other.errors == ["You do not have permissions to read from this Channel topic: ward"]
    await room.until(lambda: room.left == ["ben"])
    # 12 A refusal: more presence than is allowed.
    for n in range(6):
        await room.channel.track({"n": n})
    await room.until(lambda: room.states[-1] == "CLOSED")
    assert room.errors == ["Client presence rate limit exceeded"]
    # 13 A refusal: an expired token.
    await cleo.realtime.set_auth(stack.token(stranger, expires_in=-300))
    late = Heard(cleo, "late")
    assert await late.subscribe() == "CHANNEL_ERROR"
    assert late.errors[0].startswith("InvalidJWTToken: Token has expired")

    assert room.said == [{"text": "to amara"}]
    assert "forged" not in json.dumps(other.said)
