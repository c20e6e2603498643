"""A thousand boards at ten changes a second, with both sources.

The server is in processes of its own. Half of the viewers are signed in, each as somebody else,
half are walls. They are raw websockets that join as a board does, in another process, and ask
REST as often as boards do: by Broadcast for the count, by `postgres_changes` for the window,
which a burst has read every 12 seconds. Beside them are ten real boards. A delay is from before
the write to the frame's arrival. All of it shares the machine's cores.

pytest tests/benchmarks/test_thousand_boards.py -m benchmark -n 0 -s
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from medtui.data import Backend, MemoryTokens, Server
from medtui.data.window import shared
from medtui.local.keys import ServerKeys
from tests.data.test_live import Watcher
from tests.fidelity.test_realtime_load import family, people, processor_seconds
from tests.helpers.process import Server as LocalServer
from tests.helpers.proxy import proxied
from tests.helpers.sources import BROADCAST, POSTGRES_CHANGES

pytestmark = pytest.mark.benchmark

VIEWERS = int(os.environ.get("MEDTUI_VIEWERS", "1000"))
REAL = 10
RATE, SECONDS = 10, int(os.environ.get("MEDTUI_SECONDS", "60"))
WITHIN = 0.3
ASKED_EVERY = {BROADCAST: 40.0, POSTGRES_CHANGES: 12.0}
"""Seconds between two requests of a board."""


@pytest.mark.parametrize("source", [BROADCAST, POSTGRES_CHANGES])
async def test_a_thousand_boards(source: str, folder: Path) -> None:
    server = LocalServer("--data", folder, "--port", 0, "--empty")
    try:
        await measured(source, server)
    finally:
        server.end(signal.SIGTERM)


async def measured(source: str, server: LocalServer) -> None:
    line, pipe = server.line(), asyncio.subprocess.PIPE
    url, key, database = line["API_URL"], line["ANON_KEY"], line["DB_URL"]
    if source == POSTGRES_CHANGES:
        with psycopg.connect(database) as db:
            db.execute('drop policy "Boards hear of changed sessions" on realtime.messages')
    tokens = people(database, ServerKeys.complete({"jwt_secret": line["JWT_SECRET"]}), VIEWERS // 2)
    async with contextlib.AsyncExitStack() as opened:
        watchers = [Watcher() for _ in range(REAL)]
        for watcher in watchers:
            wall = Backend.open(
                Server(url, key), tokens=MemoryTokens(), notify=watcher.notify, scope=shared()
            )
            backend = await opened.enter_async_context(wall)
            backend.live.start()
            await watcher.until(lambda watcher=watcher: watcher.is_live)
            assert backend.live._source.is_counted is (source == BROADCAST)
        job = {
            "url": url, "key": key, "source": source, "tokens": [*tokens, *[None] * len(tokens)],
            "ask": [*await asked(source, url, key), ASKED_EVERY[source]],
        }  # fmt: skip
        crowd = await asyncio.create_subprocess_exec(
            sys.executable,
            Path(__file__).with_name("viewers.py"),
            stdin=pipe,
            stdout=pipe,
            limit=2**28,
        )
        assert crowd.stdin is not None
        assert crowd.stdout is not None
        try:
            crowd.stdin.write(json.dumps(job).encode() + b"\n")
            assert await crowd.stdout.readline() == b"ready\n"
            load, began = os.getloadavg()[0], time.monotonic()
            gateway, all_ = server.process.pid, family(server.process.pid)
            before = [processor_seconds(pids) for pids in ([gateway], all_, [crowd.pid])]
            written = await write(database)
            used = [
                (processor_seconds(pids) - at) / (time.monotonic() - began)
                for pids, at in zip(([gateway], all_, [crowd.pid]), before, strict=True)
            ]
            crowd.stdin.write(b"%d\n" % written)
            heard = json.loads(await crowd.stdout.readline())
        finally:
            crowd.stdin.close()
            await crowd.wait()
        delays = heard["delays"]
        p50, p95, p99, worst = (delays[int(s * (len(delays) - 1))] for s in (0.5, 0.95, 0.99, 1))
        missed = sum(written - count for count in heard["heard"])
        print(
            f"\n{source}: {len(heard['heard'])} boards, {written} changes, {len(delays)}"
            f" deliveries, {missed} missed, {heard['twice']} twice; p50 {p50 * 1000:.0f} ms,"
            f" p95 {p95 * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms, worst {worst * 1000:.0f} ms;"
            f" {heard['asked']} requests, {heard['refused']} refused; of a core: gateway"
            f" {used[0]:.0%}, PostgreSQL {used[1] - used[0]:.0%}, viewers {used[2]:.0%};"
            f" load {load:.1f} before, {os.getloadavg()[0]:.1f} after, {os.cpu_count()} cores"
        )
        for watcher in watchers:
            last = f"@{written} "
            await watcher.until(
                lambda watcher=watcher, last=last: any(
                    s.type.startswith(last) for s in watcher.rows.values()
                )
            )
        stale = sum(len(watcher.stale) for watcher in watchers)
        print(f"{REAL} real boards beside them have all; STALE {stale} times")
        assert missed == 0
        assert heard["twice"] == 0
        assert p95 < WITHIN


async def write(database: str) -> int:
    """Ten changes a second, each of one of ten sessions; returns how many."""
    async with await psycopg.AsyncConnection.connect(database, autocommit=True) as connection:
        began = time.monotonic()
        for n in range(1, RATE * SECONDS + 1):
            await asyncio.sleep(max(0, began + n / RATE - time.monotonic()))
            await connection.execute(
                "update practice_sessions set type = %s where room_url = %s",
                [f"@{n} {time.time():.3f}", f"room-{n % 10}"],
            )
    return RATE * SECONDS


async def asked(source: str, url: str, key: str) -> tuple[str, str]:
    """The request that a board makes again and again: method and path."""
    if source == BROADCAST:
        return "POST", "/rest/v1/rpc/board_changes"
    async with proxied(url) as proxy:
        watcher = Watcher()
        async with Backend.open(
            Server(proxy.url, key), tokens=MemoryTokens(), notify=watcher.notify, scope=shared()
        ) as backend:
            backend.live.start()
            await watcher.until(lambda: watcher.is_live)
        [first, *_] = proxy.requests("/practice_sessions?")
    return "GET", quote(first.split(" ")[1], safe="/?&=!:,()*.-_")
