"""Which case: looked for, filtered, or drawn by need; drawn blind by a host who will sit it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from typing import ClassVar, Literal, cast
from uuid import UUID

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.getters import query_one
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from medtui.core.agenda import fold
from medtui.core.case_draw import CaseDraw, Group, Past, groups, kind_of, kind_words, possible
from medtui.core.key_names import key_of, with_keys
from medtui.core.models import CaseSummary
from medtui.data import DataError
from medtui.documents.sample_cases import COUNT
from medtui.room.host_actions import THEN_STARTS, WITHOUT, WRITE, CaseChoice
from medtui.ui.context import Context
from medtui.ui.footer import Footer
from medtui.ui.line_input import LineInput
from medtui.ui.vim_keys import VimOptionList

REST_SECONDS = 0.15
"""A case's name is asked for once the cursor has rested on it for so long."""

SEARCH_SECONDS = 0.2

OTHERWISE = (
    "Or write a brief of your own ({cases.write}), or go on without a case, with a book or PDF "
    "({cases.without})."
)


class CasePicker(ModalScreen[UUID | Literal["write", "without"] | None]):
    """Dismissed with a case's id, with `WRITE`, with `WITHOUT`, or with None."""

    AUTO_FOCUS = "OptionList"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", key_display="esc", id="cases.back",
                tooltip="Back (the case is unchanged)"),
        Binding("slash", "search", "Search", key_display="/", id="cases.search",
                tooltip="Search in categories, domains and names"),
        Binding("c", "filter('category')", "Category", id="cases.category",
                tooltip="Only one category, then the next"),
        Binding("d", "filter('domain')", "Domain", id="cases.domain",
                tooltip="Only one domain, then the next"),
        Binding("r", "random", "Draw", id="cases.random",
                tooltip="Draw the one of these that you both need most"),
        Binding("b", "write", "Own brief", id="cases.write",
                tooltip="Write a brief of your own instead"),
        Binding("n", "without", "No case", id="cases.without",
                tooltip="Go on without a case: you use a book or PDF of your own"),
        Binding("l", "load", "Load samples", id="cases.load", tooltip="Load the sample cases"),
    ]  # fmt: skip

    rows = query_one(VimOptionList)
    search = query_one("#case-search", Input)
    hint = query_one("#case-hint", Static)
    none = query_one("#case-none", Static)

    def __init__(
        self, context: Context, choice: CaseChoice, dice: random.Random | None = None
    ) -> None:
        super().__init__()
        self.context = context
        self._backend = context.backend
        self._choice = choice
        self._dice = dice or random.Random()
        self._cases: list[CaseSummary] = []
        self._has_none = False
        """Whether the server is known to have no case at all."""
        self._draws = CaseDraw((), Past(), choice.candidate, choice.partner)
        self._shown: list[CaseSummary] | list[Group] = []
        self._names: dict[UUID, str] = {}
        self._found: set[UUID] | None = None
        self._wanted = {"category": "", "domain": ""}
        self._width = 0
        self._is_read = False

    def compose(self) -> ComposeResult:
        title = "Draw a case" if self._choice.is_blind else "Choose a case"
        title += f". {THEN_STARTS}" if self._choice.starts else ""
        with Vertical(classes="dialog"):
            yield Static(title, classes="card--title", markup=False)
            yield Static(id="case-none", markup=False)
            yield LineInput(
                placeholder=f"{key_of('cases.search')} to search", id="case-search", compact=True
            )
            yield VimOptionList(compact=True)
            yield Static("Reading the cases…", id="case-hint", markup=False)
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self._read()

    @work(exclusive=True, group="catalogue")
    async def _read(self) -> None:
        choice = self._choice
        try:
            cases = await self._backend.cases.catalogue()
            past = await self._backend.cases.past([choice.candidate, choice.partner])
        except DataError as error:
            if self.is_current:
                self.context.notify_error(error)
                self.dismiss(None)
            return
        if self._is_going:
            return
        self._draws = CaseDraw(cases, past, choice.candidate, choice.partner)
        barred = choice.barred
        if choice.is_blind:
            barred |= self._backend.cases.looked_at
        self._cases = possible(cases, barred)
        self._has_none = not cases
        self._is_read = True
        self.set_class(not self._cases, "-none")
        self.none.update(self._why_none())
        self.refresh_bindings()
        self._list()

    @property
    def _is_going(self) -> bool:
        """Whether the picker is being taken away while an answer arrives."""
        return not self.query(VimOptionList)

    # What is listed

    def _list(self) -> None:
        listed = [case for case in self._cases if self._is_wanted(case)]
        self._shown = groups(listed) if self._choice.is_blind else listed
        self._width = max((len(_said(row)) for row in self._shown), default=0)
        self.rows.clear_options()
        self.rows.add_options([Option(self._row(row)) for row in self._shown])
        if self._shown:
            self.rows.highlighted = 0
        self._show_hint()

    def _is_wanted(self, case: CaseSummary) -> bool:
        for what in ("category", "domain"):
            if self._wanted[what] and (getattr(case, what) or "") != self._wanted[what]:
                return False
        if not (words := fold(self.search.value).split()):
            return True
        said = fold(f"{case.category or ''} {case.domain or ''}")
        return all(word in said for word in words) or case.id in (self._found or ())

    def _row(self, row: CaseSummary | Group) -> Content:
        words = _said(row)
        if isinstance(row, Group):
            return Content(f"{words} ({len(row.cases)})")
        mark, _ = self._mark(row.id)
        return Content.assemble(
            f"{words:<{self._width}}  ",
            f"{mark:<5}  ",  # in no colour of its own: the cursor's line has another behind it
            (self._names.get(row.id, ""), "bold"),
        )

    def _mark(self, case_id: UUID) -> tuple[str, str]:
        """What speaks against a case, in a word and in a sentence."""
        choice, past = self._choice, self._draws.past
        if past.has_acted(choice.candidate, case_id):
            return "acted", f"{self._candidate} has played this case."
        if past.knows(choice.candidate, case_id):
            return "sat", f"{self._candidate} was the candidate in this case."
        if past.knows(choice.partner, case_id):
            return "known", "You know it."
        return "", ""

    @property
    def _candidate(self) -> str:
        """What the candidate is called where another reads it."""
        return self._choice.names.get(self._choice.candidate, "The candidate")

    def _show_hint(self) -> None:
        """Under the list: how much of it is shown, and what to know of the one at the cursor."""
        if not self._is_read:
            return
        count = sum(map(self._is_wanted, self._cases))
        filters = " · ".join(filter(None, self._wanted.values()))
        words = f"{count} of {len(self._cases)} cases" + (f", {filters}" if filters else "")
        if self._choice.is_blind:
            words += ". You are the candidate: enter or r draws one, unseen."
        elif isinstance(case := self._at(self.rows.highlighted), CaseSummary):
            words += f". {self._mark(case.id)[1]}"
        self.hint.update(words)

    def _why_none(self) -> str:
        """Why no case can be chosen, and what to do instead."""
        if not self._has_none:
            return f"One of you has seen each of these cases. {with_keys(OTHERWISE)}"
        if self.context.service_key:
            load = f"Load the {COUNT} sample cases ({key_of('cases.load')}), or import your own"
        else:
            load = "Your administrator can import some"
        return (
            f"This group has no cases yet. {load}: medtui cases import "
            f"FILE\n\n{with_keys(OTHERWISE)}"
        )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Samples are offered to a group without cases, on this machine's own server."""
        return action != "load" or (self._has_none and bool(self.context.service_key))

    @work(exclusive=True, group="load")
    async def action_load(self) -> None:
        from medtui.room.sample_cases import load_samples

        key = self.context.service_key
        self.none.update(f"Loading the {COUNT} sample cases…")
        if await load_samples(self.context, self._backend.server.url, key) and self.is_mounted:
            self._read()
        elif not self._is_going:
            self.none.update(self._why_none())

    def action_write(self) -> None:
        self.dismiss(WRITE)

    def action_without(self) -> None:
        self.dismiss(WITHOUT)

    def _at(self, row: int | None) -> CaseSummary | Group | None:
        return self._shown[row] if row is not None and row < len(self._shown) else None

    # Names, one at a time, for a host who is not the candidate

    @on(OptionList.OptionHighlighted)
    def _highlighted(self, event: OptionList.OptionHighlighted) -> None:
        self._show_hint()
        case = self._at(event.option_index)
        if isinstance(case, CaseSummary) and case.id not in self._names:
            self._ask_name(case)

    @work(exclusive=True, group="name")
    async def _ask_name(self, case: CaseSummary) -> None:
        await asyncio.sleep(REST_SECONDS)
        try:
            name = await self._backend.cases.name(case.id)
        except DataError:
            return  # one can choose without
        if self._is_going:
            return
        self._names[case.id] = name or "(no name)"
        if case in self._shown:
            row = cast("list[CaseSummary]", self._shown).index(case)
            self.rows.replace_option_prompt_at_index(row, self._row(case))

    # Looking for one

    def action_search(self) -> None:
        self.search.focus()

    @on(Input.Changed, "#case-search")
    def _typed(self) -> None:
        self._found = None
        self._list()
        if self.search.value.strip() and not self._choice.is_blind:
            self._look_up(self.search.value)

    @work(exclusive=True, group="search")
    async def _look_up(self, words: str) -> None:
        """Names that match: the server says of which cases, and not the names."""
        await asyncio.sleep(SEARCH_SECONDS)
        try:
            self._found = await self._backend.cases.named(words)
        except DataError:
            return  # categories and domains are searched all the same
        if not self._is_going and self.search.value == words:
            self._list()

    @on(Input.Submitted, "#case-search")
    def _searched(self) -> None:
        self.rows.focus()

    def action_filter(self, what: str) -> None:
        other = "domain" if what == "category" else "category"
        values = {
            getattr(case, what) or ""
            for case in self._cases
            if not self._wanted[other] or (getattr(case, other) or "") == self._wanted[other]
        }
        choices = ["", *sorted(values - {""})]
        at = choices.index(self._wanted[what]) if self._wanted[what] in choices else 0
        self._wanted[what] = choices[(at + 1) % len(choices)]
        self._list()

    # Choosing one

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        row = self._shown[event.option_index]
        if isinstance(row, Group):
            self._draw(row.cases)
        else:
            self.dismiss(row.id)

    def action_random(self) -> None:
        self._draw([case for case in self._cases if self._is_wanted(case)])

    def _draw(self, cases: Sequence[CaseSummary]) -> None:
        drawn = self._draws.draw(cases, self._dice)
        if drawn is None:
            self.notify("There is no case to draw from.", severity="warning", markup=False)
            return
        now = self.context.now().astimezone(self.context.zone)
        why = self._draws.reason(drawn, cases, self._choice.me, self._candidate, now)
        self.context.notify(why, title="Case drawn", markup=False)
        self.dismiss(drawn.id)

    def action_back(self) -> None:
        """From the search to the list, from the list back to the room."""
        if self.search.has_focus:
            self.search.value = ""
            self.rows.focus()
        else:
            self.dismiss(None)


def _said(row: CaseSummary | Group) -> str:
    return kind_words((row.category, row.domain) if isinstance(row, Group) else kind_of(row))
