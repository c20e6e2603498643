"""From exec to the first key that medtui answers, beside an empty Textual app.

pytest tests/benchmarks -m benchmark -n 0 -s
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from statistics import median

import pytest

from tests.benchmarks.processor import processor_seconds
from tests.helpers.stack import Stack
from tests.helpers.terminal import Terminal
from tests.test_end_to_end import environment

pytestmark = pytest.mark.benchmark

RUNS = 15
EMPTY = [sys.executable, str(Path(__file__).with_name("empty_app.py"))]
MEDTUI = [sys.executable, "-m", "medtui"]


async def first_answer(
    command: list[str], env: dict[str, str], ready: str, key: str, answer: str
) -> tuple[float, float]:
    """Seconds from exec until `key`, pressed as soon as `ready` shows, shows `answer`.

    The clock's, and the processor's.
    """
    start = time.perf_counter()
    async with Terminal(command, env=env) as terminal:
        await terminal.until(ready)
        terminal.press(key)
        await terminal.until(answer)
        return time.perf_counter() - start, processor_seconds(terminal.process.pid)


async def ratio(name: str, env: dict[str, str], ready: str, key: str, answer: str) -> None:
    ours: list[tuple[float, float]] = []
    empty: list[tuple[float, float]] = []
    await first_answer(MEDTUI, env, ready, key, answer)  # which compiles
    for _ in range(RUNS):  # in turns, so that a noisy moment hits both
        empty.append(await first_answer(EMPTY, env, "ready", "qqq", "qqq"))
        ours.append(await first_answer(MEDTUI, env, ready, key, answer))
    for place, what in enumerate(("clock", "processor")):
        mine, reference = (median(times[place] for times in runs) for runs in (ours, empty))
        print(
            f"\n{name}, {what}: {mine * 1000:.0f} ms, empty Textual app {reference * 1000:.0f} ms,"
            f" ratio {mine / reference:.2f} (aim: at most 1.3)"
        )


async def test_first_frame_that_takes_a_key(tmp_path: Path) -> None:
    await ratio("first frame that takes a key", environment(tmp_path), "Try the demo", "?", "Help")


async def test_usable_login_field(stack: Stack, tmp_path: Path) -> None:
    env = environment(tmp_path, SUPABASE_URL=stack.url, SUPABASE_ANON_KEY=stack.anon_key)
    await ratio("usable login field", env, "E-mail", "qqq", "qqq")
