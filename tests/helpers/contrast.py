"""The contrast of what is on a screen, computed from its cells (WCAG 2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from rich.color import ColorType
from textual._context import visible_screen_stack

if TYPE_CHECKING:
    from rich.color import Color
    from rich.style import Style

    from tests.helpers.seats import Seat


class Text(NamedTuple):
    """A run of cells in one style, with the contrast of its colours from 1 to 21."""

    contrast: float
    words: str
    colour: str
    behind: str


def texts(seat: Seat) -> list[Text]:
    """All runs of the active screen that are not blank; those of bars and frames, too.

    Of a dialog alone: what is behind it is dimmed on purpose.
    """
    found = []
    with seat.app._context():
        theme = seat.app.get_css_variables()
    for words, style in cells(seat):
        colour, behind = style.color, style.bgcolor
        if style.reverse:
            colour, behind = behind, colour
        pair = (_rgb(colour, theme["foreground"]), _rgb(behind, theme["background"]))
        hexes = (f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in pair)
        found.append(Text(_contrast(*pair), words.strip(), *hexes))
    return found


def cells(seat: Seat) -> Iterator[tuple[str, Style]]:
    """The runs of cells that are not blank, with their styles, as `texts` has them."""
    app = seat.app
    with app._context():
        visible_screen_stack.set([])
        strips = app.screen._compositor.render_strips(app.size)
        dialogs = app.screen.query(".dialog")
        if app.screen.is_modal and dialogs:
            x, y, width, height = dialogs.first().region
            strips = [strip.crop(x, x + width) for strip in strips[y : y + height]]
    for strip in strips:
        for words, style, _ in strip:
            if words.strip() and style is not None:
                yield words, style


def _rgb(colour: Color | None, default: str) -> tuple[int, int, int]:
    if colour is None or colour.type is ColorType.DEFAULT:
        return (int(default[1:3], 16), int(default[3:5], 16), int(default[5:7], 16))
    return tuple(colour.get_truecolor())  # type: ignore[return-value]


def _contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(rgb: tuple[int, int, int]) -> float:
    parts = [part / 255 for part in rgb]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, each as "#rrggbb"."""
    return _contrast(_rgb(None, one), _rgb(None, other))
