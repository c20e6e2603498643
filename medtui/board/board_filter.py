"""The filter of the board: kept for each account, and said as chips."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual.content import Content

from medtui.core.filters import (
    USUAL_HOURS,
    Choice,
    Filter,
    Hours,
    in_order,
    label,
    read_hours,
    restored,
    stored,
)
from medtui.core.key_names import key_of
from medtui.store.kept_choices import KeptChoices

if TYPE_CHECKING:
    from medtui.core.agenda import Board
    from medtui.ui.context import Context


class BoardFilter:
    """The choices of the signed-in user, on this machine."""

    def __init__(self, context: Context) -> None:
        settings = context.settings
        self._zone = context.zone
        self._kept = KeptChoices(
            settings.state / "board-filters.json", f"{settings.server} {context.me}"
        )
        self._context = context

    @property
    def hours(self) -> Hours:
        """The user's hours, as the settings have them now."""
        return read_hours(self._context.settings.hours) or USUAL_HOURS

    def of(self, chosen: frozenset[Choice]) -> Filter:
        return Filter(self._zone, chosen, self.hours)

    async def load(self) -> Filter:
        """The filter as the user left it."""
        return self.of(restored(await asyncio.to_thread(self._kept.load)))

    async def save(self, chosen: frozenset[Choice]) -> str:
        """Keep choices; returns why that failed, or ""."""
        try:
            await asyncio.to_thread(self._kept.save, stored(chosen))
        except OSError as error:
            return f"The filter could not be saved: {error.strerror or error}."
        return ""

    def chips(self, board: Board) -> Content:
        """Words and choices as chips, and how many sessions they hide; empty without any."""
        if not board.is_filtered:
            return Content("")
        chips = [f"“{board.query.strip()}”"] if board.query.strip() else []
        chips += [label(choice, self.hours) for choice in in_order(board.filter.chosen)]
        styled = [Content.styled(f" {chip} ", "$text on $field") for chip in chips]
        hidden = len(board.hidden)
        return Content.assemble(
            Content(" ").join(styled),
            (f"  {hidden} hidden" if hidden else "  none hidden", "$text-muted"),
            (f"  {key_of('board.clear')}: show all", "$text-muted"),
        )
