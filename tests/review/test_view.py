"""`medtui view` as one runs it: printed in the normal form, or read in a terminal."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.commands import checked
from tests.helpers.terminal import Terminal
from tests.test_end_to_end import environment

SAMPLES = Path(__file__).parent.parent / "documents" / "samples"
TALK = SAMPLES / "transcripts" / "assemblyai.json"
MARKS = SAMPLES / "assessments" / "platform.json"


def view(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "medtui", "view", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=30)


@pytest.mark.detail
def test_a_transcript_and_an_assessment_are_printed_one_a_line() -> None:
    done = view("--json", TALK, MARKS)
    assert (done.returncode, done.stderr) == (0, "")
    talk, marks = (json.loads(line) for line in done.stdout.splitlines())
    assert list(talk) == ["kind", "source", "duration", "turns", "notes", "unclaimed"]
    assert (talk["kind"], talk["source"], talk["duration"]) == ("transcript", "assemblyai", 29)
    assert talk["turns"][1] == {
        "speaker": "B",
        "start": 6.2,
        "end": 10.74,
        "text": "My left eye has been red since Friday, and bright light hurts.",
        "confidence": 0.93,
    }
    assert (marks["kind"], marks["source"], marks["marked_by"]) == ("assessment", "platform", "ai")
    assert {"overall", "domains", "criteria", "feedback", "unclaimed"} < set(marks)
    assert marks["domains"][4]["score"] is None
    assert checked(talk, "transcript")
    assert checked(marks, "assessment")
    quotes = [quote for domain in marks["domains"] for quote in domain["evidence"]]
    assert {quote["found"] for quote in quotes} == {"exact", "not found"}
    assert all(
        "left eye" in talk["turns"][q["turn"]]["text"] for q in quotes if "eye" in q["quote"]
    )


@pytest.mark.detail
def test_what_cannot_be_read_is_a_sentence_and_the_rest_is_printed(tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text('{"turns": [\n{"text" 3}]}')
    done = view("--json", broken, TALK)
    assert done.returncode == 1
    assert "broken.json: This file breaks off at line 2, column 9: a colon" in done.stderr
    assert "Traceback" not in done.stderr
    assert json.loads(done.stdout)["kind"] == "transcript"


@pytest.mark.detail
def test_a_file_that_is_not_there_is_named_once(tmp_path: Path) -> None:
    path = tmp_path / "none.json"
    for options in ([], ["--json"]):
        done = view(*options, path)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == (
            f"medtui: {path}: This file does not exist: name a transcript or an assessment.\n"
        )


def cannot_be_opened(folder: Path, kind: str) -> Path:
    """Something in a folder that is no file to be read, or an empty one."""
    path = folder / "talk.json"
    if kind == "a folder":
        path.mkdir()
    elif kind == "a FIFO":
        os.mkfifo(path)
    elif kind == "a device":
        path = Path("/dev/zero")
    elif kind == "empty":
        path.write_text(" \n\n")
    elif kind == "a long name":
        path = folder / ("x" * 5_000)
    elif kind == "a link to itself":
        path.symlink_to(path)
    return path


KINDS = ["a folder", "a FIFO", "a device", "empty", "a long name", "a link to itself"]


@pytest.mark.detail(after=8)
@pytest.mark.parametrize("options", [[], ["--json"]], ids=["text", "json"])
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_file_to_be_read_is_one_sentence(
    kind: str, options: list[str], tmp_path: Path
) -> None:
    done = view(*options, cannot_be_opened(tmp_path, kind))
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert "This file" in done.stderr or "This is not a file" in done.stderr


@pytest.mark.detail
async def test_in_a_terminal_what_is_no_file_opens_no_screen(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "medtui", "view", str(tmp_path / "none.json")]
    async with Terminal(command, env=environment(tmp_path)) as terminal:
        assert await terminal.process.wait() == 2
        await terminal.until("This file does not exist")
    assert b"\x1b[?1049h" not in terminal.output


@pytest.mark.detail
def test_into_a_pipe_the_review_is_printed_as_text() -> None:
    done = view(TALK, MARKS)
    assert (done.returncode, done.stderr) == (0, "")
    assert "My left eye has been red since Friday" in done.stdout
    assert "## Assessment" in done.stdout
    assert "\x1b" not in done.stdout


@pytest.mark.detail
def test_two_files_of_a_kind_are_not_printed_as_one_review() -> None:
    done = view(TALK, TALK)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Both files are transcripts" in done.stderr


@pytest.mark.detail
def test_an_unknown_shape_is_printed_and_a_note_says_so(tmp_path: Path) -> None:
    path = tmp_path / "odd.json"
    path.write_text('{"zz": [{"yy": "How are you today?"}]}')
    done = view("--json", path)
    assert done.returncode == 0
    assert json.loads(done.stdout)["turns"][0]["text"] == "How are you today?"
    assert "not known" in done.stderr


@pytest.mark.detail
@pytest.mark.parametrize("repeats", [1, 2_000])
def test_a_reader_that_has_enough_is_no_fault(tmp_path: Path, repeats: int) -> None:
    path = tmp_path / "long.json"
    path.write_text(json.dumps([{"speaker": "A", "text": "How are you?"}] * repeats))
    command = [sys.executable, "-m", "medtui", "view", "--json", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=30) == 1


def test_three_files_are_too_many() -> None:
    done = view(TALK, MARKS, TALK)
    assert done.returncode == 2
    assert "at most two files" in done.stderr


@pytest.mark.detail
async def test_in_a_terminal_until_one_leaves(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "medtui", "view", str(TALK), str(MARKS)]
    async with Terminal(command, env=environment(tmp_path)) as terminal:
        await terminal.until("Good morning, I'm Dr Lowe", "29.08 / 49.8")
        terminal.press("\x1b")
        assert await terminal.process.wait() == 0
    assert not list(tmp_path.glob("*.toml"))


@pytest.mark.detail
@pytest.mark.parametrize("kind", ["transcript", "assessment"])
def test_as_decides_what_a_file_is(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "either.json"
    path.write_text(json.dumps({"strengths": ["Warm"], "text": "One line.\nAnd another."}))
    done = view("--json", "--as", kind, path)
    assert json.loads(done.stdout)["kind"] == kind
    two = view("--json", "--as", kind, path, TALK)
    assert two.returncode == 2
    assert "name only that file" in two.stderr


@pytest.mark.detail
def test_a_file_with_a_talk_and_its_marks_prints_both(tmp_path: Path) -> None:
    path = tmp_path / "both.json"
    turns = [{"speaker": "Ann", "text": "Any pain?"}, {"speaker": "Bo", "text": "None."}]
    path.write_text(json.dumps({"turns": turns, "total_score": 3, "max_score": 4}))
    told = json.loads(view("--json", path).stdout)
    assert (told["kind"], told["overall"]["percent"]) == ("assessment", 75)
    assert [turn["text"] for turn in told["turns"]] == ["Any pain?", "None."]


@pytest.mark.detail
async def test_a_doubtful_file_is_asked_about_and_what_is_beside_a_talk_is_listed(
    tmp_path: Path,
) -> None:
    path = tmp_path / "either.json"
    path.write_text(json.dumps({"strengths": ["Warm hands"], "text": "One line.\nAnd another."}))
    command = [sys.executable, "-m", "medtui", "view", str(path)]
    async with Terminal(command, env=environment(tmp_path)) as terminal:
        await terminal.until("Which is it?")
        terminal.press("1")
        await terminal.until("And another.")
        terminal.press("o")
        await terminal.until("Warm hands")
