"""Google Speech-to-Text, versions 1 and 2."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from medtui.documents.fields import (
    Record,
    alternatives,
    first,
    has_records,
    is_clock,
    moment,
    number,
    probability,
    record,
    records,
    speaker_of,
    text_of,
)
from medtui.documents.transcripts.segments import duration_of
from medtui.documents.turns import Draft, Piece, Spoken, grouped
from medtui.documents.units import SECONDS, unit_of_words

_START = ("startOffset", "startTime", "start_offset", "start_time")
_END = ("endOffset", "endTime", "end_offset", "end_time")


def read(data: Any) -> Draft | None:
    """`results[].alternatives[0].words[]`; where there are no words, its transcript."""
    results = next((found for found in _results(data) if has_records(found)), None)
    offered = [item.get("alternatives") for item in records(results)[:5]] if results else []
    if not any(map(has_records, offered)):
        return None
    if any("content" in alternatives(item) for item in offered):
        return None  # Speechmatics
    best = [(item, alternatives(item.get("alternatives"))) for item in records(results)]
    metadata = record(record(data).get("metadata"))
    duration = duration_of(metadata.get("totalBilledDuration"), _billed(data))
    words = [_words(alternative) for _, alternative in best]
    if words and words[-1] and _repeats(words):
        words = words[-1:]
    heard = [word for some in words for word in some]
    if heard:
        has_units = any(is_clock(first(item, *_START, *_END)) for _, alternative in best
                        for item in records(alternative.get("words"))[:50])  # fmt: skip
        lengths = [word.end - word.start for word in heard[:500]
                   if word.start is not None and word.end is not None]  # fmt: skip
        unit = SECONDS if has_units else unit_of_words(lengths)
        return Draft(grouped(heard, unit), unit, duration, is_clock=True)
    found, start = [], 0.0
    for item, alternative in best:
        end = moment(first(item, "resultEndOffset", "resultEndTime", "result_end_offset"))
        sure = probability(alternative.get("confidence")) or None
        text = text_of(alternative.get("transcript"))
        found.append(Piece(text, None, start if end is not None else None, end, sure))
        start = end if end is not None else start
    return Draft(found, duration=duration, is_clock=True)


def _results(data: Any) -> Iterator[Any]:
    """The results: at the top, in an operation's response, in a batch's files."""
    data = record(data)
    yield data.get("results")
    yield record(data.get("response")).get("results")
    for holder in (data.get("results"), record(data.get("response")).get("results")):
        for file in list(record(holder).values())[:8]:
            for inner in (file, record(file).get("transcript"), record(file).get("inlineResult")):
                yield record(inner).get("results")
                yield record(record(inner).get("transcript")).get("results")


def _billed(data: Any) -> Any:
    response = record(record(data).get("response"))
    return first(response, "totalBilledTime", "totalBilledDuration")


def _words(alternative: Record) -> list[Spoken]:
    found = []
    for item in records(alternative.get("words")):
        text = text_of(item.get("word"))
        if not text:
            continue
        start, end = moment(first(item, *_START)), moment(first(item, *_END))
        if start is None and end is not None:
            start = 0.0  # zero times are omitted in the file
        tag = first(item, "speakerLabel", "speakerTag", "speaker_label", "speaker_tag")
        speaker = None if number(tag) == 0 else speaker_of(tag)
        sure = probability(item.get("confidence")) or None  # zero means not set
        found.append(Spoken(text, speaker, start, end, sure))
    return found


def _repeats(words: list[list[Spoken]]) -> bool:
    """Whether the last result holds every word again, now with its speaker (version 1)."""
    earlier = [word for some in words[:-1] for word in some]
    if not earlier or len(words[-1]) < len(earlier):
        return False
    return all(
        again.text.lower() == word.text.lower()
        for again, word in zip(words[-1], earlier[:5], strict=False)
    )
