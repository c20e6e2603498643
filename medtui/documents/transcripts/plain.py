"""Plain shapes: lists of turns under any of their usual names, and text with names in it."""

from __future__ import annotations

from itertools import islice
from typing import Any

from medtui.documents.fields import (
    Record,
    first,
    has_records,
    instant,
    is_clock,
    moment,
    record,
    records,
)
from medtui.documents.transcripts.captions import from_first, is_captions, teams_piece
from medtui.documents.transcripts.captions import read as read_captions
from medtui.documents.transcripts.guesses import guessed
from medtui.documents.transcripts.live import interim_note, without_interim
from medtui.documents.transcripts.names import named
from medtui.documents.transcripts.reshaped import reshaped
from medtui.documents.transcripts.rows import (
    best_list,
    canonical,
    names_of,
    says,
    spans_of,
    speaker_at,
)
from medtui.documents.transcripts.segments import (
    START,
    TEXT,
    carries_units,
    channel_of,
    duration_of,
    own_speaker,
    pieces,
    spoken,
)
from medtui.documents.transcripts.text import from_text
from medtui.documents.turns import MAX_TURNS, Draft, Piece, Spoken, grouped
from medtui.documents.units import unit_of_words

TEXTS = ("transcript", "transcription", "text", "content", "conversation", "body")
SAMPLE = 200
"""So many rows are looked at to tell whether they are single words."""
DURATIONS = ("duration", "audio_duration", "length", "duration_seconds", "call_duration_secs")


def read(data: Any) -> Draft | None:
    """A list of `{speaker, text}` under usual keys, anywhere in the file; else text with names."""
    if isinstance(data, list) and data and all(isinstance(item, str) for item in data):
        return from_text("\n".join(data))
    if (rows := best_list(data)) is not None and (found := _listed(rows, data)):
        found.duration = _duration(data)
        return found
    for text in record(data).values():
        if isinstance(text, str) and "-->" in text[:600] and is_captions(text):
            return read_captions(text)[1]
    for name in TEXTS:
        text = record(data).get(name)
        if isinstance(text, str) and (found := from_text(text)):
            found.duration = _duration(data)
            return found
    if (found := guessed(data)) is not None:
        return found
    if (other := reshaped(data)) is not None and (found := _listed(other[0], {})):
        found.notes += other[1]
        return found
    return None


def _duration(data: Any) -> float | None:
    holder = record(data)
    return duration_of(*(holder.get(name) for name in DURATIONS)) or duration_of(
        *(record(holder.get("metadata")).get(name) for name in DURATIONS)
    )


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


def _listed(rows: list[Record], data: Any) -> Draft | None:
    rows, dropped = without_interim(canonical(rows))
    notes = interim_note(dropped)
    if _are_words(list(islice(filter(says, rows), SAMPLE)), data):
        return _of_words(rows, data, carries_units(rows), notes)
    # No more turns than this are shown; the text of the others is left over.
    said = list(islice(filter(says, rows), MAX_TURNS + 1))
    if not said:
        return None
    is_timed = carries_units(said)
    found = pieces(said)
    if not any(piece.speaker for piece in found):
        found = _speakers(found, said, data, is_timed)
    names = names_of(data)
    found = [
        piece._replace(speaker=names[piece.speaker]) if piece.speaker in names else piece
        for piece in found
    ]
    return Draft(found, is_clock=is_timed, notes=notes)


def _of_words(said: list[Record], data: Any, is_timed: bool, notes: list[str]) -> Draft:
    """A list of single words, whose speakers may be in a list of their own."""
    heard = spoken(said, own_speaker)
    if not any(word.speaker for word in heard):
        spans = spans_of(data)
        heard = [_at(word, spans) for word in heard] if spans else heard
    lengths = [word.end - word.start for word in heard[:500]
               if word.start is not None and word.end is not None]  # fmt: skip
    unit = 1.0 if is_timed else unit_of_words(lengths)
    return Draft(grouped(heard, unit), unit, is_clock=is_timed, notes=notes)


def _at(word: Spoken, spans: Any) -> Spoken:
    return word._replace(speaker=speaker_at(spans, word.start, word.end))


def _speakers(found: list[Piece], said: list[Record], data: Any, is_timed: bool) -> list[Piece]:
    """The pieces with speakers from a separate list, from channels, or from their texts."""
    if spans := spans_of(data):
        return [
            piece._replace(speaker=speaker_at(spans, piece.start, piece.end)) for piece in found
        ]
    channels = [channel_of(row) for row in said]
    if len({channel for channel in channels if channel}) > 1:
        return [
            piece._replace(speaker=channel) for piece, channel in zip(found, channels, strict=True)
        ]
    if not is_timed:
        parted = [named(piece.text) for piece in found]
        if all(speaker for speaker, _ in parted):
            return [
                piece._replace(speaker=speaker, text=text)
                for piece, (speaker, text) in zip(found, parted, strict=True)
            ]
    return found


def _are_words(rows: list[Record], data: Any) -> bool:
    """Whether a list's items are single words: nearly all without a space within."""
    if not rows or first(rows[0], *START) is None:
        return False
    texts = [str(first(row, *TEXT)).strip() for row in rows]
    single = sum(" " not in text for text in texts)
    if len(rows) < 8:
        is_named = "word" in rows[0] or record(data).get("words") is not None
        return single == len(texts) and is_named and len(rows) > 1
    return single >= 0.9 * len(texts)


def _is_dated(items: Any) -> bool:
    return instant(records(items)[0].get("startDateTime")) is not None


def _either(value: Any) -> float | None:
    return moment(value) if is_clock(value) else instant(value)
