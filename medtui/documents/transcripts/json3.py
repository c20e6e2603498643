"""YouTube's captions as JSON ("json3"): `events[]`, whose words are in `segs[]`."""

from __future__ import annotations

from typing import Any

from medtui.documents.fields import clean, number, record, records
from medtui.documents.transcripts.names import with_names
from medtui.documents.turns import MILLISECONDS, Draft, Piece, Spoken, grouped

LAST_WORD = 600.0
"""So many milliseconds the last word of an event takes, of which the file has the start alone."""


def read(data: Any) -> Draft | None:
    """Captions made by a person are one piece each; recognised words are joined by pauses."""
    events = [event for event in records(record(data).get("events")) if _says(event)]
    if not events:
        return None
    if any("tOffsetMs" in part for event in events for part in records(event["segs"])):
        words = [word for event in events for word in _words(event)]
        return Draft(grouped(words, MILLISECONDS), MILLISECONDS, is_clock=True)
    found = [_piece(event) for event in events]
    return Draft(with_names(found), MILLISECONDS, is_clock=True)


def _says(event: dict[str, Any]) -> bool:
    """Whether an event has words: others open a window on the screen, or begin a line."""
    return bool(_text(event)) and number(event.get("tStartMs")) is not None


def _text(event: dict[str, Any]) -> str:
    parts = (part.get("utf8") for part in records(event.get("segs")))
    return clean("".join(part for part in parts if isinstance(part, str)))


def _piece(event: dict[str, Any]) -> Piece:
    start, length = number(event["tStartMs"]), number(event.get("dDurationMs"))
    end = start + length if start is not None and length is not None else None
    return Piece(_text(event), None, start, end)


def _words(event: dict[str, Any]) -> list[Spoken]:
    """An event's words. Each lasts until the next, as their ends are not in the file."""
    begin = number(event["tStartMs"]) or 0.0
    said = [
        (clean(part["utf8"]), begin + (number(part.get("tOffsetMs")) or 0.0))
        for part in records(event["segs"])
        if isinstance(part.get("utf8"), str) and part["utf8"].strip()
    ]
    ends = [start for _, start in said[1:]] + [said[-1][1] + LAST_WORD]
    return [Spoken(text, None, start, end) for (text, start), end in zip(said, ends, strict=True)]
