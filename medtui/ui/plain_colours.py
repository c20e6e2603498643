"""Only the terminal's own colours, for `ansi` themes: what Textual fixes in 24 bits is left out."""

from __future__ import annotations

from functools import lru_cache

from rich.color import Color as RichColor
from rich.color import ColorType
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

_OF_THE_TERMINAL = (ColorType.DEFAULT, ColorType.STANDARD)
_DEFAULT = RichColor.default()


class PlainColours(LineFilter):
    """Draws in the terminal's default colours whatever has a colour that the terminal has not."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            Segment(text, None if style is None else _plain(style), control)
            for text, style, control in segments
        ]


@lru_cache(1024)
def _plain(style: Style) -> Style:
    fixed = [
        colour is not None and colour.type not in _OF_THE_TERMINAL
        for colour in (style.color, style.bgcolor)
    ]
    if not any(fixed):
        return style
    return style + Style.from_color(*(_DEFAULT if is_fixed else None for is_fixed in fixed))
