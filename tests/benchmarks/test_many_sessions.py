"""A board of very many sessions: what a change costs, how soon it shows, and how it loads.

pytest tests/benchmarks/test_many_sessions.py -m benchmark -n 0 -s
"""

from __future__ import annotations

import asyncio
import statistics
import time
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from medtui.core.agenda import Board
from medtui.core.models import PracticeSession
from tests.benchmarks.processor import processor_seconds
from tests.board.test_session_list import LONDON, showing
from tests.core.test_agenda import NOW, session
from tests.helpers.stack import Stack
from tests.test_end_to_end import medtui, server, sign_in

pytestmark = pytest.mark.benchmark

ROWS = 100_000
CHANGES = 300


def spread(rows: int) -> list[PracticeSession]:
    """Sessions every few minutes over two years."""
    return [session(10 * n) for n in range(rows)]


def said(name: str, seconds: list[float], aim: str) -> None:
    times = sorted(1000 * second for second in seconds)
    median, late = statistics.median(times), times[int(len(times) * 0.95)]
    print(f"\n{name}: median {median:.2f} ms, p95 {late:.2f} ms ({aim})")


async def test_a_change_at_a_hundred_thousand_rows() -> None:
    rows = spread(ROWS)
    board = Board(UUID(int=1), LONDON, NOW)
    began = time.perf_counter()
    board.read(rows)
    print(f"\nreading {ROWS} rows: {time.perf_counter() - began:.2f} s")
    alone = []
    for n in range(CHANGES):
        changed = rows[n * 331 % ROWS].model_copy(update={"type": f"kind {n}"})
        began = time.perf_counter()
        board.apply([changed])
        alone.append(time.perf_counter() - began)
    said("the rules alone", alone, "aim: 10 ms at most")
    async with showing() as (app, pilot):
        app.board.read(rows)
        app.list.update(NOW)
        await pilot.pause()
        drawn = []
        for n in range(CHANGES):
            changed = rows[n * 331 % ROWS].model_copy(update={"type": f"kind {n}"})
            began = time.perf_counter()
            app.list.update(NOW, app.board.apply([changed]))
            drawn.append(time.perf_counter() - began)
        said("with the list's redraw", drawn, "aim: 10 ms at most")


async def test_keys_during_two_hundred_changes_a_second(stack: Stack, tmp_path: Path) -> None:
    viewer, host = await stack.person("Vera", "Viewer"), await stack.person()
    ids = [await stack.session(host, starts_in=timedelta(minutes=20 + n)) for n in range(60)]
    over = asyncio.Event()

    written = 0

    async def storm() -> int:
        nonlocal written
        n, began = 0, time.monotonic()
        while not over.is_set():
            batch = [str(ids[(n + k) % len(ids)]) for k in range(20)]
            await stack.sql(
                "update practice_sessions set type = %s where id = any(%s::uuid[])", f"k{n}", batch
            )
            written = n = n + 20
            await asyncio.sleep(max(0, began + n / 200 - time.monotonic()))
        return round(n / (time.monotonic() - began))

    async with medtui(tmp_path / "home", **server(stack), columns=120, rows=40) as terminal:
        await sign_in(terminal, viewer)
        await terminal.until("Amara")
        blowing = asyncio.create_task(storm())
        await asyncio.sleep(1)
        before, used = written, processor_seconds(terminal.process.pid)
        await asyncio.sleep(3)
        used = (processor_seconds(terminal.process.pid) - used) / (written - before)
        print(f"\nprocessor's time of a change: {used * 1000:.2f} ms")
        times = []
        for n in range(100):
            line, began = terminal._screen.cursor.y, time.perf_counter()
            terminal.press("j" if n % 20 < 10 else "k")
            async with asyncio.timeout(5):
                while terminal._screen.cursor.y == line:
                    await asyncio.sleep(0.001)
            times.append(time.perf_counter() - began)
        over.set()
        rate = await blowing
    said(f"key to frame at {rate} changes a second", times, "aim: p95 33 ms")


async def test_ten_thousand_sessions_load(stack: Stack, tmp_path: Path) -> None:
    viewer, host = await stack.person("Vera", "Viewer"), await stack.person()
    await stack.sql(
        "insert into practice_sessions (host_id, datetime_utc, type)"
        " select %s, now() + n * interval '10 minutes', 'mock' from generate_series(1, 10000) n",
        host.id,
    )
    async with medtui(tmp_path / "home", **server(stack), columns=120, rows=40) as terminal:
        await terminal.until("E-mail", "Password")
        began = time.perf_counter()
        terminal.press(f"{viewer.email}\t{viewer.password}\r")
        await terminal.until("Amara")
        first = time.perf_counter() - began
        await terminal.until("open of 10000")
        print(
            f"\n10,000 sessions: first rows {first:.2f} s, all {time.perf_counter() - began:.2f} s"
        )
