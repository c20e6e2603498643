"""The microphone of this machine, through PortAudio, written to a recording as it is heard."""

from __future__ import annotations

import array
import contextlib
import logging
import math
import queue
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from medtui.core.key_names import key_of
from medtui.listening.errors import ListenError
from medtui.store.recordings import Recording, StretchWriter

log = logging.getLogger(__name__)

RATE = 16_000
BLOCK_SECONDS = 0.1
SETTLES = 20
"""Blocks after which the time of the first sample is known well: some come late."""

LATE_SECONDS = 1.0
"""Seconds of delay from which on a block is taken to follow a break: the machine slept."""

DRIFT_BLOCKS, DRIFT_SECONDS = 100, 0.03
"""A device's own clock is compared over so many blocks: one that has gone so much ahead or behind
goes on in a stretch of its own, as ten minutes would put two devices 0.1 s apart."""

SILENCE_DB = -60.0


class Microphone:
    """Records into `recording` from `start` to `stop`.

    Args:
        now: the time that both sides share; called in any thread.
    """

    def __init__(self, recording: Recording, now: Callable[[], datetime]) -> None:
        self._recording = recording
        self._now = now
        self._stream: Any = None
        self._rate = RATE
        self._blocks: queue.SimpleQueue[tuple[bytes, datetime, bool] | None] = queue.SimpleQueue()
        self._writer: threading.Thread | None = None
        self._lock = threading.Lock()
        self.level = 0.0
        """How loud it is now, from 0 to 1."""
        self.fault = ""
        """Why it records no more, as a sentence; "" while it does."""

    def start(self) -> None:
        """Begin. Raises ListenError. Blocks for a moment."""
        try:
            import sounddevice
        except (ImportError, OSError) as error:
            raise ListenError(
                "Recording needs PortAudio, which is not on this computer: install it"
                f" (apt install libportaudio2), and press {key_of('room.record')} again."
            ) from error
        with self._lock:
            for rate in (RATE, self._usual_rate(sounddevice)):
                try:
                    stream = sounddevice.RawInputStream(
                        samplerate=rate,
                        channels=1,
                        dtype="int16",
                        blocksize=int(rate * BLOCK_SECONDS),
                        callback=self._on_block,
                    )
                    self._rate = rate
                    self._writer = threading.Thread(target=self._write, daemon=True)
                    self._writer.start()
                    stream.start()
                except Exception as error:  # PortAudio's own, and those of the bindings
                    refused = error
                    self._end_writer()
                else:
                    self._stream = stream
                    return
        raise ListenError(
            "The microphone cannot be opened: is one connected, and may this program use it?"
        ) from refused

    def stop(self) -> None:
        """End; what was heard is on the disk when this returns. Blocks for a moment."""
        with self._lock:
            stream, self._stream = self._stream, None
            if stream is not None:
                with contextlib.suppress(Exception):  # a device that was unplugged
                    stream.stop()
                    stream.close()
            self._end_writer()
            self.level = 0.0

    def _end_writer(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            self._blocks.put(None)
            writer.join(timeout=5)

    @staticmethod
    def _usual_rate(sounddevice: Any) -> int:
        try:
            return int(sounddevice.query_devices(kind="input")["default_samplerate"])
        except Exception:  # no device at all
            return RATE

    def _on_block(self, data: Any, frames: int, times: Any, status: Any) -> None:
        """Called by PortAudio in a thread of its own, which must not wait."""
        heard = self._now() - timedelta(seconds=frames / self._rate)
        with contextlib.suppress(AttributeError, TypeError, ValueError):
            delay = float(times.currentTime) - float(times.inputBufferAdcTime) - frames / self._rate
            if 0 < delay < LATE_SECONDS:
                heard -= timedelta(seconds=delay)
        has_lost = bool(getattr(status, "input_overflow", False))
        self._blocks.put((bytes(data), heard, has_lost))

    def _write(self) -> None:
        stretch: StretchWriter | None = None
        began = self._now()
        samples = blocks = 0
        drift = math.inf
        """By how many seconds the quickest block since the last look came later than it should."""
        try:
            while (block := self._blocks.get()) is not None:
                content, heard, has_lost = block
                estimate = heard - timedelta(seconds=samples / self._rate)
                late = (estimate - began).total_seconds() if stretch else 0.0
                if stretch is None or late > LATE_SECONDS or has_lost:
                    if stretch is not None:
                        stretch.close()
                    began, samples, blocks, drift = heard, 0, 0, math.inf
                    stretch = self._recording.begin(began, self._rate)
                elif late < 0 and blocks <= SETTLES:
                    began = estimate  # an earlier block came late
                    stretch.correct(began)
                elif blocks > SETTLES:
                    drift = min(drift, late)
                    if blocks % DRIFT_BLOCKS == 0:
                        if abs(drift) > DRIFT_SECONDS:
                            stretch.close()
                            began += timedelta(seconds=samples / self._rate + drift)
                            samples = blocks = 0
                            stretch = self._recording.begin(began, self._rate)
                        drift = math.inf
                stretch.write(content)
                samples += len(content) // 2
                blocks += 1
                self.level = loudness(content)
        except OSError as error:
            self.fault = f"Recording has ended, as the disk refuses it ({error.strerror})."
            log.warning("a recording could not be written: %s", type(error).__name__)
        finally:
            if stretch is not None:
                stretch.close()


def loudness(content: bytes) -> float:
    """How loud samples are, from 0 (silent) to 1 (as loud as can be)."""
    samples = array.array("h", content[: len(content) // 2 * 2])[::4]
    if not samples:
        return 0.0
    power = sum(sample * sample for sample in samples) / len(samples) / 32768**2
    decibels = 10 * math.log10(power) if power > 1e-12 else -120.0
    return min(1.0, max(0.0, 1 - decibels / SILENCE_DB))
