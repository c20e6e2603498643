"""The room: two people prepare a station, hold it, and look back at it.

Everything in it comes from the session row, which the live feed keeps current, and from the
room's private channel: who is here, and what was done to the clock. So both sides, another
window and another client show the same.
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any, ClassVar

from textual import work
from textual.binding import BindingType
from textual.screen import Screen

from medtui.core.models import PracticeSession, Role, Stage
from medtui.core.room_rules import why_not_clock
from medtui.core.station_clock import MINUTE
from medtui.room.bindings import CLOCKS, EVERYBODYS, ROOM_KEYS, STAGES
from medtui.room.brief_form import BriefForm
from medtui.room.case_picker import CasePicker
from medtui.room.host_actions import BriefFor, CaseChoice, HostActions
from medtui.room.live_room import LiveRoom
from medtui.room.next_round import Arrangement
from medtui.ui import routes
from medtui.ui.context import Context
from medtui.ui.dialogs.link import copy_link, open_link
from medtui.ui.protocol import Dialog


class RoomScreen(LiveRoom):
    """Over the board. Dismissed when one leaves, or has no seat in it any more.

    Args:
        context: of a signed-in user.
        session: one of the viewer's own.
    """

    BINDINGS: ClassVar[list[BindingType]] = ROOM_KEYS

    def __init__(
        self,
        context: Context,
        session: PracticeSession,
        arrangement: Arrangement | None = None,
    ) -> None:
        super().__init__(context, session, arrangement)
        self._host = HostActions(self, context)
        self.begin_round = self._rounds.begin

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Which keys the footer shows: those of the stage, and the host's to the host."""
        if action != "act":
            return True
        name = str(parameters[0])
        if name == "mark" and self.room.role is not Role.ACTOR:
            is_over = self.session.stage is Stage.WRAP_UP
            return is_over or self.context.sheets.waiting(self.session.id) is not None
        return self.session.stage in STAGES[name] and (self.room.is_host or name in EVERYBODYS)

    @work(group="act")
    async def action_act(self, name: str) -> None:
        if self._is_writing:
            if name == self._acting:
                return  # the key was pressed twice
            await self._written.wait()
        if not self.is_active:
            return
        self._acting = name
        if name in CLOCKS:
            self._set_clock(name)
        elif name == "review":
            self.context.go(routes.Review(self.session))
        elif name == "record":
            await self.recording.press()
            await self.recording.follow()
        elif name == "mark":
            self.context.go(routes.MarkSheet(self.session, self.room))
        else:
            await self._host.keys[name]()

    action_try = action_act

    def _set_clock(self, name: str) -> None:
        if self.refuse(why_not_clock(self.session)):
            return
        now = self.context.now()
        if name == "pause":
            self.room.pause(now)
        else:
            self.room.add(now, MINUTE if name == "more" else -MINUTE)
        self.share()

    def action_notes(self) -> None:
        self.add_class("-notes")
        self.notes.focus()

    def action_open_link(self) -> None:
        open_link(self.context, self.session)

    def action_copy_link(self) -> None:
        copy_link(self, self.session)

    def action_leave(self) -> None:
        if self.is_active:
            self.dismiss(None)

    # For the host's keys and the rounds: see `RoomUi`, `RoundsUi`

    def dialog(self, dialog: Dialog[Any]) -> Screen[Any]:
        match dialog:
            case CaseChoice():
                return CasePicker(self.context, dialog)
            case BriefFor(session):
                return BriefForm(self.context, session)
        return super().dialog(dialog)

    async def write(self, write: Awaitable[PracticeSession]) -> None:
        self._is_writing, seen = True, self.session
        self._written.clear()
        try:
            answer = await self.context.write(seen, write)
            # The feed may have brought it to this screen already, or even what came after.
            if answer.present and self.session == seen:
                self._apply(answer.present, is_mine=True)
        finally:
            self._is_writing = False
            self._written.set()
        if answer.error and not answer.is_gone:  # of that the feed tells
            self.context.notify_error(answer.error)
        self._draw()
