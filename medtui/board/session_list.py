"""The board's list: a line-API widget over plain data.

Only lines that look different from those on the screen are drawn again, so what a change
costs depends neither on the number of sessions nor on the size of the terminal.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import ClassVar, NamedTuple
from uuid import UUID

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from medtui.core.agenda import Agenda, Day
from medtui.core.avatars import CELLS, avatar_of
from medtui.core.models import PracticeSession, Stage
from medtui.core.session_acts import enter_does
from medtui.core.waiting import Lines, is_waiting
from medtui.core.wording import day_label, kept_for_others, seats, standing
from medtui.ui.avatars import avatar_segment
from medtui.ui.cells import first_fitting, fit
from medtui.ui.cursor_list import CursorList

MARK_SECONDS = 4.0
"""How long a changed row is marked; in the last of them the mark fades."""

AVATARS_FROM = 88
"""Cells of a line from which on there is an avatar before the host."""

FIXED_WIDTH = 9
"""Cells of the gutter and the time, with the gap behind it."""


class SessionColumns(NamedTuple):
    """Widths in cells of the columns that share what a list's fixed ones leave."""

    countdown: int
    host: int
    """An avatar in front of the name included, where `has_avatar`."""
    level: int
    about: int
    seat: int

    @classmethod
    def has_avatar(cls, width: int) -> bool:
        """Whether there is room for avatars."""
        return width >= AVATARS_FROM

    @classmethod
    def of(cls, width: int) -> SessionColumns:
        """Share out a width: first what is needed, then, in turn, what is good to have."""
        columns = {"countdown": 0, "host": 12, "level": 0, "about": 0, "seat": 11}
        if cls.has_avatar(width):
            columns["host"] += CELLS + 1
        spare = width - FIXED_WIDTH - 2 - columns["host"] - columns["seat"]
        for name, cells in (("countdown", 10), ("about", 8), ("level", 7)):
            if cells + 2 > spare:  # who and whether it is free come before it
                break
            columns[name] = cells
            spare -= cells + 2
        if spare < 0:
            columns["host"] = max(4, columns["host"] + spare)
        for name, wish in _WISHES:
            if columns[name] == 0:
                continue
            more = min(max(0, wish - columns[name]), max(0, spare))
            columns[name] += more
            spare -= more
        return cls(**columns)


_WISHES = [
    ("host", 15), ("seat", 12), ("level", 13), ("about", 14), ("host", 22), ("seat", 18),
    ("level", 15), ("about", 34), ("seat", 28), ("host", 32), ("about", 60), ("host", 62),
    ("seat", 40),
]  # fmt: skip


class SessionList(CursorList):
    """Shows an agenda.

    `update` draws what has become of the agenda. Posts `Highlighted` when the cursor has
    come to another session, and `Selected` on enter or a click on the cursor.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Details", key_display="enter", id="board.select",
                tooltip="Go into your session, book, or see details where they are not shown"),
    ]  # fmt: skip

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
        """Enter was pressed on this session. `does`: see `enter_does`."""

        session: PracticeSession
        does: str

    def __init__(
        self,
        agenda: Agenda,
        viewer: UUID | None,
        zone: tzinfo,
        now: datetime,
        *,
        id: str | None = None,  # noqa: A002  # Textual's name
    ) -> None:
        super().__init__(id=id)
        self._agenda = agenda
        self._viewer = viewer
        self._zone = zone
        self._now = now
        self._marks: dict[UUID, float] = {}
        self._wanted: tuple[UUID, datetime] | None = None
        """The session to which the user has moved the cursor, and its start."""
        self._is_following = False
        self._busy: set[UUID] = set()
        self.lines: Lines = {}
        """The lines in which the viewer waits for a seat."""
        self._drawn: dict[int, object] = {}
        """How each line of the widget looked when it was drawn last."""
        self._drawn_width = 0

    @property
    def session(self) -> PracticeSession | None:
        """The session under the cursor."""
        row = self._agenda.row(self.session_id)
        line = None if row is None else self._agenda.line(row)
        return line if isinstance(line, PracticeSession) else None

    @property
    def line_count(self) -> int:
        return len(self._agenda)

    def session_at(self, row: int) -> UUID | None:
        line = self._agenda.line(row)
        return line.id if isinstance(line, PracticeSession) else None

    def row_of(self, session_id: UUID | None) -> int | None:
        return self._agenda.row(session_id)

    def row_near(self) -> int:
        id_ = self._agenda.nearest(self._wanted[1]) if self._wanted else None
        row = self._agenda.row(id_)
        return self.cursor_row if row is None else row

    def came_to(self, row: int | None) -> None:
        if self.session is not None and not self._is_following:
            self._wanted = self.session.id, self.session.starts_at
        self.post_message(self.Highlighted(self.session))

    def chose(self, row: int) -> None:
        if self.session is not None:
            self.post_message(self.Selected(self.session, self.enter_does))

    @property
    def shows_details(self) -> bool:
        """Whether the details of the cursor's session are on the screen."""
        return self.is_attached and self.screen.has_class("-wide")

    @property
    def enter_does(self) -> str:
        """What enter does on the session under the cursor: see `session_acts.enter_does`."""
        if self.session is None or self._viewer is None:
            return ""
        return enter_does(self.session, self._viewer, self._now, shows_details=self.shows_details)

    def seek_wanted(self) -> None:
        """Put the cursor back on the session that the user chose, if it is shown again."""
        row = self._agenda.row(self._wanted[0]) if self._wanted else None
        if row is not None and self._wanted and self._wanted[0] != self.session_id:
            self._move_to_row(row)

    def update(self, now: datetime, changed: Iterable[UUID] = ()) -> None:
        """Draw the agenda as of `now`, and mark the changed sessions for a while."""
        self._now = now
        until = time.monotonic() + MARK_SECONDS
        self._marks = {id_: end for id_, end in self._marks.items() if end > time.monotonic()}
        self._marks.update((id_, until) for id_ in changed)
        if len(self._agenda) != self.virtual_size.height:
            self.measure()
        self._is_following = True
        self.follow_cursor()
        self._is_following = False
        if self._wanted and self._wanted[0] == self.session_id and self.session:
            self._wanted = self.session.id, self.session.starts_at
        if self.line_width != self._drawn_width:  # a scrollbar has come or gone
            self.refresh()
        self._refresh_different()

    def set_busy(self, session_id: UUID, busy: bool) -> None:
        """Show that a write to this session is under way, or is over."""
        (self._busy.add if busy else self._busy.discard)(session_id)
        self._refresh_different()

    def is_busy(self, session_id: UUID) -> bool:
        return session_id in self._busy

    def render_line(self, y: int) -> Strip:
        row = y + self.scroll_offset.y
        line = self._agenda.line(row)
        self._drawn[y], self._drawn_width = self._look(row), self.line_width
        match line:
            case None:
                return Strip.blank(self._drawn_width, self.rich_style)
            case Day(date):
                label = day_label(date, self._now.astimezone(self._zone).date())
                strip = Strip([Segment(f"  {label}", self._style("day"))])
            case _:
                strip = self._row(line)
        return strip.adjust_cell_length(self._drawn_width).apply_style(self.rich_style)

    def _refresh_different(self) -> None:
        top = self.scroll_offset.y
        for y in range(self.size.height):
            if y not in self._drawn or self._drawn[y] != self._look(top + y):
                self.refresh_line(top + y)

    def _look(self, row: int) -> object:
        """All that a line's appearance depends on, apart from the theme and the width."""
        line = self._agenda.line(row)
        if line is None:
            return None
        if isinstance(line, Day):
            return day_label(line.date, self._now.astimezone(self._zone).date())
        is_cursor = line.id == self.session_id
        return (
            line,
            standing(line, self._now),
            self._seats(line),
            self._agenda.rounds.of(line),
            is_cursor and (1 + self.has_focus),
            self.mark_of(line.id),
            line.id in self._busy,
            self.is_stale,
        )

    def mark_of(self, session_id: UUID) -> str:
        """Whether a row is marked as changed: with which style, or not at all."""
        left = self._marks.get(session_id, 0) - time.monotonic()
        return "" if left <= 0 else "faint" if left <= 1 else "mark"

    def _row(self, session: PracticeSession) -> Strip:
        columns = SessionColumns.of(self._drawn_width)
        faint = self._style("faint")
        plain = faint if self.is_stale else Style()
        is_cursor = session.id == self.session_id
        mark = self.mark_of(session.id)
        gutter = "…" if session.id in self._busy else "▌" if mark else " "
        host = session.host.name if session.host else "(unknown)"
        if self._viewer is not None and session.host_id == self._viewer:
            host = "You"
        levels = session.host.level_forms if session.host else [""]
        level = first_fitting(levels, columns.level)
        case, round_ = session.case, self._agenda.rounds.of(session)
        number = round_.beside("")  # stays where the type is cut
        kind = fit(session.type_label, max(0, columns.about - len(number) - 1)).rstrip()
        kind = f"{kind} {number}".rstrip() if number else session.type_label
        about = (session.note, case and case.category, case and case.domain)
        topics = "".join(f" · {part}" for part in about if part)
        if cell_len(kind) > columns.about - 6:  # too little would be left to say anything
            topics = ""
        kind = fit(kind, min(cell_len(kind), columns.about))
        seat = first_fitting(self._seats(session), columns.seat)
        start = session.starts_at.astimezone(self._zone)
        avatar = self._avatar(session)
        room = columns.host - (CELLS + 1 if avatar else 0)
        segments = [
            Segment(gutter, self._style(mark or "mark")),
            Segment("›" if is_cursor else " ", self._style("mark")),
            Segment(f"{start:%H:%M}  ", plain),
            *self._cell(fit(standing(session, self._now), columns.countdown), faint),
            *avatar,
            Segment(fit(host, room) + "  ", plain + Style(bold=not self.is_stale)),
            *self._cell(fit(level, columns.level), faint),
            Segment(kind, plain),
            *self._cell(fit(topics, columns.about - cell_len(kind)), faint, columns.about),
            Segment(fit(seat, columns.seat), self._seat_style(session, plain)),
        ]
        strip = Strip(segments).adjust_cell_length(self._drawn_width)
        if is_cursor and self.has_focus:
            # Behind the texts, whose own styles say nothing of a background.
            cursor = self._style("cursor")
            return Strip(
                [
                    # An avatar keeps its own.
                    Segment(text, style if style and style.bgcolor else (style or Style()) + cursor)
                    for text, style, _ in strip
                ]
            )
        return strip

    def _seats(self, session: PracticeSession) -> list[str]:
        is_waiting_ = is_waiting(session, self.lines)
        return seats(session, self._viewer, self._now, is_waiting=is_waiting_)

    def _cell(self, text: str, style: Style, cells: int | None = None) -> list[Segment]:
        """A cell and the gap behind it; nothing for a column that has no room."""
        return [Segment(text + "  ", style)] if (cells if cells is not None else text) else []

    def _avatar(self, session: PracticeSession) -> list[Segment]:
        """The host's, with the blank behind it; nothing where there is no room."""
        if not SessionColumns.has_avatar(self._drawn_width):
            return []
        avatar = avatar_of(session.host)
        drawn = avatar_segment(avatar, self.app) if avatar else Segment(" " * CELLS)
        return [drawn, Segment(" ")]

    def _seat_style(self, session: PracticeSession, plain: Style) -> Style:
        if self.is_stale:
            return plain
        if session.stage is not Stage.PREP:
            return self._style("running")
        if session.involves(self._viewer):
            return self._style("mine")
        if not session.is_open or kept_for_others(session, self._viewer, self._now):
            return plain
        return self._style("open")

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"session-list--{name}", partial=True)
