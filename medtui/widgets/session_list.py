"""The board's list: a line-API widget over plain data.

Only lines that look different from what stands there are drawn again, so what a change
costs depends neither on the number of sessions nor on the size of the terminal.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import ClassVar
from uuid import UUID

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from medtui.board import Day, Line, seat, standing
from medtui.models import PracticeSession, Stage

MARK_SECONDS = 4.0
"""How long a changed row is marked."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Widths of a row's columns in cells, for a list of a given width."""

    host: int
    level: int
    type: int
    case: int
    seat: int

    @classmethod
    def of(cls, width: int) -> Columns:
        """Fit a width: what is wide enough grows in turn, the case comes last."""
        left = max(0, width - 21)  # gutter, time and standing
        level, kind, seat_width = 14, 13, 16
        if left < 66:
            level, kind, seat_width = 11, 13, 13
        case = 0 if left < 88 else min(34, left - 70)
        gaps = 4 if case else 3
        rest = max(8, left - level - kind - seat_width - case - 2 * gaps)
        host = min(rest, 32)
        return cls(host, level, kind, case, seat_width + min(20, rest - host))


class SessionList(ScrollView, can_focus=True):
    """Shows the lines that it is given, and has a cursor that stays on its session.

    `show` gives it lines; it posts `Highlighted` when the cursor has come to another
    session, and `Selected` on enter or a second click.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", "Down", show=False, id="list.down"),
        Binding("up,k", "move(-1)", "Up", show=False, id="list.up"),
        Binding("ctrl+d,pagedown", "page(1)", "Half a page down", show=False, id="list.page_down"),
        Binding("ctrl+u,pageup", "page(-1)", "Half a page up", show=False, id="list.page_up"),
        Binding("g,home", "first", "First session", show=False, id="list.first"),
        Binding("G,end", "last", "Last session", show=False, id="list.last"),
        Binding(
            "enter",
            "select",
            "Open",
            show=False,
            tooltip="Details of the session",
            id="board.select",
        ),
    ]

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "session-list--day",
        "session-list--cursor",
        "session-list--faint",
        "session-list--open",
        "session-list--mine",
        "session-list--running",
        "session-list--mark",
    }

    is_stale: reactive[bool] = reactive(False)

    @dataclass
    class Highlighted(Message):
        """The cursor has come to this session, or to none."""

        session: PracticeSession | None

    @dataclass
    class Selected(Message):
        """Enter was pressed on this session."""

        session: PracticeSession

    def __init__(self, viewer: UUID | None, zone: tzinfo, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._viewer = viewer
        self._zone = zone
        self._lines: Sequence[Line] = ()
        self._rows: dict[UUID, int] = {}
        self._now: datetime | None = None
        self._cursor: UUID | None = None
        self._marks: dict[UUID, float] = {}
        self._busy: set[UUID] = set()
        self._drawn: dict[int, object] = {}

    @property
    def session(self) -> PracticeSession | None:
        """The session under the cursor."""
        row = self._rows.get(self._cursor) if self._cursor else None
        line = self._lines[row] if row is not None else None
        return line if isinstance(line, PracticeSession) else None

    def show(
        self, lines: Sequence[Line], now: datetime, changed: Sequence[UUID] | set[UUID] = ()
    ) -> None:
        """Show these lines as of `now`, and mark the changed sessions for a while."""
        before = self.session
        place = self._rows.get(self._cursor, 0) if self._cursor else 0
        resized = len(lines) != len(self._lines)
        self._lines, self._now = lines, now
        self._rows = {
            line.id: y for y, line in enumerate(lines) if isinstance(line, PracticeSession)
        }
        for id_ in changed:
            self._mark(id_)
        if self._cursor not in self._rows:
            self._cursor = self._nearest(place)
        if resized:
            self.virtual_size = Size(self.size.width, len(lines))
            self._drawn.clear()
            self.refresh()
        else:
            self._refresh_different()
        if self.session != before:
            self.post_message(self.Highlighted(self.session))

    def set_busy(self, session_id: UUID, busy: bool) -> None:
        """Show that a write to this session is under way."""
        (self._busy.add if busy else self._busy.discard)(session_id)
        self._refresh_different()

    def move_to(self, session_id: UUID) -> None:
        """Put the cursor on a session, if it is shown."""
        if session_id in self._rows and session_id != self._cursor:
            self._cursor = session_id
            self._refresh_different()
            self._reveal()
            self.post_message(self.Highlighted(self.session))

    def render_line(self, y: int) -> Strip:
        row = y + self.scroll_offset.y
        width = self.size.width
        if row >= len(self._lines) or self._now is None:
            return Strip.blank(width, self.rich_style)
        self._drawn[row] = self._look(row)
        line = self._lines[row]
        strip = self._day(line) if isinstance(line, Day) else self._session(line)
        return strip.adjust_cell_length(width, self.rich_style).apply_style(self.rich_style)

    def watch_is_stale(self) -> None:
        self._refresh_different()

    def on_resize(self, event: events.Resize) -> None:
        self.virtual_size = Size(self.size.width, len(self._lines))
        self._drawn.clear()
        self.call_after_refresh(self._reveal)

    def on_focus(self) -> None:
        self._refresh_different()

    def on_blur(self) -> None:
        self._refresh_different()

    def on_click(self, event: events.Click) -> None:
        row = event.y + self.scroll_offset.y
        line = self._lines[row] if row < len(self._lines) else None
        if isinstance(line, PracticeSession):
            if line.id == self._cursor:
                self.post_message(self.Selected(line))
            self.move_to(line.id)

    def action_move(self, by: int) -> None:
        order = list(self._rows)
        if order:
            here = order.index(self._cursor) if self._cursor in self._rows else 0
            self.move_to(order[min(max(here + by, 0), len(order) - 1)])

    def action_page(self, by: int) -> None:
        self.action_move(by * max(1, self.size.height // 2))

    def action_first(self) -> None:
        self.action_move(-len(self._lines))

    def action_last(self) -> None:
        self.action_move(len(self._lines))

    def action_select(self) -> None:
        if self.session is not None:
            self.post_message(self.Selected(self.session))

    def _nearest(self, row: int) -> UUID | None:
        """The session closest to a row, for a cursor whose session has gone."""
        if not self._rows:
            return None
        return min(self._rows, key=lambda id_: (abs(self._rows[id_] - row), -self._rows[id_]))

    def _mark(self, session_id: UUID) -> None:
        until = self._marks[session_id] = time.monotonic() + MARK_SECONDS

        def unmark() -> None:
            if self._marks.get(session_id) == until:
                del self._marks[session_id]
                self._refresh_different()

        self.set_timer(MARK_SECONDS, unmark)

    def _reveal(self) -> None:
        if self._cursor in self._rows:
            y = self._rows[self._cursor]
            # A day's first session comes with its heading.
            top = y - 1 if y and isinstance(self._lines[y - 1], Day) else y
            self.scroll_to_region(
                Region(0, top, self.size.width, y - top + 1), animate=False, force=True
            )

    def _refresh_different(self) -> None:
        top = self.scroll_offset.y
        for row in range(top, min(top + self.size.height, len(self._lines))):
            if self._drawn.get(row) != self._look(row):
                self.refresh_line(row)

    def _look(self, row: int) -> object:
        """All that a line's appearance depends on, apart from the theme and the width."""
        line = self._lines[row]
        if isinstance(line, Day) or self._now is None:
            return line
        is_cursor = line.id == self._cursor
        return (
            line,
            standing(line, self._now),
            is_cursor and (1 + self.has_focus),
            line.id in self._marks,
            line.id in self._busy,
            self.is_stale,
        )

    def _day(self, day: Day) -> Strip:
        style = self.get_component_rich_style("session-list--day")
        return Strip([Segment(f"  {day.label}", style)])

    def _session(self, session: PracticeSession) -> Strip:
        assert self._now is not None  # noqa: S101  # lines come with a time
        columns = Columns.of(self.size.width)
        faint = self.get_component_rich_style("session-list--faint", partial=True)
        plain = faint if self.is_stale else Style()
        is_running = session.stage is not Stage.PREP
        mark, occupant = seat(session, self._viewer)
        seat_style = plain
        if not self.is_stale:
            if is_running:
                seat_style = self._component("running")
            elif session.involves(self._viewer):
                seat_style = self._component("mine")
            elif session.is_open:
                seat_style = self._component("open")
        gutter = "…" if session.id in self._busy else "▌" if session.id in self._marks else " "
        host = session.host.name if session.host else "(unknown)"
        if session.host_id == self._viewer and self._viewer:
            host = f"You, {host}" if cell_len(host) + 5 <= columns.host else "You"
        level = session.host.level if session.host else ""
        case = ""
        if session.case:
            case = " · ".join(part for part in (session.case.category, session.case.domain) if part)
        start = session.starts_at.astimezone(self._zone)
        cells = [
            Segment(gutter + " ", self._component("mark")),
            Segment(f"{start:%H:%M}  ", plain),
            Segment(fit(standing(session, self._now), 10) + "  ", faint),
            Segment(fit(host, columns.host) + "  ", plain + Style(bold=not self.is_stale)),
            Segment(fit(level, columns.level) + "  ", faint),
            Segment(fit(session.type_label, columns.type) + "  ", plain),
        ]
        if columns.case:
            cells.append(Segment(fit(case, columns.case) + "  ", faint))
        cells.append(Segment(fit(f"{mark} {occupant}", columns.seat), seat_style))
        strip = Strip(cells).adjust_cell_length(self.size.width)
        if session.id == self._cursor and self.has_focus:
            cursor = self._component("cursor")
            return Strip([Segment(text, (style or Style()) + cursor) for text, style, _ in strip])
        return strip

    def _component(self, name: str) -> Style:
        return self.get_component_rich_style(f"session-list--{name}", partial=True)


def fit(text: str, width: int) -> str:
    """`text` in exactly `width` cells, with an ellipsis where it does not fit."""
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(set_cell_size(text, max(0, width - 1)).rstrip() + "…", width)
