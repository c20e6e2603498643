"""A microphone for programs in tests: stands where `sounddevice` is, with this folder on the path.

It hears what the file that FAKE_MICROPHONE names says: a line for each time that something is said,
with when it begins, by the monotonic clock that all programs share, and a file of samples (16 kHz,
16 bit, one channel).
"""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

LATENCY = 0.05
"""Seconds between a sound and its coming to the callback, beside the block's own length."""

RATE, WIDTH = 16_000, 2


class RawInputStream:
    def __init__(
        self, *, samplerate: int, channels: int, dtype: str, blocksize: int, callback: Any
    ) -> None:
        assert (samplerate, channels, dtype) == (RATE, 1, "int16")
        self._frames = blocksize
        self._callback = callback
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ends.set()
        self._thread.join()

    def close(self) -> None:
        pass

    def _run(self) -> None:
        first, block, number = time.monotonic(), self._frames / RATE, 0
        while True:
            comes = first + (number + 1) * block + LATENCY
            if self._ends.wait(max(0.0, comes - time.monotonic())):
                return
            heard = first + number * block
            now = time.monotonic()
            times = SimpleNamespace(currentTime=now, inputBufferAdcTime=heard)
            self._callback(heard_at(heard, self._frames), self._frames, times, None)
            number += 1


def heard_at(when: float, frames: int) -> bytes:
    """What is heard from a time on, for so many samples."""
    size = frames * WIDTH
    try:
        cues = Path(os.environ["FAKE_MICROPHONE"]).read_text().splitlines()
    except OSError:
        cues = []
    for cue in cues:
        begins, _, file = cue.partition(" ")
        at = round((when - float(begins)) * RATE) * WIDTH
        length = Path(file).stat().st_size
        if -size < at < length:
            with Path(file).open("rb") as source:
                source.seek(max(0, at))
                part = source.read(size + min(0, at))
            return part.rjust(size, b"\0") if at < 0 else part.ljust(size, b"\0")
    return bytes(size)


def query_devices(kind: str) -> dict[str, float]:
    return {"default_samplerate": float(RATE)}
