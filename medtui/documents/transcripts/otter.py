"""Otter: `speech.transcripts[]`, in milliseconds or in samples of 16 kHz."""

from __future__ import annotations

from typing import Any

from medtui.documents.fields import first, has_records, record, records, speaker_of
from medtui.documents.transcripts.segments import duration_of, pieces
from medtui.documents.turns import MILLISECONDS, Draft


def read(data: Any) -> Draft | None:
    speech = record(record(data).get("speech")) or record(data)
    transcripts = speech.get("transcripts")
    if not has_records(transcripts) or not {"start_offset", "transcript"} & set(transcripts[0]):
        return None
    names = {}
    for speaker in records(speech.get("speakers")):
        known = speaker_of(first(speaker, "id", "speaker_id"))
        name = speaker_of(first(speaker, "speaker_name", "name"))
        if known and name:
            names[known] = name
    found = []
    for part, item in zip(pieces(transcripts), records(transcripts), strict=True):
        known = speaker_of(item.get("speaker_id"))
        label = names.get(known or "") or speaker_of(item.get("speaker_name")) or known
        found.append(part._replace(speaker=label))
    return Draft(found, MILLISECONDS, duration_of(speech.get("duration")))
