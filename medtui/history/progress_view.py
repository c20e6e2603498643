"""How one grows: a chart for every domain below the other, the weakest first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from medtui.core.agreement import Agreement
from medtui.core.progress import STEADY, By, Series
from medtui.history.chart import SIGNS, STEP, Cell, Scale, chart, often, ruler, timeline
from medtui.history.wording import (
    AGREEMENT_TITLE,
    agreement_words,
    count_words,
    level_words,
    periods,
    rest_words,
    trend_words,
)
from medtui.ui.cells import first_fitting, fit, wrap
from medtui.ui.vim_keys import vim_bindings

RULER = 4
"""Cells of the scale left of a chart."""
CHARTED = 56
"""Cells from which on there is room for a chart beside its words."""
TALL = 36
"""Rows from which on a chart is drawn twice as high."""
NAMED = 7
"""Cells for the name of a month, and how often something was practised in it."""

TITLES = {
    By.SKILL: ["By the mark sheet's domains"],
    By.DOMAIN: ["By the cases' domains, overall marks", "By the cases' domains"],
    By.CATEGORY: ["By the cases' categories, overall marks", "By the cases' categories"],
}


class ProgressView(ScrollView, can_focus=True):
    """Shows series. Its first line says what the signs mean, its last one when it was."""

    BINDINGS: ClassVar[list[BindingType]] = vim_bindings(
        "scroll(1)", "scroll(-1)", "page(1)", "page(-1)", "first", "last"
    )

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"progress-view--{name}"
        for name in ("name", "faint", "line", "rule", "ai", "human", "up", "down", "often")
    }

    def __init__(self, zone: tzinfo, *, braille: bool = True) -> None:
        super().__init__()
        self._zone = zone
        self._braille = braille
        self._series: Sequence[Series] = ()
        self._by = By.SKILL
        self._agreements: Sequence[Agreement] = ()
        self._now = datetime.now(UTC)
        self._lines: list[list[Segment]] = []

    def show(
        self, series: Sequence[Series], by: By, now: datetime, agreements: Sequence[Agreement] = ()
    ) -> None:
        """Show other series, as of now, and how far markers agree."""
        self._series, self._by, self._now = series, by, now
        self._agreements = agreements
        self._lay_out()

    def on_resize(self, event: events.Resize) -> None:
        self._lay_out()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        if self.is_attached:
            self._lay_out()

    def render_line(self, y: int) -> Strip:
        row = y + self.scroll_offset.y
        if row >= len(self._lines):
            return Strip.blank(self.size.width, self.rich_style)
        strip = Strip(self._lines[row]).adjust_cell_length(self.size.width)
        return strip.apply_style(self.rich_style)

    def action_scroll(self, by: int) -> None:
        self.scroll_to(y=self.scroll_offset.y + by, animate=False)

    def action_page(self, by: int) -> None:
        self.action_scroll(by * max(1, self.size.height // 2))

    def action_first(self) -> None:
        self.scroll_to(y=0, animate=False)

    def action_last(self) -> None:
        self.scroll_to(y=len(self._lines), animate=False)

    def _lay_out(self) -> None:
        width = self.scrollable_content_region.width
        scale = Scale.of(self._series, self._now)
        if scale is None:
            self._lines = []
        else:
            is_wide = width >= CHARTED
            self._lines = self._drawn(scale, width) if is_wide else self._in_words(width)
        self.virtual_size = Size(width, len(self._lines))
        self.refresh()

    def _drawn(self, scale: Scale, width: int) -> list[list[Segment]]:
        left = 27 if width < 100 else 44
        # Lines of the scale stand on every row, or on every other one.
        steps = round((scale.high - scale.low) / STEP)
        height = steps + 1 if self.size.height < TALL else 2 * steps + 1
        room = width - left - RULER - 1
        faint = self._style("faint")
        spans = periods(scale.start, scale.end, self._zone, room // NAMED)
        legend = f"{SIGNS_AI} AI, formative  {SIGNS_HUMAN} people  ▁ ×2 how often "
        beside = max(0, width - cell_len(legend) - 3)
        title = fit(first_fitting(TITLES[self._by], beside), beside)
        lines = [[Segment(f" {title}  ", self._style("often")), Segment(legend, faint)]]
        lines += self._agreed(width)
        for series in self._series:
            lines += self._block(series, scale, left, room, height)
            names = [(at, name, _times(series, at, to)) for at, to, name in spans]
            months = timeline(names, scale, room)
            lines.append([Segment(" " * (left + RULER) + months, faint)])
        return lines

    def _in_words(self, width: int) -> list[list[Segment]]:
        """The series one below the other, without their charts: there is no room for these."""
        lines: list[list[Segment]] = []
        for series in self._series:
            words = self._words(series, width - 2)
            lines += [[Segment(f" {fit(text, width - 2)} ", style)] for text, style in words]
            lines.append([])
        return lines

    def _agreed(self, width: int) -> list[list[Segment]]:
        """How far markers agree, above the charts; nothing where too few stations have two."""
        if not self._agreements:
            return []
        texts = [(AGREEMENT_TITLE, self._style("faint"))]
        texts += [(agreement_words(each), Style()) for each in self._agreements]
        lines = [
            [Segment(f" {text[start:end]}", style)]
            for text, style in texts
            for start, end in wrap(text, width - 2)
        ]
        return [[], *lines, []]

    def _block(
        self, series: Series, scale: Scale, left: int, room: int, height: int
    ) -> list[list[Segment]]:
        """A series: words at the left, its chart beside them, how often below that."""
        words = self._words(series, left - 2)
        drawn = [
            [Segment(label, self._style("faint")), *self._segments(row)]
            for label, row in zip(
                ruler(scale, height),
                chart(series.points, scale, room, height, series.own, braille=self._braille),
                strict=True,
            )
        ]
        bars = often(series.practised, scale, room)
        drawn.append([Segment(" " * RULER), Segment(bars, self._style("often"))])
        while len(words) < len(drawn):
            words.append(("", Style()))
        lines = []
        for number, (text, style) in enumerate(words):
            beside = drawn[number] if number < len(drawn) else []
            lines.append([Segment(f" {fit(text, left - 2)} ", style), *beside])
        return lines

    def _words(self, series: Series, width: int) -> list[tuple[str, Style]]:
        name, faint = self._style("name"), self._style("faint")
        spans = wrap(series.name, width)[:2]
        lines = [(series.name[start:end], name) for start, end in spans]
        if len(spans) == 2 and spans[1][1] < len(series.name):
            lines[1] = (series.name[spans[1][0] :], name)
        lines.append((level_words(series), Style()))
        trend = series.trend
        style = faint
        if trend is not None and abs(trend) >= STEADY:
            style = self._style("up" if trend > 0 else "down")
        if series.points:
            lines.append((trend_words(trend), style))
        for text in (count_words(series), rest_words(series)):
            lines += [(text[start:end], faint) for start, end in wrap(text, width) if text]
        return lines

    def _segments(self, row: list[Cell]) -> list[Segment]:
        """The cells of a row, those of one kind together."""
        found: list[Segment] = []
        text, kind = "", ""
        for cell in [*row, Cell("", "end")]:
            if cell.kind != kind:
                if text:
                    found.append(Segment(text, self._kind_style(kind)))
                text, kind = "", cell.kind
            text += cell.text
        return found

    def _kind_style(self, kind: str) -> Style:
        if kind in ("line", "rule", "ai", "human"):
            return self._style(kind)
        return self._style("human") if kind else Style()

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"progress-view--{name}", partial=True)


def _times(series: Series, start: datetime, end: datetime) -> str:
    """ " ×3", for how often it was practised meanwhile."""
    count = sum(start <= at < end for at in series.practised)
    return f" ×{count}" if count else ""


SIGNS_AI, SIGNS_HUMAN = (sign for marker, sign in SIGNS.items() if marker in ("ai", "human"))
