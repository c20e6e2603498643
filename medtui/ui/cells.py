"""Cuts and wraps texts by their width in cells. Nothing here draws."""

from __future__ import annotations

from rich.cells import cell_len, chop_cells, set_cell_size

Span = tuple[int, int]

JOINER = "\u200d"
"""Joins emoji into one; at an end it would swallow the space behind it."""

SHARE_CELLS = 10
"""Cells of a bar that shows a share."""


def fit(text: str, width: int) -> str:
    """`text` in exactly `width` cells, with an ellipsis where it does not fit."""
    text = text.strip(JOINER)  # what joins nothing is counted in more than one way
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(set_cell_size(text, max(0, width - 1)).rstrip(" " + JOINER) + "…", width)


def first_fitting(forms: list[str], width: int) -> str:
    """The first of these that fits into `width` cells; the last where none does."""
    return next((form for form in forms if cell_len(form) <= width), forms[-1])


def share_bar(share: float | None) -> str:
    """A share from 0 to 1 as a bar of `SHARE_CELLS` cells; empty for None."""
    if share is None:
        return ""
    full = round(share * SHARE_CELLS)
    return "▇" * full + "▁" * (SHARE_CELLS - full)


def wrap(text: str, width: int) -> list[Span]:
    """The begin and end of each line of `text`, wrapped to at most `width` cells.

    Lines end at spaces, which belong to none of them, and at newlines; a word that is too
    wide for a line is cut.
    """
    width = max(1, width)
    if "\n" not in text:
        return _wrapped(text, 0, len(text), width)
    spans: list[Span] = []
    start = 0
    for line in text.split("\n"):
        spans += _wrapped(text, start, start + len(line), width)
        start += len(line) + 1
    return spans


def _wrapped(text: str, start: int, end: int, width: int) -> list[Span]:
    if end - start <= width and text.isascii():
        return [(start, end)]
    fits = _narrow if text.isascii() else _wide
    return fits(text, start, end, width)


def _narrow(text: str, start: int, end: int, width: int) -> list[Span]:
    """For text in which each character is one cell: a search for the last space that fits."""
    spans: list[Span] = []
    while end - start > width:
        at = text.rfind(" ", start, start + width + 1)
        if at > start:
            spans.append((start, at))
            start = at + 1
        else:
            spans.append((start, start + width))
            start += width
    spans.append((start, end))
    return spans


def _wide(text: str, start: int, end: int, width: int) -> list[Span]:
    """For text with characters of none or two cells."""
    spans: list[Span] = []
    at, used = start, 0
    for word in text[start:end].split(" "):
        stop = at + len(word)
        room = cell_len(word)
        if at > start and used + 1 + room <= width:
            used += 1 + room
        else:
            if at > start:
                spans.append((start, at - 1))
            start, used = at, room
            if used > width:  # longer than a line by itself
                pieces = chop_cells(word, width)
                for piece in pieces[:-1]:
                    spans.append((start, start + len(piece)))
                    start += len(piece)
                used = cell_len(pieces[-1])
        at = stop + 1
    spans.append((start, end))
    return spans
