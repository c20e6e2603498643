"""At the limit of 64 MB: seconds and megabytes, measured; and `esc` works throughout."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from pathlib import Path

import pytest

from medtui.documents import DocumentError, read
from medtui.documents.decode import MAX_BYTES
from medtui.documents.reading import SECONDS
from tests.documents.extremes import NAMES, extreme
from tests.documents.test_hostile import check
from tests.helpers.terminal import Terminal
from tests.test_end_to_end import environment

MEGABYTES = 300

# As the process does that reads large files. The peak is the reader's own: a child begins with its
# parent's.
MEASURED = """
import gc, sys, time
from pathlib import Path
from medtui.documents import DocumentError, load
from medtui.documents.reader import begin
gc.disable()
Path("/proc/self/clear_refs").write_text("5")
start = time.process_time()
try:
    found = begin(load(Path(sys.argv[1]))).whole()
    print(type(found).__name__)
except DocumentError as error:
    print("refused:", error.message)
print(time.process_time() - start)
print(next(line for line in open("/proc/self/status") if "VmHWM" in line).split()[1])
"""


def measured(path: Path) -> tuple[str, float, float]:
    """What came of it, the seconds of work it took, and the megabytes at the peak."""
    command = [sys.executable, "-c", MEASURED, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    result, seconds, peak = done.stdout.strip().splitlines()
    return result, float(seconds), int(peak) / 1024


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.detail(after=10)
def test_an_extreme_of_fifty_kilobytes_is_quick(name: str) -> None:
    data = extreme(name, 50_000)
    start = time.process_time()
    try:
        document = read(data)
    except DocumentError:
        pass
    else:
        check(document)
    assert time.process_time() - start < 1.5


@pytest.mark.long
@pytest.mark.parametrize("name", NAMES)
def test_an_extreme_at_the_limit_stays_in_bounds(name: str, tmp_path: Path) -> None:
    path = tmp_path / "extreme.json"
    path.write_bytes(extreme(name, MAX_BYTES - 1000))
    result, seconds, peak = measured(path)
    print(f"\n{name}: {seconds:.1f} s, {peak:.0f} MB, {result}")
    assert seconds < SECONDS
    assert peak < MEGABYTES


@pytest.mark.long
@pytest.mark.parametrize("after", [0.1, 1.0, 3.0])
@pytest.mark.parametrize("name", ["one text", "turns", "words", "odd spaces", "lines", "strengths"])
async def test_esc_works_throughout(name: str, after: float, tmp_path: Path) -> None:
    path = tmp_path / "extreme.json"
    path.write_bytes(extreme(name, MAX_BYTES - 1000))
    command = [sys.executable, "-m", "medtui", "view", str(path)]
    async with Terminal(command, env=environment(tmp_path)) as terminal:
        await terminal.until("Review")
        await asyncio.sleep(after)
        start = time.monotonic()
        terminal.press("\x1b")
        await asyncio.wait_for(terminal.process.wait(), 60)
        print(f"\n{name} after {after} s: left in {time.monotonic() - start:.2f} s")
        assert terminal.process.returncode == 0
