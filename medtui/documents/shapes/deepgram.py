"""Deepgram, which the platform's own recorder writes (through Daily)."""

from __future__ import annotations

from typing import Any

from medtui.documents.fields import alternatives, has_records, record, records, speaker_of
from medtui.documents.shapes.segments import duration_of, own_speaker, piece, pieces, spoken
from medtui.documents.turns import Draft, Piece, grouped


def read(data: Any) -> Draft | None:
    """`results.utterances[]`; without them paragraphs, else words, of each channel."""
    results = record(record(data).get("results"))
    if "channels" not in results and not has_records(results.get("utterances")):
        return None
    duration = duration_of(record(record(data).get("metadata")).get("duration"))
    channels = records(results.get("channels"))
    if has_records(results.get("utterances")):
        utterances = records(results["utterances"])
        several = len({item.get("channel") for item in utterances if _is_plain(item)}) > 1
        found = [_named(piece(item), item, several) for item in utterances]
        if any(part.text for part in found):
            return Draft(found, duration=duration)
    found = []
    for number, channel in enumerate(channels):
        best = alternatives(channel.get("alternatives"))
        label = f"channel {number}" if len(channels) > 1 else None
        found += [
            part if part.speaker is not None else part._replace(speaker=label)
            for part in _paragraphs(best) or _words(best)
        ]
    return Draft(found, duration=duration) if found else None


def _is_plain(item: dict[str, Any]) -> bool:
    return isinstance(item.get("channel"), (int, str))


def _named(part: Piece, item: dict[str, Any], several: bool) -> Piece:
    """Take the channel for the speaker if the file tells speakers apart by channel alone."""
    if part.speaker is None and several and (channel := speaker_of(item.get("channel"))):
        return part._replace(speaker=f"channel {channel}")
    return part


def _paragraphs(best: dict[str, Any]) -> list[Piece]:
    found = []
    for paragraph in records(record(best.get("paragraphs")).get("paragraphs")):
        sentences = pieces(paragraph.get("sentences"))
        text = " ".join(sentence.text for sentence in sentences if sentence.text)
        found.append(piece({**paragraph, "text": text}))
    heard = _words(best)
    if not any(part.text for part in found):
        return heard
    return _with_words(found, [word for part in heard for word in part.words])


def _with_words(found: list[Piece], heard: list[Any]) -> list[Piece]:
    """Hand the words out to the paragraphs in whose time they fall."""
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


def _words(best: dict[str, Any]) -> list[Piece]:
    if found := grouped(spoken(best.get("words"), own_speaker)):
        return found
    text = best.get("transcript")
    return [piece({"text": text})] if isinstance(text, str) else []
