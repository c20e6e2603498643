"""Messages of live recognition: interim results are left out, as final ones repeat them."""

from __future__ import annotations

from bisect import bisect_right
from operator import itemgetter
from typing import Any

from medtui.documents.fields import Record, alternatives, first, has_records, record, records
from medtui.documents.transcripts.segments import channel_of, own_speaker, piece, spoken, times
from medtui.documents.turns import Draft, Piece, grouped

SAMPLE = 200
"""So many messages are looked at to tell whether they are of live recognition."""

_FLAGS = ("is_final", "isFinal", "IsFinal", "final", "Final")
_KINDS = ("message_type", "type", "event", "message", "Type")
_INTERIM = ("partial", "interim", "delta", "hypothesis", "recognizing")
_FINAL = ("final", "completed", "addtranscript", "recognized", "results")


def read(data: Any) -> Draft | None:
    """A list of messages, each with the words of one stretch: Deepgram's, and others' like them."""
    rows = records(data)
    if not isinstance(data, list) or not _are_messages(rows):
        return None
    kept, dropped = without_interim(rows)
    found: list[Piece] = []
    for row in kept:
        best = _best(row)
        if words := spoken(best.get("words") or row.get("words"), own_speaker):
            found += grouped(words)
        elif (said := piece({**best, **row, "text": first(best, "transcript", "text", "content")
                             or first(row, "transcript", "text")})).text:  # fmt: skip
            found.append(said)
    if not any(part.text for part in found):
        return None
    return Draft(_by_channel(found, kept), notes=interim_note(dropped))


def _by_channel(found: list[Piece], rows: list[Record]) -> list[Piece]:
    labels = {channel_of(row) for row in rows if _best(row)}
    if len(labels) < 2 or any(part.speaker for part in found):
        return found
    starts = [(start, channel_of(row)) for row in rows if (start := times(row)[0]) is not None]
    starts.sort(key=itemgetter(0))
    return [part._replace(speaker=_channel_at(starts, part.start)) for part in found]


def _channel_at(starts: list[tuple[float, str | None]], time: float | None) -> str | None:
    """The channel of the last message that begins at or before a time; None without either."""
    if time is None:
        return None
    at = bisect_right(starts, time, key=itemgetter(0))
    return starts[at - 1][1] if at else None


def _are_messages(rows: list[Record]) -> bool:
    """Whether any of the first rows states if it is final."""
    return any(is_interim(row) is not None for row in rows[:SAMPLE])


def is_interim(row: Record) -> bool | None:
    """Whether a message is not final yet; None where it does not say."""
    for name in _FLAGS:
        if isinstance(row.get(name), bool):
            return not row[name]
    for name in _KINDS:
        kind = row.get(name)
        if isinstance(kind, str) and len(kind) < 80 and " " not in kind:
            word = kind.casefold()
            if any(mark in word for mark in _INTERIM):
                return True
            if any(mark in word for mark in _FINAL) and name != "type":
                return False
    return None


def without_interim(rows: list[Record]) -> tuple[list[Record], int]:
    """The final messages, and those that nothing final follows; and how many are left out."""
    if not _are_messages(rows):
        return rows, 0
    state = [is_interim(row) for row in rows]
    if True not in state:
        return rows, 0
    last = max((index for index, interim in enumerate(state) if interim is False), default=-1)
    after = [index for index in range(last + 1, len(rows)) if state[index]]
    kept = [
        row
        for index, row in enumerate(rows)
        if not state[index] or (after and index == after[-1] and not _is_repeated(rows, index))
    ]
    return kept, len(rows) - len(kept)


def _is_repeated(rows: list[Record], index: int) -> bool:
    words = first(_best(rows[index]), "transcript") or first(rows[index], "text", "transcript")
    return any(
        words == (first(_best(row), "transcript") or first(row, "text", "transcript"))
        for row in rows[:index]
        if is_interim(row) is False
    )


def interim_note(dropped: int) -> list[str]:
    """The note about interim results that are left out; empty without any."""
    if not dropped:
        return []
    are = "1 interim result is" if dropped == 1 else f"{dropped:,} interim results are"
    return [f"{are} left out: the final words are shown."]


def _best(row: Record) -> Record:
    """The best hypothesis of a message."""
    holder = record(row.get("channel")) or row
    if has_records(holder.get("alternatives")):
        return alternatives(holder["alternatives"])
    results = holder.get("results")
    if has_records(results) and "alternatives" in results[0]:
        return alternatives(results[0]["alternatives"])
    return {}
