"""The shared screen: the board on the wall of a teaching room, without a login or a hand."""

from __future__ import annotations

import textwrap
import time
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.getters import query_one
from textual.screen import Screen
from textual.widgets import Digits, Static

from medtui.core.models import PracticeSession, Stage
from medtui.core.wall_sections import Line, Names, Now, SharedBoard, pages
from medtui.core.wording import kept_until
from medtui.data.events import BoardRead, Event, SessionsChanged
from medtui.shared_screen.list import ListLine, SharedList, SharedRow
from medtui.shared_screen.wording import heading_words, words_for
from medtui.ui.dialogs.link import qr_code
from medtui.ui.feed_state import FeedState

if TYPE_CHECKING:
    from collections.abc import Callable

MARK_SECONDS = 20.0
"""For so long a new or changed row is marked: people look up now and then."""

FOOT_LINES = 3
"""The most lines of how to join, or of what is wrong."""

LOW = 16
"""Terminals of fewer lines have a header of one line instead of a large clock."""

NARROW = 48
SMALL = (30, 6)
"""Below this there is room for the time and the state only."""


@dataclass(frozen=True)
class Look:
    """How the shared screen was asked to be. `days` None: all that is to come."""

    zone: tzinfo
    names: Names = Names.INITIALS
    days: int | None = None
    page_seconds: float = 12.0
    invite: str = ""


class SharedBoardScreen(Screen[None]):
    """Shows what the feed has, or what `show_status` was given; turns its pages by itself."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,down,space,pagedown,j", "page(1)", "Next page", id="shared.next",
                tooltip="Next page"),
        Binding("left,up,pageup,k", "page(-1)", "Previous page", id="shared.previous",
                tooltip="Previous page"),
    ]  # fmt: skip

    clock = query_one("#clock", Digits)
    title_line = query_one("#title", Static)
    state = query_one("#state", Static)
    list = query_one(SharedList)
    hint = query_one("#hint", Static)
    invitation = query_one("#invitation", Vertical)
    foot = query_one("#foot", Static)

    def __init__(self, look: Look, now: Callable[[], datetime], feed: FeedState) -> None:
        super().__init__()
        self._look = look
        self._now = now
        self._board = SharedBoard(look.zone, look.days)
        self._feed = feed
        self._words = "Connecting…"
        self._is_read = False
        self._marks: dict[UUID, float] = {}
        self._page = 0
        self._turn_at = time.monotonic() + look.page_seconds
        self._redraw_is_due = False

    def compose(self) -> ComposeResult:
        with Horizontal(id="head"):
            yield Digits(id="clock")
            yield Static(id="title", markup=False)
            yield Static(id="state", markup=False)
        with Horizontal(id="wall"):
            yield SharedList()
            yield Static(id="hint", markup=False)
            with Vertical(id="invitation"):
                if self._look.invite:
                    yield Static("Scan to join", markup=False, classes="invitation--words")
                    yield Static(qr_code(self._look.invite), classes="qr", markup=False)
        yield Static(id="foot", markup=False)

    def on_mount(self) -> None:
        self._feed.events.subscribe(self, self._on_feed_event)
        self.set_interval(1, self.redraw)
        self.redraw()

    def on_resize(self) -> None:
        self.call_after_refresh(self.redraw)

    # What the data module tells

    def _on_feed_event(self, event: Event) -> None:
        match event:
            case BoardRead(sessions):
                changed = self._board.read(sessions)
                if self._is_read:  # at first everything is new, and nothing is news
                    self._mark(changed)
                self._is_read = True
            case SessionsChanged(changed_sessions, removed):
                self._mark(self._board.apply(changed_sessions, removed))
        if not self._redraw_is_due:  # a burst is drawn once
            self._redraw_is_due = True
            self.call_after_refresh(self.redraw)

    def show_status(self, words: str) -> None:
        """Say in the middle of the screen why there is nothing to show."""
        self._words = words
        self.redraw()

    def action_page(self, by: int) -> None:
        self._page += by
        self._turn_at = time.monotonic() + self._look.page_seconds
        self.redraw()

    def _mark(self, changed: set[UUID]) -> None:
        until = time.monotonic() + MARK_SECONDS
        self._marks.update((id_, until) for id_ in changed)

    # What is drawn

    def redraw(self) -> None:
        """Bring the screen up to date; what reads as before is not drawn again."""
        self._redraw_is_due = False
        if not self.is_mounted or not self.size:
            return
        now = self._now()
        self._marks = {id_: end for id_, end in self._marks.items() if end > time.monotonic()}
        self._draw_head(now)
        sections = self._board.sections(now)
        book = pages(sections, self.list.size.height or self.size.height)
        if time.monotonic() >= self._turn_at:
            self._page += 1
            self._turn_at = time.monotonic() + self._look.page_seconds
        self._page %= len(book)
        lines = [self._line(line, now) for line in book[self._page]]
        self.list.show(lines, is_stale=not self._feed.connection.is_live)
        self.list.display = self._is_read and bool(sections)
        self.hint.display = not self.list.display
        empty = "Nothing is running, and nothing is planned."
        _update(self.hint, Content(empty if self._is_read else self._reason()))
        self._draw_foot(len(book))

    def _line(self, line: Line, now: datetime) -> ListLine:
        if line is None:
            return ""
        if isinstance(line, PracticeSession):
            words = words_for(
                line, now, self._look.zone, self._look.names, self._board.rounds.of(line)
            )
            running = line.stage is not Stage.PREP
            begun = running or line.starts_at <= now
            is_free = line.is_open and kept_until(line, now) is None
            return SharedRow(words, begun, running, is_free, line.id in self._marks)
        words_of = heading_words(line, now.astimezone(self._look.zone).date())
        return words_of if isinstance(line, Now) else words_of.replace("TODAY", "NEXT  TODAY", 1)

    def _reason(self) -> str:
        return (
            f"{self._words}\n\n{self._feed.connection.reason}"
            if self._feed.connection.reason
            else self._words
        )

    def _draw_head(self, now: datetime) -> None:
        local = now.astimezone(self._look.zone)
        width, height = self.size
        self.set_class(height < LOW or width < NARROW, "-low")
        self.set_class(width < SMALL[0] or height < SMALL[1], "-small")
        clock, day = f"{local:%H:%M}", f"{local:%A} {local.day} {local:%B}"
        if self.clock.value != clock:
            self.clock.update(clock)
        free = self._board.open_count(now)
        seats = "1 seat free" if free == 1 else f"{free} seats free"
        if self.has_class("-small"):
            title = Content(clock)
        elif self.has_class("-low"):
            title = Content(f"{clock}  {local:%a} {local.day} {local:%b}")
        else:
            title = Content("\n").join(
                [Content.styled("PRACTICE BOARD", "bold"), Content(day),
                 Content.styled(seats if self._feed.connection.is_live else "", "$text-success")]
            )  # fmt: skip
        _update(self.title_line, title)
        state, is_bad = self._state()
        self.state.set_class(is_bad, "-stale")
        _update(self.state, state)
        self.app.title = f"{state.plain.strip()} · medtui board"

    def _state(self) -> tuple[Content, bool]:
        feed = self._feed.connection
        if feed.is_live:
            return Content("● LIVE"), False
        if feed.since is None:
            return Content("○ connecting…"), False
        since = f"▲ STALE since {feed.since.astimezone(self._look.zone):%H:%M}"
        if self.has_class("-low"):
            return Content(since), True
        return Content("\n").join([Content(""), Content.styled(since, "bold"), Content("")]), True

    def _draw_foot(self, count: int) -> None:
        width, height = self.size
        invitation = self._look.invite
        qr = self.query(".qr")
        fits = bool(qr) and width >= 100 and height >= 32
        self.invitation.display = fits
        left = f"To join: medtui join {invitation}" if invitation else ""
        if not self._feed.connection.is_live and self._feed.connection.reason:
            left = self._feed.connection.reason
        mark = f"{self._page + 1}/{count}" if count > 1 else ""
        room = max(1, width - 4 - len(mark))
        # Whole, so that it can be copied; on lines of its own where it is long.
        lines = textwrap.wrap(left, room, break_on_hyphens=False)[:FOOT_LINES] or [""]
        lines[-1] = f"{lines[-1]:<{room}}{mark}"
        self.foot.styles.height = len(lines)
        _update(self.foot, Content("\n".join(lines)))
        self.foot.display = bool(left or mark) and not self.has_class("-small")


def _update(widget: Static, content: Content) -> None:
    """Update a widget only where it reads differently."""
    if not isinstance(widget.visual, Content) or not content.is_same(widget.visual):
        widget.update(content, layout=False)
