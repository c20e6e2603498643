"""Plain shapes: lists of turns by whoever wrote them, and text with names before it."""

from __future__ import annotations

import re
from typing import Any

from medtui.documents.fields import (
    clean,
    first,
    has_records,
    instant,
    is_clock,
    moment,
    record,
    records,
)
from medtui.documents.shapes.captions import from_first, named, teams_piece, with_names
from medtui.documents.shapes.segments import (
    START,
    TEXT,
    carries_units,
    duration_of,
    own_speaker,
    pieces,
    spoken,
)
from medtui.documents.turns import MAX_TURNS, Draft, Piece, grouped

LISTS = ("turns", "segments", "utterances", "messages", "conversation", "dialogue", "dialog",
         "entries", "transcript", "transcription", "phrases", "captions", "cues", "lines",
         "items", "results", "words")  # fmt: skip
TEXTS = ("transcript", "transcription", "text", "content", "conversation", "body")

MAX_LINES = MAX_TURNS * 3

_LINE = re.compile(r"[^\r\n]+")
_STAMP = re.compile(r"^\s*[\[(]?((?:\d{1,4}:)?\d{1,4}:\d{2}(?:[.,]\d{1,9})?)[\])]?\s*[-–—|]*\s*")


def read(data: Any) -> Draft | None:
    """A list of `{speaker, text}` by any of their names, at the top or under a usual key."""
    if isinstance(data, list):
        return _listed(data)
    data = record(data)
    for name in LISTS:
        if has_records(data.get(name)) and (found := _listed(data[name])):
            found.duration = duration_of(data.get("duration"), data.get("audio_duration"))
            return found
    for name in TEXTS:
        if isinstance(data.get(name), str) and (found := from_text(data[name])):
            found.duration = duration_of(data.get("duration"), data.get("audio_duration"))
            return found
    return None


def read_teams(data: Any) -> Draft | None:
    """Teams' metadata as a list of its own."""
    items = (
        data if isinstance(data, list) else first(record(data), "entries", "transcript", "value")
    )
    if not has_records(items) or not {"spokenText", "startDateTime"} & set(items[0]):
        return None
    found = [teams_piece(item) for item in records(items)]
    if any(piece.start is None for piece in found):  # clocks rather than dates
        found = [
            piece._replace(
                start=_either(item.get("startDateTime")), end=_either(item.get("endDateTime"))
            )
            for piece, item in zip(found, records(items), strict=True)
        ]
    return Draft(from_first(found) if _is_dated(items) else found, is_clock=True)


def from_text(text: str) -> Draft | None:
    """Lines of "Name: text", with or without a time before them; others go on with the last."""
    lines: list[Piece] = []
    for match in _LINE.finditer(text):
        line = match[0]
        stamp = _STAMP.match(line)
        words = clean(line[stamp.end() :] if stamp else line)
        if words:
            lines.append(Piece(words, None, moment(stamp[1]) if stamp else None))
        if len(lines) > MAX_LINES:
            break
    lines = with_names(lines)
    has_names = any(line.speaker for line in lines)
    found: list[list[Piece]] = []
    for piece in lines:
        if has_names and found and piece.speaker is None and piece.start is None:
            found[-1].append(piece)
        else:
            found.append([piece])
    turns = [part[0]._replace(text=" ".join(piece.text for piece in part)) for part in found]
    return Draft(turns, is_clock=True) if turns else None


def _listed(items: Any) -> Draft | None:
    rows = records(items)
    if not rows:
        texts = [text for text in items if isinstance(text, str)] if items else []
        return from_text("\n".join(texts)) if texts and len(texts) == len(items) else None
    said = [row for row in rows if isinstance(first(row, *TEXT), (str, list, dict))]
    if not said or len(said) * 2 < len(rows):
        return None
    is_clock = carries_units(said)
    if _are_words(said):
        return Draft(grouped(spoken(said, own_speaker)), is_clock=is_clock)
    found = pieces(said)
    if not any(piece.speaker for piece in found) and not is_clock:
        parted = [named(piece.text) for piece in found]
        if all(speaker for speaker, _ in parted):
            found = [
                piece._replace(speaker=speaker, text=text)
                for piece, (speaker, text) in zip(found, parted, strict=True)
            ]
    return Draft(found, is_clock=is_clock)


def _are_words(rows: list[dict[str, Any]]) -> bool:
    """Whether a list's items are single words: nearly all without a space within."""
    if len(rows) < 8 or first(rows[0], *START) is None:
        return False
    single = sum(" " not in str(first(row, *TEXT)).strip() for row in rows[:200])
    return single >= 0.9 * len(rows[:200])


def _is_dated(items: Any) -> bool:
    return instant(records(items)[0].get("startDateTime")) is not None


def _either(value: Any) -> float | None:
    return moment(value) if is_clock(value) else instant(value)
