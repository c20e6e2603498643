"""Lists of rows: which of a file's lists is the talk, and what its columns are.

Rows are objects with words in them; the list may be anywhere in the file, and its keys written
in any case.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Iterator
from typing import Any, NamedTuple

from medtui.documents.fields import Record, first, has_records, plain, record, records, text_of
from medtui.documents.transcripts import segments
from medtui.documents.transcripts.segments import own_speaker, times

MAX_LISTS = 500
DEPTH = 8
SAMPLE = 50
"""So many rows of a list are looked at to tell what it is."""

_KNOWN = (
    *segments.TEXT, *segments.SPEAKER, *segments.CHANNEL, *segments.START, *segments.END,
    *segments.DURATION, *segments.CONFIDENCE, "words", "is_final", "alternatives",
)  # fmt: skip


_OTHER_LANGUAGES = {
    "text": "texte texto testo tekst inhalt aussage nachricht mensaje messaggio parole текст"
            " реплика",
    "speaker": "sprecher sprecherin redner locuteur orateur interlocuteur hablante orador falante"
               " relatore parlante oratore spreker mówca говорящий спикер rolle rôle rol ruolo",
    "start": "beginn anfang zeit startzeit début debut heure inicio hora início inizio ora begin"
             " początek начало время",
    "end": "ende endzeit schluss fin final fim fine einde koniec конец",
}  # fmt: skip
CANONICAL: dict[str, str] = {
    plain(word): name for name, words in _OTHER_LANGUAGES.items() for word in words.split()
}
CANONICAL |= {plain(_name): _name for _name in reversed(_KNOWN)}
"""By a key in the form for comparison, the key as ours, also of other languages."""


class SpokenSpan(NamedTuple):
    """Who speaks, from when to when, in the file's unit."""

    start: float
    end: float | None
    speaker: str


def canonical(rows: list[Record]) -> list[Record]:
    """Rows whose keys are written as ours: "StartTime" and "start time" become "start_time"."""
    renamed: dict[str, str] = {}
    for row in rows[:SAMPLE]:
        for name in row:
            if name not in _KNOWN and (own := CANONICAL.get(plain(name))) is not None:
                renamed.setdefault(name, own)
    if not renamed:
        return rows
    return [_renamed(row, renamed) for row in rows]


def _renamed(row: Record, renamed: dict[str, str]) -> Record:
    found: Record = {}
    for name, value in row.items():
        own = renamed.get(name, name)
        if has_records(value):
            value = canonical(records(value))
        if own not in found:
            found[own] = value
    return found


def lists_of(data: Any) -> Iterator[list[Record]]:
    """Every list of objects in a value, outer ones first."""
    waiting: deque[tuple[Any, int]] = deque([(data, 0)])
    count = 0
    while waiting and count < MAX_LISTS:
        value, depth = waiting.popleft()
        if isinstance(value, list):
            rows = records(value)
            if rows and len(rows) * 2 >= len(value):
                count += 1
                yield rows
            inner = value[:4]
        elif isinstance(value, dict):
            inner = list(value.values())
        else:
            continue
        if depth < DEPTH:
            waiting += [(part, depth + 1) for part in inner if isinstance(part, (dict, list))]


def says(row: Record) -> bool:
    """Whether a row has words."""
    if isinstance(value := first(row, *segments.TEXT), (str, list, dict)) and text_of(value):
        return True
    return has_records(row.get("words"))


def best_list(data: Any) -> list[Record] | None:
    """The list that is the talk: of those with most words the one with speakers and times."""
    offered: list[tuple[int, bool, bool, list[Record]]] = []
    for rows in lists_of(data):
        rows = canonical(rows)
        sample = [row for row in rows[:SAMPLE] if says(row)]
        if not sample or len(sample) * 2 < len(rows[:SAMPLE]):
            continue
        size = sum(_size(row) for row in sample) * len(rows) // len(rows[:SAMPLE])
        speaks = any(own_speaker(row) for row in sample)
        is_timed = any(times(row)[0] is not None for row in sample)
        offered.append((size, speaks, is_timed, rows))
    if not offered:
        return None
    most = max(size for size, *_ in offered)
    likely = [one for one in offered if one[0] * 2 >= most]
    return max(likely, key=lambda one: (one[1], one[2], one[0]))[3]


def _size(row: Record) -> int:
    if text := text_of(first(row, *segments.TEXT)):
        return len(text)
    return sum(len(text_of(first(word, *segments.TEXT))) for word in records(row.get("words")))


def spans_of(data: Any) -> list[SpokenSpan]:
    """Who speaks when, from a list without words in the file; sorted by time."""
    for rows in lists_of(data):
        rows = canonical(rows)
        sample = rows[:SAMPLE]
        if any(says(row) for row in sample) or not all(own_speaker(row) for row in sample[:5]):
            continue
        found = [
            SpokenSpan(start, end, who)
            for row in rows
            for start, end in [_from_to(row)]
            if start is not None and (who := own_speaker(row)) is not None
        ]
        if found:
            return sorted(found)
    return []


def _from_to(row: Record) -> tuple[float | None, float | None]:
    start, end = times(row)
    if start is None and isinstance(row.get("from"), (int, float)):
        start, end = float(row["from"]), end
        if isinstance(row.get("to"), (int, float)):
            end = float(row["to"])
    return start, end


def speaker_at(spans: list[SpokenSpan], start: float | None, end: float | None) -> str | None:
    """Who speaks at the middle of a stretch of time; None if no span covers it."""
    if start is None or not spans:
        return None
    middle = start if end is None else (start + end) / 2
    at = bisect_right(spans, middle, key=lambda span: span.start) - 1
    if at < 0:
        return None
    span = spans[at]
    if span.end is None or middle <= span.end + 1.0:
        return span.speaker
    return None


def names_of(data: Any) -> dict[str, str]:
    """Names by label, from a separate list of speakers; empty without one."""
    for key in ("speakers", "participants", "speaker_names", "speakerNames", "speaker_map"):
        people = record(data).get(key)
        if isinstance(people, dict):
            return {
                str(label): name
                for label, name in people.items()
                if isinstance(name, str) and name.strip()
            }
        found = {
            str(label): name
            for person in records(people)
            if (label := first(person, "id", "speaker_id", "speaker", "label", "index")) is not None
            and isinstance(name := first(person, "name", "speaker_name", "display_name"), str)
        }
        if found:
            return found
    return {}
