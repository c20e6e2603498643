"""Segments: what most shapes come down to, under the names that services give their parts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from medtui.documents.fields import (
    Record,
    clean,
    first,
    is_clock,
    moment,
    number,
    probability,
    records,
    speaker_of,
    text_of,
)
from medtui.documents.transcript import Word
from medtui.documents.turns import Piece, Spoken

TEXT = (
    "text", "transcript", "punctuated_word", "word", "content", "message", "utterance",
    "spokenText", "sentence", "display", "value", "body", "said", "line",
)  # fmt: skip
SPEAKER = (
    "speaker", "speaker_name", "speakerName", "speaker_label", "speakerLabel", "role", "name",
    "speaker_id", "speakerId", "participant", "participant_name", "author", "from", "user",
)  # fmt: skip
START = ("start", "start_time", "startTime", "start_offset", "startOffset", "begin", "start_ms",
         "ts", "timestamp", "time", "offset")  # fmt: skip
END = ("end", "end_time", "endTime", "end_offset", "endOffset", "stop", "end_ms", "end_ts")
DURATION = ("duration", "length")
CONFIDENCE = ("confidence", "score", "probability")

Confidence = Callable[[Record], float | None]


def confidence_of(item: Record) -> float | None:
    sure = item.get("confidence")
    return probability(sure if sure is not None else first(item, *CONFIDENCE))


def word(item: Record, confidence: Confidence = confidence_of) -> Word | None:
    """A word with its times, from under any of the usual names."""
    text = item.get("punctuated_word") or item.get("word")
    if not isinstance(text, str):
        text = text_of(first(item, "text", "content", "value"))
    elif not (text.isalpha() and text.isascii()):
        text = clean(text)
    if not text:
        return None
    start, end = item.get("start"), item.get("end")
    if type(start) is not float or type(end) is not float:
        start, end = first(item, *START), first(item, *END)
    return Word(text, moment(start), moment(end), confidence(item))


def words(items: Any, confidence: Confidence = confidence_of) -> list[Word]:
    return [found for item in records(items) if (found := word(item, confidence))]


def spoken(
    items: Any, speaker: Callable[[Record], str | None], confidence: Confidence = confidence_of
) -> list[Spoken]:
    """Words with their speakers, for shapes that are nothing but words."""
    found: list[Spoken] = []
    for item in records(items):
        if heard := word(item, confidence):
            found.append(Spoken(heard.text, speaker(item), *heard[1:]))
    return found


def own_speaker(item: Record) -> str | None:
    return speaker_of(first(item, *SPEAKER))


def piece(item: Record, confidence: Confidence = confidence_of) -> Piece:
    """One segment, with its words where it has them."""
    start, end = moment(first(item, *START)), moment(first(item, *END))
    if end is None and start is not None:
        length = moment(first(item, *DURATION))
        end = None if length is None else start + length
    heard = words(item.get("words"), lambda part: confidence(part)) if "words" in item else []
    speaker = own_speaker(item)
    if speaker is None and heard:
        speaker = _speaker_of_most(records(item["words"]))
    text = text_of(first(item, *TEXT))
    if not text and heard:
        text = clean(" ".join(part.text for part in heard))
    return Piece(text, speaker, start, end, confidence(item), heard)


def pieces(items: Any, confidence: Confidence = confidence_of) -> list[Piece]:
    return [piece(item, confidence) for item in records(items)]


def carries_units(items: Iterable[Record]) -> bool:
    """Whether the times of segments are clocks rather than bare numbers."""
    return any(is_clock(first(item, *START)) for item in items)


def duration_of(*candidates: Any) -> float | None:
    """The first of these that is a length of time above zero, in seconds."""
    for candidate in candidates:
        found = moment(candidate) if is_clock(candidate) else number(candidate)
        if found and found > 0:
            return found
    return None


def _speaker_of_most(items: list[Record]) -> str | None:
    counts: dict[str, int] = {}
    for item in items:
        if speaker := own_speaker(item):
            counts[speaker] = counts.get(speaker, 0) + 1
    return max(counts, key=lambda speaker: counts[speaker], default=None)
