"""What every screen owes every eye: contrast, the terminal's own colours, a cursor at the focus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.color import Color, ColorType

from medtui.ui.terminal_cursor import place_of
from tests.helpers.contrast import cells, texts

if TYPE_CHECKING:
    from tests.helpers.seats import Seat

LEAST = {"medtui-dark": 4.5, "medtui-light": 4.5, "medtui-contrast": 7.0}
"""The least contrast of each of our themes."""

ORNAMENTS = frozenset("▔▁▂▃▄▅▆▇█▀▎▊▏▕┃━─│╸╺╵╷ ·▌")
"""Characters that are frames, bars and scales."""


async def in_theme(seat: Seat, theme: str) -> None:
    """Have the seat's app in another theme, and all of it drawn."""
    with seat.app._context():
        seat.app.theme = theme
    await seat.pause()


def faults(seat: Seat) -> list[str]:
    """What is wrong with the active screen in the present theme, as sentences."""
    theme = seat.app.theme
    found = _fixed_colours(seat) if theme.startswith("ansi") else _faint(seat, LEAST[theme])
    return found + _cursor(seat)


def _faint(seat: Seat, least: float) -> list[str]:
    return [
        f"{text.words!r} has {text.contrast:.1f}: {text.colour} on {text.behind}"
        for text in texts(seat)
        if text.contrast < least and not ORNAMENTS.issuperset(text.words)
    ]


def _fixed_colours(seat: Seat) -> list[str]:
    """Colours that are not the terminal's, and texts in its black or white, which may be behind."""

    def is_fixed(colour: Color | None) -> bool:
        return colour is not None and colour.type not in (ColorType.DEFAULT, ColorType.STANDARD)

    return [
        f"{words!r} is {style.color} on {style.bgcolor}"
        for words, style in cells(seat)
        if is_fixed(style.color) or is_fixed(style.bgcolor)
    ]


def _cursor(seat: Seat) -> list[str]:
    widget = seat.app.screen.focused
    if widget is None or not widget.region:  # as the list of an empty board
        return []
    place = seat.app.cursor_position
    if place == place_of(widget) and widget.region.contains_point(place):
        return []
    return [f"the cursor is at {place}, and the focus at {widget.region}"]
