"""Rev.ai and ElevenLabs: spaces and punctuation are separate elements between words."""

from __future__ import annotations

from typing import Any

from medtui.documents.fields import (
    clean,
    first,
    from_log,
    has_records,
    moment,
    probability,
    record,
    records,
    speaker_of,
)
from medtui.documents.transcripts.segments import duration_of
from medtui.documents.turns import Draft, Piece, Spoken, grouped

SAMPLE = 1_000
"""So many words are looked at to tell whether they have a type."""
_TYPES = ("spacing", "audio_event", "word")


def read_rev(data: Any) -> Draft | None:
    """Rev.ai: `monologues[].elements[]`."""
    monologues = records(record(data).get("monologues"))
    if not any(has_records(item.get("elements")) for item in monologues):
        return None
    speakers = {
        str(item.get("id")): speaker_of(item.get("name"))
        for item in records(record(data).get("speakers"))
    }
    found: list[Piece] = []
    for monologue in monologues:
        label = speaker_of(first(monologue, "speaker_name", "speaker"))
        label = speakers.get(label or "") or label
        found += _run(records(monologue.get("elements")), "value", lambda item, who=label: who)
    return Draft(found)


def read_elevenlabs(data: Any) -> Draft | None:
    """ElevenLabs: `words[]` of type word, spacing, audio_event; a list of them per channel."""
    data = record(data)
    channels = [data] if "words" in data else records(data.get("transcripts"))
    found: list[Piece] = []
    for channel in channels:
        words = records(channel.get("words"))
        if not any(item.get("type") in _TYPES for item in words[:SAMPLE]):
            continue

        number = channel.get("channel_index")
        label = f"channel {number}" if isinstance(number, int) and len(channels) > 1 else None
        found += _run(
            words, "text", lambda item, who=label: speaker_of(item.get("speaker_id")) or who
        )
    duration = duration_of(data.get("audio_duration_secs"))
    return Draft(found, duration=duration) if found else None


def _run(items: list[dict[str, Any]], key: str, who: Any) -> list[Piece]:
    """Join words to the text before them unless there is a space between."""
    spoken: list[Spoken] = []
    apart = True
    for item in items:
        raw = item.get(key)
        if not isinstance(raw, str) or not raw:
            continue
        text = clean(raw)
        if not text:
            apart = True
            continue
        is_word = item.get("type") in (None, "text", "word", "audio_event", "unknown")
        sure = probability(item.get("confidence"))
        spoken.append(
            Spoken(
                text,
                who(item),
                moment(first(item, "ts", "start")) if is_word else None,
                moment(first(item, "end_ts", "end")) if is_word else None,
                (sure if sure is not None else from_log(item.get("logprob"))) if is_word else None,
                glued=not (apart or raw[0].isspace()),
            )
        )
        apart = raw[-1].isspace()
    return grouped(spoken)
