"""From a commit to medtui's screen, beside a bare realtime client on the same event."""

from __future__ import annotations

import asyncio
import statistics
import time
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.stack import Stack
from tests.test_end_to_end import medtui, server, sign_in

pytestmark = pytest.mark.benchmark

CHANGES = 50


async def test_commit_to_screen(stack: Stack, tmp_path: Path) -> None:
    viewer, host = await stack.person("Vera", "Viewer"), await stack.person()
    session_id = await stack.session(host)

    arrived: asyncio.Queue[tuple[str, float]] = asyncio.Queue()
    client = await stack.client(viewer)
    channel = client.channel("bare")

    def on_change(payload: Any) -> None:
        arrived.put_nowait((payload["data"]["record"]["type"], time.perf_counter()))

    channel.on_postgres_changes("*", on_change, table="practice_sessions", schema="public")
    await channel.subscribe()

    async with medtui(tmp_path, **server(stack), columns=120, rows=40) as terminal:
        await sign_in(terminal, viewer)
        await terminal.until("Amara")
        bare: list[float] = []
        screen: list[float] = []
        for n in range(CHANGES):
            mark = f"type{n:03}"
            start = time.perf_counter()
            await stack.sql(
                "update practice_sessions set type = %s where id = %s", mark, session_id
            )
            await terminal.until(mark)
            screen.append(time.perf_counter() - start)
            while (change := await asyncio.wait_for(arrived.get(), 5))[0] != mark:
                pass
            bare.append(change[1] - start)

    ours, reference = statistics.median(screen), statistics.median(bare)
    print(
        f"\ncommit to screen: {ours * 1000:.1f} ms, bare realtime client"
        f" {reference * 1000:.1f} ms, {(ours - reference) * 1000:.1f} ms more (aim: at most 30)"
    )
