"""The mark sheet: the assessor marks while listening, everything by keys, kept at every one."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Input, OptionList, Static

from medtui import config
from medtui.core.key_names import with_keys
from medtui.core.mark_sheet import WHOLE, RemarkKind, Sheet, Spot
from medtui.core.mark_sheet_json import as_json, from_json
from medtui.core.models import PracticeSession, Role
from medtui.core.presets import minutes
from medtui.core.room_rules import other_of, person, why_not_mark
from medtui.core.room_state import RoomState
from medtui.core.rubrics import DEFAULT, RUBRICS, Rubric, rubric_for
from medtui.core.station_clock import ClockReading
from medtui.data.events import BoardRead, Event, SessionsChanged, SheetMoved
from medtui.marking import wording
from medtui.marking.actions import SheetActs
from medtui.marking.bindings import KINDS, SHEET_KEYS
from medtui.marking.header import SheetLine
from medtui.marking.remarks import RemarkLine, RemarkList
from medtui.marking.table import MarkTable
from medtui.room.brief_loader import BriefReader
from medtui.room.brief_view import BriefView
from medtui.store.outbox import Submission
from medtui.store.sheet_journal import InUse, SheetJournal
from medtui.ui.acting import ActingScreen
from medtui.ui.context import Context
from medtui.ui.footer import Footer

LOOK_SECONDS = 0.5


class MarkSheetScreen(ActingScreen):
    """Over the room or the review. What it shows of the case is the brief that the actor may read.

    Args:
        context: the assessor's.
        session: whose candidate is marked.
        room: the room's state, where this is over a room: it has the clock.
    """

    AUTO_FOCUS = "MarkTable"
    VERTICAL_BREAKPOINTS = [(0, "-low"), (16, "-tall")]  # noqa: RUF012  # as in Screen

    BINDINGS: ClassVar[list[BindingType]] = SHEET_KEYS

    line = query_one(SheetLine)
    table = query_one(MarkTable)
    brief = query_one(BriefView)
    remarks = query_one(RemarkList)
    writing = query_one(RemarkLine)
    field = query_one("#remark", Input)

    def __init__(
        self,
        context: Context,
        session: PracticeSession,
        room: RoomState | None = None,
    ) -> None:
        super().__init__()
        self.context = context
        self._backend = context.backend
        self.me = context.me
        self.session = session
        self._room = room
        self._acts = SheetActs(self, context)
        self._is_open = False
        self._said_not_kept = False
        self._book = SheetJournal(context.settings.state, self.me, session.id, self._not_kept)
        self.sheet = self._blank(DEFAULT)

    @property
    def partner(self) -> str:
        return person(self.session, other_of(self.session, self.me), self.me)

    @property
    def is_own(self) -> bool:
        """Whether the candidate marks themself."""
        return self.sheet.candidate == self.me

    @property
    def submission(self) -> Submission | None:
        delivery = self.context.sheets.delivery
        sent = delivery.of(self.session.id) if delivery else []
        return next((submission for submission in sent if submission.sheet == self.sheet.id), None)

    def compose(self) -> ComposeResult:
        yield SheetLine(self.context.zone)
        with Container(id="sheet"):
            with Vertical(id="sheet-marks"):
                yield MarkTable(self.sheet, id="sheet-table")
                yield Static(id="sheet-total", markup=False)
                yield RemarkList()
                yield Static(id="sheet-standing", markup=False)
            yield BriefView(id="brief")
        yield RemarkLine()
        yield Footer(show_command_palette=False)

    async def on_mount(self) -> None:
        self.writing.display = False
        self._reader = BriefReader(self._backend, self.brief)
        self.set_class(self._room is None, "-no-brief")
        self.context.feed.events.subscribe(self, self._on_feed_event)
        self.context.sheets.attend(self.session.id)
        self._tick()
        await self._load_journal()

    async def on_unmount(self) -> None:
        self.context.sheets.unattend(self.session.id)
        await self._book.close()

    # The sheet

    async def _load_journal(self) -> None:
        """Go on where an earlier window, or run, has left off."""
        try:
            kept = from_json(await self._book.open())
        except InUse:
            self._leave("Your mark sheet is open in another of your windows.")
            return
        self._is_open = True
        self._read_brief()
        if kept is not None and kept.candidate != self.session.candidate_id:
            await self._book.set_aside(str(kept.id))  # it is about another one
            kept = None
        self.sheet = kept or self._blank(await self._usual_rubric())
        self.draw()
        if self.sheet.typing is not None:
            self._begin(self.sheet.typing)
        elif self._is_of_another_station:
            self._ask_for_another()

    @work(group="act")
    async def _ask_for_another(self) -> None:
        await self._acts.new_station()

    def _blank(self, rubric: Rubric) -> Sheet:
        session = self.session
        return Sheet(session.id, session.candidate_id or session.host_id, rubric)

    async def _usual_rubric(self) -> Rubric:
        named = self._room.shared.preset.id if self._room else self.context.settings.preset
        return rubric_for(named, await self.rubrics())

    async def rubrics(self) -> tuple[Rubric, ...]:
        try:
            return await asyncio.to_thread(config.rubrics, self.context.settings)
        except config.BadConfig as error:
            self.refuse(str(error))
            return RUBRICS

    def set_sheet(self, sheet: Sheet) -> None:
        if not self._is_open:
            return
        if sheet.station is None and self._station is not None:
            sheet = sheet.about(self._station)
        self.sheet = sheet
        self._book.save(as_json(sheet))
        self.draw()

    @property
    def _station(self) -> str | None:
        """Since when the station runs, which tells it from the next."""
        since = self._room.since if self._room else None
        return None if since is None else since.isoformat()

    @property
    def _is_of_another_station(self) -> bool:
        stations = {self.sheet.station, self._station}
        return None not in stations and len(stations) == 2

    def _not_kept(self) -> None:
        if not self._said_not_kept:
            self._said_not_kept = True
            self.refuse("Your mark sheet could not be saved: is the disk full?")

    async def start_new(self) -> None:
        await self._book.set_aside(str(self.sheet.id))
        self.set_sheet(self._blank(self.sheet.rubric))
        self.table.focus()

    # What the data module tells

    def _on_feed_event(self, event: Event) -> None:
        match event:
            case BoardRead() | SessionsChanged():
                self._follow()
            case SheetMoved():
                pass
            case _:
                return
        self.draw()

    def _follow(self) -> None:
        sessions = self.context.feed.sessions
        self.session = sessions.get(self.session.id, self.session)  # it may be an old one
        if (reason := why_not_mark(self.session, self.me)) is not None:
            self._leave(f"{reason} Your mark sheet is saved.")
        else:
            self._read_brief()

    def _leave(self, reason: str) -> None:
        self.context.notify(reason, severity="warning", markup=False)
        while self.app.screen is not self and self in self.app.screen_stack:
            self.app.pop_screen()
        if self.app.screen is self:
            self.dismiss(None)

    def _read_brief(self) -> None:
        if self._room and self._reader.wants(self.session, self._role):
            self._fetch_brief()

    @work(exclusive=True, group="brief")
    async def _fetch_brief(self) -> None:
        await self._reader.read(self.session)
        await self._reader.draw(self.session, self._role, None)

    @property
    def _role(self) -> Role | None:
        return self.session.role_of(self.me)

    # Drawing

    def _tick(self) -> None:
        if self._is_open:
            self._follow()  # the room may have heard of a change after this screen
        reading = self._draw_header()
        next_look = min(LOOK_SECONDS, reading.changes_in + 0.01) if reading else LOOK_SECONDS
        self.set_timer(next_look, self._tick)

    def _draw_header(self) -> ClockReading | None:
        """Returns what the room's clock shows; None without a room, or where no station runs."""
        reading = self._room.reading(self.context.now()) if self._room else None
        self.line.show(
            None if self.is_own else self.partner,
            self.sheet.rubric.name,
            self.context.feed.connection,
            self.session.stage,
            self._role,
            reading,
            self._elapsed,
        )
        return reading

    def on_resize(self) -> None:
        self.call_after_refresh(self._draw_header)

    @property
    def _elapsed(self) -> str:
        elapsed = self._room.elapsed(self.context.now()) if self._room else None
        return "" if elapsed is None else minutes(elapsed)

    def draw(self) -> None:
        sheet = self.sheet
        self.table.show(sheet)
        total = Content.assemble(
            ("Total  ", "$faint"), (wording.total_words(sheet), "bold"),
            ("   " + wording.missing_words(sheet), "$text-warning"),
        )  # fmt: skip
        self.query_one("#sheet-total", Static).update(total)
        words = wording.standing(sheet, self.submission, self.partner)
        self.query_one("#sheet-standing", Static).update(words)
        self._draw_remarks()

    @on(MarkTable.Moved)
    def _draw_remarks(self) -> None:
        self.remarks.show(self.sheet, self.table.place)

    # Marks

    @on(MarkTable.Marked)
    def _marked(self, event: MarkTable.Marked) -> None:
        self.set_sheet(self.sheet.score(self.table.place, event.score))

    @on(MarkTable.NoMark)
    def _no_mark(self, event: MarkTable.NoMark) -> None:
        self.refuse(event.words)

    def action_unsure(self) -> None:
        if self.table.place == WHOLE:
            self.refuse("Select a domain first.")
        else:
            self.set_sheet(self.sheet.toggle_insufficient(self.table.place))

    # Remarks

    def action_write(self, kind: str) -> None:
        wanted = RemarkKind(kind)
        place = WHOLE if wanted is RemarkKind.NOTE else self.table.place
        if place == WHOLE and not KINDS[wanted][1]:
            self.refuse("Select a domain first.")
            return
        self._begin(Spot(place, wanted))

    def _begin(self, spot: Spot) -> None:
        """Open the line: with what was begun there before, or with the station's time."""
        if not self._is_open:
            return
        remarks = self.sheet.at(spot.place).of(spot.kind)
        is_there = spot.at is not None and spot.at < len(remarks)
        given = remarks[spot.at] if is_there and spot.at is not None else ""
        if spot.kind is RemarkKind.NOTE and not given and self._elapsed:
            given = f"{self._elapsed} "
        begun = self.sheet.drafts.get(spot, given)
        if spot.kind is not RemarkKind.NOTE:
            self.table.go_to(spot.place)
        self.writing.begin(spot, given, begun)
        self.set_sheet(self.sheet.draft(spot, begun).type(spot))

    @on(Input.Changed, "#remark")
    def _typed(self, event: Input.Changed) -> None:
        if (spot := self.sheet.typing) is not None and event.value == self.field.value:
            self.set_sheet(self.sheet.draft(spot, event.value))

    @on(Input.Submitted, "#remark")
    def _written(self) -> None:
        if (spot := self.sheet.typing) is not None:
            self.set_sheet(self.sheet.write(spot, self.field.value))
            self.call_after_refresh(self._reveal, spot)
        self._close_line(spot)

    def _reveal(self, spot: Spot) -> None:
        """Bring what was just written into sight."""
        last = len(self.sheet.at(spot.place).of(spot.kind)) - 1
        self.remarks.reveal(spot, last if spot.at is None else spot.at)

    def _close_line(self, spot: Spot | None) -> None:
        self.writing.display = False
        is_remark = spot is not None and spot.at is not None
        self.set_focus(self.remarks if is_remark else self.table, scroll_visible=is_remark)

    def action_remarks(self) -> None:
        if not self.sheet.at(self.table.place).remarks:
            self.refuse(
                with_keys(
                    "There are no remarks here yet: {sheet.strength}, {sheet.improvement}, "
                    "{sheet.flag}, {sheet.evidence} and {sheet.note} write some."
                )
            )
            return
        self.remove_class("-brief")
        self.remarks.focus()
        if self.remarks.highlighted is None:
            self.remarks.action_first()

    @on(OptionList.OptionSelected, "#sheet-remarks")
    def _edit(self) -> None:
        if (spot := self.chosen) is not None:
            self._begin(spot)

    @property
    def chosen(self) -> Spot | None:
        return self.remarks.chosen

    def leave_remarks(self) -> None:
        self.table.focus()

    # The sheet as a whole: see `SheetActs`

    @work(group="act")
    async def action_act(self, name: str) -> None:
        if self._is_open and self.is_active:
            await self._acts.keys[name]()

    # Leaving

    def action_brief(self) -> None:
        if self._room is None:
            self.refuse("The brief is in the room.")
            return
        self.toggle_class("-brief")
        (self.brief if self.has_class("-brief") else self.table).focus()

    def action_back(self) -> None:
        if self.writing.display:
            spot = self.sheet.typing
            if spot is not None and self.writing.is_untouched:
                self.set_sheet(self.sheet.draft(spot, ""))
            self.set_sheet(self.sheet.type(None))
            if spot in self.sheet.drafts:
                self.notify("Saved as a draft: the same key continues it.", markup=False)
            self._close_line(spot)
        elif not self.table.has_focus:
            self.remove_class("-brief")
            self.table.focus()
        else:
            self.dismiss(None)
