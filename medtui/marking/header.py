"""The two lines over a mark sheet: whom one marks by what, and the station's clock."""

from __future__ import annotations

from datetime import tzinfo

from rich.cells import cell_len
from textual.content import Content
from textual.widgets import Static

from medtui.core.models import Role, Stage
from medtui.core.station_clock import ClockReading
from medtui.ui.clock_face import bar, mark_clock, state_of, time_of
from medtui.ui.status_line import NARROW, ConnectionState, feed_words

BAR = 24


class SheetLine(Static):
    """Written again only when it reads differently. Has the clock's classes, for its colours."""

    def __init__(self, zone: tzinfo) -> None:
        super().__init__(markup=False)
        self._zone = zone
        self._shown = Content("")

    def show(
        self,
        partner: str | None,
        rubric: str,
        feed: ConnectionState,
        stage: Stage,
        role: Role | None,
        reading: ClockReading | None,
        elapsed: str,
    ) -> None:
        """`partner` None: one marks oneself. `elapsed`: for how long the station has run.

        Nothing of the case is ever in it.
        """
        width = self.size.width
        right = Content.assemble(
            Content(rubric), "  ", (f" {stage.label.upper()} ", "bold reverse"), " "
        )
        state = feed_words(feed, self._zone, with_reason=width >= 120)
        name, words = "Mark sheet", f"you mark {partner}"
        if partner is None:
            name, words = "Self-assessment", "how do you think it went?"
        left = Content.assemble((f" {name} ", "bold"), "· ", Content(words), "  ")
        if width < NARROW:
            state = feed_words(feed, self._zone, with_reason=False, is_short=True)
            who = role.value.upper() if role else ""
            right = Content.assemble((f" {stage.label.upper()} ", "bold reverse"), (who, "bold"))
            left = Content.assemble(" ", Content(partner or "yourself"), " ")
        room = width - cell_len(right.plain) - cell_len(state.plain) - 1
        left = left.truncate(max(0, room), ellipsis=True)
        used = cell_len(left.plain) + cell_len(state.plain) + cell_len(right.plain)
        content = left + state + " " * max(1, width - used) + right
        if reading is not None:
            content += "\n"
            content += self._clock(reading, elapsed)
            mark_clock(self, reading, "")
        if not content.is_same(self._shown):
            self._shown = content
            self.update(content)

    def _clock(self, reading: ClockReading, elapsed: str) -> Content:
        words = state_of(reading)
        look = "$text-error" if reading.is_over else "$text-warning" if words else "$text-accent"
        return Content.assemble(
            (f" {reading.phase.name.upper()} {time_of(reading)} ", f"bold {look}"),
            (bar(reading.gone, BAR), look),
            (f" {words}" if words else "", f"bold {look}"),
            (f"   {elapsed} in", "$faint"),
        )
