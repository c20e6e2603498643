"""Collects the text of a file of unknown shape."""

from __future__ import annotations

from collections import deque
from typing import Any

from medtui.documents.fields import clean
from medtui.documents.turns import Draft, Piece

ENOUGH = 20_000
MOST = 12
LONGEST = 60
NOTE = "This shape is not known: what follows is the text that could be found in it."


def read(data: Any) -> Draft | None:
    """Every string that reads like speech, in the order of the file."""
    found: list[Piece] = []
    keys: dict[str, None] = {}
    waiting: deque[tuple[str, Any]] = deque([("", data)])
    while waiting and len(found) < ENOUGH:
        key, value = waiting.popleft()
        if isinstance(value, str):
            if _reads_like_speech(value) and (text := clean(value)):
                found.append(Piece(text))
                keys.setdefault(clean(key)[:LONGEST])
        elif isinstance(value, dict):
            waiting.extendleft(reversed([(str(name), part) for name, part in value.items()]))
        elif isinstance(value, list):
            waiting.extendleft((key, part) for part in reversed(value))
    if not found:
        return None
    named = [f"“{key}”" for key in keys if key]
    more = f" and {len(named) - MOST:,} more" if len(named) > MOST else ""
    where = f" It is under {', '.join(named[:MOST])}{more}." if named else ""
    return Draft(found, notes=[NOTE + where])


def _reads_like_speech(text: str) -> bool:
    """Several words, rather than an identifier, a link or a date."""
    return " " in text.strip() and "://" not in text[:200]
