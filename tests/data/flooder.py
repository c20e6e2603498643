"""A stranger who floods topics that can be guessed: a separate program.

Arguments: the websocket's address, what is said, seconds, and the topics.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import time
from typing import Any

import websockets


def said(event: str, payload: object) -> dict[str, Any]:
    return {"type": "broadcast", "event": event, "payload": payload}


OURS = {"data": {}, "ids": [1], "status": "error", "extension": "postgres_changes"}
LARGE = said("x", "x" * 240_000)
FLOODS: dict[str, list[dict[str, Any]]] = {
    "large": [LARGE] * 24,
    "oversized": [LARGE, said("x", "x" * 1_100_000)],
    "many": [said("x", "")] * 900,
    "named like ours": [
        said(event, OURS)
        for event in ("postgres_changes", "system", "phx_close", "phx_error", "presence_diff")
    ]
    * 40,
}


def frame(topic: str, event: str, payload: dict[str, Any]) -> str:
    return json.dumps({"topic": topic, "event": event, "payload": payload, "ref": "1"})


async def flood(url: str, topic: str, messages: list[str], until: float) -> None:
    """Join a public topic and say all of this there, again and again, whatever the server does."""
    while time.monotonic() < until:
        with contextlib.suppress(websockets.ConnectionClosed, OSError):
            async with websockets.connect(url, max_size=None) as socket:
                await socket.send(frame(topic, "phx_join", {"config": {}}))
                await socket.recv()
                for message in messages:
                    await socket.send(message)
                    if time.monotonic() > until:
                        return


async def main(url: str, kind: str, seconds: str, *topics: str) -> None:
    until = time.monotonic() + float(seconds)
    floods = [
        flood(url, topic, [frame(topic, "broadcast", said) for said in FLOODS[kind]], until)
        for topic in topics
    ]
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(float(seconds) + 3):
            await asyncio.gather(*floods)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
