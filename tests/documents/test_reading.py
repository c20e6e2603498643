"""Reading goes on beside everything else, can be stopped, and ends in a document or a sentence."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import replace
from pathlib import Path

import pytest

from medtui.documents import Assessment, DocumentError, Transcript, load, read
from medtui.documents.bringing import bring
from medtui.documents.reading import SMALL, Reading
from tests.documents.extremes import RECORDED, long_talk

SAMPLES = Path(__file__).parent / "samples"


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A file that is read by a process of its own."""
    path = tmp_path / "large.json"
    path.write_text(long_talk(450))
    assert path.stat().st_size > SMALL / 3
    path.write_text(long_talk(450) + " " * SMALL)
    return path


@pytest.mark.detail
async def test_a_small_file_and_a_large_one_read_alike(large: Path) -> None:
    for path in (RECORDED, large):
        assert await Reading(path).result() == read(load(path))
        assert await Reading(path.read_bytes()).result() == read(load(path))


async def test_an_assessment_comes_through_too(tmp_path: Path) -> None:
    path = tmp_path / "assessment.json"
    path.write_text((SAMPLES / "assessments" / "checklist.json").read_text() + " " * SMALL)
    assert await Reading(path).result() == read(load(path))


async def test_what_else_is_in_a_long_talk_follows_its_turns(tmp_path: Path) -> None:
    path = tmp_path / "large.json"
    rows = [{"speaker": "ab"[n % 2], "text": f"This is turn {n}.", "mood": n} for n in range(300)]
    path.write_text(json.dumps({"turns": rows, "ward": "seven"}) + " " * SMALL)
    reading = Reading(path)
    first = await reading.first()
    whole = await reading.result()
    assert isinstance(first, Transcript)
    assert whole == read(load(path)) == await reading.result()
    assert whole == replace(first, notes=whole.notes, unclaimed=whole.unclaimed)
    assert (first.notes, first.unclaimed) == ((), {})
    assert whole.unclaimed["ward"] == "seven"


async def test_a_small_file_is_whole_at_first() -> None:
    reading = Reading(RECORDED)
    assert await reading.first() is await reading.result()


async def test_a_reader_that_dies_after_the_turns_is_a_sentence(large: Path) -> None:
    reading = Reading(large)
    assert reading._process is not None
    await reading.first()
    reading._process.kill()
    assert reading._process.stdout is not None
    reading._process.stdout.read()  # what it has sent before
    with pytest.raises(DocumentError, match="could not be read"):
        await reading.result()


@pytest.mark.detail
async def test_a_large_file_that_may_be_either_says_so(tmp_path: Path) -> None:
    path = tmp_path / "either.json"
    told = {"strengths": ["Warm hands"], "text": "One line.\nAnd another."}
    path.write_text(json.dumps(told) + " " * SMALL)
    assert (await Reading(path).result()).is_doubtful
    found = await bring(path)
    assert (found.kind, found.other) == ("assessment", "transcript")
    chosen = await bring(path, "transcript")
    assert (chosen.kind, chosen.other) == ("transcript", None)
    assert chosen.content == path.read_bytes()


@pytest.mark.detail
async def test_a_large_file_with_a_talk_and_marks_gives_both(tmp_path: Path) -> None:
    path = tmp_path / "both.json"
    turns = [{"speaker": "Ann", "text": "Any pain?"}, {"speaker": "Bo", "text": "None."}]
    told = {"turns": turns, "total_score": 3, "max_score": 4}
    path.write_text(json.dumps(told) + " " * SMALL)
    found = await Reading(path).result()
    assert isinstance(found, Assessment)
    assert found == read(load(path))
    assert found.talk is not None
    assert (await bring(path)).other == "transcript"


async def test_what_is_wrong_comes_through(tmp_path: Path) -> None:
    path = tmp_path / "broken.json"
    path.write_text('{"turns": [' + " " * SMALL + "x")
    with pytest.raises(DocumentError, match="line 1, column"):
        await Reading(path).result()
    with pytest.raises(DocumentError, match="does not exist"):
        await Reading(tmp_path / "none.json").result()


async def test_what_is_expected_is_passed_on(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("Doctor: 7/10 and no more.\n" + " " * SMALL)
    assert isinstance(await Reading(path).result(), Transcript)
    assert not isinstance(await Reading(path, "assessment").result(), Transcript)


async def test_the_loop_goes_on_while_a_large_file_is_read(large: Path) -> None:
    reading = asyncio.create_task(Reading(large).result())
    late = 0.0
    while not reading.done():
        before = time.thread_time()
        await asyncio.sleep(0.005)
        late = max(late, time.thread_time() - before)
    assert isinstance(await reading, Transcript)
    assert late < 0.2


async def test_reading_can_be_stopped(large: Path) -> None:
    reading = Reading(large)
    process = reading._process
    assert process is not None
    task = asyncio.create_task(reading.result())
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert process.poll() is not None


async def test_a_reader_that_dies_is_a_sentence(large: Path) -> None:
    reading = Reading(large)
    assert reading._process is not None
    reading._process.kill()
    with pytest.raises(DocumentError, match="could not be read"):
        await reading.result()
