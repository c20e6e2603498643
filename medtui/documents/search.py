"""Finds words in a transcript as they are typed."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import NamedTuple

from medtui.documents.transcript import Transcript

MOST = 100_000


class Hit(NamedTuple):
    """Where something stands: a turn, and the characters of its text."""

    turn: int
    start: int
    end: int


class Search:
    """All turns as one text in small letters, so that a search is one pass through it."""

    def __init__(self, transcript: Transcript) -> None:
        lowered = [_lower(turn.text) for turn in transcript.turns]
        self._text = "\n".join(lowered)
        self._starts: list[int] = []
        at = 0
        for text in lowered:
            self._starts.append(at)
            at += len(text) + 1
        self.hits: list[Hit] = []

    def find(self, words: str) -> list[Hit]:
        """Every place where these words stand, case aside."""
        needle = " ".join(_lower(words).split())
        if words[-1:].isspace() and needle:
            needle += " "
        self.hits = []
        at = self._text.find(needle) if needle else -1
        while at >= 0 and len(self.hits) < MOST:
            turn = bisect_right(self._starts, at) - 1
            start = at - self._starts[turn]
            self.hits.append(Hit(turn, start, start + len(needle)))
            at = self._text.find(needle, at + len(needle))
        return self.hits

    def within(self, turn: int) -> list[Hit]:
        """The hits of one turn."""
        first = bisect_left(self.hits, (turn,))
        return self.hits[first : bisect_left(self.hits, (turn + 1,))]

    def from_turn(self, turn: int) -> int | None:
        """The number of the first hit in a turn or behind it, or of the very first."""
        if not self.hits:
            return None
        at = bisect_left(self.hits, (turn,))
        return at if at < len(self.hits) else 0


def _lower(text: str) -> str:
    """In small letters, each character staying one character."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(small if len(small := char.lower()) == 1 else char for char in text)
