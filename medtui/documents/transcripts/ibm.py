"""IBM Watson: `results[].alternatives[0].timestamps[]`, and the speakers in another list."""

from __future__ import annotations

from typing import Any

from medtui.documents.fields import alternatives, has_records, moment, record, records, text_of
from medtui.documents.transcripts.live import is_interim
from medtui.documents.transcripts.rows import spans_of, speaker_at
from medtui.documents.turns import Draft, Spoken, grouped


def read(data: Any) -> Draft | None:
    results = record(data).get("results")
    if not has_records(results):
        return None
    best = [alternatives(item.get("alternatives")) for item in records(results)
            if is_interim(item) is not True]  # fmt: skip
    if not any(isinstance(item.get("timestamps"), list) for item in best):
        return None
    spans = spans_of(record(data).get("speaker_labels"))
    found: list[Spoken] = []
    for item in best:
        stamps = item.get("timestamps")
        timed = (
            [part for part in stamps if isinstance(part, list)] if isinstance(stamps, list) else []
        )
        for part in timed:
            if len(part) == 3 and (text := text_of(part[0])):
                start, end = moment(part[1]), moment(part[2])
                found.append(Spoken(text, speaker_at(spans, start, end), start, end))
        if not timed and (text := text_of(item.get("transcript"))):
            found.append(Spoken(text, None))
    return Draft(grouped(found)) if found else None
