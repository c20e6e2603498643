"""The station clock, as a pure function: since when, which preset, what was adjusted, and now.

Each side that knows these four computes the same clock, so a late joiner has it right at once,
and no process has to keep it running.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated

from annotated_types import Interval

from medtui.core.presets import LONGEST, Phase, Preset

MINUTE = 60
MOST_ADDED = 4 * 3600
"""The most seconds added to a phase, whatever a message says."""


@dataclass(frozen=True, slots=True)
class Adjustments:
    """The adjustments of one station's clock.

    `station`: when that station began; adjustments of another one do not count. `added`: the
    seconds added to each phase. `paused`: the seconds of earlier pauses. `paused_at`: when the
    present pause began; None: the clock runs.
    """

    station: datetime | None = None
    added: tuple[Annotated[int, Interval(ge=-LONGEST, le=MOST_ADDED)], ...] = ()
    paused: Annotated[float, Interval(ge=0, lt=math.inf)] = 0.0
    paused_at: datetime | None = None

    def of(self, since: datetime) -> Adjustments:
        """These adjustments, if they are of the station that began at `since`; else none."""
        return self if self.station == since else Adjustments(station=since)


UNTOUCHED = Adjustments()


@dataclass(frozen=True, slots=True)
class ClockReading:
    """A reading of the clock. `left`: seconds left of the phase, negative after the station."""

    phase: Phase
    number: int
    left: float
    gone: float
    """The share of the phase that has gone, from 0 to 1."""
    is_paused: bool

    @property
    def is_over(self) -> bool:
        return self.left <= 0

    @property
    def seconds(self) -> int:
        """The whole seconds to show: the last second is shown as 0:01, the end as 0:00."""
        return math.ceil(self.left)

    @property
    def changes_in(self) -> float:
        """Seconds until the shown digits change."""
        return self.left - (math.ceil(self.left) - 1)

    @property
    def warning(self) -> int | None:
        """The last warning that was given, in seconds (60 in the last minute); None before any."""
        passed = [warning for warning in self.phase.warnings if self.left <= warning]
        return min(passed) if passed and not self.is_over else None


@dataclass(frozen=True, slots=True)
class Signal:
    """A signal of the clock: a phase begins, little time is left, or time is up."""

    words: str
    strokes: int


def read(since: datetime, preset: Preset, adjustments: Adjustments, now: datetime) -> ClockReading:
    """The reading at `now` of a station that began at `since`."""
    adjustments = adjustments.of(since)
    elapsed = _elapsed(since, adjustments, now)
    begins = 0.0
    last = len(preset.phases) - 1
    for number in range(last + 1):
        length = _length(preset, adjustments, number)
        if elapsed < begins + length or number == last:
            break
        begins += length
    gone = elapsed - begins
    return ClockReading(
        phase=preset.phases[number],
        number=number,
        left=length - gone,
        gone=min(1.0, gone / length) if length else 1.0,
        is_paused=adjustments.paused_at is not None,
    )


def elapsed(since: datetime, adjustments: Adjustments, now: datetime) -> float:
    """Seconds that the station has run, without its pauses."""
    return _elapsed(since, adjustments.of(since), now)


def signal(
    since: datetime, preset: Preset, adjustments: Adjustments, earlier: datetime, now: datetime
) -> Signal | None:
    """The last signal after `earlier`, up to `now`; None if there is none."""
    adjustments = adjustments.of(since)
    after = (earlier - since).total_seconds() if earlier < since else None
    if after is None:
        after = _elapsed(since, adjustments, earlier)
    until = _elapsed(since, adjustments, now)
    due = [told for at, told in _marks(preset, adjustments) if after < at <= until]
    return due[-1] if due else None


def pause(since: datetime, adjustments: Adjustments, now: datetime) -> Adjustments:
    """Pause the clock, or resume it if it is paused."""
    adjustments = adjustments.of(since)
    if adjustments.paused_at is None:
        return replace(adjustments, paused_at=now)
    pause = max(timedelta(), now - max(adjustments.paused_at, since))
    return replace(adjustments, paused=adjustments.paused + pause.total_seconds(), paused_at=None)


def add(
    since: datetime, preset: Preset, adjustments: Adjustments, now: datetime, seconds: int
) -> Adjustments:
    """Make the present phase longer or shorter.

    If less is left than is taken away, it ends within a second; after the end of the station, it
    goes on from now.
    """
    adjustments = adjustments.of(since)
    reading = read(since, preset, adjustments, now)
    if reading.is_over:
        seconds = seconds - math.floor(reading.left) if seconds > 0 else 0
    else:
        seconds = max(seconds, -math.floor(reading.left))
    added = [*adjustments.added, *[0] * (len(preset.phases) - len(adjustments.added))]
    added[reading.number] = min(added[reading.number] + seconds, MOST_ADDED)
    return replace(adjustments, added=tuple(added[: len(preset.phases)]))


def _elapsed(since: datetime, adjustments: Adjustments, now: datetime) -> float:
    """Seconds that the station has run, without its pauses."""
    until = min(adjustments.paused_at or now, now)
    return max(0.0, (until - since).total_seconds() - adjustments.paused)


def _length(preset: Preset, adjustments: Adjustments, number: int) -> int:
    added = adjustments.added[number] if number < len(adjustments.added) else 0
    return max(0, preset.phases[number].seconds + added)


def _marks(preset: Preset, adjustments: Adjustments) -> list[tuple[float, Signal]]:
    """Every signal of a station, with the running time at which it is due, in order."""
    marks: list[tuple[float, Signal]] = []
    begins = 0.0
    for number, phase in enumerate(preset.phases):
        length = _length(preset, adjustments, number)
        marks.append((begins, Signal(f"{phase.name} begins.", phase.bell)))
        marks += [
            (begins + length - warning, Signal(_left(warning), 1))
            for warning in sorted(phase.warnings, reverse=True)
            if warning < length
        ]
        begins += length
    marks.append((begins, Signal("Time is up.", 2)))
    return marks


def _left(seconds: int) -> str:
    if seconds % MINUTE:
        return f"{seconds} seconds left."
    return "One minute left." if seconds == MINUTE else f"{seconds // MINUTE} minutes left."
