"""Azure Speech: batch (100 ns ticks) and fast transcription (milliseconds)."""

from __future__ import annotations

from typing import Any

from medtui.documents.fields import (
    Record,
    alternatives,
    first,
    has_records,
    moment,
    number,
    probability,
    record,
    records,
    speaker_of,
    text_of,
)
from medtui.documents.transcript import Word
from medtui.documents.transcripts.segments import duration_of
from medtui.documents.turns import MILLISECONDS, TICKS, Draft, Piece


def read_batch(data: Any) -> Draft | None:
    """`recognizedPhrases[]`, of one channel or several; the speaker on the phrase or within."""
    data = record(data)
    phrases = records(data.get("recognizedPhrases"))
    if not phrases:
        return None
    several = len({str(phrase.get("channel")) for phrase in phrases}) > 1
    found = []
    for phrase in phrases:
        best = alternatives(phrase.get("nBest"))
        speaker = speaker_of(first(phrase, "speaker")) or speaker_of(first(best, "speaker"))
        if speaker is None and several and phrase.get("channel") is not None:
            speaker = f"channel {speaker_of(phrase['channel'])}"
        start, end = _ticks(phrase, "offset", "duration")
        found.append(
            Piece(
                text_of(first(best, "display", "lexical", "itn") or phrase.get("display")),
                speaker,
                start,
                end,
                probability(best.get("confidence")),
                _words(best),
            )
        )
    ticks = number(data.get("durationInTicks"))
    duration = ticks * TICKS if ticks else duration_of(data.get("duration"))
    return Draft(found, TICKS, duration)


def read_fast(data: Any) -> Draft | None:
    """`phrases[]`, with a length instead of an end."""
    data = record(data)
    phrases = records(data.get("phrases"))
    if not has_records(data.get("phrases")) or "offsetMilliseconds" not in phrases[0]:
        return None
    several = len({str(phrase.get("channel")) for phrase in phrases}) > 1
    found = []
    for phrase in phrases:
        start, end = _milliseconds(phrase)
        speaker = speaker_of(phrase.get("speaker"))
        if speaker is None and several and phrase.get("channel") is not None:
            speaker = f"channel {speaker_of(phrase['channel'])}"
        words = [
            Word(text, *_milliseconds(item), probability(item.get("confidence")))
            for item in records(phrase.get("words"))
            if (text := text_of(item.get("text")))
        ]
        sure = probability(phrase.get("confidence"))
        found.append(Piece(text_of(phrase.get("text")), speaker, start, end, sure, words))
    length = number(data.get("durationMilliseconds"))
    return Draft(found, MILLISECONDS, length * MILLISECONDS if length else None)


def _words(best: Record) -> list[Word]:
    items = records(first(best, "displayWords", "words"))
    found = []
    for item in items:
        if text := text_of(first(item, "displayText", "word")):
            start, end = _ticks(item, "offset", "duration")
            found.append(Word(text, start, end, probability(item.get("confidence"))))
    return found


def _ticks(item: Record, offset: str, duration: str) -> tuple[float | None, float | None]:
    """Start and end in ticks; older outputs have them as "PT1.2S"."""
    start, length = number(item.get(f"{offset}InTicks")), number(item.get(f"{duration}InTicks"))
    if start is None and (seconds := moment(item.get(offset))) is not None:
        start = seconds / TICKS
    if length is None and (seconds := moment(item.get(duration))) is not None:
        length = seconds / TICKS
    return start, None if start is None or length is None else start + length


def _milliseconds(item: Record) -> tuple[float | None, float | None]:
    start = number(item.get("offsetMilliseconds"))
    length = number(item.get("durationMilliseconds"))
    return start, None if start is None or length is None else start + length
