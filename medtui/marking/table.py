"""The domains of a mark sheet: a line each, with its mark, what it counts, and its remarks."""

from __future__ import annotations

from itertools import zip_longest
from typing import ClassVar, NamedTuple, Self

from rich.cells import cell_len
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Offset, Region
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from medtui.core.mark_sheet import WHOLE, RemarkKind, Sheet
from medtui.core.rubrics import RubricDomain
from medtui.documents.words import figure
from medtui.ui.cells import wrap
from medtui.ui.vim_keys import vim_bindings

SIGNS = {
    RemarkKind.STRENGTH: ("+", "$text-success"),
    RemarkKind.IMPROVEMENT: ("→", "$text-warning"),
    RemarkKind.FLAG: ("!", "bold $text-error"),
    RemarkKind.EVIDENCE: ("”", "italic"),
    RemarkKind.NOTE: ("·", ""),
}
"""The sign before each kind of remark, and its style."""

UNSURE = "?"
DRAFT = "…"
BAR = 10
"""Cells of a bar; it goes before a name is cut."""

NAME = 20
"""Where a name would have fewer cells, what is said of it stands in lines of their own."""


class TableRow(NamedTuple):
    """The cells of a line: the mark, its share of the maximum, its word or weight."""

    name: str
    score: str
    share: float | None
    aside: str
    signs: Content


class Widths(NamedTuple):
    """The cells of each column. `is_stacked`: mark, aside and signs are one, under each other."""

    name: int
    score: int
    bar: int
    aside: int
    is_stacked: bool = False

    @classmethod
    def of(cls, rows: list[TableRow], width: int) -> Widths:
        score = max(cell_len(row.score) for row in rows)
        aside = max(cell_len(row.aside) for row in rows)
        signs = max(6, *(cell_len(row.signs.plain) for row in rows))
        wanted = max(cell_len(row.name) for row in rows)
        room = width - 2 - 2 - score - (aside + 2 if aside else 0) - 2 - signs - 1
        if room < min(wanted, NAME):
            beside = max(score, aside, signs)
            return cls(max(12, width - 2 - 2 - beside - 1), beside, 0, 0, is_stacked=True)
        bar = BAR + 2 if room - BAR - 2 >= wanted else 0
        return cls(max(12, min(wanted, room - bar)), score, bar, aside)


class MarkTable(Static, can_focus=True):
    """A cursor on one of the places; digits and signs give marks to it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *vim_bindings("move(1)", "move(-1)", "move(3)", "move(-3)", "first", "last"),
        Binding("tab", "turn(1)", "Next", show=False, id="sheet.next", tooltip="Next domain"),
        Binding("shift+tab", "turn(-1)", "Previous", show=False, id="sheet.previous",
                tooltip="Previous domain"),
        Binding("0", "digit", "Mark", show=False, key_display="0 … 9", id="sheet.digit",
                tooltip="Type a mark, digit by digit"),
        Binding("plus,equals_sign", "step(1)", "More", show=False, key_display="+",
                id="sheet.more", tooltip="A higher mark"),
        Binding("minus", "step(-1)", "Less", show=False, key_display="-", id="sheet.less",
                tooltip="A lower mark"),
        Binding("backspace,delete", "unmark", "No mark", show=False, key_display="⌫",
                id="sheet.unmark", tooltip="Delete the mark"),
    ]  # fmt: skip

    class Moved(Message):
        """The cursor has come to another place."""

    class Marked(Message):
        """A mark was given to the place at the cursor; `score` None: taken back."""

        def __init__(self, score: int | None) -> None:
            super().__init__()
            self.score = score

    class NoMark(Message):
        """A digit was typed that is no mark here; `words` says which are."""

        def __init__(self, words: str) -> None:
            super().__init__()
            self.words = words

    def __init__(self, sheet: Sheet, *, id: str | None = None) -> None:  # noqa: A002  # Textual's
        super().__init__(markup=False, id=id)
        self._sheet = sheet
        self._cursor = 0
        self._typed = ""
        self._line_places: list[int] = []
        """Which place each line is of: a long name takes several."""

    @property
    def place(self) -> str:
        """The domain at the cursor, by its name, or the whole."""
        return self._places[min(self._cursor, len(self._places) - 1)]

    def show(self, sheet: Sheet) -> None:
        """Show a sheet as it is now."""
        if sheet.rubric != self._sheet.rubric:
            self._typed = ""
            self._cursor = min(self._cursor, len(sheet.rubric.domains))
        self._sheet = sheet
        self._draw()

    def go_to(self, place: str) -> None:
        if place in self._places:
            self._go(self._places.index(place))

    @property
    def cursor_place(self) -> Offset:
        """Where the cursor's line is, for the terminal's own cursor."""
        return Offset(0, self._lines_of_cursor[0])

    # Drawing

    @property
    def _places(self) -> list[str]:
        return [*(domain.name for domain in self._sheet.rubric.domains), WHOLE]

    def _draw(self, *, scrolls: bool = True) -> None:
        rows = [self._row(place) for place in self._places]
        widths = Widths.of(rows, self.size.width or 80)
        lines: list[Content] = []
        self._line_places = []
        for number, row in enumerate(rows):
            drawn = self._lines(row, widths, number == self._cursor)
            lines += drawn
            self._line_places += [number] * len(drawn)
        self.update(Content("\n").join(lines))
        if scrolls:
            self.call_after_refresh(self._scroll_to_cursor)

    @property
    def _lines_of_cursor(self) -> tuple[int, int]:
        """The first line of the place at the cursor, and how many it has."""
        if self._cursor not in self._line_places:
            return 0, 1  # nothing was drawn yet
        return self._line_places.index(self._cursor), self._line_places.count(self._cursor)

    def _scroll_to_cursor(self) -> None:
        """On a low screen the table is higher than what it is in."""
        if isinstance(self.parent, Widget):
            first, count = self._lines_of_cursor
            lines = Region(0, self.virtual_region.y + first, 1, count)
            self.parent.scroll_to_region(lines, animate=False)

    def _row(self, place: str) -> TableRow:
        domain, given = self._sheet.domain(place), self._sheet.at(place)
        name = domain.name if domain else "Overall"
        return TableRow(name, *self._marks(domain, given.score), self._signs(place))

    def _lines(self, row: TableRow, widths: Widths, is_here: bool) -> list[Content]:
        """A row; with the rest of a long name under its beginning."""
        if widths.is_stacked:
            return self._stacked(row, widths, is_here)
        spans = wrap(row.name, widths.name)
        first, *more = [Content(row.name[begin:end]) for begin, end in spans]
        lines = [self._line(first, row, widths, is_here)]
        for rest in more:
            line = Content.assemble(("▌ ", "$accent") if is_here else "  ", rest)
            line = line.stylize("bold") if is_here else line
            lines.append(self._filled(line, is_here))
        return lines

    def _stacked(self, row: TableRow, widths: Widths, is_here: bool) -> list[Content]:
        """A row on few cells: the name's lines, and at their right mark, aside and signs."""
        names = [Content(row.name[begin:end]) for begin, end in wrap(row.name, widths.name)]
        score = Content.styled(row.score, "$faint" if row.share is None else "bold")
        beside = [cell for cell in (score, Content.styled(row.aside, "$faint"), row.signs) if cell]
        lines = []
        for name, cell in zip_longest(names, beside, fillvalue=Content("")):
            gap = widths.name + 2 + widths.score - cell_len(name.plain) - cell_len(cell.plain)
            line = Content.assemble(
                ("▌ ", "$accent") if is_here else "  ",
                name.stylize("bold") if is_here else name,
                " " * gap,
                cell,
            )
            lines.append(self._filled(line, is_here))
        return lines

    def _filled(self, line: Content, is_here: bool) -> Content:
        line = line + " " * max(0, (self.size.width or 80) - cell_len(line.plain))
        if is_here and self.has_focus:
            line = line.stylize("reverse" if self.app.native_ansi_color else "on $cursor-line")
        return line

    def _line(self, name: Content, row: TableRow, widths: Widths, is_here: bool) -> Content:
        is_marked = row.share is not None
        line = Content.assemble(
            ("▌ ", "$accent") if is_here else "  ",
            name.stylize("bold") if is_here else name,
            " " * (widths.name - cell_len(name.plain) + 2),
            (f"{row.score:>{widths.score}}", "bold" if is_marked else "$faint"),
            (f"  {_bar(row)}" if widths.bar else "", "$accent" if row.share else "$faint"),
            (f"  {row.aside:>{widths.aside}}" if widths.aside else "", "$faint"),
            "  ",
            row.signs,
        )
        return self._filled(line, is_here)

    def _marks(
        self, domain: RubricDomain | None, score: int | None
    ) -> tuple[str, float | None, str]:
        """The mark, its share of the full one, and its word or what it counts."""
        if domain is None:
            return "", None, self._sheet.grade or ("no grade" if self._sheet.rubric.grades else "")
        given = "–" if score is None else str(score)
        share = None if score is None else score / domain.max
        aside = domain.label(score)
        if domain.labels and domain.weight != 1:
            aside = f"{aside} ×{figure(domain.weight)}".strip()
        elif domain.weight != 1:
            counts = "–" if score is None else figure(domain.worth(score))
            aside = f"{counts} / {figure(domain.counts)}"
        return f"{given}/{domain.max}", share, aside

    def _signs(self, place: str) -> Content:
        given = self._sheet.at(place)
        parts: list[Content | str | tuple[str, str]] = []
        for kind, (sign, look) in SIGNS.items():
            if count := len(given.of(kind)):
                parts.append((f"{sign}{count}", look))
        if given.insufficient:
            parts.append((UNSURE, "bold $text-warning"))
        if any(spot.place == place for spot in self._sheet.drafts):
            parts.append((DRAFT, "bold $accent"))
        return Content(" ").join(Content.assemble(part) for part in parts)

    def on_resize(self) -> None:
        self.call_after_refresh(self._draw)  # within a layout its new height would not count

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        self._draw(scrolls=has_focus)

    def focus(self, scroll_visible: bool = False) -> Self:
        """Not the whole table is brought into sight, but its cursor."""
        return super().focus(scroll_visible)

    # Moving

    def _go(self, to: int) -> None:
        to = min(max(to, 0), len(self._places) - 1)
        if to != self._cursor:
            self._cursor, self._typed = to, ""
            self._draw()
            self.post_message(self.Moved())

    def action_move(self, by: int) -> None:
        self._go(self._cursor + by)

    def action_turn(self, by: int) -> None:
        self._go((self._cursor + by) % len(self._places))

    def action_first(self) -> None:
        self._go(0)

    def action_last(self) -> None:
        self._go(len(self._places) - 1)

    def on_click(self, event: events.Click) -> None:
        if 0 <= event.y < len(self._line_places):
            self._go(self._line_places[event.y])

    # Marking

    def on_key(self, event: events.Key) -> None:
        if event.character and event.character in "0123456789":
            event.stop()
            self._type(event.character)
        elif event.character in (".", ","):  # 7.5 would be taken for a 7, and then a 5
            event.stop()
            self._typed = ""
            self.post_message(self.NoMark("Marks here are whole numbers."))

    def action_digit(self) -> None:
        self._type("0")

    def _type(self, digit: str) -> None:
        domain = self._sheet.domain(self.place)
        if domain is None:
            grades = self._sheet.rubric.grades
            if 0 < int(digit) <= len(grades):
                self.post_message(self.Marked(int(digit)))
            else:
                words = "; ".join(f"{n} {grade}" for n, grade in enumerate(grades, 1))
                self.post_message(self.NoMark(words or "This rubric has no overall grade."))
            return
        typed = domain.typed(self._typed, digit)
        if typed is None:
            self.post_message(self.NoMark(f"Marks here are {domain.least} to {domain.max}."))
            return
        self._typed = typed
        score = int(typed)
        self.post_message(self.Marked(score if domain.least <= score else None))

    def action_step(self, by: int) -> None:
        self._typed = ""
        score, domain = self._sheet.at(self.place).score, self._sheet.domain(self.place)
        if domain is not None:
            self.post_message(self.Marked(domain.stepped(score, by)))
        elif grades := len(self._sheet.rubric.grades):
            middle = (grades + 1) // 2
            stepped = middle if score is None else min(max(score + by, 1), grades)
            self.post_message(self.Marked(stepped))

    def action_unmark(self) -> None:
        self._typed = self._typed[:-1]
        domain = self._sheet.domain(self.place)
        least = domain.least if domain else 0
        is_mark = bool(self._typed) and int(self._typed) >= least
        self.post_message(self.Marked(int(self._typed) if is_mark else None))


def _bar(row: TableRow) -> str:
    if not row.score:
        return " " * BAR
    full = round((row.share or 0) * BAR)
    return "▇" * full + "▁" * (BAR - full)
