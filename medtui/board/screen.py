"""The live board: what comes, what runs, and the keys to post, book, leave, edit and cancel."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from textual import events, on, work
from textual.binding import BindingType
from textual.screen import Screen

from medtui.board.actions import UNDO_SECONDS, BoardActions, CancelQuestion, FormFor
from medtui.board.bindings import BOARD_KEYS, offered
from medtui.board.cancel_dialog import CancelScreen
from medtui.board.details_dialog import DetailsScreen
from medtui.board.host_card import HostCard
from medtui.board.invitation import InvitationScreen
from medtui.board.live_board import LiveBoard
from medtui.board.session_form import SessionForm
from medtui.board.session_list import SessionList
from medtui.core.agenda import name_of
from medtui.core.board_rules import why_not_book, why_not_invite, why_not_review
from medtui.core.host_card import card_of, coming_of, why_no_card
from medtui.core.invitation import code_in
from medtui.core.key_names import key_of
from medtui.core.models import CANNOT_EDIT_PROFILE, PracticeSession
from medtui.core.notices import Notice
from medtui.core.session_code import ids_of
from medtui.core.wording import moment
from medtui.review.interrupted_replacements import Unfinished
from medtui.ui import routes
from medtui.ui.context import Context
from medtui.ui.dialogs.link import copy_link, open_link
from medtui.ui.protocol import Dialog


class BoardScreen(LiveBoard):
    """Where one lands after the login, and comes back to from everywhere."""

    BINDINGS: ClassVar[list[BindingType]] = BOARD_KEYS

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._acts = BoardActions(self, context)
        self._unfinished = Unfinished(self, context)

    def on_screen_resume(self) -> None:
        if self.context.zone is not self.zone:  # the settings were changed
            self.app.switch_screen(BoardScreen(self.context))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if parameters == ("undo",):
            return self._acts.can_undo
        return action != "read_notice" or bool(self._backend.news.waiting)

    def offers(self, action: str) -> bool | str:
        """Whether the footer shows an action, or as what: what the session here allows.

        The keys of the others act, too: they say why not.
        """
        return offered(action, self.shown, self.acts_here)

    def shows(self, notice: Notice) -> bool:
        """See `ShowsNotices`: those that wait to be read, above the list."""
        return self.is_active and notice in self._backend.news.waiting

    def action_read_notice(self) -> None:
        self._backend.news.acknowledge(self._backend.news.waiting[0])

    def went_live(self) -> None:
        super().went_live()
        self._end_unfinished()

    @work(group="unfinished")  # not exclusive: one that waits for an answer is to hear it
    async def _end_unfinished(self) -> None:
        await self._unfinished.end()

    @on(SessionList.Highlighted)
    def _highlighted(self) -> None:
        self._show_details()

    @on(SessionList.Selected)
    @work(group="details")
    async def _selected(self, event: SessionList.Selected) -> None:
        if not self.is_active:  # the key was pressed twice
            return
        if event.does == "room":
            self.action_room()
        if event.does in ("book", ""):  # which says why not
            await self._acts.keys["book"]()
        if event.does != "details":
            return
        screen = DetailsScreen(
            event.session,
            self.me,
            self.zone,
            self.now,
            like=self.details,
        )
        action = await self.app.push_screen_wait(screen)
        # The cursor stays on this session for as long as it is there.
        if action is not None and self.list.session_id == event.session.id:
            await self.run_action(f"act({action!r})" if action in self._acts.keys else action)

    def action_history(self) -> None:
        self.context.go(routes.OwnHistory())

    def action_profile(self) -> None:
        if not self._backend.is_complete:
            self.refuse(CANNOT_EDIT_PROFILE)
            return
        self.context.go(routes.OwnProfile())

    def action_account(self) -> None:
        self.context.go(routes.Account())

    # Acting on the session under the cursor

    @work(group="act")
    async def action_act(self, name: str) -> None:
        await self._acts.keys[name]()

    def action_open_link(self) -> None:
        if session := self.chosen():
            open_link(self.context, session)

    def action_copy_link(self) -> None:
        if session := self.chosen():
            copy_link(self, session)

    def action_invite(self) -> None:
        """Copy a text with which a person finds the session under the cursor."""
        if (session := self.chosen()) and not self.refuse(why_not_invite(session, self.now)):
            self.app.push_screen(InvitationScreen(session, self.zone))

    @work(group="act")
    async def open_code(self, code: str) -> None:
        """Go to the session that a code names, and offer its seat. What is in the way is said."""
        context, ids = self.context, ids_of(code)
        found = [s for s in context.feed.sessions.values() if ids and ids[0] <= s.id <= ids[1]]
        if len(found) > 1:
            self.refuse(f"More than one session begins with {code}: use more of its id.")
            return
        if found:
            self.show_session(found[0].id)  # the board may not have read it yet
            self.go_to(found[0].id)
        if not found or self.list.session_id != found[0].id:
            self.refuse(f"There is no session {code} on the board: it was cancelled, or is over.")
            return
        [session] = found
        if session.involves(self.me):
            return
        if self.refuse(why_not_book(session, self.me, context.now())):
            return
        when = moment(session.starts_at, context.now(), self.zone)
        question = f"Book the {session.type_label.lower()} with {name_of(session.host)}, {when}?"
        if await self.ask(question, "Book it"):
            await self.book()

    async def book(self) -> None:
        """Book the session under the cursor."""
        await self._acts.keys["book"]()

    def on_paste(self, event: events.Paste) -> None:
        if code := code_in(event.text):
            self.open_code(code)

    @work(group="card")
    async def action_host_card(self) -> None:
        """Show the card of the host, or to the host that of the guest."""
        session = self.chosen()
        if session is None or self.refuse(why_no_card(session, self.me)):
            return
        if (person := card_of(session, self.me)) is not None:
            coming = coming_of(self.context.feed.sessions.values(), person.user_id, self.now)
            chosen = await self.app.push_screen_wait(HostCard(self.context, person, coming))
            if chosen is not None:
                self.go_to(chosen)

    def action_room(self) -> None:
        """Go into the room of the session under the cursor."""
        if (session := self.chosen()) and session.involves(self.me):
            self.context.go(routes.Room(session))

    def action_review(self) -> None:
        """Read, of the session under the cursor, what there is to read afterwards."""
        if (session := self.chosen()) and not self.refuse(why_not_review(session, self.me)):
            self.context.go(routes.Review(session))

    def chosen(self) -> PracticeSession | None:
        """The session that a key means; None, and said why, where it cannot mean one."""
        session = self.shown.session
        if session is None:
            self.refuse("There is no session here.")
            return None
        if not self.is_active or self.list.is_busy(session.id):
            return None  # the key was pressed twice
        if self.is_startled:
            self.refuse("That session was just removed.")
            return None
        return session

    # For the keys that write: see `BoardUi`

    def dialog(self, dialog: Dialog[Any]) -> Screen[Any]:
        match dialog:
            case FormFor(session, like):
                return SessionForm(self.context, self.overlap, session, like=like)
            case CancelQuestion():
                return CancelScreen(self.context, dialog)
        return super().dialog(dialog)

    def tell_done(self, words: str, *, can_undo: bool = False) -> None:
        self.notify(
            f"{words}  {key_of('board.undo')}: undo" if can_undo else words,
            markup=False,
            timeout=UNDO_SECONDS if can_undo else None,
        )
        self.refresh_bindings()
        if can_undo:
            self.set_timer(UNDO_SECONDS + 0.1, self.refresh_bindings)

    def end_offer(self) -> None:
        self.app.clear_notifications()
        self.refresh_bindings()

    def overlap(self, starts_at: datetime, but: UUID) -> PracticeSession | None:
        minutes = self.context.settings.overlap_minutes
        return self._board.overlapping(starts_at, minutes, but=but)
