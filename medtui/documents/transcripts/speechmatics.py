"""Speechmatics: flat `results[]` of words and punctuation."""

from __future__ import annotations

from typing import Any

from medtui.documents.fields import (
    alternatives,
    has_records,
    number,
    probability,
    record,
    records,
    speaker_of,
    text_of,
)
from medtui.documents.transcripts.segments import duration_of
from medtui.documents.turns import Draft, Spoken, grouped


def read(data: Any) -> Draft | None:
    results = record(data).get("results")
    if not has_records(results) or not any("content" in _best(item) for item in results[:8]):
        return None
    found = []
    is_before = False  # whether the mark before belongs to the word that follows, as "¿" does
    for item in records(results):
        best = _best(item)
        if not (text := text_of(best.get("content"))):
            continue
        is_mark = item.get("type") == "punctuation"
        attaches = item.get("attaches_to")
        found.append(
            Spoken(
                text,
                speaker_of(best.get("speaker", item.get("speaker"))),
                number(item.get("start_time")),
                number(item.get("end_time")),
                None if is_mark else probability(best.get("confidence")),
                glued=is_before
                or attaches in ("previous", "both")
                or (is_mark and attaches is None),
            )
        )
        is_before = attaches in ("next", "both")
    pack = record(record(record(data).get("metadata")).get("language_pack_info"))
    space = pack.get("word_delimiter")
    pieces = grouped(found, space=space if space in ("", " ") else " ")
    return Draft(pieces, duration=duration_of(record(record(data).get("job")).get("duration")))


def _best(item: Any) -> dict[str, Any]:
    return alternatives(record(item).get("alternatives"))
