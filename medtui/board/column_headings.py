"""The line of headings over the board's list."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from medtui.board.session_list import SessionColumns, SessionList
from medtui.core.avatars import CELLS
from medtui.ui.cells import fit


class ColumnHeadings(Widget):
    """Names the columns of a list, in the list's own widths."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"column-headings--text"}

    def __init__(self, sessions: SessionList) -> None:
        super().__init__()
        self._sessions = sessions
        self._drawn_width = 0

    def follow(self) -> None:
        """Draw again if the list's width has changed."""
        if self._sessions.line_width != self._drawn_width:
            self.refresh()

    def render_line(self, y: int) -> Strip:
        self._drawn_width = width = self._sessions.line_width
        columns = SessionColumns.of(width)
        words = "  " + fit("Time", 7)
        avatar = CELLS + 1 if SessionColumns.has_avatar(width) else 0
        words += "  ".join(
            fit(name, cells)
            for name, cells in (
                ("", columns.countdown),
                (" " * avatar + "Host", columns.host),
                ("Level", columns.level),
                ("Session", columns.about),
                ("Guest", columns.seat),
            )
            if cells
        )
        style = self.get_component_rich_style("column-headings--text")
        return Strip([Segment(words, style)]).adjust_cell_length(self.size.width, style)
