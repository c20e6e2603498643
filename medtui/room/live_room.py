"""What a room shows: the row as the feed tells it, the clock, the brief, the notes."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from datetime import datetime, timedelta

from textual import events, on, work
from textual.app import ComposeResult
from textual.containers import Container
from textual.getters import query_one

from medtui.config import BadConfig, preset
from medtui.core.models import PracticeSession, Stage
from medtui.core.notices import Notice, What, freed_words, gone_words
from medtui.core.prep_steps import Decided, prep_steps
from medtui.core.presets import Preset
from medtui.core.room_rules import happened, title
from medtui.core.room_state import RoomState
from medtui.core.waiting import Absence
from medtui.core.wording import moment
from medtui.data.events import (
    BoardRead,
    Event,
    FeedWentLive,
    FeedWentStale,
    RoomHeard,
    RoomMet,
    RoomParted,
    SessionsChanged,
    SheetMoved,
)
from medtui.data.rooms import CARD
from medtui.room.brief_loader import BriefReader
from medtui.room.brief_view import BriefView
from medtui.room.facts import ROOMY_ROWS, Presence, RoomFacts, whether_here
from medtui.room.header import RoomLine
from medtui.room.lookups import RoomLookups
from medtui.room.next_round import Arrangement, NextRound
from medtui.room.notes import Notes
from medtui.room.prep_checklist import PrepChecklist
from medtui.room.recording import RecordingLine, RoomRecording
from medtui.store.room_notes import RoomNotes, rescue, written
from medtui.ui.acting import ActingScreen
from medtui.ui.clock_face import ClockFace
from medtui.ui.context import Context
from medtui.ui.ending import at_last
from medtui.ui.footer import Footer

LOOK_SECONDS = 0.5
"""The most seconds between two readings of the clock."""

BRIEF_SECONDS = 4
"""How often one looks in prep whether the host has written a brief, or changed it."""

TOLD_SECONDS = 4
"""Seconds for which the words of the last bell are shown beside the clock."""


class LiveRoom(ActingScreen):
    """One session's room, which follows its row and its private channel."""

    AUTO_FOCUS = "BriefView"
    VERTICAL_BREAKPOINTS = [(0, "-low"), (36, "-tall")]  # noqa: RUF012  # as in Screen

    line = query_one(RoomLine)
    face = query_one(ClockFace)
    facts = query_one(RoomFacts)
    checklist = query_one(PrepChecklist)
    brief = query_one(BriefView)
    notes = query_one(Notes)

    def __init__(
        self,
        context: Context,
        session: PracticeSession,
        arrangement: Arrangement | None = None,
    ) -> None:
        super().__init__()
        self.context = context
        self.room = RoomState(session, context.me)
        self.presence = Presence()
        self._absence = Absence()
        self._backend = context.backend
        self._rounds = NextRound(self, context, arrangement or Arrangement())
        self._zone = context.zone
        self._notebook = self._notebook_of(session)
        self._at_last = ExitStack()
        self._looked = context.now()
        self._told = ""
        self._told_until = self._looked
        self._drawing = asyncio.Lock()
        self._is_writing = False
        self._written = asyncio.Event()
        """Set at the end of each write: other keys wait for it."""
        self._acting = ""
        """The action of the last key."""
        self.recording = RoomRecording(self, context)
        self.is_without_case = False

    @property
    def session(self) -> PracticeSession:
        return self.room.session

    def _notebook_of(self, session: PracticeSession) -> RoomNotes:
        state, me = self.context.settings.state, self.context.me
        return RoomNotes(state, me, session.id, self._notes_not_kept)

    def compose(self) -> ComposeResult:
        yield RoomLine(self._zone)
        with Container(id="room"):
            with Container(id="side"):
                yield ClockFace(id="face")
                yield RecordingLine()
                yield RoomFacts(self.room.me, self._zone, id="facts")
                yield Notes(self._notebook.save_notes, id="notes")
            yield PrepChecklist(id="prep")
            yield BriefView(id="brief")
        yield Footer(show_command_palette=False)

    async def on_mount(self) -> None:
        self._reader = BriefReader(self._backend, self.brief)
        self._lookups = RoomLookups(self.facts, self._backend, self.room.me, self._draw)
        self.context.feed.events.subscribe(self, self._on_feed_event)
        self._at_last.enter_context(at_last(rescue))
        kept, notes, usual, _ = await asyncio.gather(
            self._notebook.card(),
            self._notebook.notes(),
            self._usual_preset(),
            self.recording.load(),
        )
        self.room = RoomState(self.session, self.room.me, kept, usual)
        self.notes.load(notes)
        self.set_class(bool(notes.strip()), "-notes")
        self.room.apply(self.session, self.context.now())
        self._backend.live.rooms.enter(self.session.id, self.room.me, self.room.shared.as_json())
        self._read_brief()
        self._look_for_files()
        self._look_back()
        self._tick()
        # The row may have changed between the answer that this room was opened with and now.
        if present := self.context.feed.sessions.get(self.session.id):
            self._apply(present, is_mine=False)
        self._follow_rounds()

    @on(events.ScreenResume)
    @work(group="rounds")
    async def _follow_rounds(self) -> None:
        await self._rounds.follow()

    async def on_unmount(self) -> None:
        self._backend.live.rooms.leave(self.session.id)
        await self.recording.close()
        await written()
        self._at_last.close()

    async def _usual_preset(self) -> Preset | None:
        settings = self.context.settings
        if not settings.preset:
            return None
        try:
            return await asyncio.to_thread(preset, settings)
        except BadConfig as error:
            self.notify(str(error), severity="warning", markup=False)
            return None

    # What the data module tells

    def _on_feed_event(self, event: Event) -> None:
        id_ = self.session.id
        match event:
            case BoardRead() | SessionsChanged():
                self._follow_rounds()
                if session := self.context.feed.sessions.get(id_):
                    self._apply(session, is_mine=self._is_writing)
                else:
                    self._close(gone_words(self.session, self.room.me, self._zone))
            case FeedWentLive():
                self._read_brief()
            case FeedWentStale():
                self.presence = Presence()
            case RoomMet(where, people, cards) if where == id_:
                self.presence = Presence(people)
                self._merge(*cards)
            case RoomHeard(where, name, card) if where == id_ and name == CARD:
                self._merge(card)
            case RoomParted(where, is_refused) if where == id_:
                self.presence = Presence(is_refused=is_refused)
            case SheetMoved():
                self.refresh_bindings()
            case _:
                return
        self._draw()

    def _apply(self, session: PracticeSession, *, is_mine: bool) -> None:
        """The row is this now: follow it, and say what others did."""
        before, now = self.session, self.context.now()
        if session == before:
            return
        if not session.involves(self.room.me):
            self._close(freed_words(before, self.room.me, self._zone))
            return
        when = moment(session.starts_at, now, self._zone)
        for words in happened(before, session, self.room.me, when, is_mine=is_mine):
            self.notify(words, markup=False)
        if session.stage is Stage.INTERVIEW and before.stage is not Stage.INTERVIEW:
            # The bell rings for it, unless that is over by now.
            began = (session.stage_since or now) - timedelta(microseconds=1)
            self._looked = max(min(now, began), now - timedelta(seconds=TOLD_SECONDS))
            self.brief.focus()
        if self.room.apply(session, now):
            self.share()
        self._read_brief()
        self._look_for_files()
        self._look_back()
        self.refresh_bindings()

    def shows(self, notice: Notice) -> bool:
        """See `ShowsNotices`: what the row tells, but no files."""
        is_here = notice.session_id == self.session.id
        return is_here and notice.what not in (What.CAME, What.FILES)

    def _merge(self, *cards: object) -> None:
        before = self.room.shared
        for card in cards:
            self.room.merge(card)
        if self.room.shared != before:
            self.share()

    def share(self) -> None:
        """See `RoomUi`. Saved, too, as the clock survives both programs."""
        self._backend.live.rooms.send_card(self.session.id, self.room.shared.as_json())
        self._notebook.save_card(self.room.shared.as_json())
        self._draw()

    def _read_brief(self) -> None:
        if self._reader.wants(self.session, self.room.role):
            self._fetch_brief()
        self._draw_brief()

    @property
    def has_own_brief(self) -> bool:
        return self._reader.has_own

    def read_brief_again(self) -> None:
        if self._reader.may_change:
            self._fetch_brief()

    @work(exclusive=True, group="fetch-brief")
    async def _fetch_brief(self) -> None:
        while True:
            await self._reader.read(self.session)
            self._draw_brief()
            self._draw()
            await asyncio.sleep(BRIEF_SECONDS)
            if not self._reader.may_change:
                return

    @work(group="draw-brief")
    async def _draw_brief(self) -> None:
        async with self._drawing:  # an update that is cancelled half-way leaves half a brief
            reading = self.room.reading(self.context.now())
            await self._reader.draw(self.session, self.room.role, reading)

    @work(exclusive=True, group="files")
    async def _look_for_files(self) -> None:
        await self._lookups.files(lambda: self.session)

    @work(exclusive=True, group="past")
    async def _look_back(self) -> None:
        await self._lookups.past(self.session)

    # Drawing

    def _tick(self) -> None:
        now = self.context.now()
        before = self.room.reading(self._looked)
        if told := self.room.signal(self._looked, now):
            self._told, self._told_until = told.words, now + timedelta(seconds=TOLD_SECONDS)
            for _ in range(told.strokes):
                self.app.bell()
        self._looked = now
        self._look_for_guest(now)
        reading = self.room.reading(now)
        if reading and (before is None or before.phase.brief != reading.phase.brief):
            self._read_brief()
        self._draw()
        self._follow_recording()
        next_look = min(LOOK_SECONDS, reading.changes_in + 0.01) if reading else LOOK_SECONDS
        self.set_timer(next_look, self._tick)

    def _look_for_guest(self, now: datetime) -> None:
        guest, people = self.session.guest_id, self.presence.people
        is_alone = guest is not None and people is not None and guest not in people
        self._absence.note(is_alone and self.room.is_host, now)
        self.facts.is_guest_absent = self.is_guest_absent

    @property
    def is_guest_absent(self) -> bool:
        """See `RoomUi`."""
        return self._absence.is_due(self.session, self.context.now())

    @work(group="recording")
    async def _follow_recording(self) -> None:
        await self.recording.follow()

    def _draw(self) -> None:
        session, now = self.session, self.context.now()
        self.set_class(self.app.size.height < ROOMY_ROWS, "-few-rows")
        for stage in Stage:
            self.set_class(session.stage is stage, f"-{stage.label}")
        here = whether_here(session, self.room.me, self.presence)
        words = title(session, self.room.me)
        feed, round_ = self.context.feed.connection, self._rounds.round.words
        self.line.show(words, here, feed, session.stage, self.room.role, round_)
        if reading := self.room.reading(now):
            self.face.show(reading, self._told if now < self._told_until else "")
        self.query_one(RecordingLine).show(self.recording.words())
        self.facts.show(session, now, self.presence)
        if session.stage is Stage.PREP:
            decided = Decided(self._reader.has_own, self.is_without_case, self.facts.mark)
            preset = self.room.shared.preset
            self.checklist.show(prep_steps(session, self.room.me, preset, decided))

    def on_resize(self) -> None:
        self.call_after_refresh(self._draw)

    def _close(self, reason: str) -> None:
        """Leave because there is nothing to stay for, whatever question is open."""
        self.context.notify(reason, severity="warning", markup=False)
        while self.app.screen is not self and self in self.app.screen_stack:
            self.app.pop_screen()
        self.dismiss(None)

    def _notes_not_kept(self) -> None:
        self.refuse("Your notes could not be saved: is the disk full?")

    @on(Notes.Left)
    def _notes_left(self) -> None:
        self.set_class(bool(self.notes.text.strip()), "-notes")
        self.brief.focus()

    async def move_on(self, session: PracticeSession, arrangement: Arrangement) -> None:
        book = self._notebook_of(session)
        await book.take_over(self.notes.text, self.room.shared.for_next_round().as_json())
        if self.is_current:
            self.app.switch_screen(type(self)(self.context, session, arrangement))
