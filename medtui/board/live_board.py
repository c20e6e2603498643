"""What the board shows: the live list with its filters, one's own next session, the details."""

from __future__ import annotations

import contextlib
import time
from datetime import datetime
from typing import Any
from uuid import UUID

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Input, Static

from medtui.board.board_filter import BoardFilter
from medtui.board.column_headings import ColumnHeadings
from medtui.board.details_dialog import DetailsScreen
from medtui.board.filter_dialog import FilterScreen
from medtui.board.session_details import SessionDetails
from medtui.board.session_list import SessionList
from medtui.board.week_view import LEAST_WIDTH, WeekView
from medtui.core.agenda import Board, View
from medtui.core.filters import Choice, choices
from medtui.core.key_names import key_of
from medtui.core.models import Profile
from medtui.core.notices import gone_words, words
from medtui.core.session_acts import possible_acts
from medtui.core.wording import next_words
from medtui.data import DataError
from medtui.data.events import (
    BoardRead,
    Event,
    FeedWentLive,
    FeedWentStale,
    LinesChanged,
    NoticesChanged,
    SessionsChanged,
    WindowBegun,
)
from medtui.ui.acting import ActingScreen
from medtui.ui.context import Context
from medtui.ui.footer import Footer
from medtui.ui.line_input import LineInput
from medtui.ui.status_line import StatusLine

STARTLE_SECONDS = 0.7
"""Seconds after the cursor's row was removed in which keys that act on a session do nothing."""


class LiveBoard(ActingScreen):
    """The sessions that a filter lets through, drawn anew at each change and each second."""

    AUTO_FOCUS = "SessionList"
    VERTICAL_BREAKPOINTS = [(0, "-low"), (16, "-tall")]  # noqa: RUF012  # as in Screen

    status = query_one(StatusLine)
    filter = query_one("#filter", Input)
    hint = query_one("#hint", Static)
    notice = query_one("#notice", Static)
    next_line = query_one("#next", Static)
    chips = query_one("#chips", Static)
    headings = query_one(ColumnHeadings)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context
        self._backend = context.backend
        self.me: UUID = context.me
        self.zone = context.zone
        self._board = Board(self.me, self.zone, context.now())
        self.list = SessionList(self._board.agenda, self.me, self.zone, self.now)
        self.week = WeekView(self.list, self._board.agenda, self.me, self.zone, self.now)
        self.details = SessionDetails(self.me, self.zone)
        self._filter = BoardFilter(context)
        self._changed: set[UUID] = set()
        self._is_read = False
        self._has_news = False
        self._redraw_is_due = False
        self._startled = 0.0
        self._offer: object = None
        """What the footer depends on, when it was followed last."""
        self._cancelling: set[UUID] = set()
        """Sessions that the user has cancelled here, and whose rows may be removed at any time."""

    @property
    def now(self) -> datetime:
        return self._board.now

    @property
    def is_startled(self) -> bool:
        """Whether the row at the cursor was just removed: a key may still be meant for it."""
        return time.monotonic() - self._startled < STARTLE_SECONDS

    def compose(self) -> ComposeResult:
        yield StatusLine(self.zone, self.context.server_name)
        yield Static(id="notice", markup=False)
        yield Static(id="next", markup=False)
        yield Static(id="chips", markup=False)
        with Horizontal(id="board"):
            with Vertical(id="sessions"):
                yield ColumnHeadings(self.list)
                yield self.list
                yield self.week
                yield Static(id="hint", markup=False)
            with VerticalScroll(id="details", can_focus=False):
                yield self.details
        yield LineInput(placeholder="name, level, type, category …", id="filter", compact=True)
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self.filter.display = self.week.display = False
        feed = self.context.feed
        feed.events.subscribe(self, self._on_feed_event)
        if feed.is_read:  # before this screen was there
            self._board.read(feed.sessions.values())
            self._is_read = True
        if feed.connection.is_live:
            self.went_live()
        self._show_notice()
        self._load_filter()
        self.set_interval(1, self._redraw)
        self._redraw()

    @property
    def shown(self) -> SessionList | WeekView:
        """What shows the sessions: the list, or the week."""
        return self.week if self.has_class("-week") else self.list

    def on_resize(self) -> None:
        if self.has_class("-week") and self.size.width < LEAST_WIDTH:
            self.action_week()
            self.refuse(self._too_narrow)
        self.call_after_refresh(self._redraw)
        self.call_later(self.refresh_bindings)  # enter does something else without the details

    # What the data module tells

    def _on_feed_event(self, event: Event) -> None:
        match event:
            case BoardRead(sessions):
                changed = self._board.read(sessions)
                if self._is_read:  # at first everything is new, and nothing is news
                    self._changed |= changed
                self._has_news = self._is_read
                self._is_read = True
            case WindowBegun(sessions) if not self._is_read:
                self._board.read(sessions)
            case SessionsChanged(changed, removed):
                self._changed |= self._board.apply(changed, removed)
                self._has_news = True
            case FeedWentLive():
                self.went_live()
            case FeedWentStale():
                pass
            case NoticesChanged():
                self._show_notice()
            case LinesChanged():
                self.list.lines = self.details.lines = self._backend.waiting.lines
            case _:
                return
        self._redraw_soon()

    def went_live(self) -> None:
        """The feed tells changes again, or for the first time."""
        self._look_for_files()

    def _show_notice(self) -> None:
        """What others did to one's sessions, one thing at a time, until it was read."""
        waiting = self._backend.news.waiting
        self.notice.display = bool(waiting)
        if waiting:
            more = f", {len(waiting) - 1} more" if len(waiting) > 1 else ""
            self.notice.update(
                f"{words(waiting[0], self.zone)}  {key_of('board.read_notice')}: got it{more}"
            )
        self.refresh_bindings()

    def _redraw_soon(self) -> None:
        """Once for all messages that wait already, however many there are."""
        if not self._redraw_is_due:
            self._redraw_is_due = True
            self.call_later(self._redraw)

    def _redraw(self) -> None:
        self._redraw_is_due = False
        before = self.list.session_id
        now = self.context.now()
        self._board.tick(now)
        self.list.is_stale = self._is_read and not self.context.feed.connection.is_live
        self.list.update(now, self._changed)
        if before is None and (begins := self._board.beginning()):
            self.list.move_to(begins)
        self.headings.follow()
        if self.week.display:
            self.week.show(now)
        self._changed = set()
        if self._has_news and before not in (None, self.list.session_id, *self._cancelling):
            self._startled = time.monotonic()
        self._has_news = False
        self.status.show(
            self.context.feed.connection,
            seats=self._board.open_count() if self._is_read else None,
            view=self._board.view.value,
            now=now,
        )
        self._show_next()
        chips = self._filter.chips(self._board)
        self.chips.display = bool(chips)
        self.chips.update(chips, layout=False)
        self._show_details()
        is_empty = len(self._board.agenda) == 0
        self.hint.display = is_empty
        is_week = self.shown is self.week
        self.list.display = not is_empty and not is_week
        self.headings.display = self.list.display and self.has_class("-tall")
        if self.week.display != (is_shown := not is_empty and is_week):
            self.week.display = is_shown
            self.week.go_to_cursor()
        if is_empty:
            self.hint.update(self._emptiness())
        elif self.focused is None:
            self.shown.focus()

    def _show_next(self) -> None:
        """One's own next session, above the list."""
        session = self._board.next_own()
        self.next_line.display = session is not None and self.has_class("-tall")
        if session:
            words = next_words(session, self.me, self.now, self.zone)
            self.next_line.update(Content.assemble(("Next  ", "$text-muted"), words), layout=False)

    def acts_here(self) -> list[str]:
        """The acts that are possible on the session at the cursor."""
        session = self.shown.session
        if session is None:
            return []
        return possible_acts(
            session,
            self.me,
            self.now,
            is_complete=self._backend.is_complete,
            with_files=self.details.with_files,
            lines=self.list.lines if self._backend.has_waiting else None,
        )

    def _show_details(self) -> None:
        shown = self.shown
        offer = self.acts_here(), shown.enter_does, shown.shows_details, shown is self.week
        if offer != self._offer:  # looking for all keys again costs as much as drawing a change
            self._offer = offer
            self.refresh_bindings()
        self.details.is_complete = self._backend.is_complete
        self.details.has_waiting = self._backend.has_waiting
        self.details.show(self.shown.session, self.now)
        if isinstance(screen := self.app.screen, DetailsScreen):
            if session := self._board.get(screen.session_id):
                screen.show(session, self.now)
            else:
                screen.dismiss(None)
                gone = gone_words(screen.session, self.me, self.zone)
                self.notify(gone, severity="warning", markup=False)

    @work(exclusive=True, group="files")
    async def _look_for_files(self) -> None:
        """Which sessions of mine have files: their details say how to read them."""
        with contextlib.suppress(DataError):  # the key works without this, too
            self.details.with_files = await self._backend.assessments.sessions()
            self._redraw_soon()

    def _emptiness(self) -> str:
        if not self._is_read:
            if not (reason := self.context.feed.connection.reason.rstrip(".")):
                return "Reading the board…"
            # In the line above it may be cut; here is room for all of it.
            return f"{reason[0].upper()}{reason[1:]}. Trying again…"
        if self._board.is_filtered and (hidden := len(self._board.hidden)):
            return (
                f"No matches. The filter hides {hidden}: press {key_of('board.clear')} to see all."
            )
        return {
            View.ALL: f"No sessions yet. Press {key_of('board.post')} to post the first.",
            View.OPEN: f"No free seats. Press {key_of('board.post')} to post a session, "
            f"{key_of('board.view')} to see all.",
            View.MINE: f"You have no sessions. Press {key_of('board.view')} to see all, "
            f"{key_of('board.post')} to post one.",
        }[self._board.view]

    # Looking around

    @property
    def _too_narrow(self) -> str:
        return (
            f"The week needs a terminal of {LEAST_WIDTH} columns, and this one has "
            f"{self.size.width}: make it wider, then press {key_of('board.week')}."
        )

    def action_week(self) -> None:
        """From the list to the week, and back."""
        is_week = self.has_class("-week")
        if not is_week and self.size.width < LEAST_WIDTH:
            self.refuse(self._too_narrow)
            return
        self.set_class(not is_week, "-week")
        self._redraw()
        self.shown.focus()
        self.call_after_refresh(self.week.go_to_cursor)

    def action_view(self) -> None:
        self._look_at(view=self._board.view.next)

    def _look_at(self, **wanted: Any) -> None:
        self._board.look_at(**wanted)
        self.list.seek_wanted()
        self._redraw()

    def go_to(self, session_id: UUID) -> None:
        if session_id not in self._board.agenda:
            self._board.look_at(view=View.ALL)
            self.action_clear_filter()
        self.list.move_to(session_id)
        self.week.go_to_cursor()

    def show_session(self, session_id: UUID) -> None:
        if session := self.context.feed.sessions.get(session_id):
            self._changed |= self._board.apply([session])
            self._redraw()

    def set_busy(self, session_id: UUID, is_busy: bool) -> None:
        if self.is_mounted:
            self.list.set_busy(session_id, is_busy)

    def people(self) -> list[Profile]:
        """The people on the board."""
        sessions = self._board.sessions
        found = {p.user_id: p for s in sessions for p in (s.host, s.guest) if p is not None}
        return list(found.values())

    def expect_gone(self, session_id: UUID) -> None:
        self._cancelling.add(session_id)

    # Filters

    def action_filter(self) -> None:
        self.filter.display = True
        self.filter.focus()

    def action_clear_filter(self) -> None:
        self.filter.value = ""
        self.filter.display = False
        if self._board.filter.chosen:
            self._keep(frozenset())
        self._look_at(query="", filter=self._filter.of(frozenset()))
        self.shown.focus()

    @on(Input.Changed, "#filter")
    def _filter_typed(self, event: Input.Changed) -> None:
        if event.value != self._board.query:
            self._look_at(query=event.value)

    @on(Input.Submitted, "#filter")
    def _filter_kept(self) -> None:
        self.filter.display = bool(self._board.query)
        self.shown.focus()

    @work(group="filter")
    async def _load_filter(self) -> None:
        filter_ = await self._filter.load()
        if filter_.chosen:
            self._look_at(filter=filter_)

    @work(group="filter")
    async def action_choose_filter(self) -> None:
        """Choose what to filter by, in a dialog."""
        if not self.is_active:  # the key was pressed twice
            return
        chosen = self._board.filter.chosen
        listed = choices(self._board.sessions, chosen, self.zone, self.now)
        answer = await self.app.push_screen_wait(FilterScreen(listed, chosen, self._filter.hours))
        if answer is not None and answer != chosen:
            self._look_at(filter=self._filter.of(answer))
            self._keep(answer)

    @work(group="keep-filter")
    async def _keep(self, chosen: frozenset[Choice]) -> None:
        if failed := await self._filter.save(chosen):
            self.notify(failed, severity="warning", markup=False)
