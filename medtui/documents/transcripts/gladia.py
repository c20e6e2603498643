"""Gladia: `result.transcription.utterances[]`."""

from __future__ import annotations

from typing import Any

from medtui.documents.fields import has_records, record
from medtui.documents.transcripts.segments import duration_of, pieces
from medtui.documents.turns import Draft


def read(data: Any) -> Draft | None:
    result = record(record(data).get("result")) or record(data)
    transcription = record(result.get("transcription"))
    if not has_records(transcription.get("utterances")):
        return None
    metadata = record(result.get("metadata"))
    duration = duration_of(metadata.get("audio_duration"), record(data).get("audio_duration"))
    return Draft(pieces(transcription["utterances"]), duration=duration)
