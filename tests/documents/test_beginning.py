"""The first turns of a long talk are read from the first bytes of its file."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from medtui.documents import DocumentError, Transcript, load, read
from medtui.documents.beginning import beginning_of
from medtui.documents.reading import HEAD, Reading
from tests.documents.extremes import long_talk
from tests.documents.fault_assessments import ASSESSMENTS
from tests.documents.fault_talks import TALKS

SAMPLES = Path(__file__).parent / "samples"
FILES = [path for path in sorted(SAMPLES.rglob("*.*")) if path.name[0] != "_"]
ROWS = [
    {"speaker": "AB"[n % 2], "text": f"This is {n}.", "start": 3.0 * n, "end": 3.0 * n + 2}
    for n in range(40)
]  # fmt: skip


def told(turns: Any) -> list[tuple[str | None, str]]:
    return [(turn.speaker, turn.text) for turn in turns]


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A talk of more than HEAD bytes, as the platform's recorder writes it."""
    path = tmp_path / "large.json"
    path.write_text(long_talk(1500))
    assert path.stat().st_size > HEAD
    return path


@pytest.mark.parametrize("as_bytes", [False, True])
async def test_the_first_turns_come_before_the_others(large: Path, as_bytes: bool) -> None:
    reading = Reading(large.read_bytes() if as_bytes else large)
    beginning = await reading.beginning()
    assert beginning is not None
    assert await reading.beginning() is None
    whole = await reading.result()
    assert isinstance(whole, Transcript)
    assert whole == read(load(large))
    assert (beginning.source, beginning.notes) == (whole.source, ())
    assert 10 < len(beginning.turns) < len(whole.turns)
    assert beginning.turns == whole.turns[: len(beginning.turns)]


async def test_they_need_not_be_asked_for(large: Path) -> None:
    assert await Reading(large.read_bytes()).result() == read(load(large))
    assert await Reading(large.read_bytes()).first() == await Reading(large).first()


async def test_a_file_that_breaks_off_later_has_a_beginning(
    tmp_path: Path,
) -> None:
    path = tmp_path / "broken.json"
    path.write_text(json.dumps({"turns": ROWS * 500})[:-30])
    assert path.stat().st_size > HEAD
    reading = Reading(path)
    assert await reading.beginning() is not None
    with pytest.raises(DocumentError, match="is incomplete"):
        await reading.result()


@pytest.mark.parametrize(
    "content",
    [
        json.dumps({"turns": ROWS}),
        json.dumps({"turns": ROWS}, indent=1),
        json.dumps(json.dumps({"turns": ROWS})),
        "// exported\n" + json.dumps(ROWS),
        "".join(json.dumps(row) + "\n" for row in ROWS),
        "\ufeff" + json.dumps(ROWS),
        "".join(f"{row['speaker']}: {row['text']}\n" for row in ROWS),
        "WEBVTT\n\n"
        + "".join(f"00:{n:02}.000 --> 00:{n:02}.900\n<v {'AB'[n % 2]}>This is {n}.\n\n"
                  for n in range(40)),
    ],
    ids=["JSON", "indented", "twice", "comment", "lines", "BOM", "names", "VTT"],
)  # fmt: skip
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_the_beginning_of_each_form_is_that_of_the_whole(content: str, encoding: str) -> None:
    data = content.encode(encoding)
    found = beginning_of(data[: len(data) * 3 // 4])
    whole = read(data)
    assert found is not None
    assert isinstance(whole, Transcript)
    assert len(found.turns) > 20
    assert told(found.turns) == told(whole.turns[: len(found.turns)])


@pytest.mark.parametrize("cut", [1.0, 0.7])
@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[1, 2, 3",
        '"a text',
        "Prose of which nobody knows who says it.\n" * 40,
        json.dumps({"dimensions": [{"name": f"Domain {n}", "score": n} for n in range(40)]}),
        json.dumps({"odd": [{"words": "What is this?"}] * 40}),
        '{"turns": [' + "}" * 40,
    ],
)
def test_what_may_be_no_talk_has_no_beginning(content: str, cut: float) -> None:
    assert beginning_of(content[: int(len(content) * cut)].encode()) is None


def test_an_assessment_that_is_wanted_has_none() -> None:
    data = json.dumps(ROWS).encode()
    assert beginning_of(data) is not None
    assert beginning_of(data, "assessment") is None


def cut(seed: int) -> None:
    """Cut a sample or a variant at random; its beginning says nothing that is not in it."""
    chance = random.Random(seed)
    data = chance.choice(CONTENTS)
    head = data[: chance.randrange(len(data) + 1)]
    found = beginning_of(head)
    if found is not None:
        assert found.turns
        assert all(turn.text for turn in found.turns)
        assert (found.notes, found.unclaimed) == ((), {})


CONTENTS = [path.read_bytes() for path in FILES] + [
    content.encode() if isinstance(content, str) else json.dumps(content).encode()
    for part in (TALKS, ASSESSMENTS)
    for pair in part.values()
    for content, _ in pair
]


@pytest.mark.parametrize("start", range(0, 300, 100))
def test_files_cut_at_random_do_no_harm(start: int) -> None:
    for seed in range(start, start + 100):
        cut(seed)


@pytest.mark.long
@pytest.mark.parametrize("start", range(1_000, 11_000, 1_000))
def test_ten_thousand_files_cut_at_random_do_no_harm(start: int) -> None:
    for seed in range(start, start + 1_000):
        cut(seed)
