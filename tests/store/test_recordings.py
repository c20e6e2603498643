"""A recording on disk: stretches with pauses between become one track that fits the station."""

from __future__ import annotations

import array
import stat
import wave
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from medtui.store.recordings import Recording, recorded

BEGAN = datetime(2030, 1, 1, 18, tzinfo=UTC)
RATE = 16_000
ME, SESSION = UUID(int=1), UUID(int=2)


def samples(path: Path) -> array.array[int]:
    with wave.open(str(path)) as sound:
        assert (sound.getnchannels(), sound.getsampwidth(), sound.getframerate()) == (1, 2, RATE)
        return array.array("h", sound.readframes(sound.getnframes()))


def write(recording: Recording, seconds: float, value: int, length: float = 1) -> None:
    stretch = recording.begin(BEGAN + timedelta(seconds=seconds), RATE)
    stretch.write(array.array("h", [value] * int(length * RATE)).tobytes())
    stretch.close()


def test_stretches_are_where_they_were_heard(tmp_path: Path) -> None:
    recording = Recording(tmp_path, ME, SESSION)
    write(recording, 10, 7)
    write(recording, 2.5, 3)
    write(recording, -0.5, 9)  # its first half was before the station
    write(recording, 10.5, 5)  # another program's, at the same time
    track = samples(recording.write_track(BEGAN))
    heard = {second: track[int(second * RATE)] for second in (0.25, 1, 2.6, 4, 9.9, 10.9, 11.4)}
    assert heard == {0.25: 9, 1: 0, 2.6: 3, 4: 0, 9.9: 0, 10.9: 7, 11.4: 5}
    assert len(track) == int(11.5 * RATE)


def test_what_was_written_until_a_kill_counts(tmp_path: Path) -> None:
    recording = Recording(tmp_path, ME, SESSION)
    stretch = recording.begin(BEGAN, RATE)
    stretch.write(b"\1\0" * 100 + b"\1")  # half a sample, and never closed
    stretch.correct(BEGAN - timedelta(milliseconds=5))
    assert len(samples(recording.write_track(BEGAN - timedelta(milliseconds=5)))) == 100


def test_it_is_private_and_goes_as_a_whole(tmp_path: Path) -> None:
    recording = Recording(tmp_path, ME, SESSION)
    recording.agree(agrees=True)
    recording.note_station(BEGAN)
    write(recording, 0, 1)
    track = recording.write_track(BEGAN)
    for file in recording.folder.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(recording.folder.stat().st_mode) == 0o700
    assert Recording(tmp_path, ME, SESSION).has_agreed
    assert Recording(tmp_path, ME, SESSION).station == BEGAN
    assert [found.session for found in recorded(tmp_path, ME)] == [SESSION]
    content = track.read_bytes()
    recording.remove(keeps_sound=True)
    [kept] = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert (kept.name, kept.read_bytes()) == (f"{SESSION}.wav", content)
    assert recorded(tmp_path, ME) == []
