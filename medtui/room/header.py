"""The line at the top of a room: with whom, whether it is live, the stage, and who one is."""

from __future__ import annotations

from datetime import tzinfo

from rich.cells import cell_len
from textual.content import Content
from textual.widgets import Static

from medtui.core.room_rules import role_words
from medtui.models import Role, Stage
from medtui.ui.status_line import ConnectionState, feed_words


class RoomLine(Static):
    """One line, written again only when it reads differently."""

    def __init__(self, zone: tzinfo) -> None:
        super().__init__(markup=False)
        self._zone = zone
        self._content: Content | None = None

    def show(
        self,
        title: str,
        whether_here: str,
        feed: ConnectionState,
        stage: Stage,
        role: Role | None,
        round_: str = "",
    ) -> None:
        """`title` is with whom; nothing of the case is ever in it. `round_`: "Round 2 of 3"."""
        width = self.size.width
        right = Content.assemble(
            (f" {stage.label.upper()} ", "bold reverse"),
            "  ",
            (role_words(role, stage), "bold"),
            " ",
        )
        left = Content.assemble((f" {round_ or 'Room'} ", "bold"), "· ", Content(title))
        state = feed_words(feed, self._zone, with_reason=width >= 120)
        room = width - cell_len(right.plain) - cell_len(state.plain) - cell_len(whether_here) - 4
        left = left.truncate(max(0, room), ellipsis=True) + whether_here
        used = cell_len(left.plain) + cell_len(state.plain) + cell_len(right.plain)
        content = left + "  " + state + " " * max(1, width - used - 2) + right
        if self._content is None or not content.is_same(self._content):
            self._content = content
            self.update(content, layout=False)
