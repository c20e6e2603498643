"""How far markers agree who have marked the same stations: Krippendorff's alpha, and who is higher.

Alpha is 1 where they agree, 0 where they agree as if by chance, and below that where they
contradict each other. Intervals are bootstrapped over stations, and the same each time.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

FEWEST = 8
"""Stations below which nothing is said: an interval would be as wide as the scale."""
RESAMPLED = 1_000
LEVEL = 0.95
"""The share of the resamples within an interval."""
MOST = 200
"""The most stations that are compared, the latest: more would take a while and tell no more."""

Pair = tuple[float, float]


class MarkerKind(StrEnum):
    """Whose marks are compared."""

    PERSON = "the assessor"
    AI = "the platform's AI"
    SELF = "you"
    DRAFT = "the draft"


class Interval(NamedTuple):
    """A figure, and the interval in which it lies."""

    value: float
    low: float
    high: float


class Agreement(NamedTuple):
    """How far two markers agree.

    `alpha` None: it is not defined, as all marks are the same. `gap`: by how many percentage points
    the first marks higher, on average.
    """

    first: MarkerKind
    second: MarkerKind
    stations: int
    alpha: Interval | None
    gap: Interval


def alpha(units: Iterable[Sequence[float | None]]) -> float | None:
    """Krippendorff's alpha for the interval metric; None if it is not defined.

    Each unit has a value of each marker, None where there is none. Units with fewer than two values
    count for nothing. Not defined: fewer than two values in all, or all of them the same.
    """
    rated = [[value for value in unit if value is not None] for unit in units]
    rated = [values for values in rated if len(values) > 1]
    every = [value for values in rated for value in values]
    count = len(every)
    if count < 2 or min(every) == max(every):
        return None
    middle = mean(every)  # differences do not change by it, and rounding matters less
    expected = _squares([value - middle for value in every]) / (count - 1)
    observed = sum(
        _squares([value - middle for value in values]) / (len(values) - 1) for values in rated
    )
    return 1 - observed / expected if expected else None


def mean(values: Sequence[float]) -> float:
    """The mean of at least one value."""
    return math.fsum(values) / len(values)


def _squares(values: Sequence[float]) -> float:
    """The sum of the squared differences of all ordered pairs of values."""
    total = math.fsum(values)
    squares = math.fsum(value * value for value in values)
    return max(0.0, 2 * len(values) * squares - 2 * total * total)


def agreement(first: MarkerKind, second: MarkerKind, pairs: Sequence[Pair]) -> Agreement | None:
    """How far two markers agree on stations; None for fewer than `FEWEST`.

    `pairs`: the marks of both for each station in percent, oldest first.
    """
    pairs = pairs[-MOST:]
    if len(pairs) < FEWEST:
        return None
    value, gap = alpha(pairs), _gap(pairs)
    rng = random.Random(0)
    alphas: list[float] = []
    gaps: list[float] = []
    for _ in range(RESAMPLED):
        drawn = rng.choices(pairs, k=len(pairs))
        if (found := alpha(drawn)) is not None:
            alphas.append(found)
        gaps.append(_gap(drawn))
    return Agreement(
        first,
        second,
        len(pairs),
        None if value is None else _interval(value, alphas),
        _interval(gap, gaps),
    )


def _gap(pairs: Sequence[Pair]) -> float:
    return mean([first - second for first, second in pairs])


def _interval(value: float, drawn: list[float]) -> Interval:
    """The middle `LEVEL` of what was drawn, and the value itself in any case."""
    drawn.sort()
    cut = int(len(drawn) * (1 - LEVEL) / 2)
    return Interval(value, min(value, drawn[cut]), max(value, drawn[-1 - cut]))
