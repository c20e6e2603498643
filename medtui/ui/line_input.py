"""A line to type into."""

from __future__ import annotations

from textual.geometry import Size
from textual.reactive import reactive
from textual.widgets import Input


class LineInput(Input):
    """An input that lays out nothing when it is typed into: it is as wide as it is, whatever text.

    Textual's own lays out the whole screen at each key, and draws scroll bars once more after it.
    """

    virtual_size = reactive(Size(0, 0), layout=False)
