"""Finds words in a transcript as they are typed."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from itertools import islice
from typing import NamedTuple

from medtui.documents.transcript import Transcript

MOST = 200_000
"""No more hits are counted."""


class Hit(NamedTuple):
    """The place of a hit: a turn, and the range of characters in its text."""

    turn: int
    start: int
    end: int


class Search:
    """Searches all turns as one text in lower case.

    Hits are numbered in the order of the talk; the place of one is computed by `hit`.
    """

    def __init__(self, transcript: Transcript) -> None:
        lowered = [_lower(turn.text) for turn in transcript.turns]
        self._text = "\n".join(lowered)
        self._starts: list[int] = []
        at = 0
        for text in lowered:
            self._starts.append(at)
            at += len(text) + 1
        self._places: list[int] = []
        self._length = 0

    def __len__(self) -> int:
        """How many hits there are."""
        return len(self._places)

    def find(self, words: str) -> None:
        """Find all places of these words, ignoring case."""
        needle = " ".join(_lower(words).split())
        if needle and words[-1].isspace():
            needle += " "
        self._length = len(needle)
        found = re.finditer(re.escape(needle), self._text) if needle else ()
        self._places = [match.start() for match in islice(found, MOST)]

    def hit(self, number: int) -> Hit:
        """The place of a hit."""
        at = self._places[number]
        turn = bisect_right(self._starts, at) - 1
        start = at - self._starts[turn]
        return Hit(turn, start, start + self._length)

    def within(self, turn: int) -> range:
        """The numbers of the hits of one turn."""
        behind = self._starts[turn + 1] if turn + 1 < len(self._starts) else len(self._text) + 1
        return range(bisect_left(self._places, self._starts[turn]),
                     bisect_left(self._places, behind))  # fmt: skip

    def from_turn(self, turn: int) -> int | None:
        """The number of the first hit in a turn or behind it, else of the very first."""
        if not self._places:
            return None
        at = bisect_left(self._places, self._starts[turn]) if turn < len(self._starts) else 0
        return at if at < len(self._places) else 0


def _lower(text: str) -> str:
    """In small letters, each character staying one character."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(small if len(small := char.lower()) == 1 else char for char in text)
