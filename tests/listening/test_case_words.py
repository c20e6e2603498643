"""The case's words help to hear a station; they are read once its debrief has begun."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from medtui.listening import own_voices
from medtui.listening.errors import ListenError
from medtui.listening.listener import listen
from medtui.listening.own_voices import OwnVoices
from medtui.store.recordings import Recording
from tests.data.test_courier import Practice
from tests.helpers.commands import Script
from tests.helpers.stack import Stack
from tests.listening import rare_talk, recordings


@pytest.fixture
async def station(stack: Stack, tmp_path: Path) -> AsyncIterator[Practice]:
    """A station with a case that runs; the guest is the candidate."""
    host, guest = await stack.person("Amara", "Okafor"), await stack.person("Mei", "Tanaka")
    more = {"case_id": await stack.case(1), "candidate_id": guest.id, "version": 2}
    session = await stack.session(host, guest=guest, **more)
    async with contextlib.AsyncExitStack() as opened:
        yield Practice(stack, tmp_path, host, guest, session, opened)


@pytest.mark.detail
async def test_the_candidates_machine_asks_for_the_case_when_the_station_is_over(
    station: Practice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = await station.open(station.guest, live=False)
    asked: list[str] = []
    cases: list[str] = []

    async def note(request: httpx.Request) -> None:
        asked.append(request.url.path)

    async def heard(*_: Any, case: str, **__: Any) -> Any:
        cases.append(case)
        raise ListenError("This test needs no words.")

    desk.backend._connection.http.event_hooks["request"].append(note)
    monkeypatch.setattr(own_voices, "listen", heard)
    monkeypatch.setattr(own_voices, "LOOK_SECONDS", 0.05)
    recording = Recording(tmp_path, station.guest.id, station.session)
    recording.begin(datetime.now(UTC), 16_000).write(bytes(32_000))
    model, tell = str(recordings.model()), list[str]().append
    voices = OwnVoices(
        desk.backend, station.guest.id, desk.delivery, tmp_path, model, tell, keeps_sound=False
    )
    voices.start()
    async with asyncio.timeout(40):
        while sum("practice_sessions" in path for path in asked) < 3:
            await asyncio.sleep(0.01)
        assert not [path for path in asked if "case" in path]
        await station.stack.sql("update practice_sessions set version = 3")
        while not cases:
            await asyncio.sleep(0.01)
    voices.stop()
    await voices.stopped()
    assert "Part of case 1" in cases[0]
    assert "Task of case 1" in cases[0]


@pytest.mark.detail
async def test_a_case_is_named_by_a_file_or_a_session_that_is_over(
    station: Practice, tmp_path: Path
) -> None:
    sound = recordings.write(tmp_path / "talk.wav", np.zeros((1, 16_000)))
    script = Script(station.stack, station.guest, tmp_path)

    async def said(case: str) -> tuple[int, str]:
        model = str(recordings.model())
        done = await script("listen", str(sound), "--model", model, "--case", case)
        assert done.err.count("\n") == 1, done.err
        return done.code, done.err

    code, silent = station.session.hex[:8], "No words were heard in it"
    assert "once its debrief has begun: finish the station first" in (await said(code))[1]
    assert (await said("nowhere.md"))[0] == 2
    assert "There is no session 00000000" in (await said("00000000"))[1]
    assert f"{sound} is no text of a case" in (await said(str(sound)))[1]
    await station.stack.sql("update practice_sessions set version = 3")
    assert silent in (await said(code))[1]
    (tmp_path / "case.md").write_text(rare_talk.CASE)
    assert silent in (await said(str(tmp_path / "case.md")))[1]


@pytest.mark.long
@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng speaks the talk")
@pytest.mark.parametrize("talk", ["rare words", "the tests' talk"])
async def test_words_wrong_with_and_without_the_case(talk: str, tmp_path: Path) -> None:
    if talk == "rare words":
        tracks, case = rare_talk.spoken(tmp_path), rare_talk.CASE
    else:
        said = recordings.truth()
        tracks = [
            (path, " ".join(turn["text"] for turn in said if turn["speaker"] == who))
            for who, path in enumerate(recordings.TRACKS)
        ]
        case = recordings.cases()
    found = {}
    for name, words in {"without": "", "with": case}.items():
        paths = [path for path, _ in tracks]
        heard = await listen(paths, recordings.model(), tmp_path, lambda at, of: None, case=words)
        wrong = length = 0.0
        for (_, text), track in zip(tracks, heard.tracks, strict=True):
            count = len(text.split())
            wrong += count * recordings.wrong(text, " ".join(each.text for each in track))
            length += count
        found[name] = wrong / length
    print(f"{talk}: {found['without']:.1f} words wrong in 100, {found['with']:.1f} with the case")
    # The words of four cases at once are no help for the talk, and must be no harm.
    most = 0.8 * found["without"] if talk == "rare words" else found["without"] + 0.5
    assert found["with"] <= most
