"""Deepgram, which the platform's own recorder writes (through Daily)."""

from __future__ import annotations

from typing import Any

from medtui.documents.fields import alternatives, has_records, record, records, speaker_of
from medtui.documents.transcripts.segments import (
    channel_of,
    duration_of,
    own_speaker,
    piece,
    pieces,
    spoken,
)
from medtui.documents.turns import JOIN_WITHIN, Draft, Piece, grouped

CHANNEL_PAUSE = 0.5
"""Seconds. A pause in one channel ends a turn, as another channel speaks in it."""


def read(data: Any) -> Draft | None:
    """`results.utterances[]`; without them paragraphs, else words, of each channel."""
    results = record(record(data).get("results"))
    if "channels" not in results and not has_records(results.get("utterances")):
        return None
    duration = duration_of(record(record(data).get("metadata")).get("duration"))
    channels = records(results.get("channels"))
    if has_records(results.get("utterances")):
        utterances = records(results["utterances"])
        found = _by_channel([piece(item) for item in utterances], utterances)
        found = _with_names(found, utterances, data)
        if any(part.text for part in found):
            return Draft(found, duration=duration)
    found = []
    for number, channel in enumerate(channels):
        best = alternatives(channel.get("alternatives"))
        label = f"channel {number}" if len(channels) > 1 else None
        pause = CHANNEL_PAUSE if len(channels) > 1 else JOIN_WITHIN
        heard = _paragraphs(best, pause) or _words(best, pause)
        several = len({part.speaker for part in heard}) > 1
        found += [part._replace(speaker=_label(label, part.speaker, several)) for part in heard]
    return Draft(found, duration=duration) if found else None


def _with_names(found: list[Piece], utterances: list[dict[str, Any]], data: Any) -> list[Piece]:
    """Pieces with the speakers' names, where the file says them beside its turns, as ours do."""
    told = records(record(record(data).get("metadata")).get("speakers"))
    names = {
        item["speaker"]: name
        for item in told
        if type(item.get("speaker")) is int and (name := speaker_of(item.get("name")))
    }
    if not names:
        return found
    return [
        part._replace(speaker=names.get(said.get("speaker"), part.speaker))
        if type(said.get("speaker")) is int
        else part
        for part, said in zip(found, utterances, strict=True)
    ]


def _is_plain(item: dict[str, Any]) -> bool:
    return isinstance(item.get("channel"), (int, str))


def _by_channel(found: list[Piece], utterances: list[dict[str, Any]]) -> list[Piece]:
    """Pieces as they are, or with the channel in the label: each counts its speakers from 0."""
    if len({item.get("channel") for item in utterances if _is_plain(item)}) < 2:
        return found
    channels = [channel_of(item) for item in utterances]
    speakers: dict[str | None, set[str | None]] = {}
    for channel, part in zip(channels, found, strict=True):
        speakers.setdefault(channel, set()).add(part.speaker)
    return [
        part._replace(speaker=_label(channel, part.speaker, len(speakers[channel]) > 1))
        for channel, part in zip(channels, found, strict=True)
    ]


def _label(channel: str | None, speaker: str | None, several: bool) -> str | None:
    """A speaker's label, with its channel; the channel alone where only one speaks in it."""
    if channel is None:
        return speaker
    return f"{channel}, speaker {speaker}" if several and speaker is not None else channel


def _paragraphs(best: dict[str, Any], pause: float) -> list[Piece]:
    found = []
    for paragraph in records(record(best.get("paragraphs")).get("paragraphs")):
        sentences = pieces(paragraph.get("sentences"))
        text = " ".join(sentence.text for sentence in sentences if sentence.text)
        found.append(piece({**paragraph, "text": text}))
    heard = _words(best, pause)
    if not any(part.text for part in found):
        return heard
    return _with_words(found, [word for part in heard for word in part.words])


def _with_words(found: list[Piece], heard: list[Any]) -> list[Piece]:
    """The paragraphs, each with the words that start before it ends."""
    dealt, at = [], 0
    for part in found:
        mine = []
        while at < len(heard) and (
            part.end is None or heard[at].start is None or heard[at].start < part.end
        ):
            mine.append(heard[at])
            at += 1
        dealt.append(part._replace(words=mine))
    return dealt


def _words(best: dict[str, Any], pause: float = JOIN_WITHIN) -> list[Piece]:
    if found := grouped(spoken(best.get("words"), own_speaker), pause=pause):
        return found
    text = best.get("transcript")
    return [piece({"text": text})] if isinstance(text, str) else []
