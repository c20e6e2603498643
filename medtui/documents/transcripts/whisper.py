"""OpenAI's transcriptions, and what is built on Whisper: openai-whisper, whisper.cpp, WhisperX."""

from __future__ import annotations

from typing import Any

from medtui.documents.fields import (
    Record,
    first,
    from_log,
    has_records,
    moment,
    number,
    probability,
    record,
    records,
    speaker_of,
    text_of,
)
from medtui.documents.transcript import Word
from medtui.documents.transcripts.segments import duration_of, own_speaker, pieces, spoken
from medtui.documents.turns import MILLISECONDS, Draft, Piece, grouped

_MARKS = ("avg_logprob", "no_speech_prob", "compression_ratio", "seek", "tokens")


def read_whisperx(data: Any) -> Draft | None:
    """WhisperX: `segments[]` with speakers on segments and words, either of which may lack one."""
    return _read(data) if "word_segments" in record(data) else None


def read_openai(data: Any) -> Draft | None:
    """OpenAI's verbose_json and diarized_json: `segments[]`, or only `words[]`, at the top."""
    is_ours = record(data).get("task") in ("transcribe", "translate") and "text" in data
    head = next(iter(records(record(data).get("segments"))), {})
    return _read(data) if is_ours or head.get("type") == "transcript.text.segment" else None


def read_whisper(data: Any) -> Draft | None:
    """openai-whisper: `segments[]` with the model's own figures and perhaps `words[]`."""
    head = next(iter(records(record(data).get("segments"))), {})
    return _read(data) if any(mark in head for mark in _MARKS) else None


def _read(data: Record) -> Draft | None:
    duration = duration_of(data.get("duration"), data.get("audio_duration"))
    loose = data.get("word_segments") if "word_segments" in data else data.get("words")
    found = pieces(data.get("segments"), _confidence)
    if not any(part.text for part in found):
        found = grouped(spoken(loose, own_speaker, _confidence))
    elif has_records(loose) and not any(part.words for part in found):
        found = _dealt(found, records(loose))
    return Draft(found, duration=duration) if found else None


def read_cpp(data: Any) -> Draft | None:
    """whisper.cpp: `transcription[]`, in milliseconds, with nothing but changes of speaker."""
    segments = records(record(data).get("transcription"))
    if not segments or not any("offsets" in item or "timestamps" in item for item in segments):
        return None
    found: list[Piece] = []
    tells_turns = any(item.get("speaker_turn_next") is True for item in segments)
    goes_on = False
    for item in segments:
        part = _cpp_piece(item)
        if goes_on and tells_turns and found:
            before = found[-1]
            found[-1] = before._replace(
                text=f"{before.text} {part.text}".strip(),
                end=part.end,
                words=[*before.words, *part.words],
            )
        else:
            found.append(part)
        goes_on = item.get("speaker_turn_next") is not True
    return Draft(found, MILLISECONDS)


def _cpp_piece(item: Record) -> Piece:
    offsets, clock = record(item.get("offsets")), record(item.get("timestamps"))
    start, end = moment(offsets.get("from")), moment(offsets.get("to"))
    if start is None and (seconds := moment(clock.get("from"))) is not None:
        start = seconds * 1000
    if end is None and (seconds := moment(clock.get("to"))) is not None:
        end = seconds * 1000
    return Piece(
        text_of(item.get("text")), speaker_of(item.get("speaker")), start, end, None, _cpp(item)
    )


def _cpp(item: Record) -> list[Word]:
    """The segment with words made of its tokens: a token with a leading space begins a word."""
    found: list[Word] = []
    for token in records(item.get("tokens")):
        text = token.get("text")
        if not isinstance(text, str) or text.startswith("[_"):  # a special token of the model
            continue
        offsets = record(token.get("offsets"))
        start, end = moment(offsets.get("from")), moment(offsets.get("to"))
        sure = probability(token.get("p"))
        if found and not text.startswith(" "):
            last = found[-1]
            known = [value for value in (last.confidence, sure) if value is not None]
            found[-1] = Word(last.text + text_of(text), last.start, end, min(known, default=None))
        elif clean := text_of(text):
            found.append(Word(clean, start, end, sure))
    return found


def _confidence(item: Record) -> float | None:
    sure = probability(first(item, "confidence", "score", "probability"))
    return sure if sure is not None else from_log(item.get("avg_logprob"))


def _dealt(found: list[Piece], loose: list[Record]) -> list[Piece]:
    """The segments, each with the words at the top of the file that fall in its time."""
    heard = [
        Word(word.text, word.start, word.end, word.confidence)
        for word in spoken(loose, lambda item: None, _confidence)
    ]
    dealt, at = [], 0
    for index, part in enumerate(found):
        following = found[index + 1].start if index + 1 < len(found) else None
        mine = []
        while at < len(heard):
            start = number(heard[at].start)
            if following is not None and start is not None and start >= following - 1e-6:
                break
            mine.append(heard[at])
            at += 1
        dealt.append(part._replace(words=mine))
    return dealt
