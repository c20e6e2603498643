"""The shared screen's list: one page of lines, of which only those that differ are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from medtui.core.avatars import CELLS
from medtui.shared_screen.wording import Words
from medtui.ui.avatars import avatar_segment
from medtui.ui.cells import first_fitting, fit

GUTTER = 2

WHO = 2
"""The column of names."""

AVATARS_FROM = 100
"""Cells of a screen from which on there is an avatar before each name."""


@dataclass(frozen=True, slots=True)
class SharedRow:
    """A session's line.

    Its time has come, or its station runs, or its seat is free; `is_marked`: it has changed
    a moment ago.
    """

    words: Words
    has_begun: bool
    is_running: bool
    is_open: bool
    is_marked: bool = False


ListLine = SharedRow | str
"""A row, or a heading; an empty heading is an empty line."""


class SharedColumns(NamedTuple):
    """Widths in cells; what does not fit the screen is taken from what matters least."""

    when: int
    countdown: int
    who: int
    level: int
    what: int
    seat: int

    @classmethod
    def of(cls, width: int, rows: Sequence[Words]) -> SharedColumns:
        """Widths as these words need them, within `width`."""
        fields = ("countdown", "who", "level", "what", "seat")
        wanted = {
            name: max((cell_len(getattr(row, name)) for row in rows), default=0) for name in fields
        }
        full = dict(wanted)
        for name, least in _LEAST:
            over = GUTTER + 5 + 2 + sum(cells + 2 for cells in wanted.values() if cells) - width
            if over > 0:
                # What is of no use in few cells goes as a whole.
                left = wanted[name] - over if least else 0
                wanted[name] = min(wanted[name], max(least, left))
        spare = width - GUTTER - 5 - 2 - sum(cells + 2 for cells in wanted.values() if cells)
        for name in ("what", "who", "seat"):  # what that has left over
            if wanted[name] and spare > 0:
                more = min(spare, full[name] - wanted[name])
                wanted[name] += more
                spare -= more
        return cls(5, **wanted)


_LEAST = [("what", 20), ("who", 16), ("what", 12), ("level", 8), ("seat", 18), ("level", 0),
          ("seat", 12), ("what", 0), ("countdown", 0), ("who", 8), ("seat", 0),
          ("who", 0)]  # fmt: skip
"""What gives way first where a page is too narrow, and down to how much."""


class SharedList(Widget):
    """Shows the lines of one page."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "shared-list--heading",
        "shared-list--faint",
        "shared-list--open",
        "shared-list--running",
        "shared-list--mark",
    }

    def __init__(self) -> None:
        super().__init__()
        self._lines: Sequence[ListLine] = ()
        self._columns: dict[bool, SharedColumns] = {}
        self._is_stale = False

    def show(self, lines: Sequence[ListLine], *, is_stale: bool) -> None:
        """Show these lines; dimmed when they may be out of date."""
        before, self._lines = self._lines, tuple(lines)
        rows = [line for line in lines if isinstance(line, SharedRow)]
        columns = {
            begun: SharedColumns.of(
                self.size.width - (CELLS + 1 if self._has_avatars else 0),
                [row.words for row in rows if row.has_begun is begun],
            )
            for begun in (True, False)
        }
        if columns != self._columns or is_stale != self._is_stale:
            self._columns, self._is_stale = columns, is_stale
            self.refresh()
            return
        for y in range(max(len(before), len(self._lines))):
            if before[y : y + 1] != self._lines[y : y + 1]:
                self.refresh(Region(0, y, self.size.width, 1))

    @property
    def _has_avatars(self) -> bool:
        return self.size.width >= AVATARS_FROM and any(
            isinstance(line, SharedRow) and line.words.avatar for line in self._lines
        )

    def render_line(self, y: int) -> Strip:
        line = self._lines[y] if y < len(self._lines) else ""
        if isinstance(line, str):
            strip = Strip([Segment(f"  {line}", self._style("heading"))])
        else:
            strip = self._row(line)
        return strip.adjust_cell_length(self.size.width).apply_style(self.rich_style)

    def _row(self, row: SharedRow) -> Strip:
        words, columns = row.words, self._columns[row.has_begun]
        faint = self._style("faint")
        plain = faint if self._is_stale else Style()
        seat = plain
        if not self._is_stale and (row.is_running or row.is_open):
            seat = self._style("running" if row.is_running else "open")
        cells = [
            (words.when, plain),
            (words.countdown, faint),
            (words.who, plain + Style(bold=not self._is_stale)),
            (first_fitting([words.level, words.short_level], columns.level), faint),
            (words.what, plain),
            (first_fitting([words.seat, words.short_seat], columns.seat), seat),
        ]
        segments = [Segment("▌ " if row.is_marked else "  ", self._style("mark"))]
        for column, ((text, style), width) in enumerate(zip(cells, columns, strict=True)):
            if column == WHO and self._has_avatars:
                avatar = words.avatar
                drawn = avatar_segment(avatar, self.app) if avatar else Segment(" " * CELLS)
                segments += [drawn, Segment(" ")]
            if width:  # a column of nothing leaves no gap either
                segments.append(Segment(fit(text, width) + "  ", style))
        return Strip(segments)

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"shared-list--{name}", partial=True)
