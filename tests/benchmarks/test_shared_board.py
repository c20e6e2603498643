"""The shared screen at rest: what a clock that ticks costs, at two sizes.

pytest tests/benchmarks -m benchmark -n 0 -s
"""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from tests.helpers.stack import Stack
from tests.helpers.terminal import Terminal
from tests.test_end_to_end import environment, server

pytestmark = pytest.mark.benchmark

SECONDS = 60


def cpu(pid: int) -> float:
    """Seconds of processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.parametrize(("size", "aim"), [((80, 24), 1), ((240, 67), 2)])
async def test_at_rest(size: tuple[int, int], aim: int, stack: Stack, tmp_path: Path) -> None:
    host = await stack.person()
    for n in range(60):
        await stack.session(host, starts_in=timedelta(minutes=17 * n))
    command = [sys.executable, "-m", "medtui", "board"]
    env = environment(tmp_path, **server(stack))
    columns, rows = size
    async with Terminal(command, env=env, columns=columns, rows=rows) as terminal:
        await terminal.until("LIVE")
        await asyncio.sleep(2)
        before = cpu(terminal.process.pid)
        await asyncio.sleep(SECONDS)
        used = (cpu(terminal.process.pid) - before) / SECONDS
    print(f"\n{columns}x{rows} at rest: {used:.2%} of a core (aim: under {aim} %)")
