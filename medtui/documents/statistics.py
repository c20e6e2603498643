"""What an examiner would note of a talk: who spoke how much, monologues, questions, pauses."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise

from medtui.documents.transcript import Transcript, Turn, same_people

PAUSE = 3.0
"""A silence between turns of so many seconds counts as a pause."""

_QUESTION = re.compile(r"[?？؟]+")


@dataclass(frozen=True, slots=True)
class Share:
    """What one speaker has of the talk. `share` lies between 0 and 1: of the talking time
    where all turns are timed, else of the words."""

    speaker: str | None
    words: int
    seconds: float | None
    share: float
    questions: int


@dataclass(frozen=True, slots=True)
class Monologue:
    """The longest stretch of one speaker, from a turn on."""

    speaker: str | None
    turn: int
    words: int
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Statistics:
    """The figures of a talk; None where it carries no times."""

    duration: float | None
    words: int
    shares: tuple[Share, ...]
    longest: Monologue | None
    questions: int
    pauses: int | None
    longest_pause: float | None
    is_timed: bool


def statistics_of(
    transcript: Transcript, begins: int = 0, names: dict[str, str] | None = None
) -> Statistics:
    """Figures of the talk from the turn `begins` on; labels of one name are one speaker."""
    turns = transcript.turns[begins:]
    if names and len(set(names.values())) < len(names):
        same = same_people(transcript.speakers, names)
        turns = tuple(
            replace(turn, speaker=same[turn.speaker]) if turn.speaker else turn for turn in turns
        )
    counts = [len(turn.text.split()) for turn in turns]
    is_timed = bool(turns) and all(_length(turn) is not None for turn in turns)
    words = sum(counts)
    talk = sum(_length(turn) or 0.0 for turn in turns)
    speakers: dict[str | None, list[int]] = {}
    for index, turn in enumerate(turns):
        speakers.setdefault(turn.speaker, []).append(index)
    shares = []
    for speaker, mine in speakers.items():
        said = sum(counts[index] for index in mine)
        seconds = sum(_length(turns[index]) or 0.0 for index in mine) if is_timed else None
        part = seconds / talk if seconds is not None and talk else said / words if words else 0.0
        asked = sum(len(_QUESTION.findall(turns[index].text)) for index in mine)
        shares.append(Share(speaker, said, seconds, part, asked))
    gaps = [gap for before, after in pairwise(turns) if (gap := _gap(before, after)) is not None]
    long = [gap for gap in gaps if gap >= PAUSE]
    return Statistics(
        _duration(transcript, begins),
        words,
        tuple(shares),
        _longest(turns, counts, begins),
        sum(share.questions for share in shares),
        len(long) if gaps else None,
        max(long, default=None),
        is_timed,
    )


def _length(turn: Turn) -> float | None:
    if turn.start is None or turn.end is None:
        return None
    return max(0.0, turn.end - turn.start)


def _gap(before: Turn, after: Turn) -> float | None:
    return None if before.end is None or after.start is None else after.start - before.end


def _duration(transcript: Transcript, begins: int) -> float | None:
    if transcript.duration is None or not begins:
        return transcript.duration
    start = transcript.turns[begins].start if begins < len(transcript.turns) else None
    return transcript.duration if start is None else max(0.0, transcript.duration - start)


def _longest(turns: tuple[Turn, ...], counts: list[int], begins: int) -> Monologue | None:
    """Turns of one speaker that follow each other are one monologue."""
    best: Monologue | None = None
    first = 0
    for index, turn in enumerate(turns):
        if turn.speaker is None or turn.speaker != turns[first].speaker:
            first = index
        start, end = turns[first].start, turn.end
        seconds = end - start if start is not None and end is not None else None
        words = sum(counts[first : index + 1]) if index - first < 50 else counts[index]
        here = Monologue(turn.speaker, begins + first, words, seconds)
        if best is None or _size(here) > _size(best):
            best = here
    return best


def _size(monologue: Monologue) -> tuple[float, int]:
    return (monologue.seconds or 0.0, monologue.words)
