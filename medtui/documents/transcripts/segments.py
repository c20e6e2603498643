"""Reads segments and words under the keys that services use."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import chain, repeat
from math import isnan
from types import NoneType
from typing import Any

from medtui.documents.fields import (
    Record,
    clean,
    first,
    has_records,
    instant,
    is_clock,
    moment,
    number,
    probability,
    records,
    speaker_of,
    text_of,
)
from medtui.documents.transcript import Word, word_of
from medtui.documents.turns import Piece, Spoken, spoken_of

TEXT = (
    "text", "transcript", "punctuated_word", "word", "content", "message", "utterance",
    "spokenText", "sentence", "display", "value", "body", "said", "line", "caption", "speech",
    "transcription", "utf8", "raw_text", "parts", "spoken_text", "words_spoken", "dialogue",
)  # fmt: skip
SPEAKER = (
    "speaker", "speaker_name", "speakerName", "speaker_label", "speakerLabel", "role", "name",
    "speaker_id", "speakerId", "participant", "participant_name", "author", "from", "user",
    "participant_details", "ParticipantDetails", "participant_role", "sender", "sender_name",
    "speaker_tag", "spk", "who", "person", "channel_name", "username", "user_name",
)  # fmt: skip
CHANNEL = ("channel", "channel_index", "channel_id", "channel_label", "channel_tag", "track")
START = ("start", "start_time", "startTime", "start_offset", "startOffset", "begin", "start_ms",
         "secondsFromStart", "seconds_from_start", "time_in_call_secs", "start_timestamp",
         "begin_audio_time", "audio_start", "start_seconds", "start_sec", "start_secs",
         "begin_time", "offset_seconds", "from_time", "tStartMs", "offsetMilliseconds",
         "startMs", "startTimeMs", "start_time_ms", "ts", "timestamp", "time", "offset", "when",
         "created_at", "date")  # fmt: skip
END = ("end", "end_time", "endTime", "end_offset", "endOffset", "stop", "end_ms", "end_ts",
       "end_timestamp", "end_audio_time", "audio_end", "end_seconds", "end_sec", "end_secs",
       "to_time", "stop_time", "endMs", "endTimeMs", "end_time_ms", "finish")  # fmt: skip
DURATION = ("duration", "length", "dDurationMs", "durationMilliseconds", "duration_ms",
            "durationMs", "duration_seconds", "dur")  # fmt: skip
CONFIDENCE = ("confidence", "score", "probability")
_STARTS = frozenset(START)
_IN_UNITS = (
    (("ms", "milliseconds", "millis", "msec"), 1e-3),
    (("ticks",), 1e-7),
    (("secs", "seconds", "sec", "fromstart"), 1.0),
)
"""How a key that names its own unit ends, and that unit in seconds."""

_BLOCK = 512
"""So many words are read by column at once: they fit in the processor's cache."""

Confidence = Callable[[Record], float | None]
Columns = tuple[list[str], list[float], list[float], list[float]]
"""Texts, starts, ends and confidences of words."""


def confidence_of(item: Record) -> float | None:
    sure = item.get("confidence")
    return probability(sure if sure is not None else first(item, *CONFIDENCE))


def word(item: Record, confidence: Confidence = confidence_of) -> Word | None:
    """A word with its times, from under any of the usual names."""
    text = item.get("punctuated_word") or item.get("word")
    if not isinstance(text, str):
        text = text_of(first(item, "text", "content", "value"))
    elif not (text.isalpha() and text.isascii()):
        text = clean(text)
    if not text:
        return None
    start, end = item.get("start"), item.get("end")
    if type(start) is not float or type(end) is not float:
        return Word(text, *times(item), confidence(item))
    return Word(text, start, end, confidence(item))


def words(items: Any, confidence: Confidence = confidence_of) -> list[Word]:
    """Words with their times, of a list of objects; those without a text are left out."""
    if confidence is confidence_of and (blocks := _usual_words(items)) is not None:
        return [heard for block in blocks for heard in map(word_of, zip(*block, strict=True))]
    return [found for item in records(items) if (found := word(item, confidence))]


def _usual_words(items: Any) -> list[Columns] | None:
    """Words of the most usual form by column; None if any word differs from it.

    What is made of them is that of `word`, in a tenth of the time.
    """
    if not has_records(items):
        return None
    name = "punctuated_word" if "punctuated_word" in items[0] else "word"
    found: list[Columns] = []
    for at in range(0, len(items), _BLOCK):
        part = items[at : at + _BLOCK]
        try:
            texts = [item[name] for item in part]
            starts = [item["start"] for item in part]
            ends = [item["end"] for item in part]
            sures = [item["confidence"] for item in part]
        except (KeyError, TypeError):
            return None
        if name == "word" and any("punctuated_word" in item for item in part):
            return None
        if {*map(type, texts)} != {str}:
            return None
        if {*map(type, starts), *map(type, ends), *map(type, sures)} != {float}:
            return None
        run = "".join(texts)
        if not all(texts) or not run.isprintable() or " " in run:
            return None
        if not 0 <= min(sures) <= max(sures) <= 1 or isnan(sum(sures)):
            return None
        found.append((texts, starts, ends, sures))
    return found


def spoken(
    items: Any, speaker: Callable[[Record], str | None], confidence: Confidence = confidence_of
) -> list[Spoken]:
    """Words with their speakers, for shapes that are nothing but words."""
    found: list[Spoken] = []
    if confidence is confidence_of and (blocks := _usual_words(items)) is not None:
        for number, (texts, *times) in enumerate(blocks):
            part = items[number * _BLOCK : (number + 1) * _BLOCK]
            who = _speakers(part, speaker)
            apart = repeat(False, len(part))
            found += map(spoken_of, zip(texts, who, *times, apart, strict=True))
        return found
    for item in records(items):
        if heard := word(item, confidence):
            found.append(Spoken(heard.text, speaker(item), *heard[1:]))
    return found


def _speakers(items: list[Record], speaker: Callable[[Record], str | None]) -> Sequence[str | None]:
    """The speaker of each item; the most usual form of them is looked at once for each speaker."""
    if speaker is own_speaker:
        given = [item.get("speaker") for item in items]
        if {*map(type, given)} in ({int}, {str}):
            known = {value: speaker_of(value) for value in set(given)}
            if None not in known.values():
                return [known[value] for value in given]
    return [speaker(item) for item in items]


def own_speaker(item: Record) -> str | None:
    """A row's speaker under the first usual key that has one; None without one."""
    for name in SPEAKER:
        value = item.get(name)
        if value is not None and value != "" and (found := speaker_of(value)) is not None:
            return found
    return None


def channel_of(item: Record) -> str | None:
    """The label of a row's channel; None where it has none."""
    value = first(item, *CHANNEL)
    if isinstance(value, list):
        value = value[0] if value else None
    label = speaker_of(value)
    return f"channel {label}" if label and label.isdigit() else label


@lru_cache(256)
def unit_of_key(name: str) -> float | None:
    """The unit in seconds that a key names, as "start_ms" does; None if it names none."""
    ending = name.casefold().replace("_", "")
    if name.casefold() in ("secondsfromstart", "seconds_from_start"):
        return 1.0
    return next((unit for ends, unit in _IN_UNITS if ending.endswith(ends)), None)


def times(item: Record) -> tuple[float | None, float | None]:
    """Start and end of a row, in seconds where keys or values say their unit.

    A pair under one key is start and end. Without an end, it is start plus duration.
    """
    start, end = item.get("start"), item.get("end")
    if type(start) in _NUMBERS and type(end) in _NUMBERS:  # fast path: the most frequent form
        return number(start), number(end)
    start = end = None
    for name in START:
        value = item.get(name)
        if isinstance(value, list) and len(value) == 2:
            start, end = moment(value[0]), moment(value[1])
        elif isinstance(value, dict) and (end := moment(first(value, "to", "end"))) is not None:
            start = moment(first(value, "from", "start"))
        elif value is not None and value != "":
            start = _in_seconds(name, value)
        if start is not None:
            break
    if end is None:
        for name in END:
            if (end := _in_seconds(name, item.get(name))) is not None:
                break
    if end is None and start is not None:
        for name in DURATION:
            if (length := _in_seconds(name, item.get(name))) is not None:
                end = start + length
                break
    if start is not None and end is not None and end > start + _ERA:
        end = None  # start and end are on different clocks
    return start, end


_ERA = 1e8
_NUMBERS = (int, float)


def _in_seconds(name: str, value: Any) -> float | None:
    if isinstance(value, list):
        return None
    found = moment(value)
    if found is None:
        return instant(value)
    if is_clock(value) or (unit := unit_of_key(name)) is None:
        return found
    return found * unit


def piece(item: Record, confidence: Confidence = confidence_of) -> Piece:
    """One segment, with its words where it has them."""
    start, end = times(item)
    heard = words(item.get("words"), confidence) if "words" in item else []
    speaker = own_speaker(item)
    if speaker is None and heard:
        speaker = _speaker_of_most(records(item["words"]))
    text = text_of(first(item, *TEXT)) or next(
        (said for name in TEXT if (said := text_of(item.get(name)))), ""
    )
    if not text and heard:
        text = clean(" ".join(part.text for part in heard))
    if start is None and heard:
        start, end = heard[0].start, heard[-1].end
    return Piece(text, speaker, start, end, confidence(item), heard)


def pieces(items: Any, confidence: Confidence = confidence_of) -> list[Piece]:
    return [piece(item, confidence) for item in records(items)]


def carries_units(items: list[Record]) -> bool:
    """Whether the times of segments are clocks, or say their unit, rather than bare numbers."""
    for name in _STARTS.intersection(chain.from_iterable(items)):
        values = [item.get(name) for item in items]
        kinds = {*map(type, values)}
        if not kinds <= {float, int, NoneType}:
            values = [value for value in values if value is not None and value != ""]
            if any(is_clock(value) or instant(value) for value in values):
                return True
            kinds = {*map(type, values)}
        if kinds - {NoneType} and unit_of_key(name) is not None:
            return True
    return False


def duration_of(*candidates: Any) -> float | None:
    """The first of these that is a length of time above zero, in seconds."""
    for candidate in candidates:
        found = moment(candidate) if is_clock(candidate) else number(candidate)
        if found and found > 0:
            return found
    return None


def _speaker_of_most(items: list[Record]) -> str | None:
    counts: dict[str, int] = {}
    for item in items:
        if speaker := own_speaker(item):
            counts[speaker] = counts.get(speaker, 0) + 1
    return max(counts, key=lambda speaker: counts[speaker], default=None)
