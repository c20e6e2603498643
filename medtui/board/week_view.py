"""The board as a week: seven columns of hours, over the list's own agenda and cursor.

The cursor is the list's, so that every key of the board means the same session here.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo
from typing import ClassVar
from uuid import UUID

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Offset, Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from medtui.board.session_list import SessionList
from medtui.core.agenda import Agenda
from medtui.core.key_names import with_keys
from medtui.core.models import PracticeSession, Stage
from medtui.core.session_acts import enter_does
from medtui.core.week import (
    DAYS,
    WeekLine,
    above_or_below,
    beside,
    monday_of,
    week_lines,
    week_title,
)
from medtui.core.wording import short_name
from medtui.ui.cells import first_fitting, fit
from medtui.ui.vim_keys import vim_bindings

LEAST_WIDTH = 100
"""Cells that seven columns need for a time and a name each."""

HOURS_WIDTH = 6
FULL_TIME_WIDTH = 18
"""From so many cells on, a column has the hour beside the minutes."""
HEAD = 2
"""Lines above the hours: the week, and its days."""

SIGNS = "○ free  ● yours  · taken  ▶ running  {week.before} {week.next} weeks  {board.week} list"


class WeekView(ScrollView, can_focus=True):
    """Shows one week of an agenda; `show` draws what has become of it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *vim_bindings("move(1)", "move(-1)", "turn(1)", "turn(-1)", "end(-1)", "end(1)"),
        Binding("right", "side(1)", "Next day", show=False, id="week.right", tooltip="Next day"),
        Binding("left", "side(-1)", "Day before", show=False, id="week.left",
                tooltip="Day before"),
        Binding("right_square_bracket", "turn(1)", "Next week", key_display="]", show=False,
                id="week.next", tooltip="Next week"),
        Binding("left_square_bracket", "turn(-1)", "Week before", key_display="[", show=False,
                id="week.before", tooltip="Week before"),
        Binding("enter", "select", "Details", key_display="enter", id="week.select",
                tooltip="See the session's details, and what you can do with it"),
    ]  # fmt: skip

    COMPONENT_CLASSES: ClassVar[set[str]] = SessionList.COMPONENT_CLASSES

    def __init__(
        self, sessions: SessionList, agenda: Agenda, viewer: UUID, zone: tzinfo, now: datetime
    ) -> None:
        super().__init__(id="week")
        self._list = sessions
        self._agenda = agenda
        self._viewer = viewer
        self._zone = zone
        self._now = now
        self._monday = monday_of(self._today)
        self._lines: list[WeekLine] = []
        self._drawn: object = None

    @property
    def _today(self) -> date:
        return self._now.astimezone(self._zone).date()

    @property
    def session(self) -> PracticeSession | None:
        """The session under the cursor; None if this week has none."""
        session = self._list.session
        return session if session and self._week_of(session) == self._monday else None

    @property
    def shows_details(self) -> bool:
        """Whether details are beside it: seven columns leave no room for them."""
        return False

    @property
    def enter_does(self) -> str:
        """As of a list without details."""
        if (session := self.session) is None:
            return ""
        return enter_does(session, self._viewer, self._now, shows_details=False)

    def go_to_cursor(self) -> None:
        """Show the week of the list's session."""
        if (session := self._list.session) is not None:
            self._monday = self._week_of(session)
        if self.is_mounted and self.display:
            self.show(self._now)
            self._reveal()

    def show(self, now: datetime) -> None:
        """Draw the week as the agenda is now."""
        self._now = now
        self._lines = week_lines(self._agenda, self._zone, self._monday)
        size = Size(self.scrollable_content_region.width, HEAD + len(self._lines))
        if size != self.virtual_size:
            self.virtual_size = size
        look = (
            self._monday,
            self._today,
            self._lines,
            self._list.session_id,
            self.has_focus,
            self._list.is_stale,
            [self._gutter(cell) for line in self._lines for cell in line.cells if cell],
        )
        if look != self._drawn:
            self._drawn = look
            self.refresh()

    def render_line(self, y: int) -> Strip:
        if y == 0:
            strip = self._title()
        elif y == 1:
            strip = self._days()
        else:
            row = y - HEAD + self.scroll_offset.y
            strip = self._line(self._lines[row]) if row < len(self._lines) else Strip([])
        return strip.adjust_cell_length(self.size.width).apply_style(self.rich_style)

    # Drawing

    def _title(self) -> Strip:
        title = f" {week_title(self._monday)}   "
        if not self._lines:
            title += "no sessions   "
        return Strip(
            [Segment(title, self._style("day")), Segment(with_keys(SIGNS), self._style("faint"))]
        )

    def _days(self) -> Strip:
        segments = [Segment(" " * HOURS_WIDTH)]
        for column, width in enumerate(self._widths()):
            day = self._monday + timedelta(days=column)
            words = first_fitting([f"{day:%A} {day.day}", f"{day:%a} {day.day}"], width - 2)
            style = self._style("day")
            if day == self._today:
                style += Style(reverse=True)
            segments += [Segment(f" {words} ", style), Segment(" " * (width - len(words) - 2))]
        return Strip(segments)

    def _line(self, line: WeekLine) -> Strip:
        hour = "" if line.hour is None else f"{line.hour:02}:00"
        segments = [Segment(f" {hour:<{HOURS_WIDTH - 1}}", self._style("faint"))]
        for cell, width in zip(line.cells, self._widths(), strict=True):
            if cell is None:
                segments.append(Segment(" " * width))
            else:
                segments += self._cell(cell, width)
        return Strip(segments)

    def _cell(self, session: PracticeSession, width: int) -> list[Segment]:
        is_cursor = session.id == self._list.session_id
        sign, style = self._sign(session)
        style = self._style("faint") if self._list.is_stale else style
        start = session.starts_at.astimezone(self._zone)
        at = f"{start:%H:%M} {sign} " if width >= FULL_TIME_WIDTH else f"{start::%M} {sign} "
        room = width - 1 - len(at)
        words = at + fit(self._whom(session, room), room)
        segments = [Segment(self._gutter(session), self._style("mark")), Segment(words, style)]
        if is_cursor and self.has_focus:
            cursor = self._style("cursor")
            segments = [Segment(text, (own or Style()) + cursor) for text, own, _ in segments]
        return segments

    def _gutter(self, session: PracticeSession) -> str:
        if self._list.is_busy(session.id):
            return "…"
        if session.id == self._list.session_id:
            return "›"
        return "▌" if self._list.mark_of(session.id) else " "

    def _sign(self, session: PracticeSession) -> tuple[str, Style]:
        if session.stage is not Stage.PREP:
            return "▶", self._style("running")
        if session.involves(self._viewer):
            return "○" if session.is_open else "●", self._style("mine")
        return ("○", self._style("open")) if session.is_open else ("·", self._style("faint"))

    def _whom(self, session: PracticeSession, width: int) -> str:
        """The other one of one's own session, and the host of another; with the type if it fits."""
        if session.host_id == self._viewer and session.guest_id is None:
            names = ["You"]
        elif (person := session.partner_of(self._viewer)) is None:
            names = ["(unknown)"]
        else:
            names = [person.name, short_name(person), person.first_name or person.name]
        kind = session.type_label
        return first_fitting([f"{names[0]}, {kind}", *names] if kind else names, width)

    def _widths(self) -> list[int]:
        """Cells of each column, the sign before it included."""
        width, more = divmod(self.scrollable_content_region.width - HOURS_WIDTH, DAYS)
        return [width + (column < more) for column in range(DAYS)]

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"session-list--{name}", partial=True)

    # Moving

    def action_move(self, by: int) -> None:
        if session := self.session:
            self._move_to(above_or_below(self._agenda, self._zone, session, by))
        else:
            self.go_to_cursor()

    def action_side(self, by: int) -> None:
        if session := self.session:
            self._move_to(beside(self._agenda, self._zone, session, by))
        else:
            self.action_turn(by)

    def action_end(self, by: int) -> None:
        """To the first or last session of the day."""
        self.action_move(by * len(self._agenda))

    def action_turn(self, by: int) -> None:
        """To another week, and there to the session at the nearest time."""
        self._monday += timedelta(weeks=by)
        before = self._list.session
        self._lines = week_lines(self._agenda, self._zone, self._monday)
        there = [cell for line in self._lines for cell in line.cells if cell]
        if there and before:
            wanted = before.starts_at + timedelta(weeks=by)
            nearest = min(there, key=lambda session: abs(session.starts_at - wanted))
            self._list.move_to(nearest.id)
        self.show(self._now)
        self._reveal()
        self.post_message(SessionList.Highlighted(self.session))

    def action_select(self) -> None:
        if session := self.session:
            self.post_message(SessionList.Selected(session, self.enter_does))

    def on_click(self, event: events.Click) -> None:
        row, edge = event.y - HEAD + self.scroll_offset.y, HOURS_WIDTH
        for column, width in enumerate(self._widths()):
            if edge <= event.x < edge + width and 0 <= row < len(self._lines):
                if session := self._lines[row].cells[column]:
                    if session.id == self._list.session_id:
                        self.action_select()
                    self._move_to(session)
                return
            edge += width

    def on_resize(self) -> None:
        self.call_after_refresh(self._reveal)

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        self.show(self._now)
        self._place_terminal_cursor()

    def _move_to(self, session: PracticeSession) -> None:
        self._list.move_to(session.id)
        self.go_to_cursor()

    def _week_of(self, session: PracticeSession) -> date:
        return monday_of(session.starts_at.astimezone(self._zone).date())

    def _place(self) -> tuple[int, int] | None:
        """The line and the column of the cursor's session; None if this week has none."""
        for row, line in enumerate(self._lines):
            for column, cell in enumerate(line.cells):
                if cell and cell.id == self._list.session_id:
                    return row, column
        return None

    def _reveal(self) -> None:
        if (place := self._place()) is not None:
            # The two lines above stay where they are, over the hours.
            region = Region(0, place[0], self.size.width, HEAD + 1)
            self.scroll_to_region(region, animate=False, force=True)
        self._place_terminal_cursor()

    def _place_terminal_cursor(self) -> None:
        """Have the terminal's own cursor where ours is: screen readers and braille follow it."""
        if self.has_focus and (place := self._place()) is not None:
            row, column = place
            x = HOURS_WIDTH + sum(self._widths()[:column])
            below = Offset(x, HEAD + row - self.scroll_offset.y)
            self.app.cursor_position = self.content_region.offset + below
