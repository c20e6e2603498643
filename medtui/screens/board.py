"""The live board: what comes, what runs, and the keys to post, book, leave, edit and cancel."""

from __future__ import annotations

import os
from collections.abc import Awaitable
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar, cast
from uuid import UUID

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.getters import query_one
from textual.screen import Screen
from textual.widgets import Footer, Input, Static

from medtui.board import Board, View
from medtui.data import Backend, Changed, DataError, Gone
from medtui.data.events import BoardRead, Event, FeedWentLive, FeedWentStale, SessionsChanged
from medtui.models import PracticeSession, Profile, Stage, is_openable_link
from medtui.screens.confirm import ConfirmScreen
from medtui.widgets.session_details import SessionDetails
from medtui.widgets.session_list import SessionList
from medtui.widgets.status_line import Feed, StatusLine

if TYPE_CHECKING:
    from medtui.app import MedtuiApp

BOOKABLE_AFTER_START = timedelta(hours=1)


class BoardScreen(Screen[None]):
    """Where one lands after the login, and comes back to from everywhere."""

    AUTO_FOCUS = "SessionList"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("b", "book", "Book", id="board.book", tooltip="Book the free seat"),
        Binding("l", "leave", "Leave", id="board.leave", tooltip="Give your seat back"),
        Binding("n", "post", "Post", id="board.post", tooltip="Post a new session"),
        Binding("e", "edit", "Edit", id="board.edit", tooltip="Edit or reschedule your session"),
        Binding("x", "cancel", "Cancel", id="board.cancel", tooltip="Cancel your session"),
        Binding("slash", "filter", "Filter", key_display="/", id="board.filter",
                tooltip="Filter as you type"),
        Binding("v", "view", "View", id="board.view", tooltip="All, open, or my sessions"),
        Binding("o", "open_link", "Link", show=False, id="board.open_link",
                tooltip="Open the room link"),
        Binding("y", "copy_link", "Copy link", show=False, id="board.copy_link",
                tooltip="Copy the room link"),
        Binding("p", "profile", "Profile", show=False, id="board.profile",
                tooltip="Edit your profile"),
        Binding("escape", "clear_filter", "Clear the filter", show=False, id="board.clear"),
        Binding("S", "app.sign_out", "Sign out", show=False, id="board.sign_out",
                tooltip="Sign out on this machine"),
    ]  # fmt: skip

    list = query_one(SessionList)
    details = query_one(SessionDetails)
    status = query_one(StatusLine)
    filter = query_one("#filter", Input)
    hint = query_one("#hint", Static)

    def __init__(self, backend: Backend, profile: Profile) -> None:
        super().__init__()
        self._backend = backend
        self._me: UUID = profile.user_id
        self._zone = self.medtui.zone
        self._board = Board(self._me, self._zone)
        self._feed = Feed()
        self._changed: set[UUID] = set()
        self._is_read = False
        self._redraw_is_due = False
        self._writing: set[UUID] = set()

    @property
    def medtui(self) -> MedtuiApp:
        return cast("MedtuiApp", self.app)

    def compose(self) -> ComposeResult:
        yield StatusLine(self._zone)
        with Horizontal(id="board"):
            yield SessionList(self._me, self._zone)
            yield Static(id="hint", markup=False)
            with VerticalScroll(id="details", can_focus=False):
                yield SessionDetails(self._me, self._zone)
        yield Input(placeholder="name, level, type, category …", id="filter", compact=True)
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self.filter.display = False
        self.hint.display = False
        self.medtui.told.subscribe(self, self._told)
        self._backend.live.start()
        self.set_interval(1, self._redraw)
        self._redraw()

    async def on_unmount(self) -> None:
        await self._backend.live.stop()

    # What the data module tells

    def _told(self, event: Event) -> None:
        match event:
            case BoardRead(sessions):
                changed = self._board.read(sessions)
                if self._is_read:  # at first everything is new, and nothing is news
                    self._changed |= changed
                self._is_read = True
            case SessionsChanged(changed, removed):
                self._changed |= self._board.apply(changed, removed)
            case FeedWentLive():
                self._feed = Feed(is_live=True)
            case FeedWentStale(since, reason):
                self._feed = Feed(since=since, reason=reason)
            case _:
                return
        self._redraw_soon()

    def _redraw_soon(self) -> None:
        """Once for all messages that wait already, however many there are."""
        if not self._redraw_is_due:
            self._redraw_is_due = True
            self.call_later(self._redraw)

    def _redraw(self) -> None:
        self._redraw_is_due = False
        now = self.medtui.now()
        lines = self._board.lines(now)
        self.list.is_stale = not self._feed.is_live
        self.list.show(lines, now, self._changed)
        self._changed = set()
        self.status.show(
            self._feed,
            seats=self._board.open_count(now),
            view=self._board.view.value,
            now=now,
        )
        self.details.show(self.list.session, now)
        self.hint.display = not lines
        self.list.display = bool(lines)
        if not lines:
            self.hint.update(self._emptiness())
        elif self.focused is None:
            self.list.focus()

    def _emptiness(self) -> str:
        if not self._is_read:
            return "Reading the board…"
        if self._board.query:
            return f"Nothing matches “{self._board.query}”. Press esc to see all."
        return {
            View.ALL: "No sessions yet. Press n to post the first.",
            View.OPEN: "No free seats. Press n to post a session, v to see all.",
            View.MINE: "You have no sessions. Press v to see all, n to post one.",
        }[self._board.view]

    # Looking around

    @on(SessionList.Highlighted)
    def _highlighted(self) -> None:
        self.details.show(self.list.session, self.medtui.now())

    @on(SessionList.Selected)
    @work(exclusive=True, group="details", exit_on_error=False)
    async def _selected(self, event: SessionList.Selected) -> None:
        from medtui.screens.details import DetailsScreen

        screen = DetailsScreen(event.session, self._me, self._zone, self.medtui.now())
        action = await self.app.push_screen_wait(screen)
        if action is not None:
            await self.run_action(action)

    def action_view(self) -> None:
        self._board.view = self._board.view.next
        self._redraw()

    def action_filter(self) -> None:
        self.filter.display = True
        self.filter.focus()

    def action_clear_filter(self) -> None:
        self.filter.value = self._board.query = ""
        self.filter.display = False
        self._redraw()
        self.list.focus()

    @on(Input.Changed, "#filter")
    def _filter_typed(self, event: Input.Changed) -> None:
        self._board.query = event.value
        self._redraw()

    @on(Input.Submitted, "#filter")
    def _filter_kept(self) -> None:
        self.filter.display = bool(self._board.query)
        self.list.focus()

    def action_profile(self) -> None:
        from medtui.screens.profile import ProfileScreen

        self.app.push_screen(ProfileScreen(self.medtui.profile))

    # Acting on the session under the cursor; what cannot be done says why

    @work(group="act", exit_on_error=False)
    async def action_book(self) -> None:
        session = self._chosen()
        if session is None or self._refuse(self._why_not_book(session)):
            return
        minutes = self.medtui.settings.overlap_minutes
        if other := self._board.overlapping(session.starts_at, minutes, but=session.id):
            local = other.starts_at.astimezone(self._zone)
            question = f"You have another session at {local:%H:%M}. Book this one all the same?"
            if not await self._ask(question, "Book it"):
                return
        if await self._write(session, self._backend.sessions.book(session)):
            self.notify("The seat is yours.", markup=False)

    @work(group="act", exit_on_error=False)
    async def action_leave(self) -> None:
        session = self._chosen()
        if session is None or self._refuse(
            None if session.guest_id == self._me else "You are not the guest of this session."
        ):
            return
        host = session.host.name if session.host else "the host"
        question = f"Leave the session with {host}? Somebody else may take the seat."
        if await self._ask(question, "Leave") and await self._write(
            session, self._backend.sessions.leave(session)
        ):
            self.notify("You have left: the seat is free again.", markup=False)

    @work(group="act", exit_on_error=False)
    async def action_post(self) -> None:
        from medtui.screens.session_form import SessionForm

        saved = await self.app.push_screen_wait(SessionForm(self._backend))
        if saved is not None:
            self._backend.live.put(saved)
            self._redraw()
            self.list.move_to(saved.id)
            self._warn_of_overlap(saved)

    @work(group="act", exit_on_error=False)
    async def action_edit(self) -> None:
        from medtui.screens.session_form import SessionForm

        session = self._chosen()
        if session is None or self._refuse(self._why_not_mine(session)):
            return
        saved = await self.app.push_screen_wait(SessionForm(self._backend, session))
        if saved is not None:
            self._backend.live.put(saved)
            self._warn_of_overlap(saved)

    @work(group="act", exit_on_error=False)
    async def action_cancel(self) -> None:
        session = self._chosen()
        if session is None or self._refuse(self._why_not_mine(session)):
            return
        whom = f" {session.guest.name} has booked it." if session.guest else ""
        if not await self._ask(f"Cancel this session for good?{whom}", "Cancel it"):
            return
        if await self._write(session, self._backend.sessions.cancel(session)):
            self._backend.live.drop(session.id)
            self.notify("The session is cancelled.", markup=False)

    def action_open_link(self) -> None:
        session = self._chosen()
        if session is None or self._refuse(self._why_no_link(session)):
            return
        link = session.room_url or ""
        if "SSH_CONNECTION" in os.environ:
            from medtui.screens.link import LinkScreen

            self.app.push_screen(LinkScreen(link))
        else:
            self.app.open_url(link)

    def action_copy_link(self) -> None:
        session = self._chosen()
        if session is None:
            return
        if not session.room_url:
            self._refuse("This session has no room link.")
            return
        self.app.copy_to_clipboard(session.room_url)
        self.notify("The link was handed to your terminal's clipboard (OSC 52).", markup=False)

    def _chosen(self) -> PracticeSession | None:
        session = self.list.session
        if session is None:
            self.notify("There is no session here.", severity="warning")
        elif session.id in self._writing:
            return None  # the key was pressed twice
        return session

    def _refuse(self, reason: str | None) -> bool:
        if reason:
            self.notify(reason, severity="warning", markup=False)
        return reason is not None

    def _why_not_book(self, session: PracticeSession) -> str | None:
        if session.host_id == self._me:
            return "You host this session: somebody else has to book it."
        if session.guest_id == self._me:
            return "You have booked this session already."
        if session.guest_id is not None:
            name = session.guest.name if session.guest else "somebody else"
            return f"{name} has booked this session."
        if session.stage is not Stage.PREP:
            return "This session has begun: its seat cannot be booked any more."
        if self.medtui.now() - session.starts_at > BOOKABLE_AFTER_START:
            return "This session's time is over: its seat cannot be booked any more."
        return None

    def _why_not_mine(self, session: PracticeSession) -> str | None:
        if session.host_id == self._me:
            return None
        host = session.host.name if session.host else "somebody else"
        return f"This session is hosted by {host}: only the host can change or cancel it."

    def _why_no_link(self, session: PracticeSession) -> str | None:
        if not session.room_url:
            return "This session has no room link."
        if not is_openable_link(session.room_url):
            return f"This is the name of a room, not a link: {session.room_url}"
        return None

    async def _ask(self, question: str, yes: str) -> bool:
        return await self.app.push_screen_wait(ConfirmScreen(question, yes=yes))

    async def _write(
        self, session: PracticeSession, write: Awaitable[PracticeSession | None]
    ) -> bool:
        """Do a write, show that it is under way, and leave the board true. Whether it was done."""
        self._writing.add(session.id)
        self.list.set_busy(session.id, True)
        try:
            written = await write
        except Changed as error:
            self._backend.live.put(error.present)
            self.medtui.say(error)
            return False
        except Gone as error:
            self._backend.live.drop(session.id)
            self.medtui.say(error)
            return False
        except DataError as error:
            self.medtui.say(error)
            return False
        finally:
            self._writing.discard(session.id)
            if self.is_mounted:
                self.list.set_busy(session.id, False)
        if written is not None:
            self._backend.live.put(written)
        return True

    def _warn_of_overlap(self, session: PracticeSession) -> None:
        minutes = self.medtui.settings.overlap_minutes
        if other := self._board.overlapping(session.starts_at, minutes, but=session.id):
            local = other.starts_at.astimezone(self._zone)
            self.notify(
                f"You have another session at {local:%H:%M}.", severity="warning", markup=False
            )
