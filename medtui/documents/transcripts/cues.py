"""Cues of VTT, SRT and SBV: their times, identifiers and lines, and what belongs to no cue."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from medtui.documents.fields import clean, moment

_CLOCK = r"(?:\d{1,4}:)?\d{1,2}:\d{1,2}(?:[.,]\d{1,9})?"
_ARROW = re.compile(rf"\s*({_CLOCK})\s*-->\s*({_CLOCK})(?:\s+(.*))?")
_COMMA = re.compile(r"\s*(\d{1,4}:\d\d:\d\d\.\d{1,3}),(\d{1,4}:\d\d:\d\d\.\d{1,3})\s*")
_BROKEN = re.compile(r"\s*[\d:.,\w]{0,16}\s*-->\s*[\d:.,\w]{0,16}(?:\s.*)?")
_FIRST = re.compile(r"\ufeff?\s*(?:[^\n]{0,200}\n\s*)?")


class Cue(NamedTuple):
    """One cue: seconds, the line before its times, its lines. Times are None where broken."""

    start: float | None
    end: float | None
    identifier: str
    lines: list[str]


@dataclass(slots=True)
class Cues:
    """The cues of a text, and its lines that are in none."""

    cues: list[Cue] = field(default_factory=list)
    aside: list[str] = field(default_factory=list)
    broken: int = 0
    """How many cues have a time that cannot be read."""


def begins_with_times(text: str) -> bool:
    """Whether the first or the second line of a text is the times of a cue."""
    lines = [line for line in text[:600].lstrip("\ufeff \r\n").splitlines() if line.strip()][:2]
    return any(_ARROW.fullmatch(line) or _COMMA.fullmatch(line) for line in lines)


def cues_of(text: str) -> Cues:
    """All cues of a text, in its order; blank lines within a cue do not end it."""
    found = Cues()
    block: list[str] = []
    times: tuple[float | None, float | None] | None = None
    identifier = ""
    lines = text.split("\n")
    for line in lines:
        match = _ARROW.fullmatch(line) or _COMMA.fullmatch(line) if _may_be(line) else None
        is_broken = match is None and "-->" in line and _BROKEN.fullmatch(line) is not None
        if match is None and not is_broken:
            block.append(line)
            continue
        following = _identifier(block)
        _close(found, times, identifier, block)
        block, identifier = [], following
        if match is not None:
            times = moment(match[1]), moment(match[2])
        else:
            times = (None, None)
            found.broken += 1
    _close(found, times, identifier, block)
    return found


def _may_be(line: str) -> bool:
    return "-->" in line or (line[:1].isdigit() and "," in line)


def _identifier(block: list[str]) -> str:
    """Take the line right before the times off a block, where a blank line is before it."""
    if not block or not block[-1].strip() or block[-1].strip().startswith("WEBVTT"):
        return ""
    if len(block) > 1 and block[-2].strip() and not block[-1].strip().isdigit():
        return ""
    return block.pop().strip()


def _close(
    found: Cues,
    times: tuple[float | None, float | None] | None,
    identifier: str,
    block: list[str],
) -> None:
    if times is None:
        head = [clean(line) for line in block]
        found.aside += [line for line in head if line and line != "WEBVTT"]
        return
    said: list[str] = []
    is_note = False
    for at, line in enumerate(block):
        starts_block = at > 0 and not block[at - 1].strip()
        if starts_block:
            is_note = line.startswith(("NOTE", "STYLE", "REGION"))
        if is_note and line.strip():
            found.aside.append(clean(line))
        elif line.strip():
            said.append(line)
    found.cues.append(Cue(*times, identifier, said))
