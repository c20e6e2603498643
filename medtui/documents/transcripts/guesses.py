"""Guesses the columns of words and speakers in a list with unknown keys, by their values."""

from __future__ import annotations

from typing import Any

from medtui.documents.fields import Record, speaker_of, text_of
from medtui.documents.transcripts.rows import SAMPLE, canonical, lists_of
from medtui.documents.transcripts.segments import carries_units, piece
from medtui.documents.turns import Draft

MOST_SPEAKERS = 12


def guessed(data: Any) -> Draft | None:
    """The list with most words under a key that is not known; a note says what was guessed."""
    best: tuple[int, list[Record], str] | None = None
    for rows in lists_of(data):
        if len(rows) < 2:
            continue
        for name in rows[0]:
            texts = [row[name] for row in rows[:SAMPLE] if isinstance(row.get(name), str)]
            words = sum(" " in text.strip() and "://" not in text for text in texts)
            if words * 2 < len(rows[:SAMPLE]) or len(set(texts)) < len(texts) / 2:
                continue
            size = sum(map(len, texts))
            if best is None or size > best[0]:
                best = size, rows, name
    if best is None:
        return None
    _, rows, text = best
    who = _speaker_column(rows, text)
    if who is None:
        return None
    rows = canonical(rows)
    found = [
        piece({**row, "text": text_of(row.get(text))})._replace(speaker=speaker_of(row.get(who)))
        for row in rows
    ]
    note = (
        f"The keys of this list are not known: “{text[:40]}” is taken for the words and"
        f" “{who[:40]}” for the speaker."
    )
    return Draft(found, is_clock=carries_units(rows), notes=[note])


def _speaker_column(rows: list[Record], text: str) -> str | None:
    """The key that has few different short values; None without one."""
    for name in rows[0]:
        values = [row.get(name) for row in rows]
        known = [value for value in values if isinstance(value, (str, int))
                 and not isinstance(value, bool) and len(str(value)) <= 40]  # fmt: skip
        kinds = {str(value) for value in known}
        is_few = 2 <= len(kinds) <= min(MOST_SPEAKERS, max(2, len(rows) // 2))
        if name != text and is_few and len(known) * 10 >= len(rows) * 8:
            return str(name)
    return None
