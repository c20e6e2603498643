"""Two programs record a station, each its own microphone: from `k` to the uploaded transcript."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import signal
import stat
import sys
import time
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pytest

from tests.data.cable import Cable, cable
from tests.helpers.http_clients import http_client
from tests.helpers.recorder import Recorder, recorded
from tests.helpers.stack import Person, Stack
from tests.helpers.terminal import Terminal
from tests.listening import recordings
from tests.test_end_to_end import environment, sign_in

FAKE = Path(__file__).parents[1] / "helpers/microphone"
CLOCK_IS_WRONG = timedelta(hours=2).total_seconds()
MARGIN = 0.35
"""Seconds of silence around what is said."""


class Voice:
    """One person's program with a microphone, which may be killed and started again."""

    def __init__(self, person: Person, home: Path, url: str, key: str, wrong: float = 0) -> None:
        self.person = person
        self.home = home
        self.said: list[tuple[float, str]] = []
        """When each turn was begun, by the monotonic clock, and its words."""
        self._wrong = wrong
        self._cues = home / "cues"
        self._opened = AsyncExitStack()
        home.mkdir()
        (home / "config.toml").write_text(f'listen_model = "{recordings.model()}"\n')
        self._env = environment(
            home,
            SUPABASE_URL=url,
            SUPABASE_ANON_KEY=key,
            PYTHONPATH=f"{FAKE}{os.pathsep}{Path.cwd()}",
            FAKE_MICROPHONE=str(self._cues),
        )
        self.terminal: Terminal

    async def open(self) -> None:
        command = [sys.executable, "-m", "tests.helpers.wrong_clock", str(self._wrong)]
        self.terminal = await self._opened.enter_async_context(
            Terminal(command, env=self._env, columns=110, rows=32)
        )

    async def go_in(self) -> None:
        await self.terminal.until("● LIVE", "Mock", gone="Your login")
        self.terminal.press("\r")
        await self.terminal.until("go into the room")
        self.terminal.press("\r")
        await self.terminal.until("Room ·")

    async def kill(self) -> None:
        os.killpg(self.terminal.process.pid, signal.SIGKILL)
        await self.terminal.process.wait()
        await self._opened.aclose()

    async def close(self) -> None:
        await self._opened.aclose()

    def say(self, turn: dict[str, Any], track: np.ndarray, pause: float = MARGIN) -> float:
        """Say a turn of the talk soon. Returns for how many seconds it lasts, with the pause."""
        first, last = (round(turn[at] * recordings.RATE) for at in ("start", "end"))
        clip = self.home / f"said-{len(self.said)}.raw"
        clip.write_bytes((track[first:last] * 32767).astype("<i2").tobytes())
        begins = time.monotonic() + pause
        with self._cues.open("a") as file:
            file.write(f"{begins} {clip}\n")
        self.said.append((begins, turn["text"]))
        return pause + turn["end"] - turn["start"] + pause

    def sound(self) -> list[Path]:
        """The files of what was recorded, in its state."""
        return [
            path for path in (self.home / "state").rglob("*") if path.suffix in (".pcm", ".wav")
        ]


async def transcript(stack: Stack, session: UUID) -> dict[str, Any] | None:
    """The transcript in the bucket, read with the service key; None: there is none."""
    headers = {"Authorization": f"Bearer {stack.service_key}"}
    async with http_client(headers=headers) as http:
        path = f"storage/v1/object/assessments/{session}/transcript.json"
        answer = await http.get(f"{stack.url}/{path}")
    return json.loads(answer.content) if answer.is_success else None


async def until_transcript(stack: Stack, session: UUID, parts: int) -> dict[str, Any]:
    async with asyncio.timeout(120):
        while True:
            found = await transcript(stack, session)
            if found is not None and len(found["metadata"]["parts"]) == parts:
                return found
            await asyncio.sleep(0.3)


def check_times(voices: list[Voice]) -> None:
    """What was recorded is by both clocks where it was heard: the very samples are looked for."""
    wall = time.time() - time.monotonic()
    errors = {}
    for voice in voices:
        began, _ = voice.said[0]
        loud = (voice.home / "said-0.raw").read_bytes()[16_000:16_200]
        [at] = [
            int(file.stem.split("-")[0]) / 1e6 + (sound.index(loud) - 16_000) / 2 / recordings.RATE
            for file in voice.sound()
            if loud in (sound := file.read_bytes())
        ]
        errors[voice.person.name] = at - (wall + began)
    print(", ".join(f"{who}: {error * 1000:+.1f} ms" for who, error in errors.items()))
    assert all(abs(error) <= 0.1 for error in errors.values()), errors
    assert max(errors.values()) - min(errors.values()) <= 0.1, errors


def check_words(found: dict[str, Any], voices: list[Voice], since: datetime) -> None:
    """All that was said is there, once, by whom and when it was said."""
    now, monotonic = datetime.now(UTC), time.monotonic()
    turns = found["results"]["utterances"]
    for number, voice in enumerate(voices):
        own = [turn for turn in turns if turn["speaker"] == number]
        heard = " ".join(turn["transcript"] for turn in own)
        said = " ".join(words for _, words in voice.said)
        assert recordings.wrong(said, heard) <= 25, (said, heard)  # of a few words, one is much
        for began, words in voice.said:
            at = (now - since).total_seconds() - (monotonic - began)
            error = min((turn["start"] - at for turn in own), key=abs)
            assert abs(error) <= 0.5, (words, at, own)


def check_no_sound(recorder: Recorder, voices: list[Voice]) -> None:
    """Nothing of the sound has passed, plain or packed as text."""
    sent = b"".join(bytes(talk.sent) for talk in recorder.talks)
    for voice in voices:
        for clip in voice.home.glob("said-*.raw"):
            loud = clip.read_bytes()[16_000:16_060]
            assert loud not in sent
            assert base64.b64encode(loud)[4:40] not in sent
        assert not [log for log in voice.home.rglob("*.log*") if b"button" in log.read_bytes()]
    assert len(sent) < 400_000


async def agree(host: Voice, guest: Voice) -> None:
    host.terminal.press("k")
    await host.terminal.until("Ask Mei Tanaka to record this station?")
    host.terminal.press("y")
    await host.terminal.until("Mei Tanaka is asked")
    await guest.terminal.until("asks to record")
    guest.terminal.press("k")
    await guest.terminal.until("no sound is")
    guest.terminal.press("y")
    for voice in (host, guest):
        await voice.terminal.until("REC begins with the station")


async def begin(stack: Stack, session: UUID) -> datetime:
    """Start the station. Returns since when it runs."""
    statement = (
        "update practice_sessions set version = 2, stage_since = now() where id = %s"
        " returning stage_since"
    )
    [row] = await stack.sql(statement, session)
    since: datetime = row["stage_since"]
    return since


async def finish(host: Voice, guest: Voice) -> None:
    host.terminal.press("f")
    await host.terminal.until("ime is not up yet")
    host.terminal.press("y")
    for voice in (host, guest):
        await voice.terminal.until("WRAP-UP")


async def until_no_sound(voices: list[Voice]) -> None:
    async with asyncio.timeout(60):
        while any(voice.sound() for voice in voices):
            await asyncio.sleep(0.2)


@pytest.fixture
async def pair(stack: Stack) -> tuple[Person, Person, UUID]:
    amara, mei = await stack.person("Amara", "Okafor"), await stack.person("Mei", "Tanaka")
    session = await stack.session(
        amara, guest=mei, candidate_id=mei.id, starts_in=-timedelta(minutes=1)
    )
    return amara, mei, session


async def test_a_station_is_recorded_by_both(
    stack: Stack, pair: tuple[Person, Person, UUID], tmp_path: Path
) -> None:
    amara, mei, session = pair
    first, second = recordings.truth()[:2]
    doctor, patient = recordings.tracks(16)
    async with AsyncExitStack() as opened:
        proxy = await opened.enter_async_context(recorded(stack.url))
        host = Voice(amara, tmp_path / "host", proxy.url, stack.anon_key)
        guest = Voice(mei, tmp_path / "guest", proxy.url, stack.anon_key, CLOCK_IS_WRONG)
        for voice in (host, guest):
            await voice.open()
            opened.push_async_callback(voice.close)
            await sign_in(voice.terminal, voice.person)
            await voice.go_in()
        await agree(host, guest)
        since = await begin(stack, session)
        for voice in (host, guest):
            await voice.terminal.until("● REC")
        await asyncio.sleep(guest.say(first, doctor))
        for voice in (host, guest):
            assert {stat.S_IMODE(file.stat().st_mode) for file in voice.sound()} == {0o600}
        assert "▇" in guest.terminal.text or guest.terminal.written
        await asyncio.sleep(host.say(second, patient))
        check_times([host, guest])
        await finish(host, guest)
        found = await until_transcript(stack, session, 2)
        for voice in (host, guest):
            await voice.terminal.until("Transcript uploaded")
            voice.terminal.press("!")
            await voice.terminal.until("The transcript of the recorded station is uploaded")
        check_words(found, [host, guest], since)
        assert found["metadata"]["consent"] == ["Amara Okafor", "Mei Tanaka"]
        await until_no_sound([host, guest])
        check_no_sound(proxy, [host, guest])


@pytest.mark.long
async def test_a_cut_network_and_kills_of_both_lose_nothing(
    stack: Stack, pair: tuple[Person, Person, UUID], tmp_path: Path
) -> None:
    amara, mei, session = pair
    turns = recordings.truth()
    tracks = recordings.tracks(60)
    async with AsyncExitStack() as opened:
        proxy = await opened.enter_async_context(recorded(stack.url))
        wire: Cable = await opened.enter_async_context(cable(proxy.url))
        host = Voice(amara, tmp_path / "host", wire.url, stack.anon_key)
        guest = Voice(mei, tmp_path / "guest", wire.url, stack.anon_key, CLOCK_IS_WRONG)
        people = [guest, host]  # the guest is the doctor, who speaks on the first track
        (host.home / "config.toml").open("a").write("keep_recordings = true\n")
        for voice in (host, guest):
            await voice.open()
            opened.push_async_callback(voice.close)
            await sign_in(voice.terminal, voice.person)
            await voice.go_in()
        await agree(host, guest)
        since = await begin(stack, session)
        for number, turn in enumerate(turns[:5]):
            for voice in (host, guest):
                await voice.terminal.until("● REC")
            who = turn["speaker"]
            await asyncio.sleep(people[who].say(turn, tracks[who], pause=1.0))
            if number == 0:
                wire.cut()
                await host.terminal.until("NOT LIVE")
            elif number == 1:  # said and recorded without a network
                wire.mend()
                for voice in (host, guest):
                    await voice.terminal.until("● LIVE")
            elif number in (2, 3):
                killed = people[number - 2]
                await killed.kill()
                await killed.open()
                await killed.go_in()
        check_times([host, guest])
        await finish(host, guest)
        await guest.kill()  # while it listens to itself, or sends its words
        await asyncio.sleep(1)
        await host.kill()
        for voice in (host, guest):
            await voice.open()
            await voice.terminal.until("● LIVE")
        found = await until_transcript(stack, session, 2)
        check_words(found, [host, guest], since)
        async with asyncio.timeout(60):
            while guest.sound() or len(host.sound()) != 1:
                await asyncio.sleep(0.2)
        assert host.sound()[0].name == f"{session}.wav", "kept, as its owner wants it"
        check_no_sound(proxy, [host, guest])
