"""A transcript as the platform's own recorder writes it, made of what was heard.

Its words and turns are where Deepgram's are, so that every client shows them. What is medtui's own
stands in `metadata`: the model, whose voice each channel is, and who agreed to the recording.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from medtui.core.spoken import HeardWord, SpokenTurn, Utterance, plain, turns, without_echoes


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a transcript comes from.

    `speakers`: a name for each track, "" where there is none. `consent`: who agreed; empty: nothing
    was said about it. `note`: a sentence for the reader, such as that one side is missing.
    `parts`: digests of the words of each person that it was made of.
    """

    source: str
    model: str
    made_at: datetime
    speakers: tuple[str, ...] = ()
    consent: tuple[str, ...] = ()
    note: str = ""
    began_at: datetime | None = None
    session_id: UUID | None = None
    candidate_id: UUID | None = None
    parts: tuple[str, ...] = ()


def transcript_json(
    tracks: Sequence[Sequence[Utterance]],
    seconds: float,
    origin: Origin,
    *,
    are_apart: bool = True,
) -> bytes:
    """The file. `seconds`: the length of the recording. `are_apart`: as in `turns`."""
    said = turns(tracks, are_apart=are_apart)
    kept = without_echoes(tracks) if are_apart else tracks
    metadata: dict[str, Any] = {
        "created": origin.made_at.isoformat(),
        "duration": round(seconds, 3),
        "channels": len(tracks),
        "source": origin.source,
        "model": origin.model,
        "consent": list(origin.consent) or "not stated",
    }
    if any(origin.speakers):
        metadata["speakers"] = [
            {"speaker": number, "name": name} for number, name in enumerate(origin.speakers)
        ]
    if origin.parts:
        metadata["parts"] = list(origin.parts)
    if origin.note:
        metadata["note"] = origin.note
    if origin.began_at is not None:
        metadata["began_at"] = origin.began_at.isoformat()
    ids = {"session_id": origin.session_id, "candidate_id": origin.candidate_id}
    told = {
        **{name: str(value) for name, value in ids.items() if value is not None},
        "metadata": metadata,
        "results": {
            "channels": [_channel(track, is_alone=len(kept) == 1) for track in kept],
            "utterances": [_utterance(turn, are_apart=are_apart) for turn in said],
        },
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def _channel(track: Sequence[Utterance], *, is_alone: bool) -> dict[str, Any]:
    words = [word for said in track for word in said.words]
    best: dict[str, Any] = {
        "confidence": _mean(words),
        "words": [_word(word) for word in words],
    }
    if is_alone:  # one side of a talk is no text that was said
        best["transcript"] = " ".join(word.text for word in words)
    return {"alternatives": [best]}


def _utterance(turn: SpokenTurn, *, are_apart: bool) -> dict[str, Any]:
    told: dict[str, Any] = {
        "start": round(turn.start, 3),
        "end": round(turn.end, 3),
        "confidence": round(turn.confidence, 4),
        "channel": turn.track,
        "transcript": turn.text,
        "words": [_word(word) for word in turn.words],
    }
    if are_apart:
        told["speaker"] = turn.track
    return told


def _word(word: HeardWord) -> dict[str, Any]:
    return {
        "word": plain(word.text) or word.text,
        "start": round(word.start, 3),
        "end": round(word.end, 3),
        "confidence": round(word.confidence, 4),
        "punctuated_word": word.text,
    }


def _mean(words: Sequence[HeardWord]) -> float:
    return round(sum(word.confidence for word in words) / len(words), 4) if words else 0.0
