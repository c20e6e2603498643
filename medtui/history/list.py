"""The list of past sessions: a line-API widget over plain data, as the board's is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import ClassVar, NamedTuple
from uuid import UUID

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip

from medtui.core.history import HistoryEntry, Line, Month
from medtui.core.models import Role
from medtui.core.wording import short_name
from medtui.history.wording import (
    case_words,
    day_words,
    file_signs,
    mark_words,
    marker_words,
    month_label,
    partner_words,
    role_words,
)
from medtui.ui.cells import fit
from medtui.ui.cursor_list import CursorList
from medtui.ui.status_line import NARROW

FIXED_WIDTH = 45
"""Cells of the cursor, day, role, seat, mark, marker and files, with the gaps behind them."""


NARROW_FIXED_WIDTH = 31
"""The same of cursor, day, role, mark and files on a narrow terminal."""


class HistoryColumns(NamedTuple):
    """Widths in cells of the columns that share what the fixed ones leave."""

    partner: int
    kind: int
    about: int
    is_narrow: bool = False
    """Only day, role, whom, mark and files are shown."""

    @classmethod
    def of(cls, width: int) -> HistoryColumns:
        if width < NARROW - 1:  # beside the scrollbar
            return cls(max(0, width - NARROW_FIXED_WIDTH), 0, 0, is_narrow=True)
        spare = max(0, width - FIXED_WIDTH - 4)
        partner = min(20, max(10, spare * 28 // 100))
        kind = 0 if spare < 46 else 13
        return cls(partner, kind, max(0, spare - partner - kind - (2 if kind else 0)))


class HistoryList(CursorList):
    """Shows lines of the history.

    Posts `Highlighted` when the cursor has come to another session, and `Selected` on enter or
    a click on the cursor.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Review", id="history.review",
                tooltip="Transcript and assessment of this session"),
    ]  # fmt: skip

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "history-list--month",
        "history-list--cursor",
        "history-list--faint",
        "history-list--sat",
        "history-list--mark",
        "history-list--broken",
    }

    @dataclass
    class Highlighted(Message):
        """The cursor has come to this session, or to none."""

        entry: HistoryEntry | None

    @dataclass
    class Selected(Message):
        """Enter was pressed on this session."""

        entry: HistoryEntry

    def __init__(self, zone: tzinfo) -> None:
        super().__init__()
        self._zone = zone
        self._lines: Sequence[Line] = ()
        self._rows: dict[UUID, int] = {}

    @property
    def entry(self) -> HistoryEntry | None:
        """The session under the cursor."""
        row = self.row_of(self.session_id)
        line = None if row is None else self._lines[row]
        return line if isinstance(line, HistoryEntry) else None

    @property
    def line_count(self) -> int:
        return len(self._lines)

    def session_at(self, row: int) -> UUID | None:
        line = self._lines[row] if 0 <= row < len(self._lines) else None
        return line.session.id if isinstance(line, HistoryEntry) else None

    def row_of(self, session_id: UUID | None) -> int | None:
        return self._rows.get(session_id) if session_id else None

    def came_to(self, row: int | None) -> None:
        self.post_message(self.Highlighted(self.entry))

    def chose(self, row: int) -> None:
        if self.entry is not None:
            self.post_message(self.Selected(self.entry))

    def show(self, lines: Sequence[Line]) -> None:
        """Show other lines; the cursor goes where its session has gone, or to its neighbour."""
        before, self._lines = self._lines, lines
        self._rows = {
            line.session.id: row for row, line in enumerate(lines) if isinstance(line, HistoryEntry)
        }
        if len(lines) != self.virtual_size.height:
            self.measure()
            self.refresh()
        else:
            top = self.scroll_offset.y
            for row in range(top, min(top + self.size.height, len(lines))):
                if lines[row] != before[row]:
                    self.refresh_line(row)
        self.follow_cursor()

    def render_line(self, y: int) -> Strip:
        row = y + self.scroll_offset.y
        if row >= len(self._lines):
            return Strip.blank(self.line_width, self.rich_style)
        line = self._lines[row]
        if isinstance(line, Month):
            strip = Strip([Segment(f"  {month_label(line)}", self._style("month"))])
        else:
            strip = self._drawn(line)
        return strip.adjust_cell_length(self.line_width).apply_style(self.rich_style)

    def _drawn(self, entry: HistoryEntry) -> Strip:
        columns, faint = HistoryColumns.of(self.line_width), self._style("faint")
        is_cursor = entry.session.id == self.session_id
        plain = Style() if entry.is_held else faint
        sat = self._style("sat") if entry.role is Role.CANDIDATE else plain
        partner = partner_words(entry)
        if entry.partner and cell_len(partner) > columns.partner:
            partner = short_name(entry.partner)
        broken = bool(entry.kept and entry.kept.broken)
        mark = self._style("broken") if broken else self._style("mark")
        if columns.is_narrow:
            return self._in_strip(
                [
                    Segment(" ›" if is_cursor else "  ", self._style("month")),
                    Segment(fit(day_words(entry.session.starts_at, self._zone), 12) + " ", plain),
                    Segment(fit(role_words(entry), 5) + " ", sat),
                    Segment(fit(partner, columns.partner) + " ", plain),
                    Segment(f"{fit_right(mark_words(entry), 6)} ", mark),
                    Segment(fit(file_signs(entry), 2), faint),
                ],
                is_cursor=is_cursor,
            )
        segments = [
            Segment(" ›" if is_cursor else "  ", self._style("month")),
            Segment(fit(day_words(entry.session.starts_at, self._zone), 12) + "  ", plain),
            Segment(fit(role_words(entry), 9) + " ", sat),
            Segment(fit("host" if entry.is_host else "guest", 5) + "  ", faint),
            Segment(fit(partner, columns.partner) + "  ", plain),
        ]
        if columns.kind:
            segments.append(
                Segment(
                    fit(entry.round.beside(entry.session.type_label), columns.kind) + "  ", faint
                )
            )
        segments += [
            Segment(fit(case_words(entry), columns.about) + "  ", plain),
            Segment(f"{fit_right(mark_words(entry), 6)} ", mark),
            Segment(fit(marker_words(entry), 2) + " ", faint),
            Segment(fit(file_signs(entry), 2), faint),
        ]
        return self._in_strip(segments, is_cursor=is_cursor)

    def _in_strip(self, segments: list[Segment], *, is_cursor: bool) -> Strip:
        strip = Strip(segments).adjust_cell_length(self.line_width)
        if is_cursor and self.has_focus:
            cursor = self._style("cursor")
            return Strip([Segment(text, (style or Style()) + cursor) for text, style, _ in strip])
        return strip

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"history-list--{name}", partial=True)


def fit_right(text: str, width: int) -> str:
    """`text` in exactly `width` cells, at their right end."""
    text = fit(text, width).rstrip()
    return " " * (width - cell_len(text)) + text
