"""A list with a cursor: lines over plain data, some of them headings that the cursor skips."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from textual import events
from textual.binding import BindingType
from textual.geometry import Offset, Region, Size
from textual.scroll_view import ScrollView

from medtui.ui.vim_keys import vim_bindings


class CursorList(ScrollView, can_focus=True):
    """The cursor and its keys. It stays on its session when that moves.

    A subclass says what the lines are (`line_count`, `session_at`, `row_of`), draws
    them (`render_line`), and tells of the cursor (`came_to`, `chose`).
    """

    BINDINGS: ClassVar[list[BindingType]] = vim_bindings(
        "move(1)", "move(-1)", "page(1)", "page(-1)", "first", "last"
    )

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  # Textual's name
        super().__init__(id=id)
        self.session_id: UUID | None = None
        """The session under the cursor, as the lines were when `follow_cursor` saw them last."""
        self.cursor_row = 1

    @property
    def line_count(self) -> int:
        """How many lines there are, headings included. The first, if any, is a heading."""
        raise NotImplementedError

    def session_at(self, row: int) -> UUID | None:
        """The session on a line; None for a heading, and where there is no line."""
        raise NotImplementedError

    def row_of(self, session_id: UUID | None) -> int | None:
        """The line of a session, if it is shown."""
        raise NotImplementedError

    def row_near(self) -> int:
        """The line to go to when the cursor's session is not shown any more."""
        return self.cursor_row

    def came_to(self, row: int | None) -> None:
        """The cursor has come to another session, or to none."""

    def chose(self, row: int) -> None:
        """Enter, or a click on the cursor."""

    @property
    def line_width(self) -> int:
        """Cells of a line; a scrollbar takes one of them."""
        return self.scrollable_content_region.width

    def move_to(self, session_id: UUID) -> None:
        """Put the cursor on a session, if it is shown."""
        row = self.row_of(session_id)
        if row is not None:
            self._move_to_row(row)

    def measure(self) -> None:
        """Update the scroll size after the number of lines has changed."""
        self.virtual_size = Size(self.line_width, self.line_count)

    def follow_cursor(self) -> None:
        """Move the cursor to its session's new line, or near it if the session is gone."""
        row = self.row_of(self.session_id)
        if row is None:
            had_one, self.session_id = self.session_id is not None, None
            if self.line_count:
                self._move_to_row(self.row_near())
            if self.session_id is None and had_one:
                self.came_to(None)
            return
        moved, self.cursor_row = row - self.cursor_row, row
        if moved and self.scroll_offset.y:
            # The lines on the screen stay where they are when others above change.
            self.scroll_to(y=self.scroll_offset.y + moved, animate=False)
        elif moved:
            self._reveal()

    def on_resize(self, event: events.Resize) -> None:
        self.measure()
        self.call_after_refresh(self._reveal)

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)

    def on_click(self, event: events.Click) -> None:
        row = event.y + self.scroll_offset.y
        session = self.session_at(row)
        if session is not None:
            if session == self.session_id:
                self.chose(row)
            self._move_to_row(row)

    def action_move(self, by: int) -> None:
        self._move_to_row(self.cursor_row + by, down=by > 0)

    def action_page(self, by: int) -> None:
        self.action_move(by * max(1, self.size.height // 2))

    def action_first(self) -> None:
        self._move_to_row(0)

    def action_last(self) -> None:
        self._move_to_row(self.line_count)

    def action_select(self) -> None:
        row = self.row_of(self.session_id)
        if row is not None:
            self.chose(row)

    def _move_to_row(self, row: int, *, down: bool = True) -> None:
        """Put the cursor on a row, or, if it is a heading, on the one below or above it."""
        row = min(max(row, 1), self.line_count - 1)
        if self.session_at(row) is None:
            row += 1 if down else -1
        session = self.session_at(row)
        if session is None:
            return
        before, self.cursor_row = self.cursor_row, row
        self._reveal()
        if session != self.session_id:
            self.session_id = session
            self.refresh_line(before)
            self.refresh_line(row)
            self.came_to(row)

    def _reveal(self) -> None:
        row = self.cursor_row
        # The first session below a heading comes with it.
        top = row - 1 if row and self.session_at(row - 1) is None else row
        region = Region(0, top, self.line_width, row - top + 1)
        self.scroll_to_region(region, animate=False, force=True)

    @property
    def cursor_place(self) -> Offset:
        """Where the cursor's row is, for the terminal's own cursor."""
        return Offset(0, self.cursor_row - self.scroll_offset.y)
