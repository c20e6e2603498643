"""Finds the unit of a file's times, from the number of words and the stated duration."""

from __future__ import annotations

import math
from collections.abc import Sequence

SECONDS = 1.0
MILLISECONDS = 1e-3
TICKS = 1e-7
SAMPLES = 1 / 16_000
UNITS = (SECONDS, MILLISECONDS, SAMPLES, TICKS)

SLOWEST, FASTEST = 3.0, 1 / 15
"""Seconds that a word takes in a talk, with its pauses."""
FEW_WORDS = 20
SLOWEST_OF_FEW, FASTEST_OF_FEW = 60.0, 0.01
"""The same for so few words, where one long pause weighs much."""
_MINUTES = 60.0


def unit_by_words(time: float, count: int, unit: float) -> float:
    """The unit in which `count` words take `time`: `unit`, unless speech cannot be that fast."""
    if time <= 0 or count <= 0:
        return unit
    few = count < FEW_WORDS
    fastest, slowest = (FASTEST_OF_FEW, SLOWEST_OF_FEW) if few else (FASTEST, SLOWEST)
    measured = time / count
    if fastest <= measured * unit <= slowest:
        return unit
    best = min(UNITS, key=lambda other: abs(math.log(max(measured * other / 0.4, 1e-300))))
    return best if FASTEST <= measured * best <= SLOWEST else unit


def unit_of_words(lengths: Sequence[float], unit: float = SECONDS) -> float:
    """The unit in which single words last as long as words do. `lengths`: of some words."""
    known = sorted(length for length in lengths if length > 0)
    if not known:
        return unit
    middle = known[len(known) // 2]
    return next((u for u in (unit, MILLISECONDS, TICKS) if 0.01 <= middle * u <= 5.0), unit)


def checked_duration(last: float, duration: float | None) -> tuple[float | None, bool]:
    """A stated duration in seconds, and whether it contradicts the last time of the talk.

    Minutes and milliseconds are recognised by the last time; None if no unit fits.
    """
    if duration is None or last <= 0:
        return duration, False
    if duration * 2 >= last >= duration * 0.02:
        return duration, False
    for unit in (_MINUTES, MILLISECONDS, TICKS):
        if 0.9 <= duration * unit / last <= 1.5:
            return duration * unit, False
    return None, True
