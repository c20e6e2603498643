"""Reads the sound of a file, whatever its container, as blocks of 16 kHz samples for each track.

Files are hostile: only known containers are opened, none may name another file or address, and what
they say of rates, lengths and times is bounded.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import numpy as np

from medtui.core.spoken import LONGEST_SECONDS
from medtui.listening.errors import ListenError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

RATE = 16_000
"""Samples a second, as the models want."""

CONTAINERS = (
    "aac,ac3,aiff,amr,ape,asf,au,avi,caf,eac3,flac,flv,matroska,webm,mov,mp4,m4a,3gp,3g2,mj2,mp3,"
    "mpeg,mpegts,ogg,tta,w64,wav,wv"
)
"""The containers that hold sound; not those that only name other files, such as playlists."""

OPTIONS = {"format_whitelist": CONTAINERS, "protocol_whitelist": "none"}

RATES = range(4_000, 384_001)
GAP_SECONDS = 0.2
"""From so many seconds on, a gap in a file's own times is silence, and not jitter."""

APART_DB, APART_SHARE, HEARD_DB = 10.0, 0.5, -50.0
"""Two channels are two people if in this share of what is heard (louder than the last of these)
one is louder by the first."""


class Sound:
    """The sound of one file, opened. `channels`: 1 or 2. Raises ListenError.

    `seconds`: what the file says is its length; None if it does not.
    """

    def __init__(self, path: Path) -> None:
        self._name = path.name
        if not path.is_file():
            why = "is a folder" if path.is_dir() else "is not there" if not path.exists() else ""
            raise ListenError(f"{self._name} {why or 'is no ordinary file'}: name a recording.")
        if path.stat().st_size == 0:
            raise ListenError(f"{self._name} is empty: record it again, or get it again.")
        try:
            self._container = av.open(
                path.open("rb"), "r", options=OPTIONS, metadata_errors="ignore"
            )
        except (av.FFmpegError, ValueError, OSError) as error:
            raise self._broken(error) from error
        streams = self._container.streams.audio
        if not streams:
            raise ListenError(
                f"There is no sound in {self._name}: name a recording of the consultation."
            )
        self._stream = streams[0]
        rate = getattr(self._stream, "rate", None) or 0
        if rate not in RATES:
            raise ListenError(
                f"{self._name} cannot be read: it says that it has {rate} samples a second."
            )
        self.channels = 2 if self._stream.codec_context.channels == 2 else 1
        length = self._container.duration
        self.seconds = None if not length or length < 0 else length / 1_000_000
        if self.seconds is not None and self.seconds > LONGEST_SECONDS:
            raise self._too_long()

    def blocks(self) -> Iterator[Samples]:
        """The samples in order, in parts of any length, each with a row for each channel.

        Raises ListenError: nothing of it can be read, or it is too long.
        """
        layout = "stereo" if self.channels == 2 else "mono"
        resampler = av.AudioResampler(format="fltp", layout=layout, rate=RATE)
        position, is_read = 0, False
        first: float | None = None
        silence = np.zeros((self.channels, int(GAP_SECONDS * RATE)), np.float32)
        for frame in self._frames():
            if frame.sample_rate not in RATES:
                continue
            at = frame.time
            if at is not None:
                first = at if first is None else first
                gap = at - first - position / RATE
                if gap > GAP_SECONDS:
                    if at - first > LONGEST_SECONDS:
                        raise self._too_long()
                    for _ in range(int(gap / GAP_SECONDS)):
                        position += silence.shape[1]
                        yield silence
            frame.pts = None
            for part in self._resampled(resampler, frame):
                is_read = True
                position += part.shape[1]
                if position > LONGEST_SECONDS * RATE:
                    raise self._too_long()
                yield part
        yield from self._resampled(resampler, None)
        if not is_read:
            raise ListenError(
                f"Nothing in {self._name} can be read as sound: is it cut short, or another kind of"
                " file? Get it again."
            )

    def close(self) -> None:
        self._container.close()

    def _frames(self) -> Iterator[Any]:
        """The frames that can be decoded; broken ones are left out."""
        frames = self._container.decode(self._stream)
        faults = 0
        while True:
            try:
                yield next(frames)
            except StopIteration:
                return
            except av.InvalidDataError:
                faults += 1
                if faults > 10_000:
                    return
            except (av.FFmpegError, OSError, ValueError, MemoryError):
                return  # what was read until here counts

    def _resampled(self, resampler: Any, frame: Any) -> Iterator[Samples]:
        try:
            parts = resampler.resample(frame)
        except (av.FFmpegError, ValueError):  # the frame differs from those before
            return
        for part in parts:
            samples = np.nan_to_num(part.to_ndarray(), nan=0.0, posinf=0.0, neginf=0.0)
            if samples.shape[0] == self.channels:
                yield np.clip(samples, -1.0, 1.0).astype(np.float32, copy=False)

    def _broken(self, error: Exception) -> ListenError:
        if isinstance(error, PermissionError):
            return ListenError(f"You may not read {self._name}: change its permissions.")
        return ListenError(
            f"{self._name} is no recording that can be read: bring WAV, MP3, M4A, MP4, OGG or WebM."
        )

    def _too_long(self) -> ListenError:
        hours = LONGEST_SECONDS // 3600
        return ListenError(
            f"{self._name} is longer than {hours} hours: cut it to the consultation."
        )


def are_two_people(path: Path, first_seconds: float = 300) -> bool:
    """Whether the two channels of a file are two microphones, and not a mix. Raises ListenError.

    Looks at its first seconds alone.
    """
    sound = Sound(path)
    step = RATE // 20
    heard = apart = 0
    read = 0
    rest = np.zeros((sound.channels, 0), np.float32)
    try:
        if sound.channels != 2:
            return False
        for block in sound.blocks():
            rest = np.concatenate((rest, block), axis=1)
            whole = rest.shape[1] // step * step
            levels = decibels(rest[:, :whole].reshape(2, -1, step))
            rest = rest[:, whole:]
            is_heard = levels.max(axis=0) > HEARD_DB
            heard += int(is_heard.sum())
            apart += int((is_heard & (np.abs(levels[0] - levels[1]) > APART_DB)).sum())
            read += whole
            if read > first_seconds * RATE:
                break
    finally:
        sound.close()
    return heard > 0 and apart >= APART_SHARE * heard


def decibels(samples: Samples) -> Samples:
    """How loud samples are, along the last axis: 0 dB is the loudest that can be, -120 silence."""
    power = np.mean(np.square(samples, dtype=np.float64), axis=-1)
    found: Samples = (10 * np.log10(np.maximum(power, 1e-12))).astype(np.float32)
    return found
