"""What was heard of a talk: words with times by track, and the turns that they make.

A track is what one microphone heard, so all its words are one person's, except where it also heard
the other person from afar: such an echo is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from statistics import median
from typing import Annotated

from annotated_types import Interval, Len

JOIN_SECONDS = 2.0
"""What one person says after a shorter pause belongs to the same turn."""

ECHO_SECONDS = 1.0
"""An echo is at most so many seconds away from what it repeats."""

ECHO_SAME, ECHO_QUIETER = 0.6, 6.0
"""An echo has this share of its words in common with the louder track, and is so many dB quieter,
each compared with how loud the track usually is."""

ECHO_WORDS = 3
"""Fewer words are no echo: two people may both say "yes"."""

LONGEST_LOOP, MOST_REPEATS = 12, (5, 3, 2)
"""How many words may be a loop, and how often one, two, three or more may follow themselves."""

LONGEST_WORD = 80
MOST_WORDS = 20_000
LONGEST_SECONDS = 6 * 3600

Seconds = Annotated[float, Interval(ge=0, le=LONGEST_SECONDS + 3600)]


@dataclass(frozen=True, slots=True)
class HeardWord:
    """A word with its punctuation; times in seconds, `confidence` from 0 to 1."""

    text: Annotated[str, Len(1, LONGEST_WORD)]
    start: Seconds
    end: Seconds
    confidence: Annotated[float, Interval(ge=0, le=1)]


@dataclass(frozen=True, slots=True)
class Utterance:
    """What is said on one track without a pause.

    `start` and `end` are of the voice, which may begin before the first word is understood.
    `level`: how loud it is, in dB below the loudest that a recording can hold.
    """

    start: Seconds
    end: Seconds
    level: Annotated[float, Interval(ge=-120, le=10)]
    words: Annotated[tuple[HeardWord, ...], Len(1, MOST_WORDS)]

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    def moved(self, seconds: float) -> Utterance:
        """The same, so many seconds later; never before the beginning."""
        words = tuple(
            replace(word, start=max(0.0, word.start + seconds), end=max(0.0, word.end + seconds))
            for word in self.words
        )
        start, end = max(0.0, self.start + seconds), max(0.0, self.end + seconds)
        return replace(self, start=start, end=end, words=words)


@dataclass(frozen=True, slots=True)
class SpokenTurn:
    """What one person says until the other does. `track`: the number of the track."""

    track: int
    start: float
    end: float
    words: tuple[HeardWord, ...]

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def confidence(self) -> float:
        return sum(word.confidence for word in self.words) / len(self.words)


def turns(tracks: Sequence[Sequence[Utterance]], *, are_apart: bool = True) -> list[SpokenTurn]:
    """The turns of all tracks in order of time.

    `are_apart`: each track is one person's voice. Else there is one track with everybody on it, and
    each utterance is a turn.
    """
    kept = without_echoes(tracks) if are_apart else tracks
    spoken = sorted(
        ((said, number) for number, track in enumerate(kept) for said in track),
        key=lambda each: (each[0].start, each[1]),
    )
    found: list[SpokenTurn] = []
    for said, number in spoken:
        last = found[-1] if found else None
        if (
            are_apart
            and last is not None
            and last.track == number
            and said.start - last.end <= JOIN_SECONDS
        ):
            found[-1] = replace(last, end=max(last.end, said.end), words=last.words + said.words)
        else:
            found.append(SpokenTurn(number, said.start, said.end, said.words))
    return found


def without_echoes(tracks: Sequence[Sequence[Utterance]]) -> list[list[Utterance]]:
    """The tracks without what one microphone heard of the other's voice."""
    usual = [median([said.level for said in track]) if track else 0.0 for track in tracks]
    return [
        [
            said
            for said in track
            if not any(
                _is_echo(said, usual[number], other, usual[at])
                for at, other in enumerate(tracks)
                if at != number
            )
        ]
        for number, track in enumerate(tracks)
    ]


def _is_echo(said: Utterance, usual: float, other: Iterable[Utterance], other_usual: float) -> bool:
    near = [
        each
        for each in other
        if each.start - ECHO_SECONDS < said.end and said.start < each.end + ECHO_SECONDS
    ]
    words = [
        plain(word.text)
        for each in near
        for word in each.words
        if said.start - ECHO_SECONDS <= word.end and word.start <= said.end + ECHO_SECONDS
    ]
    own = [plain(word.text) for word in said.words]
    if len(own) < ECHO_WORDS or not words:
        return False
    loudest = max(each.level for each in near)
    is_quieter = said.level <= loudest - ECHO_QUIETER or (
        said.level - usual <= loudest - other_usual - ECHO_QUIETER
    )
    matcher = SequenceMatcher(None, own, words, autojunk=False)
    same = sum(block.size for block in matcher.get_matching_blocks())
    return is_quieter and same >= ECHO_SAME * len(own)


def plain(word: str) -> str:
    """A word in small letters without punctuation, as recognisers' plain words are."""
    return "".join(letter for letter in word.casefold() if letter.isalnum() or letter in "'-")


def without_loops(words: Sequence[HeardWord]) -> list[HeardWord]:
    """The words without what a model repeats when it has lost its way: MOST_REPEATS of it stay."""
    kept = list(words)
    for size in range(1, LONGEST_LOOP + 1):
        most = MOST_REPEATS[min(size, len(MOST_REPEATS)) - 1]
        at = 0
        while at + size <= len(kept):
            said = [plain(word.text) for word in kept[at : at + size]]
            ends, times = at + size, 1
            while [plain(word.text) for word in kept[ends : ends + size]] == said:
                ends, times = ends + size, times + 1
            if times > most:
                del kept[at + size : ends]
            at += 1
    return kept
