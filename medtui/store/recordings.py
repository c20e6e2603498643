"""Recordings of the user's own microphone, until they are words: private files of this machine.

    state/recordings/{person}/{session}/agreed, station, {microseconds}-{rate}.pcm …, words

Each stretch without a pause is a file of its own: 16-bit samples of one channel. Its name says when
its first sample was heard, by the clock of the server, and how many samples a second it has.
"""

from __future__ import annotations

import array
import contextlib
import os
import shutil
import wave
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from medtui.store import files

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BLOCK = 1 << 16
WIDTH = 2
"""Bytes of a sample."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a recording without a pause."""

    file: Path
    began_at: datetime
    rate: int


class Recording:
    """One person's recording of one session. Its methods block, and raise OSError.

    Args:
        folder: the folder of this program's state.
    """

    def __init__(self, folder: Path, person: UUID, session: UUID) -> None:
        self.folder = folder / "recordings" / str(person) / str(session)
        self.session = session

    @property
    def has_sound(self) -> bool:
        return any(self.folder.glob("*.pcm"))

    @property
    def has_agreed(self) -> bool:
        """Whether the user has agreed to it on this machine."""
        return (self.folder / "agreed").exists()

    def agree(self, *, agrees: bool) -> None:
        if agrees:
            files.write(self.folder / "agreed", "")
        else:
            files.remove(self.folder / "agreed")

    def note_station(self, began_at: datetime) -> None:
        """Note when the station began."""
        files.write(self.folder / "station", began_at.isoformat())

    @property
    def station(self) -> datetime | None:
        """When the station began; None: not noted, or it cannot be read."""
        try:
            return datetime.fromisoformat((self.folder / "station").read_text().strip())
        except (OSError, ValueError):
            return None

    def note_words(self, words: bytes) -> None:
        """Keep the words that were made of it: another window hands in the same."""
        files.write(self.folder / "words", words)

    @property
    def words(self) -> bytes | None:
        """The words that were made of it; None: none yet."""
        try:
            return (self.folder / "words").read_bytes()
        except OSError:
            return None

    def claim(self) -> files.Claim | None:
        """Hold it against other programs; None if another holds it."""
        return files.claim(self.folder / "recording")

    def begin(self, began_at: datetime, rate: int) -> StretchWriter:
        """Begin a stretch, whose first sample was heard at that time."""
        files.make_folder(self.folder)
        return StretchWriter(self.folder, began_at, rate)

    def stretches(self) -> list[Stretch]:
        """The stretches in order of time."""
        found = []
        for file in self.folder.glob("*.pcm"):
            with contextlib.suppress(ValueError, OverflowError):
                began, rate = map(int, file.stem.split("-"))
                found.append(Stretch(file, EPOCH + timedelta(microseconds=began), rate))
        return sorted(found, key=lambda stretch: stretch.began_at)

    def write_track(self, since: datetime) -> Path:
        """Write all stretches as one file, silent in the pauses, that begins at `since`."""
        stretches = self.stretches()
        rate = stretches[0].rate
        track = self.folder / "track.wav"
        handle = os.open(track, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file, wave.open(file, "wb") as sound:
            sound.setnchannels(1)
            sound.setsampwidth(WIDTH)
            sound.setframerate(rate)
            written = 0
            for stretch in stretches:
                if stretch.rate != rate:
                    continue
                at = round((stretch.began_at - since).total_seconds() * rate)
                for _ in range(max(0, at - written) // BLOCK):
                    sound.writeframesraw(bytes(BLOCK * WIDTH))
                    written += BLOCK
                sound.writeframesraw(bytes(max(0, at - written) * WIDTH))
                written = max(written, at)
                with stretch.file.open("rb") as source:
                    source.seek(max(0, written - at) * WIDTH)
                    while block := source.read(BLOCK):
                        samples = array.array("h", block[: len(block) // WIDTH * WIDTH])
                        sound.writeframesraw(samples.tobytes())
                        written += len(samples)
        return track

    def remove(self, *, keeps_sound: bool) -> None:
        """Delete it; `keeps_sound`: move what was recorded beside it, for its owner to keep."""
        track = self.folder / "track.wav"
        if keeps_sound and track.exists():
            kept = self.folder.parent / f"{self.session}.wav"
            track.replace(kept)
        if self.folder.exists():
            shutil.rmtree(self.folder)
            files.sync(self.folder.parent)


class StretchWriter:
    """Writes one stretch. Made by `Recording.begin`."""

    def __init__(self, folder: Path, began_at: datetime, rate: int) -> None:
        self._folder = folder
        self._rate = rate
        self._file = self._named(began_at)
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        self._handle = os.open(self._file, flags, 0o600)

    def write(self, samples: bytes) -> None:
        """Add samples; they survive the end of the program when this returns. Raises OSError."""
        left = memoryview(samples)
        while left:
            left = left[os.write(self._handle, left) :]

    def correct(self, began_at: datetime) -> None:
        """Say better when the first sample was heard."""
        with contextlib.suppress(OSError):  # Windows renames no open file
            self._file = self._file.rename(self._named(began_at))

    def close(self) -> None:
        with contextlib.suppress(OSError):
            os.fsync(self._handle)
        os.close(self._handle)

    def _named(self, began_at: datetime) -> Path:
        microseconds = (began_at - EPOCH) // timedelta(microseconds=1)
        return self._folder / f"{microseconds}-{self._rate}.pcm"


def recorded(folder: Path, person: UUID) -> list[Recording]:
    """The recordings of a person with sound, of any session."""
    found = []
    for each in sorted((folder / "recordings" / str(person)).glob("*/")):
        with contextlib.suppress(ValueError):
            recording = Recording(folder, person, UUID(each.name))
            if recording.has_sound:
                found.append(recording)
    return found
