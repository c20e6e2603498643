"""Where the terminal's own cursor stands: at what has the focus, in every frame.

Screen readers, magnifiers and braille displays follow it. It is shown as a steady underline.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, cast, runtime_checkable

from textual.geometry import Offset
from textual.widget import Widget
from textual.widgets import Input

if TYPE_CHECKING:  # not loaded before the first screen
    from textual.widgets import OptionList, TextArea

SHOW = "\x1b[4 q\x1b[?25h"
"""A steady underline, shown: it covers nothing, and does not blink."""
RESET = "\x1b[0 q"
"""The shape that the terminal had before."""


@runtime_checkable
class HasCursor(Protocol):
    """A widget that draws a cursor of its own."""

    @property
    def cursor_place(self) -> Offset:
        """Where that is in the widget's content, as it is scrolled now."""


def place_of(widget: Widget | None) -> Offset:
    """The cell of the screen at which a focused widget is read; the corner for None."""
    if widget is None or not widget.is_attached:
        return Offset(0, 0)
    if isinstance(widget, Input):  # which counts the cell behind its text twice
        return widget.cursor_screen_offset - Offset(int(widget.cursor_at_end), 0)
    kinds = {kind.__name__ for kind in type(widget).__mro__}
    place = Offset(0, 0)
    if isinstance(widget, HasCursor):
        place = widget.cursor_place
    elif "TextArea" in kinds:
        area = cast("TextArea", widget)
        return area.cursor_screen_offset
    elif "OptionList" in kinds:
        options = cast("OptionList", widget)
        if options.highlighted is not None:
            line = options._index_to_line.get(options.highlighted, 0)
            place = Offset(0, line - options.scroll_offset.y)
    region = widget.content_region
    return region.offset + Offset(
        max(0, min(place.x, region.width - 1)), max(0, min(place.y, region.height - 1))
    )
