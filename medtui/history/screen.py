"""One's past sessions, and how one grows."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import replace
from typing import ClassVar
from uuid import UUID

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.getters import query_one
from textual.widgets import Input, Static

from medtui.core.agreement import Agreement
from medtui.core.history import History, HistoryFilter
from medtui.core.key_names import key_of
from medtui.core.marker_pairs import agreements
from medtui.core.models import Role
from medtui.core.progress import By, progress
from medtui.core.wording import moment
from medtui.data.events import Event, FeedWentLive
from medtui.history.details import HistoryDetails
from medtui.history.header import Heading, HistoryHeader
from medtui.history.list import HistoryList
from medtui.history.loader import HistoryReading
from medtui.history.progress_view import ProgressView
from medtui.history.wording import counts_words, day_words, filter_words, progress_words
from medtui.store.model_drafts import recall_marks
from medtui.ui import routes
from medtui.ui.acting import ActingScreen
from medtui.ui.context import Context
from medtui.ui.footer import Footer
from medtui.ui.line_input import LineInput

LOOK_SECONDS = 8
"""How often one looks whether a session has got its first file."""


class HistoryScreen(ActingScreen):
    """Over the board. What this machine knows is there at once, and says as of when it is.

    Args:
        context: of a signed-in user.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "switch", "List ↔ progress", id="history.switch",
                tooltip="Past sessions ↔ progress"),
        Binding("r", "role", "Role", id="history.role", tooltip="As candidate, as actor, as both"),
        Binding("d", "domain", "Domain", id="history.domain",
                tooltip="Cases of one domain; in progress: change the grouping"),
        Binding("c", "category", "Category", id="history.category",
                tooltip="Cases of one category"),
        Binding("slash", "search", "Filter", key_display="/", id="history.search",
                tooltip="Filter as you type"),
        Binding("escape", "back", "Back", show=False, id="history.back",
                tooltip="Show all, go back"),
        Binding("q", "dismiss", "Back", show=False, id="history.close", tooltip="To the board"),
    ]  # fmt: skip

    header = query_one(HistoryHeader)
    list = query_one(HistoryList)
    details = query_one(HistoryDetails)
    charts = query_one(ProgressView)
    field = query_one("#history-filter", Input)
    hint = query_one("#history-hint", Static)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context
        self._zone = context.zone
        self._history = History(context.me, self._zone)
        self._reading = HistoryReading(
            context.backend, self._history, context.now, self._redraw_soon
        )
        self._by = By.SKILL
        self._agreements: list[Agreement] = []
        """How far markers agree; empty until it is known, and where too few stations have two."""
        self._compared: object = None
        """What that was made of."""
        self._is_progress = False
        self._redraw_is_due = False
        self._redraw_took = 0.0
        self._reviewed: UUID | None = None

    def compose(self) -> ComposeResult:
        yield HistoryHeader()
        with Horizontal(id="history"):
            yield HistoryList(self._zone)
            yield ProgressView(self._zone, braille=self.context.settings.braille)
            yield Static(id="history-hint", markup=False)
            with VerticalScroll(id="history-details", can_focus=False):
                yield HistoryDetails(self._zone)
        yield LineInput(placeholder="name, case, month …", id="history-filter", compact=True)
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self.field.display = False
        self.context.feed.events.subscribe(self, self._on_feed_event)
        self._redraw()
        self.read()

    def on_screen_resume(self) -> None:
        if self._reviewed is not None:
            self.look_again(self._reviewed)
            self._reviewed = None

    def _on_feed_event(self, event: Event) -> None:
        if isinstance(event, FeedWentLive) and self._reading.error:
            self.read()

    # Reading

    @work(exclusive=True, group="history")
    async def read(self) -> None:
        """What is known here, what the server has, and then what comes."""
        if self._reading.as_of is None:
            await self._reading.recall()
        while True:
            if self._reading.is_read:
                await self._reading.look_for_new()
            else:
                await self._reading.read()
            await self._compare_markers()
            await asyncio.sleep(LOOK_SECONDS)

    @work(group="again")
    async def look_again(self, session_id: UUID) -> None:
        await self._reading.look_again(session_id)
        await self._compare_markers()

    async def _compare_markers(self) -> None:
        """How far the markers of all these sessions agree, drafts by a model among them."""
        entries, me, state = self._history.entries, self.context.me, self.context.settings.state

        def compared() -> list[Agreement] | None:
            drafts = recall_marks(state, me)
            told = [(entry.session, entry.kept) for entry in entries], drafts
            if told == self._compared:
                return None
            self._compared = told
            return agreements(entries, drafts)

        found = await asyncio.to_thread(compared)
        if found is not None and found != self._agreements:
            self._agreements = found
            self._redraw_soon()

    # What is shown

    def _redraw_soon(self) -> None:
        """Once for all that has come meanwhile; more seldom where there is much to draw."""
        if not self._redraw_is_due:
            self._redraw_is_due = True
            self.set_timer(max(0.05, 5 * self._redraw_took), self._redraw_timed)

    def _redraw_timed(self) -> None:
        start = time.monotonic()
        self._redraw()
        self._redraw_took = time.monotonic() - start

    def _redraw(self) -> None:
        self._redraw_is_due = False
        if not self.is_attached:
            return
        wanted = self._history.wanted()
        series = progress(wanted, self._by) if self._is_progress else []
        if self._is_progress:
            self.charts.show(series, self._by, self.context.now(), self._agreements)
        else:
            self.list.show(self._history.lines(wanted))
        is_empty = not (series if self._is_progress else wanted)
        self.hint.display = is_empty
        self.list.display = not is_empty and not self._is_progress
        self.charts.display = not is_empty and self._is_progress
        self.set_class(self._is_progress or is_empty, "-alone")
        if is_empty:
            self.hint.update(self._emptiness())
        elif self.focused is None or not self.focused.display:
            (self.charts if self._is_progress else self.list).focus()
        self.details.show(self.list.entry)
        state, is_wrong = self._state()
        counts = progress_words(wanted) if self._is_progress else counts_words(wanted)
        self.header.show(
            Heading(
                "Progress" if self._is_progress else "History",
                counts if len(self._history) else "",
                state,
                is_wrong,
                filter_words(self._history.filter),
                f"{len(wanted)} of {len(self._history)}",
            )
        )

    def _state(self) -> tuple[str, bool]:
        """How current it is, and whether something is wrong with that."""
        reading, now = self._reading, self.context.now()
        if reading.error:
            as_of = f"as of {moment(reading.as_of, now, self._zone)}" if reading.as_of else ""
            return ". ".join(filter(None, (as_of, reading.error))), True
        if not reading.is_read:
            return f"reading {reading.done} of {reading.of} …" if reading.of else "reading …", False
        broken = [entry for entry in self._history.entries if entry.kept and entry.kept.broken]
        if broken:
            days = ", ".join(
                day_words(entry.session.starts_at, self._zone).strip()[:-6] for entry in broken[:2]
            )
            count = "1 file" if len(broken) == 1 else f"{len(broken)} files"
            more = " …" if len(broken) > 2 else ""
            return f"{count} cannot be read: {days}{more}", True
        return "", False

    def _emptiness(self) -> str:
        reading = self._reading
        if len(self._history) and not self._history.filter.is_any:
            if self._is_progress and self._history.wanted():
                return (
                    "You have no mark as the candidate in these sessions. Press "
                    f"{key_of('history.back')} to see all, {key_of('history.switch')} to see the "
                    "sessions."
                )
            return f"No matches. Press {key_of('history.back')} to see all."
        if reading.error and reading.as_of is None:
            return f"{reading.error}\n\nTrying again…"
        if not reading.is_read:
            return "Reading your sessions …"
        if self._is_progress:
            return (
                "No marks yet: they come from assessments of sessions in which you were the"
                f" candidate.\n\n{key_of('history.domain')} changes the grouping, "
                f"{key_of('history.switch')} shows the sessions."
            )
        return "No sessions yet. Past sessions appear here."

    # Keys

    @on(HistoryList.Highlighted)
    def _highlighted(self) -> None:
        self.details.show(self.list.entry)

    @on(HistoryList.Selected)
    def _selected(self, event: HistoryList.Selected) -> None:
        if not self.is_active:  # the key was pressed twice
            return
        session = event.entry.session
        self._reviewed = session.id
        self.context.go(routes.Review(session))

    def action_switch(self) -> None:
        self._is_progress = not self._is_progress
        self._redraw()

    def action_role(self) -> None:
        if self._is_progress:
            self.refuse("Progress shows your marks as the candidate.")
            return
        roles = (None, Role.CANDIDATE, Role.ACTOR)
        at = roles.index(self._history.filter.role)
        self._look_at(replace(self._history.filter, role=roles[(at + 1) % len(roles)]))

    @work(exclusive=True, group="choose")
    async def action_domain(self) -> None:
        if self._is_progress:
            self._by = self._by.next
            self._redraw()
            self.charts.action_first()
            return
        wish = self._history.filter
        chosen = await self._choose("Cases of which domain?", self._history.domains(), wish.domain)
        if chosen is not None:
            self._look_at(replace(wish, domain=chosen or None))

    @work(exclusive=True, group="choose")
    async def action_category(self) -> None:
        wish = self._history.filter
        chosen = await self._choose(
            "Cases of which category?", self._history.categories(), wish.category
        )
        if chosen is not None:
            self._look_at(replace(wish, category=chosen or None))

    async def _choose(self, question: str, counts: Counter[str], current: str | None) -> str | None:
        """One of these; empty for all, None for leaving it as it is."""
        if not counts:
            self.refuse("None of these sessions has a case.")
            return None
        names = sorted(counts, key=str.casefold)
        choices = [(f"all ({len(self._history)})", "")]
        choices += [(f"{name} ({counts[name]})", name) for name in names]
        at = names.index(current) + 1 if current in names else 0
        return await self.choose(question, choices, at)

    def action_search(self) -> None:
        self.field.display = True
        self.field.focus()

    @on(Input.Changed, "#history-filter")
    def _typed(self, event: Input.Changed) -> None:
        if event.value != self._history.filter.text:
            self._look_at(replace(self._history.filter, text=event.value))

    @on(Input.Submitted, "#history-filter")
    def _kept(self) -> None:
        self.field.display = bool(self.field.value)
        self._focus()

    def action_back(self) -> None:
        """First out of the filter, then back to the board."""
        if self._history.filter.is_any and not self.field.display:
            self.dismiss(None)
            return
        self.field.value = ""
        self.field.display = False
        self._look_at(HistoryFilter())
        self._focus()

    def _look_at(self, wish: HistoryFilter) -> None:
        self._history.filter = wish
        self._redraw()

    def _focus(self) -> None:
        for view in (self.charts, self.list):
            if view.display:
                view.focus()
