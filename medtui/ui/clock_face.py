"""The station clock's face: the phase, big digits, a bar, and a word when time runs short."""

from __future__ import annotations

from rich.cells import cell_len
from textual.content import Content
from textual.widgets import Static

from medtui.core.presets import minutes
from medtui.core.station_clock import ClockReading

_SHAPES = {
    "0": "###|# #|# #|# #|###",
    "1": " # |## | # | # |###",
    "2": "###|  #|###|#  |###",
    "3": "###|  #| ##|  #|###",
    "4": "# #|# #|###|  #|  #",
    "5": "###|#  |###|  #|###",
    "6": "###|#  |###|# #|###",
    "7": "###|  #|  #|  #|  #",
    "8": "###|# #|###|# #|###",
    "9": "###|# #|###|  #|###",
    ":": " |#| |#| ",
    "+": "   | # |###| # |   ",
}
SMALL, LARGE = 3, 5


def digits(text: str, height: int) -> list[str]:
    """Digits, a colon and a plus in `height` rows: 3, or a multiple of 5."""
    shapes = [_SHAPES[char].split("|") for char in text]
    rows = [" ".join(shape[row] for shape in shapes) for row in range(LARGE)]
    if height < LARGE:  # two dots in the height of one cell
        blocks = {"##": "█", "# ": "▀", " #": "▄", "  ": " "}
        rows.append(" " * len(rows[0]))
        pairs = zip(rows[::2], rows[1::2], strict=True)
        return [
            "".join(blocks[upper + lower] for upper, lower in zip(*pair, strict=True))
            for pair in pairs
        ]
    scale = height // LARGE
    wide = ["".join(("█" if dot == "#" else " ") * 2 * scale for dot in row) for row in rows]
    return [row for row in wide for _ in range(scale)]


def fitting(text: str, width: int, height: int) -> int:
    """The greatest height of digits that fit into `width` by `height` cells."""
    best = SMALL
    for rows in range(LARGE, height + 1, LARGE):
        if cell_len(digits(text, rows)[0]) <= width:
            best = rows
    return best


def bar(gone: float, width: int) -> str:
    full = min(width, round(gone * width))
    return "▇" * full + "▁" * (width - full)


def state_of(reading: ClockReading) -> str:
    """The clock's state in words: over, paused, or the last minutes; else ""."""
    if reading.is_over:
        return "TIME IS UP"
    if reading.is_paused:
        return "PAUSED"
    if reading.warning is not None:
        left = reading.warning
        return "LAST MINUTE" if left <= 60 else f"LAST {left // 60} MINUTES"
    return ""


def time_of(reading: ClockReading) -> str:
    """The digits: the time left, and after the end the time since then."""
    return ("+" if reading.seconds < 0 else "") + minutes(reading.seconds)


class ClockFace(Static):
    """A clock beside other things: digits of three or five rows, and words next to them.

    It has the class -short in the last minutes, -over after the end, -paused, and -told for a
    moment when the bell rings.
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  # as in Textual
        super().__init__(markup=False, id=id)
        self._shown: tuple[object, ...] = ()

    def show(self, reading: ClockReading, told: str = "") -> None:
        """Show a reading; `told` is what the bell has just said."""
        face = (reading.phase.name, time_of(reading), round(reading.gone * 30), state_of(reading))
        if (*face, told, self.size) == self._shown:
            return
        self._shown = (*face, told, self.size)
        mark_clock(self, reading, told)
        big = digits(time_of(reading), LARGE if self.size.height >= LARGE else SMALL)
        # Beside the digits; underneath there is more room than that.
        words = [
            reading.phase.name.upper() + (f" · {state}" if (state := state_of(reading)) else ""),
            bar(reading.gone, max(1, min(24, self.size.width - cell_len(big[0]) - 3))),
            told,
        ]
        if self.size.height > LARGE + len(words):  # there is room for them underneath
            self.update("\n".join([*big, "", *words]), layout=False)
            return
        room = max(0, self.size.width - cell_len(big[0]) - 3)
        top = (len(big) - len(words)) // 2
        lines = []
        for number, row in enumerate(big):
            beside = words[number - top] if 0 <= number - top < len(words) else ""
            lines.append(Content(f"{row}   ") + Content(beside).truncate(room, ellipsis=True))
        self.update(Content("\n").join(lines), layout=False)


def mark_clock(widget: Static, reading: ClockReading, told: str) -> None:
    """Set the classes from which the clock has its colours."""
    widget.set_class(bool(told), "-told")
    widget.set_class(reading.is_over, "-over")
    widget.set_class(reading.is_paused and not reading.is_over, "-paused")
    widget.set_class(reading.warning is not None, "-short")
