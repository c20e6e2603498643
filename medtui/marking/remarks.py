"""The remarks at one place of a mark sheet, and the line in which one is written."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Input, Static
from textual.widgets.option_list import Option

from medtui.core.key_names import with_keys
from medtui.core.mark_sheet import LONGEST, WHOLE, RemarkKind, Sheet, Spot
from medtui.marking.bindings import KINDS
from medtui.marking.table import SIGNS
from medtui.ui.line_input import LineInput
from medtui.ui.vim_keys import VimOptionList


class RemarkList(VimOptionList):
    """The remarks at the place that the cursor of the marks is at."""

    def __init__(self) -> None:
        super().__init__(id="sheet-remarks", compact=True)
        self._place = WHOLE

    def show(self, sheet: Sheet, place: str) -> None:
        """Show the remarks at a place; keys to write some, where there are none."""
        self._place, given = place, sheet.at(place)
        options = []
        for kind, number, text in given.remarks:
            sign, look = SIGNS[kind]
            shown = Content(f"{sign} {text}").stylize(look, 0, 1)
            options.append(Option(shown, f"{kind.value} {number}"))
        if given.insufficient:
            options.insert(0, Option("? Too little evidence to be sure.", disabled=True))
        if not options:
            options = [Option(Content.styled(_hint(place), "$faint"), disabled=True)]
        at = self.highlighted
        self.set_options(options)
        if at is not None:
            self.highlighted = min(at, len(options) - 1)

    @property
    def chosen(self) -> Spot | None:
        """The remark under the cursor, if the cursor is among them."""
        option = self.highlighted_option
        if option is None or option.id is None or not self.has_focus:
            return None
        kind, at = option.id.split()
        return Spot(self._place, RemarkKind(kind), int(at))

    def reveal(self, spot: Spot, number: int) -> None:
        """Bring a remark into sight, without a cursor among the remarks."""
        wanted = f"{spot.kind.value} {number}"
        ids = [option.id for option in self.options]
        if spot.place == self._place and wanted in ids and not self.has_focus:
            self.highlighted = ids.index(wanted)
            self.highlighted = None


class RemarkLine(Horizontal):
    """One line: what is written, and its text. Shown only while a remark is written."""

    field = query_one("#remark", Input)

    def __init__(self) -> None:
        super().__init__(id="writing")
        self._given = ""

    def compose(self) -> ComposeResult:
        yield Static(id="remark-label", markup=False)
        yield LineInput(id="remark", compact=True, max_length=LONGEST, select_on_focus=False)

    def begin(self, spot: Spot, given: str, begun: str) -> None:
        """Open the line. `given` is its text before anything was typed, `begun` with what was."""
        self._given = given
        sign, look = SIGNS[spot.kind]
        of_domain, of_whole = KINDS[spot.kind]
        words = of_whole if spot.place == WHOLE else of_domain
        self.query_one("#remark-label", Static).update(Content.styled(f"{sign} {words} ", look))
        self.display = True
        self.field.value = begun
        self.field.cursor_position = len(begun)
        self.screen.set_focus(self.field)  # at once: the next key is text already

    @property
    def is_untouched(self) -> bool:
        """Whether the text is still what was given: a draft of it would bring an old time back."""
        return self.field.value == self._given


def _hint(place: str) -> str:
    if place == WHOLE:
        return with_keys(
            "{sheet.strength} keep doing   {sheet.improvement} for next time   {sheet.note} "
            "overall note"
        )
    return with_keys(
        "0–9 {sheet.more} {sheet.less} mark   {sheet.strength} strength   {sheet.improvement} "
        "to improve"
        "   {sheet.evidence} quote   {sheet.unsure} unsure"
    )
