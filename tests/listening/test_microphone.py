"""When what a microphone heard was said: its own clock is not that of the room."""

from __future__ import annotations

import array
import sys
import wave
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from medtui.listening.microphone import BLOCK_SECONDS, RATE, Microphone
from medtui.store.recordings import Recording

BEGAN = datetime(2030, 1, 1, 18, tzinfo=UTC)
CLICKS = (5.0, 61.0, 117.0)
"""The seconds at which something is heard."""

FRAMES = int(RATE * BLOCK_SECONDS)


class Device:
    """Hears two minutes at once, with a clock that is so many times as fast as the room's."""

    def __init__(self, speed: float, lateness: float) -> None:
        self.now = BEGAN
        self._speed = speed
        self._lateness = lateness

    def RawInputStream(self, *, callback: Any, **_: Any) -> Any:  # noqa: N802
        def start() -> None:
            for number in range(1200):
                sound = array.array("h", bytes(2 * FRAMES))
                for click in CLICKS:
                    at = round(click * RATE * self._speed) - number * FRAMES
                    if 0 <= at < FRAMES:
                        sound[at] = 20_000
                seconds = (number + 1) * FRAMES / (RATE * self._speed)
                late = self._lateness * (number * 7919 % 10) / 10  # as on a busy machine
                self.now = BEGAN + timedelta(seconds=seconds + late)
                callback(sound.tobytes(), FRAMES, None, None)

        return SimpleNamespace(start=start, stop=lambda: None, close=lambda: None)

    def query_devices(self, kind: str) -> dict[str, float]:
        return {"default_samplerate": float(RATE)}


@pytest.mark.parametrize("speed", [0.998, 0.9999, 1.0, 1.002])
def test_a_device_with_a_clock_of_its_own_stays_with_the_rooms(
    speed: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = Device(speed, lateness=0.3)
    monkeypatch.setitem(sys.modules, "sounddevice", device)
    recording = Recording(tmp_path, UUID(int=1), UUID(int=2))
    microphone = Microphone(recording, lambda: device.now)
    microphone.start()
    microphone.stop()
    with wave.open(str(recording.write_track(BEGAN)), "rb") as sound:
        samples = array.array("h", sound.readframes(sound.getnframes()))
    heard = [at / RATE for at, sample in enumerate(samples) if sample]
    assert heard == pytest.approx(CLICKS, abs=0.06)
