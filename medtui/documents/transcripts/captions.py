"""Captions: VTT (Zoom, Teams and others) and SRT."""

from __future__ import annotations

import html
import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from medtui.documents.errors import DocumentError
from medtui.documents.fields import clean, first, instant, moment, record, speaker_of, text_of
from medtui.documents.turns import MAX_TURNS, Draft, Piece

if TYPE_CHECKING:
    from webvtt import Caption

MAX_CHARS = 16_000_000

_NAME = re.compile(r"([^\W\d_][^:<>?!\n]{0,60}?)\s*[:：]\s+(?=\S)")
_VOICE = re.compile(r"(?=<v[.\s])")
_ENTITY = re.compile(r"&#?\w{1,8};")
_SRT = re.compile(r"\ufeff?\s*(?:\d+\s*\n\s*)?\d+:\d\d:\d\d[,.]\d{1,3}\s*-->")


def is_captions(text: str) -> bool:
    return text.lstrip("\ufeff \n\r").startswith("WEBVTT") or bool(_SRT.match(text[:400]))


def read(text: str) -> tuple[str, Draft]:
    """The shape's name and the cues. Raises DocumentError."""
    import webvtt
    from webvtt.errors import MalformedCaptionError, MalformedFileError

    if len(text) > MAX_CHARS or text.count("-->") > MAX_TURNS:
        raise DocumentError(
            "These captions are longer than any talk: bring shorter ones.", title="Too large"
        )
    text = text.lstrip("\ufeff \n\r").replace("\r\n", "\n").replace("\r", "\n")
    kind = "vtt" if text.startswith("WEBVTT") else "srt"
    try:
        captions = webvtt.from_buffer(io.StringIO(text), format=kind).captions
    except (MalformedFileError, MalformedCaptionError, ValueError) as error:
        raise _unreadable(text, str(error)) from error
    found = [piece for caption in captions for piece in _voices(caption)]
    if metadata := _teams(found):
        return "teams", Draft(metadata, is_clock=True)
    if not any(piece.speaker for piece in found):
        found = list(_named_lines(with_names(found)))
    found = [_plain(piece) if kind == "vtt" else _one_line(piece) for piece in found]
    if not any(piece.text for piece in found):
        raise _unreadable(text, "there is no cue with text")
    return kind, Draft(found, is_clock=True)


def named(text: str) -> tuple[str | None, str]:
    """ "Name: text" taken apart; without a name, None and the text."""
    match = _NAME.match(text)
    if match is None or match[1].count(" ") > 4:
        return None, text
    return speaker_of(match[1]), text[match.end() :]


def with_names(pieces: list[Piece]) -> list[Piece]:
    """Pieces whose names stand in their texts, taken apart.

    "One thing: I am sorry" has no name in it: a name comes more than once, or most have one.
    """
    parted = [named(piece.text) for piece in pieces]
    counts = Counter(name for name, _ in parted if name)
    are_usual = sum(counts.values()) * 2 >= len(pieces)
    return [
        piece._replace(speaker=name, text=text)
        if name and (are_usual or counts[name] > 1)
        else piece
        for piece, (name, text) in zip(pieces, parted, strict=True)
    ]


def teams_piece(item: dict[str, object]) -> Piece:
    """An entry of Teams' metadata: ISO dates, or clocks, and spoken text."""
    return Piece(
        text_of(first(item, "spokenText", "text")),
        speaker_of(first(item, "speakerName", "speakerDisplayName", "speaker")),
        instant(item.get("startDateTime")),
        instant(item.get("endDateTime")),
    )


def from_first(found: list[Piece]) -> list[Piece]:
    """Instants as seconds since the first of them."""
    zero = min((piece.start for piece in found if piece.start is not None), default=0.0)
    return [
        piece._replace(
            start=None if piece.start is None else piece.start - zero,
            end=None if piece.end is None else piece.end - zero,
        )
        for piece in found
    ]


def _voices(caption: Caption) -> Iterator[Piece]:
    """A cue as one piece, or as one for each of its voices; all have the cue's times."""
    start, end = moment(caption.start), moment(caption.end)
    parts = [part for part in _VOICE.split(caption.raw_text) if part.strip()]
    if len(parts) < 2:
        yield Piece(caption.text.strip(), speaker_of(caption.voice), start, end)
        return
    for part in parts:
        spoken = type(caption)(text=part.strip())
        yield Piece(spoken.text.strip(), speaker_of(spoken.voice), start, end)


def _named_lines(pieces: list[Piece]) -> Iterator[Piece]:
    """Cues taken apart where a line within begins with a name that other cues begin with."""
    known = {piece.speaker for piece in pieces if piece.speaker}
    for piece in pieces:
        lines: list[str] = []
        for line in piece.text.split("\n"):
            name, text = named(line) if lines else (None, line)
            if name in known:
                yield piece._replace(text="\n".join(lines))
                piece, lines = piece._replace(speaker=name), []  # its next part
            else:
                text = line
            lines.append(text)
        yield piece._replace(text="\n".join(lines))


def _plain(piece: Piece) -> Piece:
    """Without VTT's entities, which stand for characters that mean something in it."""

    def plain(text: str) -> str:
        return _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)

    speaker = speaker_of(plain(piece.speaker)) if piece.speaker else None
    return piece._replace(text=clean(plain(piece.text)), speaker=speaker)


def _one_line(piece: Piece) -> Piece:
    return piece._replace(text=clean(piece.text))


def _teams(cues: list[Piece]) -> list[Piece]:
    """Teams' metadata comes as JSON within the cues, whose own times it shares."""
    found = []
    for cue in cues:
        if not cue.text.startswith("{"):
            return []
        try:
            item = record(json.loads(cue.text, strict=False))
        except (ValueError, RecursionError):
            return []
        if "spokenText" not in item:
            return []
        found.append(teams_piece(item)._replace(start=cue.start, end=cue.end))
    return found


def _unreadable(text: str, reason: str) -> DocumentError:
    lines = text.split("\n", 400)
    wrong = next((n for n, line in enumerate(lines[1:], 2) if line.strip()), 1)
    column = len(lines[wrong - 1]) - len(lines[wrong - 1].lstrip()) + 1 if lines else 1
    return DocumentError(
        f"These captions cannot be read from line {wrong}, column {column} on: a time such as"
        f' "00:00:01.200 --> 00:00:08.230" was expected ({clean(reason)[:80].lower()}).'
        " Export them again, or bring another form."
    )
