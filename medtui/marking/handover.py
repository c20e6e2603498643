"""What the app does with mark sheets that were handed in, whatever screen is up."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, cast
from uuid import UUID

if TYPE_CHECKING:
    from textual.screen import Screen

    from medtui.app import MedtuiApp
    from medtui.core.room_state import RoomState
    from medtui.data import Backend
    from medtui.data.events import Event
    from medtui.data.sheet_delivery import Courier
    from medtui.models import PracticeSession
    from medtui.store.outbox import Parcel
    from medtui.ui.status_line import Feed

SETTLES = 1.0
"""Seconds after which it is said where a sheet stands: it passes most steps more quickly."""


class Sheets:
    """The courier of whoever is signed in, and what is said when a sheet has come further."""

    def __init__(self, app: MedtuiApp) -> None:
        self.courier: Courier | None = None
        self._app = app
        self._said: dict[UUID, str] = {}
        self._last: dict[UUID, Parcel] = {}

    def start(self, backend: Backend, me: UUID) -> None:
        """Somebody is at the board."""
        if self.courier is not None:
            return
        from medtui.data.sheet_delivery import Courier
        from medtui.documents.submitted import why_no_mark_sheet

        folder, tell = self._app.settings.state, self._app.tell
        self.courier = Courier(backend, me, folder, tell, why_no_mark_sheet)
        self.courier.start()

    def stop(self) -> None:
        """Nobody is signed in any more."""
        if self.courier is not None:
            self.courier.stop()
            self.courier = None
            self._last.clear()

    async def close(self) -> None:
        """The app ends."""
        if (courier := self.courier) is not None:
            self.stop()
            await courier.stopped()

    def attend(self, session_id: UUID) -> None:
        """A screen is up that is about this session: its room is heard until `unattend`."""
        if self.courier is not None:
            self.courier.attend(session_id)

    def unattend(self, session_id: UUID) -> None:
        if self.courier is not None:
            self.courier.unattend(session_id)

    def waiting(self, session_id: UUID) -> Parcel | None:
        """A guest's sheet that waits for the host's decision."""
        arrived = self.courier.of(session_id) if self.courier else []
        waiting = [
            parcel
            for parcel in arrived
            if not parcel.is_mine and (parcel.is_in_the_way or parcel.is_held)
        ]
        return waiting[-1] if waiting else None

    def hear(self, event: Event) -> None:
        """What the data module tells."""
        from medtui.data.events import SheetMoved

        if self.courier is not None:
            self.courier.hear(event)
        if isinstance(event, SheetMoved):
            self._last[event.parcel.sheet] = event.parcel
            self._app.set_timer(SETTLES, partial(self._say, event.parcel))

    def _say(self, parcel: Parcel) -> None:
        """Say where a sheet stands, if it has not gone on since."""
        from medtui.marking.wording import moved

        if self._last.get(parcel.sheet) is not parcel:
            return
        words = moved(parcel)
        if words is not None and self._said.get(parcel.sheet) != words:
            self._said[parcel.sheet] = words
            self._app.notify(words, markup=False)


async def open_mark_sheet(
    screen: Screen[None],
    backend: Backend,
    me: UUID,
    session: PracticeSession,
    room: RoomState | None = None,
    feed: Feed | None = None,
) -> None:
    """What `m` does: the assessor's sheet; to a host whose guest's waits for a decision, that."""
    from medtui.core.room_rules import why_not_mark
    from medtui.marking.screen import MarkSheetScreen

    app = cast("MedtuiApp", screen.app)
    courier, waiting = app.sheets.courier, app.sheets.waiting(session.id)
    reason = why_not_mark(session, me)
    if courier and waiting:
        await _decide(app, courier, waiting)
    elif reason is not None:
        screen.notify(reason, severity="warning", markup=False)
    if reason is None:
        app.push_screen(MarkSheetScreen(backend, me, session, room, feed))


async def _decide(app: MedtuiApp, courier: Courier, parcel: Parcel) -> None:
    """Ask the host whether a guest's sheet is to be uploaded; esc leaves it for later."""
    from medtui.data import DataError
    from medtui.marking.wording import decision
    from medtui.ui.dialogs.choose import ChooseScreen

    question, yes, no = decision(parcel)
    is_wanted = await app.push_screen_wait(ChooseScreen(question, [(yes, True), (no, False)]))
    try:
        if is_wanted is False:
            await courier.decline(parcel)
        elif is_wanted and parcel.is_in_the_way:
            await courier.replace(parcel)
        elif is_wanted:
            await courier.agree(parcel)
    except DataError as error:
        app.say(error)
