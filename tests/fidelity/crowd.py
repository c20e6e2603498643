"""Many subscribers in a process of their own: `python crowd.py URL KEY < tokens`, one a line.

Prints "ready" when all follow the sessions. Told how many changes there were, it waits for them,
and prints what was heard: {"alive": subscribers, "sequences": the different orders of changes,
"delays": in seconds, sorted}.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from datetime import datetime

import websockets

WANTED = {"event": "*", "schema": "public", "table": "practice_sessions"}


async def subscribe(
    url: str, token: str, ready: asyncio.Semaphore, heard: list[str], delays: list[float]
) -> None:
    async with websockets.connect(url, max_queue=None) as socket:
        config = {"postgres_changes": [WANTED], "presence": {"enabled": False}}
        join = {"config": config, "access_token": token}
        await socket.send(
            json.dumps({"topic": "realtime:all", "event": "phx_join", "payload": join, "ref": "1"})
        )
        beating = asyncio.create_task(beat(socket))
        try:
            async for text in socket:
                frame = json.loads(text)
                if frame["event"] == "system":
                    ready.release()
                elif frame["event"] == "postgres_changes":
                    data = frame["payload"]["data"]
                    committed = datetime.fromisoformat(data["commit_timestamp"])
                    delays.append(time.time() - committed.timestamp())
                    heard.append(data["record"]["type"])
        finally:
            beating.cancel()


async def beat(socket: websockets.ClientConnection) -> None:
    while True:
        await asyncio.sleep(20 + 10 * random.random())
        await socket.send('{"topic": "phoenix", "event": "heartbeat", "payload": {}, "ref": "0"}')


async def main(url: str, key: str) -> None:
    tokens = []
    while token := sys.stdin.readline().strip():
        tokens.append(token)
    ready = asyncio.Semaphore(0)
    sequences: list[list[str]] = [[] for _ in tokens]
    delays: list[float] = []
    address = url.replace("http", "ws") + f"/realtime/v1/websocket?apikey={key}&vsn=1.0.0"
    following = [
        asyncio.create_task(subscribe(address, token, ready, heard, delays))
        for token, heard in zip(tokens, sequences, strict=True)
    ]
    for _ in tokens:
        await ready.acquire()
    print("ready", flush=True)
    changes = int(await asyncio.to_thread(sys.stdin.readline))
    deadline = time.monotonic() + 20
    while any(len(heard) < changes for heard in sequences) and time.monotonic() < deadline:
        await asyncio.sleep(0.05)
    await asyncio.sleep(0.3)  # for what comes twice
    different = {tuple(heard) for heard in sequences}
    alive = sum(not task.done() for task in following)
    print(json.dumps({"alive": alive, "sequences": list(different), "delays": sorted(delays)}))
    sys.stdout.flush()
    for task in following:
        task.cancel()
    await asyncio.gather(*following, return_exceptions=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
