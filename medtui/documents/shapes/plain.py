"""Plain shapes: lists of turns with a speaker each, and text with names before it."""

from __future__ import annotations

import re
from itertools import pairwise
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
    speaker_of,
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
_TIME = r"((?:\d{1,4}:)?\d{1,4}:\d{2}(?:[.,]\d{1,9})?)"
_STAMP = re.compile(rf"^\s*[\[(]?{_TIME}(?:\s*(?:-->|[-–—])\s*{_TIME})?[\])]?\s*[-–—|]*\s*")
_HEAD = re.compile(rf"\[?([^\W\d_][^:<>?!\[\]]{{0,60}}?)\]?\s+[\[(]?{_TIME}[\])]?")
"""A line that says who speaks next, and when: "Ann Lee  0:03", "[Ann Lee] 10:00:01"."""
_BOLD = re.compile(r"^\s*(?:\*\*|__)([^*_\n]{1,60}?)(?::\s*(?:\*\*|__)|(?:\*\*|__)\s*:)\s*")
"""A name as Markdown has it: "**Doctor:** …", "**Doctor**: …"."""


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
        words = clean(_BOLD.sub(r"\1: ", line[stamp.end() :] if stamp else line))
        if words:
            start, end = (moment(stamp[1]), moment(stamp[2])) if stamp else (None, None)
            lines.append(Piece(words, None, start, end))
        if len(lines) > MAX_LINES:
            break
    if headed := _headed(lines):
        return Draft(headed, is_clock=True)
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


def _headed(lines: list[Piece]) -> list[Piece]:
    """Turns that each stand below a line of their own, as in Zoom's and Otter's texts; or none.

    "I left at 10:30" is no such line, nor is one below which nothing is said.
    """
    heads = [_head(line) for line in lines]
    count = len(heads) - heads.count(None)
    if count < 2 or count * 3 < len(lines) or heads[0] is None or heads[-1] is not None:
        return []
    if any(before and after for before, after in pairwise(heads)):
        return []
    found: list[Piece] = []
    for head, line in zip(heads, lines, strict=True):
        if head is not None:
            found.append(Piece("", speaker_of(head[1]), moment(head[2])))
        else:
            found[-1] = found[-1]._replace(text=f"{found[-1].text} {line.text}".strip())
    starts = [piece.start for piece in found if piece.start is not None]
    return from_first(found) if min(starts) >= 3600 else found  # Zoom has the time of day


def _head(line: Piece) -> re.Match[str] | None:
    head = _HEAD.fullmatch(line.text) if line.start is None else None
    names = head[1].split() if head else []
    return head if len(names) <= 5 and not any(name[0].islower() for name in names) else None


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
