"""Reading documents, as ratios of what Python's JSON parser takes for the same bytes.

pytest tests/benchmarks/test_documents.py -m benchmark -n 0 -s
"""

from __future__ import annotations

import json
import math
import os
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

from medtui.documents.decode import MAX_BYTES
from tests.benchmarks.long_talk import write_long_talk
from tests.documents.extremes import NAMES, extreme

pytestmark = pytest.mark.benchmark

RUNS = 5
PARSE = """
import json, sys, time
from pathlib import Path
data = Path(sys.argv[1]).read_bytes()
start = time.process_time()
json.loads(data)
print(time.process_time() - start, 0, 0, "parsed")
"""
# The peak is the reader's own: a child begins with its parent's.
READ = """
import gc, sys, time
from pathlib import Path
Path("/proc/self/clear_refs").write_text("5")
gc.disable()  # as the process does that reads long files
start = time.process_time()
from medtui.documents.decode import load
from medtui.documents.errors import DocumentError
from medtui.documents.reader import begin
what, first = "refused", 0.0
try:
    begun = begin(load(Path(sys.argv[1])))
    first = time.process_time() - start
    what = type(begun.whole()).__name__
except DocumentError:
    pass
whole = time.process_time() - start
peak = next(line for line in open("/proc/self/status") if "VmHWM" in line).split()[1]
print(whole, first, int(peak) / 1024, what)
"""


def measured(program: str, path: Path) -> tuple[float, float, float, str]:
    """Seconds of work for the whole and for the turns alone, megabytes, and what came of it.

    Python keeps what it has compiled, as it does for users.
    """
    command = [sys.executable, "-c", program, str(path)]
    cache = str(path.with_name("pyc"))
    env = {**os.environ, "PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": cache}
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True, env=env)
    whole, first, peak, what = done.stdout.split()
    return float(whole), float(first), float(peak), what


def test_five_hours(tmp_path: Path) -> None:
    path = tmp_path / "transcript.json"
    write_long_talk(path)
    parsed: list[float] = []
    first: list[float] = []
    whole: list[float] = []
    for _ in range(RUNS):  # in turns, so that a busy moment hits all
        parsed.append(measured(PARSE, path)[0])
        took = measured(READ, path)
        whole.append(took[0])
        first.append(took[1])
    unit = statistics.median(parsed)
    turns, rest = statistics.median(first) / unit, statistics.median(whole) / unit
    print(f"\njson.loads {unit:.2f} s; turns {turns:.2f} times that, all {rest:.2f} times that")


@pytest.mark.parametrize("name", NAMES)
def test_an_extreme_at_the_limit(name: str, tmp_path: Path) -> None:
    path = tmp_path / "extreme.json"
    path.write_bytes(extreme(name, MAX_BYTES - 1000))
    report(name, path)


def test_a_talk_at_the_limit(tmp_path: Path) -> None:
    """A talk of five hours, again and again until the file is as large as one may be."""
    path = tmp_path / "transcript.json"
    write_long_talk(path)
    talk = json.loads(path.read_text())
    spoken, length = talk["results"]["utterances"], talk["metadata"]["duration"]
    count = len(spoken) * (MAX_BYTES * 95 // 100) // len(json.dumps(spoken))
    utterances = []
    for n in range(count):
        later, utterance = n // len(spoken) * length, spoken[n % len(spoken)]
        times = {name: utterance[name] + later for name in ("start", "end")}
        utterances.append({**utterance, **times})
    path.write_text(json.dumps({"results": {"utterances": utterances}}))
    report("talk", path)


def report(name: str, path: Path) -> None:
    try:
        unit = measured(PARSE, path)[0]
    except subprocess.CalledProcessError:  # it is no JSON, or broken
        unit = math.nan
    took = measured(READ, path)
    size = path.stat().st_size / 1024**2
    print(
        f"\n{name}: {size:.0f} MB; json.loads {unit:.2f} s; all {took[0]:.2f} s of work,"
        f" {took[0] / unit:.2f} times that (aim: 1.05); {took[2]:.0f} MB of memory (aim: 300),"
        f" {took[2] / size:.1f} times the file: {took[3]}"
    )


def test_single_words(tmp_path: Path) -> None:
    """A list of nothing but words, 36 MB of it."""
    path = tmp_path / "transcript.json"
    write_long_talk(path)
    words = json.loads(path.read_text())["results"]["channels"][0]["alternatives"][0]["words"]
    length = words[-1]["end"] + 1
    count = len(words) * 36 * 1024**2 // len(json.dumps(words))
    found = []
    for n in range(count):
        later, word = n // len(words) * length, words[n % len(words)]
        found.append({**word, **{name: word[name] + later for name in ("start", "end")}})
    path.write_text(json.dumps({"words": found}))
    report("words", path)
