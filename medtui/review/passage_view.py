"""Passages of text below each other: a line-API widget that wraps and draws what is seen.

Only the height of each passage is known for all of them; its lines are found when they are
drawn. So opening, scrolling and searching cost the same however long the text is.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache
from itertools import accumulate
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events, work
from textual.binding import Binding, BindingType
from textual.geometry import Offset, Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from medtui.ui.cells import Span, wrap
from medtui.ui.vim_keys import vim_bindings

GUTTER = 2
"""Cells left of everything: the cursor's mark, and a space."""
AT_ONCE = 4_000_000
"""Texts of more characters are measured in a thread."""
STEP = 3
"""Lines by which one scrolls within a passage that is taller than the screen."""


class PassageView(ScrollView, can_focus=True):
    """Passages with a cursor on one of them. Subclasses give the text of each."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *vim_bindings("move(1)", "move(-1)", "page(1)", "page(-1)", "first", "last"),
        Binding("v", "mark", "Mark", show=False, id="review.mark",
                tooltip="Begin a longer passage to copy"),
    ]  # fmt: skip

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "flow--cursor",
        "flow--mark",
        "flow--faint",
        "flow--strong",
    }

    class Moved(Message):
        """The cursor has come to another passage."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  # Textual's name
        super().__init__(id=id)
        self.cursor = 0
        self.marked_from: int | None = None
        """Where a longer passage begins that ends at the cursor."""
        self._tops: list[int] = [0]
        """The first line of each passage, and the line behind the last."""
        self._width = 0
        self._layouts = 0
        self._base = Style()
        self._lines = lru_cache(maxsize=512)(self._wrapped)

    # What subclasses say

    def __len__(self) -> int:
        raise NotImplementedError

    def text(self, index: int) -> str:
        """The text of a passage."""
        raise NotImplementedError

    def margins(self, index: int) -> tuple[int, int]:
        """Cells left and right of a passage's text."""
        raise NotImplementedError

    def draw(self, index: int, line: int, span: Span) -> list[Segment]:
        """A line of a passage, without the gutter."""
        raise NotImplementedError

    def size_of_text(self) -> int:
        """About how many characters all passages have."""
        return sum(len(self.text(index)) for index in range(len(self)))

    # Layout

    def lay_out(self) -> None:
        """Measure all passages again, after their number or the width has changed."""
        self._lines.cache_clear()
        self._width = self.size.width
        self._layouts += 1
        if self.size_of_text() < AT_ONCE:
            self._laid_out(self._layouts, self._measured())
        else:
            self._laid_out(self._layouts, [0])
            self._lay_out_beside(self._layouts)

    def _measured(self) -> list[int]:
        return [0, *accumulate(len(self._wrapped(index)) for index in range(len(self)))]

    @work(thread=True, group="layout", exit_on_error=False)
    def _lay_out_beside(self, number: int) -> None:
        """Keys are answered meanwhile."""
        self.app.call_from_thread(self._laid_out, number, self._measured())
        self.app.call_from_thread(self.reveal)

    def _laid_out(self, number: int, tops: list[int]) -> None:
        if number != self._layouts:
            return  # another one was asked for since
        self._tops = tops
        self.virtual_size = Size(self._width, tops[-1])
        self.cursor = min(self.cursor, max(0, len(self) - 1))
        self.refresh()

    def _wrapped(self, index: int) -> list[Span]:
        left, right = self.margins(index)
        return wrap(self.text(index), self._width - GUTTER - left - right)

    def on_resize(self, event: events.Resize) -> None:
        if self.size.width != self._width:
            self.lay_out()
        self.call_after_refresh(self.reveal)

    # Drawing

    def render_lines(self, crop: Region) -> list[Strip]:
        self._base = self.rich_style  # asked for once: it goes through all that we are in
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        row = y + self.scroll_offset.y
        index = self.passage_at(row)
        if index is None:
            return Strip.blank(self.size.width, self._base)
        line = row - self._tops[index]
        segments = self.draw(index, line, self._lines(index)[line])
        is_cursor = index == self.cursor
        is_marked = self.is_marked(index)
        bar = Segment(
            "▌ " if is_cursor else "┃ " if is_marked else "  ", self.style_of("flow--mark")
        )
        strip = Strip([bar, *segments]).adjust_cell_length(self.size.width)
        if (is_cursor and self.has_focus) or is_marked:
            under = self.style_of("flow--cursor")
            # Behind the texts: a hit of a search keeps its own background.
            strip = Strip([Segment(text, under + (style or Style())) for text, style, _ in strip])
        return strip.apply_style(self._base)

    def style_of(self, name: str) -> Style:
        return self.get_component_rich_style(name, partial=True)

    def passage_at(self, row: int) -> int | None:
        """The passage that a line belongs to."""
        if not 0 <= row < self._tops[-1]:
            return None
        return bisect_right(self._tops, row) - 1

    # The cursor

    def is_marked(self, index: int) -> bool:
        if self.marked_from is None:
            return False
        return min(self.marked_from, self.cursor) <= index <= max(self.marked_from, self.cursor)

    @property
    def chosen(self) -> range:
        """The passages that are meant: from the mark to the cursor, or the cursor's alone."""
        if not len(self):
            return range(0)
        other = self.cursor if self.marked_from is None else self.marked_from
        return range(min(other, self.cursor), max(other, self.cursor) + 1)

    def move_to(self, index: int) -> None:
        """Put the cursor on a passage and bring it into view."""
        index = min(max(index, 0), len(self) - 1)
        if index < 0:
            return
        if index != self.cursor:
            before, self.cursor = self.cursor, index
            if self.marked_from is None:
                self._refresh_passages(before, index)
            else:
                self.refresh()
            self.post_message(self.Moved())
        self.reveal()

    def _refresh_passages(self, *indexes: int) -> None:
        for index in indexes:
            if index < len(self._tops) - 1:
                top, end = self._tops[index], self._tops[index + 1]
                self.refresh_lines(top, end - top)

    def reveal(self) -> None:
        """Bring the cursor's passage into view: all of it, or its beginning."""
        if self.cursor >= len(self._tops) - 1:
            return  # it is being measured
        top, end = self._tops[self.cursor], self._tops[self.cursor + 1]
        height = max(1, self.size.height)
        shown = self.scroll_offset.y
        if top < shown or end - top >= height:
            if not (end - top >= height and top <= shown < end):
                self.scroll_to(y=top, animate=False, force=True, immediate=True)
        elif end > shown + height:
            self.scroll_to(y=end - height, animate=False, force=True, immediate=True)

    @property
    def cursor_place(self) -> Offset:
        """Where the cursor's passage begins, for the terminal's own cursor."""
        top = self._tops[self.cursor] if self.cursor < len(self._tops) else 0
        return Offset(0, top - self.scroll_offset.y)

    def action_move(self, by: int) -> None:
        if self.cursor >= len(self._tops) - 1:
            return
        top, end = self._tops[self.cursor], self._tops[self.cursor + 1]
        first, last = self.scroll_offset.y, self.scroll_offset.y + self.size.height
        if by > 0 and end > last > top:
            self.scroll_relative(y=min(STEP, end - last), animate=False, force=True, immediate=True)
        elif by < 0 and top < first < end:
            self.scroll_relative(
                y=-min(STEP, first - top), animate=False, force=True, immediate=True
            )
        else:
            self.move_to(self.cursor + by)

    def action_page(self, by: int) -> None:
        if self.cursor >= len(self._tops) - 1:
            return
        half = max(1, self.size.height // 2)
        row = self._tops[self.cursor] + by * half
        index = self.passage_at(min(max(row, 0), self._tops[-1] - 1))
        if index is None:
            return
        if index == self.cursor:
            self.action_move(by)
            return
        self.scroll_relative(y=by * half, animate=False, force=True, immediate=True)
        self.move_to(index)

    def action_first(self) -> None:
        self.move_to(0)

    def action_last(self) -> None:
        self.move_to(len(self) - 1)

    def action_mark(self) -> None:
        self.marked_from = self.cursor if self.marked_from is None else None
        self.refresh()

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)

    def on_click(self, event: events.Click) -> None:
        index = self.passage_at(event.y + self.scroll_offset.y)
        if index is None:
            return
        if index == self.cursor:
            self.clicked_again(index)
        self.move_to(index)

    def clicked_again(self, index: int) -> None:
        """A click on the passage that the cursor was on already."""

    def region_of(self, index: int) -> Region:
        """The lines of a passage, in the widget's own space."""
        top, end = self._tops[index], self._tops[index + 1]
        return Region(0, top, self.size.width, end - top)
