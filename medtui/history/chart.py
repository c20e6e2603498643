"""A chart in text: a line of braille dots, and a sign for each mark. Nothing here draws.

Legible without colour: marks by AI are hollow, those by people full, and the scale stands beside.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from medtui.core.progress import Point, Series
from medtui.documents.assessment import Marker

SIGNS = {
    Marker.AI: "○",
    Marker.HUMAN: "◆",
    Marker.EXAMINER: "◆",
    Marker.SELF: "□",
    Marker.UNKNOWN: "•",
}
BLOCKS = "▁▂▃▄▅▆▇█"
STEP = 25
"""Percent between two lines of the scale."""

_DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
"""Braille: the bits of a cell's left and right column, from the top."""


UNDER = ("line", "rule")
"""What a number may stand on."""


class Cell(NamedTuple):
    """A character of a chart.

    `kind` is what it is: `line`, `rule`, `number`, a marker's value, or empty.
    """

    text: str = " "
    kind: str = ""


class Scale(NamedTuple):
    """What all charts beside each other share: percents from below to above, and the time."""

    low: float
    high: float
    start: datetime
    end: datetime

    @classmethod
    def of(cls, series: Sequence[Series], now: datetime) -> Scale | None:
        """Room for all of them until now; None where there is nothing to draw."""
        values = [point.percent for one in series for point in (*one.points, *one.own)]
        times = [at for one in series for at in one.practised]
        if not times:
            return None
        low = min((_bounded(value) for value in values), default=0.0)
        high = max((_bounded(value) for value in values), default=100.0)
        bottom = min(math.floor(low / STEP) * STEP, 100 - 2 * STEP)
        top = max(math.ceil(high / STEP) * STEP, bottom + 2 * STEP)
        return cls(bottom, top, min(times), max([*times, now]))

    def across(self, at: datetime, steps: int) -> int:
        """Which of `steps` columns a time is in."""
        span = self.end - self.start
        share = (at - self.start) / span if span else 0.5
        return min(steps - 1, max(0, round(share * (steps - 1))))

    def down(self, percent: float, steps: int) -> int:
        """Which of `steps` rows a percentage is in, from the top; what is beyond is at the edge."""
        share = (self.high - _bounded(percent)) / (self.high - self.low)
        return min(steps - 1, max(0, round(share * (steps - 1))))


def chart(
    points: Sequence[Point],
    scale: Scale,
    width: int,
    height: int,
    own: Sequence[Point] = (),
    *,
    braille: bool = True,
) -> list[list[Cell]]:
    """The points and the line between them, as `height` rows of `width` cells.

    `own`: a second series, of which the signs alone are drawn, behind the first.
    `braille`: draws the line in dots; else in characters that every font has.
    """
    drawn = _in_dots if braille else _in_ascii
    dots = [[0] * width for _ in range(height)]
    places = [
        (scale.across(point.at, 2 * width), scale.down(point.percent, 4 * height))
        for point in points
    ]
    for (x, y), (to_x, to_y) in pairwise(places):
        steps = max(abs(to_x - x), abs(to_y - y), 1)
        for step in range(steps + 1):
            across = x + round((to_x - x) * step / steps)
            down = y + round((to_y - y) * step / steps)
            dots[down // 4][across // 2] |= _DOTS[across % 2][down % 4]
    rows = [[Cell(drawn(bits), "line") if bits else Cell() for bits in row] for row in dots]
    for value in range(round(scale.low), round(scale.high) + 1, STEP):
        row = rows[scale.down(value, 4 * height) // 4]
        for x in range(0, width, 4):
            if not row[x].kind:
                row[x] = Cell("·", "rule")
    for point in own:
        x, y = scale.across(point.at, 2 * width), scale.down(point.percent, 4 * height)
        rows[y // 4][x // 2] = Cell(SIGNS[point.marker], point.marker.value)
    for point, (x, y) in zip(points, places, strict=True):
        rows[y // 4][x // 2] = Cell(SIGNS[point.marker], point.marker.value)
    for point, (x, y) in zip(points[::-1], places[::-1], strict=True):
        _write_number(rows[y // 4], x // 2, f"{point.percent:.0f}")
    return rows


def _in_dots(bits: int) -> str:
    return chr(0x2800 + bits)


def _in_ascii(bits: int) -> str:
    """A stroke at the height of the dots; an upright one where they go through the cell."""
    filled = [row for row in range(4) if bits & (_DOTS[0][row] | _DOTS[1][row])]
    if len(filled) > 2:
        return "|"
    return "'--."[round(sum(filled) / len(filled))]


def _write_number(row: list[Cell], at: int, number: str) -> None:
    """Put a point's number behind its sign, or before it, where no other sign or number stands."""
    for begin in (at + 1, at - len(number)):
        cells = row[begin : begin + len(number)] if begin >= 0 else []
        if len(cells) == len(number) and all(cell.kind in ("", *UNDER) for cell in cells):
            row[begin : begin + len(number)] = [Cell(digit, "number") for digit in number]
            return


def ruler(scale: Scale, height: int) -> list[str]:
    """The percents that stand left of a chart's rows, four cells wide."""
    labels = [""] * height
    for value in range(round(scale.low), round(scale.high) + 1, STEP):
        row = scale.down(value, 4 * height) // 4
        labels[row] = labels[row] or f"{value:>3} "
    return [label or " " * 4 for label in labels]


def often(times: Sequence[datetime], scale: Scale, width: int) -> str:
    """How often something was practised, as one row of bars; eight of them and more are full."""
    counts = [0] * width
    for at in times:
        counts[scale.across(at, width)] += 1
    return "".join(BLOCKS[min(count, 8) - 1] if count else " " for count in counts)


def timeline(names: Sequence[tuple[datetime, str, str]], scale: Scale, width: int) -> str:
    """Names under the times at which they begin, the second behind the first where it fits.

    One that has no room is left out.
    """
    row = [" "] * width
    places = [scale.across(at, width) for at, _, _ in names]
    free = 0
    for x, next_x, (_, name, more) in zip(places, [*places[1:], width + 1], names, strict=True):
        for text in (name + more, name):
            if x >= free and x + len(text) < next_x:
                row[x : x + len(text)] = text
                free = x + len(text) + 1
                break
    return "".join(row)


def _bounded(percent: float) -> float:
    return min(100.0, max(0.0, percent))
