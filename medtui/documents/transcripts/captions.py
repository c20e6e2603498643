"""Captions: VTT (Zoom, Teams, Webex, YouTube), SRT and SBV."""

from __future__ import annotations

import html
import json
import re
from collections import Counter
from collections.abc import Iterator

from medtui.documents.errors import DocumentError
from medtui.documents.fields import clean, first, instant, record, speaker_of, text_of
from medtui.documents.transcripts.cues import Cue, Cues, begins_with_times, cues_of
from medtui.documents.transcripts.names import named, with_names
from medtui.documents.turns import MAX_TURNS, Draft, Piece

MAX_CHARS = 16_000_000
GOES_ON_WITHIN = 3.0
"""A cue without a name goes on with the speaker named last, after so many seconds at most."""

_VOICE = re.compile(r"(?=<v[.\s])")
_ENTITY = re.compile(r"&#?\w{1,8};")
_POSITION = re.compile(r"\{\\[^{}\n]{0,80}\}")
_IDENTIFIER = re.compile(r"(?:\d+\s+)?\"?([^\W\d_][^\"<>]{0,60}?)\"?\s*(?:\(\d*\))?")
_QUOTED = re.compile(r"(?:\d+\s+)?\"([^\"]{1,80})\"\s*(?:\([\w-]*\))?")


def is_captions(text: str) -> bool:
    return text.lstrip("\ufeff \n\r").startswith("WEBVTT") or begins_with_times(text)


def read(text: str) -> tuple[str, Draft]:
    """The shape's name and the cues. Raises DocumentError."""
    if len(text) > MAX_CHARS or text.count("-->") > MAX_TURNS:
        raise DocumentError(
            "These captions are longer than any consultation: choose shorter ones.",
            title="Too large",
        )
    text = text.lstrip("\ufeff \n\r").replace("\r\n", "\n").replace("\r", "\n")
    kind = "vtt" if text.startswith("WEBVTT") else "srt" if "-->" in text[:600] else "sbv"
    scanned = cues_of(text)
    if not scanned.cues or scanned.broken == len(scanned.cues):
        raise _unreadable(text, "there is no cue with times")
    notes = _broken(scanned)
    _once(scanned, notes)
    found = [piece for cue in _timed(scanned.cues) for piece in _voices(cue)]
    if metadata := _teams(found):
        aside = [*scanned.aside, *_teams_aside(found)]
        return "teams", Draft(metadata, is_clock=True, notes=notes, aside=aside)
    if not any(piece.speaker for piece in found):
        found = list(_named_lines(with_names(found)))
    if not any(piece.speaker for piece in found):
        found = _by_identifiers(found, scanned.cues)
    scanned.aside += _titles(scanned.cues, found)
    found = _carried_on([_plain(piece) for piece in found], notes)
    if not any(piece.text for piece in found):
        raise _unreadable(text, "there is no cue with text")
    return kind, Draft(found, is_clock=True, notes=notes, aside=scanned.aside)


def _broken(scanned: Cues) -> list[str]:
    if not scanned.broken:
        return []
    are = "1 cue has a time" if scanned.broken == 1 else f"{scanned.broken:,} cues have times"
    return [f"{are} that cannot be read: the words are shown at the time of the cue before."]


def _timed(cues: list[Cue]) -> Iterator[Cue]:
    """The cues; one whose times are broken gets the end of the cue before as both."""
    last = 0.0
    for cue in cues:
        if cue.start is None:
            cue = cue._replace(start=last, end=last)
        last = cue.end or last
        yield cue


def _once(scanned: Cues, notes: list[str]) -> None:
    """Remove words from rolling captions that the cue before has shown."""
    words = [[_untagged(line).split() for line in cue.lines] for cue in scanned.cues]
    flat = [[word for line in lines for word in line] for lines in words]
    repeated = [0] * len(flat)
    shown: list[str] = []
    for at, now in enumerate(flat):
        repeated[at] = _overlap(shown, now)
        shown = now or shown
    rolls = sum(1 for size in repeated if size > 1)
    if rolls < 2 or rolls * 3 < len(flat):
        return
    notes.append("Each line of these captions comes more than once: it is shown once.")
    cues = []
    for cue, size, now in zip(scanned.cues, repeated, flat, strict=True):
        left = " ".join(now[size:])
        cues.append(cue._replace(lines=[left] if left else []))
    scanned.cues = cues


def _overlap(before: list[str], now: list[str]) -> int:
    """How many words at the beginning of one cue are those at the end of the one before."""
    most = min(len(before), len(now), 80)
    return next((n for n in range(most, 0, -1) if before[-n:] == now[:n]), 0)


def _untagged(line: str) -> str:
    return re.sub(r"<(?!v[.\s])[^<>]{0,200}>", "", line) if "<" in line else line


def _by_identifiers(found: list[Piece], cues: list[Cue]) -> list[Piece]:
    """Pieces with the names that identifiers of cues hold, as Webex writes them.

    Identifiers without quotes are names only where they come again.
    """
    if len(found) != len(cues):
        return found
    quoted = [_QUOTED.fullmatch(cue.identifier) for cue in cues]
    if sum(match is not None for match in quoted) * 2 >= len(cues):
        labels = [match[1] if match else None for match in quoted]
    else:
        plain = [_IDENTIFIER.fullmatch(cue.identifier) for cue in cues]
        counts = Counter(match[1] for match in plain if match)
        if len(counts) * 2 > len(cues) or len(counts) < 2:
            return found
        labels = [match[1] if match and counts[match[1]] > 1 else None for match in plain]
    return [
        piece._replace(speaker=speaker_of(label)) if label else piece
        for piece, label in zip(found, labels, strict=True)
    ]


def _titles(cues: list[Cue], found: list[Piece]) -> list[str]:
    """Identifiers of cues in words, such as titles of chapters, which are no speaker's name."""
    names = {piece.speaker for piece in found if piece.speaker}
    return [
        clean(cue.identifier)
        for cue in cues
        if any(char.isalpha() for char in cue.identifier)
        and (" " in cue.identifier or not any(char.isdigit() for char in cue.identifier))
        and not any(name in cue.identifier for name in names)
    ]


def _carried_on(found: list[Piece], notes: list[str]) -> list[Piece]:
    """The pieces; one without a name gets the speaker before it, within GOES_ON_WITHIN."""
    names = {piece.speaker for piece in found if piece.speaker}
    if len(names) < 2 or not found or found[0].speaker is None:
        return found
    carried, count = [found[0]], 0
    for piece in found[1:]:
        before = carried[-1]
        gap = (piece.start or 0.0) - (before.end if before.end is not None else 0.0)
        is_new = piece.text.startswith((">>", "- ", "– "))
        if piece.speaker is None and not is_new and gap <= GOES_ON_WITHIN:
            piece = piece._replace(speaker=before.speaker)
            count += 1
        carried.append(piece)
    if count:
        are = "1 cue without a name is" if count == 1 else f"{count:,} cues without a name are"
        notes.append(f"{are} taken for what the speaker named last goes on to say.")
    return carried


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


def _voices(cue: Cue) -> Iterator[Piece]:
    """A cue as one piece, or as one for each of its voices; all have the cue's times."""
    raw = _POSITION.sub("", "\n".join(cue.lines))
    if "<" not in raw:
        yield Piece(raw.strip(), None, cue.start, cue.end)
        return
    from webvtt.models import Caption

    for part in _VOICE.split(raw):
        if part.strip():
            spoken = Caption(text=part.strip())
            yield Piece(spoken.text.strip(), speaker_of(spoken.voice), cue.start, cue.end)


def _named_lines(pieces: list[Piece]) -> Iterator[Piece]:
    """Cues split at lines that begin with a name with which other cues begin."""
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
    """The piece with entities as characters."""

    def plain(text: str) -> str:
        return _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)

    speaker = speaker_of(plain(piece.speaker)) if piece.speaker else None
    return piece._replace(text=clean(plain(piece.text)), speaker=speaker)


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


def _teams_aside(cues: list[Piece]) -> list[str]:
    """The other values of Teams' metadata, as lines."""
    known = {"spokenText", "speakerName", "startDateTime", "endDateTime"}
    return [
        clean(f"{name}: {value}")
        for cue in cues
        for name, value in record(json.loads(cue.text, strict=False)).items()
        if name not in known and value not in (None, "")
    ]


def _unreadable(text: str, reason: str) -> DocumentError:
    lines = text.split("\n", 400)
    wrong = next((n for n, line in enumerate(lines[1:], 2) if line.strip()), 1)
    column = len(lines[wrong - 1]) - len(lines[wrong - 1].lstrip()) + 1 if lines else 1
    return DocumentError(
        f"These captions cannot be read from line {wrong}, column {column} on: a time such as"
        f' "00:00:01.200 --> 00:00:08.230" was expected ({clean(reason)[:80].lower()}).'
        " Export them again, or choose another form."
    )
