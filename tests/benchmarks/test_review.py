"""A talk of five hours: from exec to its first and last words, keys, and memory.

pytest tests/benchmarks/test_review.py -m benchmark -n 0 -s
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import time
from pathlib import Path

import pytest

from tests.benchmarks.long_talk import write_long_talk
from tests.helpers.terminal import Terminal
from tests.test_end_to_end import environment

pytestmark = pytest.mark.benchmark

RUNS = 7
SIZE = {"columns": 120, "rows": 40}
EMPTY = [sys.executable, str(Path(__file__).with_name("empty_app.py"))]


def cached(home: Path) -> dict[str, str]:
    """An environment in which Python keeps what it has compiled, as it does for users."""
    return environment(home, PYTHONDONTWRITEBYTECODE="", PYTHONPYCACHEPREFIX=str(home / "pyc"))


def peak(pid: int) -> float:
    """A process's greatest memory so far, in megabytes."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if "VmHWM" in line).split()[1]) / 1024


def children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in found]


class Timed(Terminal):
    """A terminal that can stop to make a picture of what it is sent, which takes time itself."""

    is_counting = False

    def _read(self) -> None:
        if self.is_counting:
            self.written += len(os.read(self._master, 65536))
        else:
            super()._read()


async def answered(terminal: Timed, key: str) -> float:
    """Seconds from a key to the last of what it draws."""
    before, start = terminal.written, time.perf_counter()
    terminal.press(key)
    async with asyncio.timeout(5):
        while terminal.written == before:
            await asyncio.sleep(0.0005)
    last = time.perf_counter() - start
    while time.perf_counter() - start - last < 0.05:
        if terminal.written != before:
            before, last = terminal.written, time.perf_counter() - start
        await asyncio.sleep(0.0005)
    return last


async def test_five_hours(tmp_path: Path) -> None:
    path = tmp_path / "transcript.json"
    end = write_long_talk(path)
    env = cached(tmp_path)
    empty: list[float] = []
    first: list[float] = []
    last: list[float] = []
    for _ in range(RUNS + 1):  # in turns, so that a noisy moment hits both
        start = time.perf_counter()
        async with Terminal(EMPTY, env=env, **SIZE) as terminal:
            await terminal.until("ready")
            empty.append(time.perf_counter() - start)
        start = time.perf_counter()
        command = [sys.executable, "-m", "medtui", "view", str(path)]
        async with Terminal(command, env=env, **SIZE) as terminal:
            await terminal.until("0:01  Speaker 0")
            first.append(time.perf_counter() - start)
            await terminal.until("questions", gone="only the first turns")
            terminal.press("G")
            await terminal.until(end)
            last.append(time.perf_counter() - start)
    none, words, turn = (statistics.median(times[1:]) for times in (empty, first, last))
    print(
        f"\n{path.stat().st_size / 1e6:.0f} MB; empty Textual app {none:.2f} s;"
        f" first words {words - none:.2f} s more, {words / none:.1f} times that (aim: 0.5 s more);"
        f" last turn {turn - none:.2f} s more (aim: 1.5)"
    )


async def test_keys_and_memory(tmp_path: Path) -> None:
    path = tmp_path / "transcript.json"
    end = write_long_talk(path)
    env = environment(tmp_path)
    async with Terminal(EMPTY, env=env, **SIZE) as terminal:
        await terminal.until("ready")
        own = peak(terminal.process.pid)
    took: dict[str, list[float]] = {"scroll": [], "search": []}
    reader = 0.0
    command = [sys.executable, "-m", "medtui", "view", str(path)]
    async with Timed(command, env=env, **SIZE) as terminal:
        while "0:01  Speaker 0" not in terminal.text:
            for child in children(terminal.process.pid):
                try:
                    reader = max(reader, peak(child))
                except (OSError, StopIteration):
                    continue
            await asyncio.sleep(0.002)
        await terminal.until("questions", gone="only the first turns")
        await terminal.quiet(0.5)
        terminal.is_counting = True
        for key in ["j", "\x04"] * 40 + ["k", "\x15"] * 20 + ["G", "g"] * 5:
            took["scroll"].append(await answered(terminal, key))
        terminal.press("/")
        await terminal.quiet(0.4)
        for _ in range(6):
            for key in "sorry, come ":
                took["search"].append(await answered(terminal, key))
            for _ in range(12):
                took["search"].append(await answered(terminal, "\x7f"))
        terminal.is_counting = False
        terminal.press("\x1b")
        await terminal.quiet(0.4)
        terminal.press("G")
        await terminal.until(end)
        mine = peak(terminal.process.pid)
    for name, times in took.items():
        times.sort()
        median, late = statistics.median(times), times[int(len(times) * 0.95)]
        print(
            f"\n{name}: median {median * 1000:.0f} ms (aim: 33),"
            f" 95th percentile {late * 1000:.0f} ms (aim: 100)"
        )
    print(
        f"\nmemory: empty Textual app {own:.0f} MB, the review {mine - own:.0f} MB more, its reader"
        f" {reader:.0f} MB while it reads (aim: under 150 MB more)"
    )
