"""Text with names: before the words, in brackets, or on a line above them."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from typing import NamedTuple

from medtui.documents.fields import clean, moment, speaker_of
from medtui.documents.transcripts.captions import from_first
from medtui.documents.transcripts.dated import without_dates
from medtui.documents.transcripts.names import with_names
from medtui.documents.turns import MAX_TURNS, Draft, Piece

MAX_LINES = MAX_TURNS
LONGEST_NAME = 60

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_TIME = r"((?:\d{1,4}:)?\d{1,4}:\d{2}(?:[.,]\d{1,9})?)"
_SECONDS = r"(\d{1,6}\.\d{1,3})s?"
_STAMP = re.compile(rf"^\s*[\[(]?{_TIME}(?:\s*(?:-->|->|[-–—])\s*{_TIME})?[\])]?\s*[-–—|]*\s*")
_RANGE = re.compile(rf"^\s*\[{_SECONDS}\s*(?:-->|->|[-–—:,])\s*{_SECONDS}\]\s*")
_NUMBER = re.compile(r"^\s*(\d{1,6})\s*[:.)\]|\t]\s*(?=\S)")
_BOLD = re.compile(r"^\s*(?:\*\*|__)([^*_\n]{1,60}?)(?::\s*(?:\*\*|__)|(?:\*\*|__)\s*:)\s*")
"""A name as Markdown has it: "**Doctor:** …", "**Doctor**: …"."""
_NAME_FIRST = re.compile(
    rf"\[?([^\W\d_][^:：<>?!\[\]]{{0,60}}?)\]?[\s,|–-]+[\[(]?{_TIME}[\])]?\s*[:：]?"
)
"""A line that says who speaks next, and when: "Ann Lee  0:03", "Speaker 1 (00:01):"."""
_TIME_FIRST = re.compile(
    rf"[\[(]?{_TIME}[\])]?[\s,|–-]+\[?([^\W\d_][^:：<>?!\[\]]{{0,60}}?)\]?\s*[:：]?"
)
_ENDS = (".", "?", "!", ",", ";", "…", "。", "？", "！", "，", "、")


class Line(NamedTuple):
    """A line that is not blank. `raw`: as it is in the file; `after_gap`: below a blank line."""

    raw: str
    piece: Piece
    after_gap: bool


class Head(NamedTuple):
    """A line that names who speaks next; `start` in seconds, None where it says no time."""

    speaker: str | None
    start: float | None


def from_text(text: str) -> Draft | None:
    """The turns of a text: lines with names or times; other lines continue the turn before."""
    chat = without_dates(text)
    lines, is_whole = _lines(text if chat is None else chat[0])
    found = _turns(lines)
    if found is not None and chat is not None:
        found.notes.append(chat[1])
        found.aside += chat[2]
    if found is not None and not is_whole:
        found.notes.append(f"Only the first {MAX_LINES:,} lines are read: this file holds more.")
    return found


def _turns(lines: list[Line]) -> Draft | None:
    if headed := _headed(lines):
        return headed
    pieces = with_names([line.piece for line in lines])
    if not any(piece.speaker for piece in pieces) and (headed := _named_above(lines)):
        return headed
    has_names = any(piece.speaker for piece in pieces)
    has_head = has_names and _has_head(lines, pieces)
    found: list[list[Piece]] = []
    aside: list[str] = []
    for piece, line in zip(pieces, lines, strict=True):
        if has_head and piece.speaker is None and not found:
            aside.append(clean(line.raw))
        elif has_names and found and piece.speaker is None and piece.start is None:
            found[-1].append(piece)
        else:
            found.append([piece])
    turns = [part[0]._replace(text=" ".join(piece.text for piece in part)) for part in found]
    return Draft(turns, is_clock=True, aside=aside) if turns else None


def _lines(text: str) -> tuple[list[Line], bool]:
    """The lines that are not blank, MAX_LINES at most; and whether these are all."""
    found: list[Line] = []
    is_whole = gap = True
    for match in _LINE.finditer(text):
        line = match[0]
        if not line.strip():
            gap = True
            continue
        if len(found) == MAX_LINES:
            is_whole = False
            break
        found.append(Line(line, _piece(line), gap))
        gap = False
    found = [line for line in found if line.piece.text]
    return _without_numbers(found), is_whole


def _piece(line: str) -> Piece:
    """A line's text without the time before it, and that time."""
    stamp = _STAMP.match(line) or _RANGE.match(line)
    start, end = (moment(stamp[1]), moment(stamp[2])) if stamp else (None, None)
    words = clean(_BOLD.sub(r"\1: ", line[stamp.end() :] if stamp else line))
    if stamp and not words:
        return Piece(clean(line))
    return Piece(words, None, start, end)


def _without_numbers(lines: list[Line]) -> list[Line]:
    """The lines without their numbers; unchanged if they are not numbered."""
    numbers = [_NUMBER.match(line.raw) for line in lines]
    given = [int(match[1]) for match in numbers if match]
    if len(given) < 2 or len(given) * 10 < len(lines) * 8:
        return lines
    steps = sum(later - earlier == 1 for earlier, later in pairwise(given))
    if steps * 10 < (len(given) - 1) * 8:
        return lines
    return [
        line._replace(piece=_piece(line.raw[match.end() :])) if match else line
        for line, match in zip(lines, numbers, strict=True)
    ]


def _has_head(lines: list[Line], pieces: list[Piece]) -> bool:
    """Whether there are lines before the first name, and a blank line after them."""
    first = next(index for index, piece in enumerate(pieces) if piece.speaker)
    return first > 0 and lines[first].after_gap


def _headed(lines: list[Line]) -> Draft | None:
    """Turns that are each below a line with a name and a time, as Zoom, Teams and Rev write them.

    "I left at 10:30" is no such line, and neither is one without text below it.
    """
    heads = [_head(clean(line.raw)) for line in lines]
    first = next((index for index, head in enumerate(heads) if head), None)
    if first is None:
        return None
    talk = heads[first:]
    count = len(talk) - talk.count(None)
    if count < 2 or count * 3 < len(talk) or (first > 0 and not lines[first].after_gap):
        return None
    if heads[-1] is not None or any(a and b for a, b in pairwise(talk)):
        return None
    found = _below(lines, heads, first)
    starts = [piece.start for piece in found.pieces if piece.start is not None]
    if starts and min(starts) >= 3600:  # Zoom has the time of day
        found.pieces = from_first(found.pieces)
    return found


def _head(text: str) -> Head | None:
    if match := _NAME_FIRST.fullmatch(text):
        name, time = match[1], match[2]
    elif match := _TIME_FIRST.fullmatch(text):
        name, time = match[2], match[1]
    else:
        return None
    names = name.split()
    in_brackets = "[" in text
    if len(names) > 5 or (not in_brackets and any(part[0].islower() for part in names)):
        return None
    return Head(speaker_of(name), moment(time))


def _named_above(lines: list[Line]) -> Draft | None:
    """Turns that are each below a line that is nothing but a name, which comes again."""
    texts = [clean(line.raw) for line in lines]
    counts = Counter(text for text in texts if _may_be_name(text))
    names = {text for text, count in counts.items() if count > 1}
    if len(names) < 2:
        return None
    heads = [
        Head(speaker_of(text.rstrip(":： ")), None) if text in names else None for text in texts
    ]
    first = next(index for index, head in enumerate(heads) if head)
    talk = heads[first:]
    count = len(talk) - talk.count(None)
    if count * 3 < len(talk) or heads[-1] is not None or first > len(lines) // 3:
        return None
    if any(a and b for a, b in pairwise(talk)):
        return None
    found = _below(lines, heads, first)
    found.notes.append("Lines that are a name alone are taken for who speaks next.")
    return found


def _may_be_name(text: str) -> bool:
    if len(text) > LONGEST_NAME:
        return False
    words = text.rstrip(":： ").split()
    return (
        0 < len(words) <= 4
        and not text.endswith(_ENDS)
        and (text[-1:] in ":：" or all(not word[0].islower() for word in words))
        and any(char.isalpha() for char in text)
    )


def _below(lines: list[Line], heads: list[Head | None], first: int) -> Draft:
    """The lines below each head as its turn. Head and foot of the file are beside it."""
    aside = [clean(line.raw) for line in lines[:first]]
    found: list[Piece] = []
    gaps: list[int] = []
    """For each turn, after how many of its lines the first blank line is; 0: after none."""
    said: list[list[str]] = []
    for line, head in zip(lines[first:], heads[first:], strict=True):
        if head is not None:
            found.append(Piece("", head.speaker, head.start))
            said.append([])
            gaps.append(0)
            continue
        if line.after_gap and said[-1] and not gaps[-1]:
            gaps[-1] = len(said[-1])
        said[-1].append(clean(line.raw))
    if gaps[-1] and not any(gaps[:-1]) and len(gaps) > 1:
        aside += said[-1][gaps[-1] :]
        said[-1] = said[-1][: gaps[-1]]
    pieces = [
        piece._replace(text=" ".join(texts)) for piece, texts in zip(found, said, strict=True)
    ]
    return Draft(pieces, is_clock=True, aside=aside)
