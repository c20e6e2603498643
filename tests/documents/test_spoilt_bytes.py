"""Sample files whose bytes are spoilt: a document or a sentence, in bounded time and memory."""

from __future__ import annotations

import json
import random
import resource
import sys
import time
from pathlib import Path

import pytest

from medtui.documents import DocumentError, read
from tests.documents.test_hostile import check as check_document

SAMPLES = Path(__file__).parent / "samples"
FILES = [path.read_bytes() for path in sorted(SAMPLES.rglob("*.*")) if path.name[0] != "_"]
ODD = [
    b'"', b"{", b"}", b"[", b"]", b",", b":", b"\\", b"\\ud800", b"\0", b"\xff", b"\xe2\x80\xae",
    b"\n", b"\r", b"\n\n", b"-->", b"WEBVTT\n\n", b"<", b"</p>", b"<!ENTITY a 'b'>", b"&#0;", b"%",
    b"1e999", b"NaN", b"-", b"null", b"true", b"9" * 400, b"00:00:01.000", b"7/10", b" " * 500,
    b"```json\n", b"data: ", b"[x] ", b"\xef\xbb\xbf", b"\xff\xfe", b"PK\x03\x04", b"{\\rtf1 ",
]  # fmt: skip
SECONDS = 2.0
"""Of processor time, which hardly any sample takes a hundredth of."""
MEGABYTES = 150
"""So much may the memory grow in a thousand files."""


def spoilt(data: bytes, chance: random.Random) -> bytes:
    """Bytes with a part cut out, doubled, moved or replaced; one to four times."""
    for _ in range(chance.randint(1, 4)):
        start = chance.randrange(len(data) + 1)
        end = min(len(data), start + chance.choice([1, 1, 8, 60, 600]))
        part = data[start:end]
        match chance.randrange(6):
            case 0:
                data = data[:start] + data[end:]
            case 1:
                data = data[:start] + part * chance.randint(2, 40) + data[end:]
            case 2:
                rest = data[:start] + data[end:]
                at = chance.randrange(len(rest) + 1)
                data = rest[:at] + part + rest[at:]
            case 3:
                data = data[:start] + chance.choice(ODD) + data[end:]
            case 4:
                data = data[:start]
            case _:
                other = chance.choice(FILES)
                data = data[:start] + other[chance.randrange(len(other)) :][:2_000] + data[end:]
    return data


def check(seed: int) -> float:
    """Seconds of work for one file. Raises what is neither a document nor a sentence."""
    chance = random.Random(seed)
    data = spoilt(chance.choice(FILES), chance)
    refused = ""
    start = time.process_time()
    try:
        document = read(data)
    except DocumentError as error:
        document, refused = None, error.message
    took = time.process_time() - start
    if document is not None:
        check_document(document)
        json.dumps(document.as_json(), allow_nan=False)
    assert not refused or refused.endswith("."), seed
    assert took < SECONDS, seed
    return took


def peak() -> float:
    """The greatest memory of this process so far, in megabytes."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1024**2 if sys.platform == "darwin" else most / 1024


def test_a_spoilt_file_is_read_or_refused() -> None:
    for seed in range(300):
        check(seed)


@pytest.mark.long
@pytest.mark.parametrize("start", range(1_000, 11_000, 1_000))
def test_ten_thousand_spoilt_files_are_read_or_refused(start: int) -> None:
    before = peak()
    took = [check(seed) for seed in range(start, start + 1_000)]
    grown = peak() - before
    print(f"\n{sum(took):.1f} s, the slowest {max(took):.2f} s, {grown:.0f} MB more at the peak")
    assert grown < MEGABYTES
