"""Talks that are no list of rows: rows under numbers, pairs, names as keys, a list for each key."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any

from medtui.documents.fields import Record, plain
from medtui.documents.transcripts import segments
from medtui.documents.transcripts.rows import says

DEPTH = 4
MOST_NAMES = 12
LONGEST_NAME = 40
BY_KEY = "The names of the speakers are the keys of the file."
BY_PAIR = "The first of each pair is taken for the speaker, the second for the words."
_KNOWN = {plain(name): name for name in (*segments.TEXT, *segments.SPEAKER, *segments.START,
                                         *segments.END, *segments.CONFIDENCE)}  # fmt: skip


def reshaped(data: Any) -> tuple[list[Record], list[str]] | None:
    """The rows that a value stands for, and notes of what was guessed; None without any."""
    for value in _values(data):
        if (rows := _numbered(value) or _by_column(value)) is not None:
            return rows, []
        if (rows := _pairs(value)) is not None:
            return rows, [BY_PAIR]
        if (rows := _named(value)) is not None:
            return rows, [BY_KEY]
    return None


def _values(data: Any) -> Iterator[Any]:
    waiting: deque[tuple[Any, int]] = deque([(data, 0)])
    while waiting:
        value, depth = waiting.popleft()
        yield value
        if isinstance(value, dict) and depth < DEPTH:
            waiting += [(part, depth + 1) for part in value.values()]


def _numbered(value: Any) -> list[Record] | None:
    """{"0": row, "1": row}: rows under numbers or identifiers, by their numbers."""
    if not isinstance(value, dict) or len(value) < 2:
        return None
    if not all(isinstance(row, dict) and says(row) for row in value.values()):
        return None
    if all(str(key).isdigit() and len(str(key)) < 10 for key in value):
        return [value[key] for key in sorted(value, key=int)]
    return list(value.values())


def _by_column(value: Any) -> list[Record] | None:
    """{"texts": […], "speakers": […]}: lists of one length under usual keys."""
    if not isinstance(value, dict):
        return None
    columns: dict[str, list[Any]] = {}
    for key, part in value.items():
        name = plain(str(key))
        own = _KNOWN.get(name) or _KNOWN.get(name.removesuffix("s"))
        if own is not None and isinstance(part, list) and len(part) > 1:
            columns.setdefault(own, part)
    if len(columns) < 2 or len({len(part) for part in columns.values()}) != 1:
        return None
    texts = next((columns[name] for name in segments.TEXT if name in columns), [])
    if not any(isinstance(text, str) and " " in text for text in texts):
        return None
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _pairs(value: Any) -> list[Record] | None:
    """[["Ann", "Hello."], ["Bo", "Good morning."]]."""
    if not isinstance(value, list) or len(value) < 2:
        return None
    if not all(
        isinstance(pair, list) and len(pair) == 2 and all(isinstance(part, str) for part in pair)
        for pair in value
    ):
        return None
    return _if_names([(name, text) for name, text in value])


def _named(value: Any) -> list[Record] | None:
    """[{"Ann": "Hello."}, {"Bo": "Good morning."}]."""
    if not isinstance(value, list) or len(value) < 2:
        return None
    if not all(isinstance(row, dict) and len(row) == 1 for row in value):
        return None
    said = [next(iter(row.items())) for row in value]
    if not all(isinstance(text, str) for _, text in said):
        return None
    return _if_names([(str(name), text) for name, text in said])


def _if_names(said: list[tuple[str, str]]) -> list[Record] | None:
    """Rows of names and words; None where the first parts are hardly names."""
    names = {name for name, _ in said}
    are_few = 2 <= len(names) <= min(MOST_NAMES, max(2, len(said) // 2 + 1))
    are_names = all(
        0 < len(name.strip()) <= LONGEST_NAME and plain(name) not in _KNOWN for name in names
    )
    speaks = sum(" " in text.strip() for _, text in said) * 2 >= len(said)
    comes_again = len(names) < len(said) or not any(name[:1].islower() for name in names)
    if not (are_few and are_names and speaks and comes_again):
        return None
    return [{"speaker": name, "text": text} for name, text in said]
