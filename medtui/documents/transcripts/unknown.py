"""Collects the text of a file of unknown shape."""

from __future__ import annotations

from collections import deque
from typing import Any

from medtui.documents.fields import clean
from medtui.documents.turns import Draft, Piece

ENOUGH = 20_000
NOTE = "This shape is not known: what follows is the text that could be found in it."


def read(data: Any) -> Draft | None:
    """Every string that reads like speech, in the order of the file."""
    found: list[Piece] = []
    waiting: deque[Any] = deque([data])
    while waiting and len(found) < ENOUGH:
        value = waiting.popleft()
        if isinstance(value, str):
            if _reads_like_speech(value) and (text := clean(value)):
                found.append(Piece(text))
        elif isinstance(value, dict):
            waiting.extendleft(reversed(value.values()))
        elif isinstance(value, list):
            waiting.extendleft(reversed(value))
    return Draft(found, notes=[NOTE]) if found else None


def _reads_like_speech(text: str) -> bool:
    """Several words, rather than an identifier, a link or a date."""
    return " " in text.strip() and "://" not in text[:200]
