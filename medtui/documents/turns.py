"""Makes turns: words are joined to pieces, pieces to turns, units become seconds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from medtui.documents.fields import clean
from medtui.documents.transcript import Transcript, Turn, Word, word_of
from medtui.documents.units import (
    MILLISECONDS as MILLISECONDS,
)
from medtui.documents.units import (
    SECONDS,
    checked_duration,
    unit_by_words,
)
from medtui.documents.units import (
    TICKS as TICKS,
)

JOIN_WITHIN = 10.0
"""Seconds. Pieces of one speaker with a shorter pause between them are one turn."""
SPEAKERLESS_PAUSE = 1.2
"""Seconds. Without speakers, a longer pause begins a new turn."""
TURN_WORDS = 400
TURN_CHARS = 4_000
"""Longer turns are split at ends of sentences, to be readable and quick to draw."""
MAX_TURNS = 100_000
SINCE_1970 = ((1e9, 2.2e9), (1e12, 2.2e12))
"""Seconds and milliseconds since 1970, of the years from 2001 to 2039."""

_ENDS = (".", "?", "!", "…", "。", "？", "！")


class Spoken(NamedTuple):
    """A word with its speaker; times in the file's unit. `glued`: no space before it."""

    text: str
    speaker: str | None
    start: float | None = None
    end: float | None = None
    confidence: float | None = None
    glued: bool = False


spoken_of = partial(tuple.__new__, Spoken)
"""A word of its six values, quickly: see `word_of`."""


class Piece(NamedTuple):
    """A segment, utterance or cue of a file. Times are in the file's unit."""

    text: str
    speaker: str | None = None
    start: float | None = None
    end: float | None = None
    confidence: float | None = None
    words: Sequence[Word] = ()


@dataclass(slots=True)
class Draft:
    """What a reader found; `finish` makes a transcript of it."""

    pieces: list[Piece]
    unit: float = SECONDS
    """How many seconds the shape's unit of time is."""
    duration: float | None = None
    """In seconds, where the shape says it."""
    is_clock: bool = False
    """Whether times carried their own unit, so that it need not be doubted."""
    notes: list[str] = field(default_factory=list)
    aside: list[str] = field(default_factory=list)
    """What the file says beside the consultation: its head, its foot, remarks of the service."""


def grouped(
    words: Iterable[Spoken],
    unit: float = SECONDS,
    space: str = " ",
    pause: float = JOIN_WITHIN,
) -> list[Piece]:
    """Pieces from single words: one for each run of a speaker. `pause`: in seconds, ends one."""
    pieces: list[Piece] = []
    run: list[Spoken] = []
    for word in _absorbed(list(words)):
        if run and _breaks(run, word, unit, pause):
            pieces.append(_piece(run, space))
            run = []
        run.append(word)
    if run:
        pieces.append(_piece(run, space))
    return pieces


def finish(source: str, draft: Draft) -> Transcript | None:
    """The transcript; None where nothing is said in it."""
    pieces = [piece for piece in draft.pieces if piece.text]
    if not pieces:
        return None
    notes = list(draft.notes)
    if len(pieces) > MAX_TURNS:
        notes.append(f"Only the first {MAX_TURNS:,} turns are shown: this file holds more.")
        del pieces[MAX_TURNS:]
    if draft.unit != TICKS:
        pieces = _from_zero(pieces)
    if all(piece.start is not None for piece in pieces):
        pieces.sort(key=_start)
    unit = draft.unit if draft.is_clock else _fitting_unit(pieces, draft.unit, draft.duration)
    turns = tuple(_turn(piece, unit) for piece in _joined(_cut(pieces, unit), unit))
    last = max((turn.end or turn.start or 0.0 for turn in turns), default=0.0)
    duration, contradicts = checked_duration(last, draft.duration)
    if contradicts:
        notes.append(
            f"The file says that the recording takes {draft.duration:g}, which its times"
            " contradict: the length shown is that of the times."
        )
    if duration is None:
        duration = max((turn.end for turn in turns if turn.end is not None), default=None)
    aside = {"beside the consultation": draft.aside} if draft.aside else {}
    return Transcript(source, turns, _rounded(duration), tuple(notes), aside)


def _from_zero(pieces: list[Piece]) -> list[Piece]:
    """Pieces whose times are since 1970, from the first of them on; others as they are."""
    first = min((piece.start for piece in pieces if piece.start is not None), default=0.0)
    if not any(low < first < high for low, high in SINCE_1970):
        return pieces

    def shifted(time: float | None) -> float | None:
        return None if time is None else time - first

    return [
        piece._replace(
            start=shifted(piece.start),
            end=shifted(piece.end),
            words=[
                word._replace(start=shifted(word.start), end=shifted(word.end))
                for word in piece.words
            ],
        )
        for piece in pieces
    ]


def _start(piece: Piece) -> float:
    return piece.start or 0.0


def _absorbed(words: list[Spoken]) -> list[Spoken]:
    """The words; those without a speaker between words of one speaker get that speaker."""
    if all(word.speaker is not None for word in words):
        return words
    last: str | None = None
    gap: list[int] = []
    for index, word in enumerate(words):
        if word.speaker is None:
            if word.glued and not gap and last is not None:
                words[index] = word._replace(speaker=last)
            else:
                gap.append(index)
            continue
        if gap and word.speaker == last:
            for unknown in gap:
                words[unknown] = words[unknown]._replace(speaker=last)
        gap.clear()
        last = word.speaker
    return words


def _breaks(run: list[Spoken], word: Spoken, unit: float, pause: float) -> bool:
    """Whether a word begins a new piece."""
    if word.glued:
        return False
    before = run[-1]
    if word.speaker != before.speaker:
        return True
    if len(run) >= TURN_WORDS and (_ends(before) or len(run) >= TURN_WORDS * 2):
        return True
    if word.start is None or before.end is None:
        return word.speaker is None and _ends(before)
    limit = SPEAKERLESS_PAUSE if word.speaker is None else pause
    return (word.start - before.end) * unit > limit


def _ends(word: Spoken) -> bool:
    return word.text.endswith(_ENDS)


def _piece(run: list[Spoken], space: str) -> Piece:
    # By column: a third of the time that it takes word by word.
    texts, speakers, starts, ends, confidences, glued = zip(*run, strict=True)
    words = list(map(word_of, zip(texts, starts, ends, confidences, strict=True)))
    if any(glued):
        words = _with_glued(words, glued)
        texts, starts, ends, confidences = zip(*words, strict=True)
    start = next((time for time in starts if time is not None), None)
    end = next((time for time in reversed(ends) if time is not None), None)
    mean = _mean(words)
    is_known = start is not None or mean is not None
    text = clean(space.join(texts))
    return Piece(text, speakers[0], start, end, mean, words if is_known else ())


def _with_glued(words: list[Word], glued: Sequence[bool]) -> list[Word]:
    """The words; those that are glued have become a part of the word before."""
    found: list[Word] = []
    for word, is_glued in zip(words, glued, strict=True):
        if is_glued and found:
            found[-1] = found[-1]._replace(text=found[-1].text + word.text)
        else:
            found.append(word)
    return found


def _mean(words: Sequence[Word]) -> float | None:
    known = [word.confidence for word in words if word.confidence is not None]
    return sum(known) / len(known) if known else None


def _fitting_unit(pieces: Sequence[Piece], unit: float, duration: float | None) -> float:
    """The unit of the times in seconds: `unit`, unless the talk would be too fast or slow."""
    last = max((piece.end or piece.start or 0.0 for piece in pieces), default=0.0)
    if last <= 0 or (duration and 0.05 <= last * unit / duration <= 2.0):
        return unit
    talk = sum(
        piece.end - piece.start
        for piece in pieces
        if piece.start is not None and piece.end is not None and piece.end > piece.start
    )
    count = sum(piece.text.count(" ") + 1 for piece in pieces)
    return unit_by_words(talk or last, count, unit)


def _cut(pieces: Iterable[Piece], unit: float) -> Iterable[Piece]:
    """The pieces; those too long for a turn are split, between timed words if there are any."""
    for piece in pieces:
        if len(piece.text) <= TURN_CHARS * 2:
            yield piece
        elif len(piece.words) > TURN_WORDS:
            words = (Spoken(word.text, piece.speaker, *word[1:]) for word in piece.words)
            yield from grouped(words, unit)
        else:
            texts = list(_cut_text(piece.text))
            for index, text in enumerate(texts):
                yield piece._replace(
                    text=text,
                    start=piece.start if index == 0 else None,
                    end=piece.end if index == len(texts) - 1 else None,
                    words=(),
                )


def _cut_text(text: str) -> Iterable[str]:
    at = 0
    while len(text) - at > TURN_CHARS * 2:
        window = text[at : at + TURN_CHARS * 2]
        end = max(window.rfind(mark + " ", TURN_CHARS) for mark in _ENDS)
        if end < 0:
            end = window.rfind(" ", TURN_CHARS)
        end = end + 1 if end >= 0 else len(window)
        yield window[:end].strip()
        at += end
    yield text[at:].strip()


def _joined(pieces: Iterable[Piece], unit: float) -> Iterable[Piece]:
    """Join consecutive pieces of one speaker without a long pause, which recognisers split.

    A piece said while another speaker goes on stays a piece.
    """
    run: list[Piece] = []
    length = 0
    ends: dict[str | None, float] = {}
    for piece in pieces:
        if run and (length > TURN_CHARS or not _continues(run[-1], piece, unit, ends)):
            yield _one(run)
            run, length = [], 0
        run.append(piece)
        length += len(piece.text)
        if piece.end is not None:
            ends[piece.speaker] = max(piece.end, ends.get(piece.speaker, 0.0))
    if run:
        yield _one(run)


def _continues(before: Piece, piece: Piece, unit: float, ends: dict[str | None, float]) -> bool:
    """Whether a piece continues the one before. `ends`: the last end of each speaker so far."""
    if piece.speaker is None or piece.speaker != before.speaker:
        return False
    end = before.end if before.end is not None else before.start
    # Without times the rows stay as they were written.
    if end is None or piece.start is None or (piece.start - end) * unit > JOIN_WITHIN:
        return False
    if piece.start - end <= 0.5 / unit:
        return True
    return not any(other > end for who, other in ends.items() if who != piece.speaker)


def _one(run: list[Piece]) -> Piece:
    if len(run) == 1:
        return run[0]
    known = [(len(piece.text), piece.confidence) for piece in run if piece.confidence is not None]
    total = sum(size for size, _ in known)
    ends = [piece.end for piece in run if piece.end is not None]
    return Piece(
        " ".join(piece.text for piece in run),
        run[0].speaker,
        run[0].start,
        max(ends, default=None),
        sum(size * value for size, value in known) / total if total else None,
        [word for piece in run for word in piece.words],
    )


def _turn(piece: Piece, unit: float) -> Turn:
    def scaled(time: float | None) -> float | None:
        return None if time is None else round(time * unit, 3)

    words = piece.words
    if unit != SECONDS:
        words = [
            Word(word.text, scaled(word.start), scaled(word.end), word.confidence) for word in words
        ]
    confidence = piece.confidence if piece.confidence is not None else _mean(words)
    return Turn(
        piece.text,
        piece.speaker,
        scaled(piece.start),
        scaled(piece.end),
        _rounded(confidence),
        tuple(words),
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
