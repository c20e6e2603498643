"""Realtime as seen through a raw websocket, protocol 1.0.0."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import websockets

from tests.helpers.stack import Person, Stack

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


class Subscriber:
    """A raw websocket that has joined a topic, and the frames that came."""

    def __init__(self, socket: websockets.ClientConnection) -> None:
        self.socket = socket
        self.ref = 0

    async def send(self, topic: str, event: str, payload: Any) -> str:
        self.ref += 1
        frame = {"topic": topic, "event": event, "payload": payload, "ref": str(self.ref)}
        await self.socket.send(json.dumps(frame))
        return str(self.ref)

    async def frame(self, event: str | None = None, seconds: float = 30) -> dict[str, Any]:
        """The next frame, or the next of this event."""
        async with asyncio.timeout(seconds):
            while True:
                frame: dict[str, Any] = json.loads(await self.socket.recv())
                if event in (None, frame["event"]):
                    return frame

    async def join(
        self, token: str | None, topic: str = "realtime:board", **config: Any
    ) -> dict[str, Any]:
        """Ask to join, and the answer's payload."""
        config = {"presence": {"enabled": False}, **config}  # as the clients say it
        ref = await self.send(topic, "phx_join", {"config": config, "access_token": token})
        return await self.answer(ref)

    async def follow(
        self, token: str | None, topic: str = "realtime:board", **binding: str
    ) -> dict[str, Any]:
        """Join for the changes of sessions, and what `system` says then."""
        wanted = {"event": "*", "schema": "public", "table": "practice_sessions", **binding}
        answer = await self.join(token, topic, postgres_changes=[wanted])
        assert answer["status"] == "ok", answer
        system: dict[str, Any] = (await self.frame("system"))["payload"]
        return system

    async def answer(self, ref: str) -> dict[str, Any]:
        """The payload of the reply to a frame of ours; what comes before it is dropped."""
        while True:
            frame = await self.frame("phx_reply")
            if frame["ref"] == ref:
                payload: dict[str, Any] = frame["payload"]
                return payload

    async def silent(self, seconds: float = 0.15) -> bool:
        """Whether nothing comes for a while."""
        try:
            frame = await self.frame(seconds=seconds)
        except TimeoutError:
            return True
        pytest.fail(f"not silent: {frame}")

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
        said = await here.follow(token, **binding)
        assert said["message"] == "Subscribed to PostgreSQL", said
        yield here


async def allow(stack: Stack, person: Person, *rights: str, topic: str = "ward") -> None:
    """Allow a user to `receive broadcast`, `send presence` and the like."""
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
