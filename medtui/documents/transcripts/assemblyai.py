"""AssemblyAI: `utterances[]`, else flat `words[]`, in whole milliseconds."""

from __future__ import annotations

from typing import Any

from medtui.documents.fields import Record, has_records, number, record, records
from medtui.documents.transcripts.segments import duration_of, own_speaker, pieces, spoken
from medtui.documents.turns import MILLISECONDS, Draft, grouped


def read(data: Any) -> Draft | None:
    data = record(data)
    utterances, words = data.get("utterances"), data.get("words")
    items = utterances if has_records(utterances) else words
    if not has_records(items) or not _is_ours(data, items):
        return None
    duration = duration_of(data.get("audio_duration"), data.get("duration"))
    if has_records(utterances):
        found = pieces(utterances)
        if any(part.text for part in found):
            return Draft(found, MILLISECONDS, duration)
    found = grouped(spoken(words, own_speaker), MILLISECONDS)
    return Draft(found, MILLISECONDS, duration) if found else None


def _is_ours(data: Record, items: Any) -> bool:
    """Whether the times are whole numbers, and the keys around them AssemblyAI's."""
    starts = [number(item.get("start")) for item in records(items)[:200]]
    whole = all(start is not None and start.is_integer() for start in starts)
    marks = ("audio_url", "acoustic_model", "language_model", "audio_duration", "speech_model")
    return whole and (any(mark in data for mark in marks) or max(map(float, starts)) >= 1000)  # type: ignore[arg-type]
