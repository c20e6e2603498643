"""`medtui demo` from an empty HOME to LIVE with every row, and the local server's start."""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from pathlib import Path

import pytest

from tests.helpers.terminal import Terminal
from tests.test_end_to_end import environment

pytestmark = pytest.mark.benchmark

RUNS = 5


async def test_demo_to_live(tmp_path: Path) -> None:
    took: list[float] = []
    for run in range(RUNS):
        home = tmp_path / str(run)
        home.mkdir()
        command = [sys.executable, "-m", "medtui", "demo"]
        start = time.perf_counter()
        async with Terminal(command, env=environment(home)) as terminal:
            await terminal.until("LIVE", "TODAY")
            took.append(time.perf_counter() - start)
    print(f"\ndemo to LIVE: median {statistics.median(took):.2f} s of {RUNS} (aim: under 3)")


async def test_local_run_to_ready(folder: Path) -> None:
    first: list[float] = []
    again: list[float] = []
    for run in range(RUNS):
        for took in (first, again):
            took.append(await ready(folder / f"data{run}"))
    print(
        f"\nlocal run to ready: first {statistics.median(first):.2f} s (aim: under 2),"
        f" again {statistics.median(again):.2f} s (aim: under 1)"
    )


async def ready(data: Path) -> float:
    start = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "medtui", "local", "run", "--data", str(data), "--port", "0"),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    assert await process.stdout.readline()
    took = time.perf_counter() - start
    process.terminate()
    await process.wait()
    return took
