"""`medtui listen`: a recording becomes a transcript, on this machine."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import stat
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from medtui import cli
from medtui.documents import load, read
from medtui.documents.transcript import Transcript
from medtui.listening import extra
from medtui.listening.listener import HeardTalk, listen
from tests.helpers.commands import Done, run
from tests.listening import recordings

SHORT = 24.0
"""Seconds of the talk that the suite listens to."""


async def command(home: Path, output: Path, *files: Path, **env: str) -> Done:
    names = [str(file) for file in files]
    more = ["--speakers", "Doctor,Patient", "--consent", "Amara Okafor, Mei Tanaka"]
    where = ["--model", str(recordings.model()), "--output", str(output)]
    return await run(home, "listen", *names, *more, *where, **env)


def transcript(path: Path) -> Transcript:
    document = read(load(path))
    assert isinstance(document, Transcript)
    return document


async def test_two_tracks_become_turns_with_the_right_speaker(tmp_path: Path) -> None:
    files = [
        recordings.write(tmp_path / f"{number}.wav", track[np.newaxis])
        for number, track in enumerate(recordings.tracks(SHORT))
    ]
    done = await command(tmp_path, tmp_path / "talk.json", *files)
    assert done.code == 0, done.err
    found = transcript(tmp_path / "talk.json")
    assert recordings.check(found.turns, SHORT, ("Doctor", "Patient")) <= 15
    assert found.source == "deepgram"
    assert all(word.confidence is not None for turn in found.turns for word in turn.words)
    assert sum(len(turn.words) for turn in found.turns) > 40
    told = json.loads((tmp_path / "talk.json").read_bytes())["metadata"]
    assert told["consent"] == ["Amara Okafor", "Mei Tanaka"]
    assert told["source"] == "medtui listen"
    assert "faster-whisper" in told["model"]
    assert stat.S_IMODE((tmp_path / "talk.json").stat().st_mode) == 0o600
    assert not list(tmp_path.rglob("*.jsonl")), "what was kept for going on is gone"


@pytest.mark.detail
async def test_a_stereo_file_is_two_people(tmp_path: Path) -> None:
    rows = np.stack(recordings.tracks(SHORT))
    file = recordings.write(tmp_path / "both.mp3", rows, "libmp3lame", 48_000)
    heard = await heard_in(tmp_path, file)
    assert heard.are_apart
    assert recordings.check(turns_of(heard), SHORT) <= 15


@pytest.mark.detail
@pytest.mark.parametrize("kind", ["m4a", "webm", "flac"])
async def test_other_containers(kind: str, tmp_path: Path) -> None:
    codec = {"m4a": "aac", "webm": "libopus", "flac": "flac"}[kind]
    rows = np.stack(recordings.tracks(SHORT))
    heard = await heard_in(tmp_path, recordings.write(tmp_path / f"talk.{kind}", rows, codec))
    assert recordings.check(turns_of(heard), SHORT) <= 15


@pytest.mark.detail
async def test_a_mix_is_turns_without_names(tmp_path: Path) -> None:
    mixed = sum(recordings.tracks(SHORT))
    file = recordings.write(tmp_path / "mix.wav", np.stack([mixed, mixed]))  # type: ignore[list-item]
    done = await run(tmp_path, "listen", str(file), "--model", str(recordings.model()),
                     "--output", str(tmp_path / "mix.json"))  # fmt: skip
    assert done.code == 0, done.err
    found = transcript(tmp_path / "mix.json")
    assert found.speakers == ()
    assert len(found.turns) >= 4
    assert "the turns have no names" in (tmp_path / "mix.json").read_text()


@pytest.mark.detail
async def test_killed_halfway_it_goes_on_where_it_was(tmp_path: Path) -> None:
    files = [
        recordings.write(tmp_path / f"{number}.wav", track[np.newaxis])
        for number, track in enumerate(recordings.tracks(130))
    ]
    whole = await heard_in(tmp_path / "once", *files)
    seen: list[float] = []
    work = asyncio.ensure_future(heard_in(tmp_path / "twice", *files, seen=seen))
    while not any(at >= 60 for at in seen):
        await asyncio.sleep(0.02)
    await asyncio.sleep(0.5)  # in the middle of the next minute
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    [journal] = (tmp_path / "twice").rglob("*.jsonl")
    assert stat.S_IMODE(journal.stat().st_mode) == 0o600
    with journal.open("ab") as file:
        file.write(b'{"until": 120.0, "fr')  # as the power went
    again: list[float] = []
    assert (await heard_in(tmp_path / "twice", *files, seen=again)).tracks == whole.tracks
    assert again[0] >= 60


@pytest.mark.long
@pytest.mark.parametrize("form", ["two files", "stereo mp3", "stereo wav"])
async def test_eight_minutes(form: str, tmp_path: Path) -> None:
    if form == "two files":
        files = list(recordings.TRACKS)
    else:
        kind, codec = ("mp3", "libmp3lame") if "mp3" in form else ("wav", "pcm_s16le")
        rows = np.stack(recordings.tracks(480))
        files = [recordings.write(tmp_path / f"both.{kind}", rows, codec)]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.monotonic()
    done = await command(tmp_path, tmp_path / "talk.json", *files)
    took = time.monotonic() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.code == 0, done.err
    wrong = recordings.check(transcript(tmp_path / "talk.json").turns, names=("Doctor", "Patient"))
    megabytes = after.ru_maxrss / 1024
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(
        f"{form}: {wrong:.1f} words wrong in 100, {480 / took:.1f} times faster than the talk"
        f" ({used:.0f} s of processors, load {os.getloadavg()[0]:.1f}), {megabytes:.0f} MB"
    )
    assert wrong <= 15
    assert megabytes < 700


async def test_a_model_that_is_missing_is_not_downloaded_unasked(tmp_path: Path) -> None:
    file = recordings.write(tmp_path / "talk.wav", np.zeros((1, 16_000)))
    done = await run(tmp_path, "listen", str(file), HF_HOME=str(tmp_path / "hub"))
    assert done.code == 1
    assert "148 MB from https://huggingface.co/Systran/faster-whisper-base.en" in done.err
    assert "add --yes" in done.err
    assert not (tmp_path / "hub").exists()


def test_without_the_extra_it_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(extra, "find_spec", lambda name: None)
    with pytest.raises(SystemExit) as ended:
        cli.main(["listen", "talk.wav"])
    assert ended.value.code == 1
    assert "pip install 'medtui[listen]'" in capsys.readouterr().err


async def heard_in(state: Path, *files: Path, seen: list[float] | None = None) -> HeardTalk:
    def note(at: float, of: float | None) -> None:
        if seen is not None:
            seen.append(at)

    return await listen(files, recordings.model(), state, note)


def turns_of(heard: HeardTalk) -> tuple[Any, ...]:
    from datetime import UTC, datetime

    from medtui.core.spoken_json import Origin, transcript_json

    origin = Origin("test", "tiny.en", datetime.now(UTC), ("0", "1"))
    document = read(transcript_json(heard.tracks, heard.seconds, origin), "transcript")
    assert isinstance(document, Transcript)
    return document.turns
