"""The user's progress as plain data: marks over time, and how often a domain was practised.

No I/O and no Textual. Null is not zero: a mark without a percentage, because a maximum is missing,
a grade is a letter or the evidence did not suffice, is counted and named, and never drawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from medtui.core.agenda import fold
from medtui.core.history import DomainMark, HistoryEntry
from medtui.core.self_assessment import key
from medtui.documents.assessment import Marker

MONTH = timedelta(days=30.44)
FEWEST, SHORTEST = 3, timedelta(days=14)
"""The fewest marks, and the shortest time between first and last, for a trend."""
LATELY = 3
"""How many of the last marks are averaged."""
STEADY = 1.0
"""Percentage points a month below which a trend counts as steady."""


class By(Enum):
    """How marks are grouped."""

    SKILL = "mark sheet"
    DOMAIN = "domain of the case"
    CATEGORY = "category of the case"

    @property
    def next(self) -> By:
        ways = list(By)
        return ways[(ways.index(self) + 1) % len(ways)]


@dataclass(frozen=True, slots=True)
class Point:
    """A mark that has a percentage."""

    at: datetime
    percent: float
    marker: Marker = Marker.UNKNOWN


@dataclass(frozen=True, slots=True)
class Series:
    """One domain over time, oldest first.

    Attributes:
        practised: the times at which it was practised, marked or not.
        grades: marks that are words and have no percentage.
        unsure: how many marks rest on too little evidence, and count for nothing here.
        own: the marks that the candidate gave themself, before reading the others.
        own_gap: by how many percentage points these are higher, on average over the stations
            that have both; None: there is no such station.
    """

    name: str
    points: tuple[Point, ...] = ()
    practised: tuple[datetime, ...] = ()
    grades: tuple[str, ...] = ()
    unsure: int = 0
    own: tuple[Point, ...] = ()
    own_gap: float | None = None

    @property
    def last(self) -> float | None:
        return self.points[-1].percent if self.points else None

    @property
    def best(self) -> float | None:
        return max((point.percent for point in self.points), default=None)

    @property
    def level(self) -> float | None:
        """The mean of the last `LATELY` marks; None if there are none."""
        lately = [point.percent for point in self.points[-LATELY:]]
        return sum(lately) / len(lately) if lately else None

    @property
    def trend(self) -> float | None:
        """Percentage points a month, by least squares; None if there are too few marks."""
        return slope([(point.at, point.percent) for point in self.points])

    def by(self, *markers: Marker) -> int:
        """How many marks were given by these markers."""
        return sum(point.marker in markers for point in self.points)


def slope(points: Sequence[tuple[datetime, float]]) -> float | None:
    """Points a month, by least squares; None for fewer than FEWEST, or within SHORTEST."""
    if len(points) < FEWEST:
        return None
    first = min(at for at, _ in points)
    if max(at for at, _ in points) - first < SHORTEST:
        return None
    xs = [(at - first) / MONTH for at, _ in points]
    mean_x = sum(xs) / len(xs)
    mean_y = sum(value for _, value in points) / len(points)
    spread = sum((x - mean_x) ** 2 for x in xs)
    rise = sum((x - mean_x) * (y - mean_y) for x, (_, y) in zip(xs, points, strict=True))
    return rise / spread


@dataclass
class _Gathered:
    name: str
    points: list[Point] = field(default_factory=list)
    practised: list[datetime] = field(default_factory=list)
    grades: list[str] = field(default_factory=list)
    unsure: int = 0
    own: list[Point] = field(default_factory=list)

    def series(self) -> Series:
        given = {point.at: point.percent for point in self.points}
        gaps = [own.percent - given[own.at] for own in self.own if own.at in given]
        return Series(
            self.name,
            tuple(self.points),
            tuple(self.practised),
            tuple(self.grades),
            self.unsure,
            tuple(self.own),
            sum(gaps) / len(gaps) if gaps else None,
        )


def progress(entries: Iterable[HistoryEntry], by: By) -> list[Series]:
    """The viewer's series as the candidate, the weakest first.

    Series with too few marks for a trend come after these, and series without marks last.
    """
    found: dict[str, _Gathered] = {}

    def gathered(name: str) -> _Gathered:
        known = found.setdefault(key(name), _Gathered(name))
        known.name = name  # the latest spelling
        return known

    for entry in sorted(entries, key=lambda entry: entry.session.starts_at):
        if not entry.was_candidate:
            continue
        at, marks, case = entry.session.starts_at, entry.own_marks, entry.session.case
        own = entry.self_marks
        if marks is not None and not entry.is_of_this_case:
            case = None
        if by is By.SKILL:
            for domain in marks.domains if marks else ():
                series = gathered(domain.name)
                series.practised.append(at)
                _add(series, at, domain, marks.marker if marks else Marker.UNKNOWN)
            for domain in own.domains if own else ():
                _add_own(gathered(domain.name), at, domain.percent)
            continue
        name = (case.domain if by is By.DOMAIN else case.category) if case else None
        series = gathered(name or "no case")
        series.practised.append(at)
        if marks is not None:
            _add(series, at, DomainMark("", marks.percent, marks.words), marks.marker)
        if own is not None:
            _add_own(series, at, own.percent)
    return sorted((each.series() for each in found.values()), key=_weakest_first)


def _add(series: _Gathered, at: datetime, mark: DomainMark, marker: Marker) -> None:
    if mark.is_unsure:
        series.unsure += 1
    elif mark.percent is not None:
        series.points.append(Point(at, mark.percent, marker))
    elif mark.label:
        series.grades.append(mark.label)


def _add_own(series: _Gathered, at: datetime, percent: float | None) -> None:
    if percent is not None:
        series.own.append(Point(at, percent, Marker.SELF))
    if at not in series.practised:
        series.practised.append(at)


def _weakest_first(series: Series) -> tuple[int, float, str]:
    count = len(series.points)
    group = 0 if count >= FEWEST else 1 if count else 2
    return group, series.level or 0.0, fold(series.name)
