"""AWS Transcribe: seconds in strings, punctuation without times."""

from __future__ import annotations

from bisect import bisect_right
from typing import Any

from medtui.documents.fields import (
    Record,
    alternatives,
    has_records,
    number,
    probability,
    record,
    records,
    speaker_of,
    text_of,
)
from medtui.documents.transcript import Word
from medtui.documents.transcripts.segments import channel_of
from medtui.documents.turns import Draft, Piece, Spoken, grouped


def read(data: Any) -> Draft | None:
    """`results.audio_segments[]`, else `results.items[]` with `results.speaker_labels`."""
    results = record(record(data).get("results"))
    if not has_records(results.get("audio_segments")) and not _has_items(results):
        return None
    found = _audio_segments(results) or grouped(_items(results))
    return Draft(found) if found else None


def _has_items(results: Record) -> bool:
    items = results.get("items")
    return has_records(items) and "alternatives" in items[0]


def _audio_segments(results: Record) -> list[Piece]:
    items = {item["id"]: item for item in records(results.get("items")) if _is_id(item.get("id"))}
    found = []
    segments = records(results.get("audio_segments"))
    several = len({channel_of(segment) for segment in segments}) > 1
    for segment in segments:
        numbers = segment.get("items")
        mine = [
            items[number]
            for number in (numbers if isinstance(numbers, list) else [])
            if _is_id(number) and number in items
        ]
        words = [word for part in grouped(_spoken(mine, None)) for word in part.words]
        found.append(
            Piece(
                text_of(segment.get("transcript")),
                speaker_of(segment.get("speaker_label"))
                or (channel_of(segment) if several else None),
                number(segment.get("start_time")),
                number(segment.get("end_time")),
                None,
                words,
            )
        )
    return found if any(part.text for part in found) else []


def _is_id(value: Any) -> bool:
    return isinstance(value, (int, str))


def _items(results: Record) -> list[Spoken]:
    segments = records(record(results.get("speaker_labels")).get("segments"))
    starts = [number(segment.get("start_time")) or 0.0 for segment in segments]

    def at(time: float | None) -> str | None:
        """Older outputs say who speaks only by the time of a segment."""
        index = bisect_right(starts, time + 1e-6) - 1 if time is not None else -1
        return speaker_of(segments[index].get("speaker_label")) if index >= 0 else None

    return _spoken(records(results.get("items")), at)


def _spoken(items: list[Record], at: Any) -> list[Spoken]:
    found = []
    several = len({channel_of(item) for item in items}) > 1
    for item in items:
        best = alternatives(item.get("alternatives"))
        text = text_of(best.get("content") or item.get("content"))
        if not text:
            continue
        start = number(item.get("start_time"))
        speaker = speaker_of(item.get("speaker_label"))
        is_mark = item.get("type") == "punctuation"
        if several and (channel := channel_of(item)):
            speaker = f"{channel}, {speaker}" if speaker else channel
        if speaker is None and at is not None and not is_mark:
            speaker = at(start)
        # Punctuation has no confidence: the file says 0.0.
        sure = None if is_mark else probability(best.get("confidence"))
        word = Word(text, start, number(item.get("end_time")), sure)
        found.append(Spoken(word.text, speaker, *word[1:], glued=is_mark))
    return found
