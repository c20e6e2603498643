"""The line at the top of a room: with whom, whether it is live, the stage, and who one is."""

from __future__ import annotations

from datetime import tzinfo

from rich.cells import cell_len
from textual.content import Content
from textual.widgets import Static

from medtui.core.models import Role, Stage
from medtui.core.room_rules import role_words
from medtui.ui.status_line import NARROW, ConnectionState, feed_words

NO_ROLE = "no role yet"
"""Shown on narrow terminals; on others the checklist beside it says so."""


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
        is_narrow = width < NARROW
        words = role_words(role, stage)
        if is_narrow:
            words = role.value.upper() if role else NO_ROLE
        right = Content.assemble(
            (f" {stage.label.upper()} ", "bold reverse"),
            f"{'' if is_narrow else ' '} " if words else "",
            (words, "bold"),
            "" if is_narrow and words else " ",
        )
        if is_narrow:
            self._put(self._narrow(title, whether_here, feed, right))
            return
        left = Content.assemble((f" {round_ or 'Room'} ", "bold"), "· ", Content(title))
        state = feed_words(feed, self._zone, with_reason=width >= 120)
        room = width - cell_len(right.plain) - cell_len(state.plain) - cell_len(whether_here) - 4
        left = left.truncate(max(0, room), ellipsis=True) + whether_here
        used = cell_len(left.plain) + cell_len(state.plain) + cell_len(right.plain)
        self._put(left + "  " + state + " " * max(1, width - used - 2) + right)

    def _narrow(
        self, title: str, whether_here: str, feed: ConnectionState, right: Content
    ) -> Content:
        """What matters most, in few cells: whether it is live, with whom, the stage, the role."""
        state = feed_words(feed, self._zone, with_reason=False, is_short=True)
        room = self.size.width - cell_len(state.plain) - cell_len(right.plain) - 3
        whom = title.partition(" with ")[2] or title
        if cell_len(whom + whether_here) <= room:
            whom += whether_here
        name = Content(whom).truncate(max(0, room), ellipsis=True)
        blanks = max(0, room - cell_len(name.plain)) + 1
        return Content.assemble(" ", state, " ", name, " " * blanks, right)

    def _put(self, content: Content) -> None:
        if self._content is None or not content.is_same(self._content):
            self._content = content
            self.update(content, layout=False)
