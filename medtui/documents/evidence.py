"""Finds the turn that a quote comes from."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from medtui.documents.assessment import Assessment, Criterion, Domain, Evidence
from medtui.documents.transcript import Transcript

SURE_CHARS = 10
"""A quote of fewer letters must stand between ends of words: "hi" is not in "which"."""
SIMILAR = 85.0
"""The least similarity, of 100, of a quote and the words of the talk."""
CANDIDATES = 12
LONGEST_QUOTE = 2_000
LONGEST_TALK = 8_000_000
"""Quotes are looked for in so many characters: a hundred hours of talk."""

_WORD = re.compile(r"[^\W_]+")
_GAP = re.compile(r"\s*(?:\[\s*(?:…|\.{2,})\s*\]|…|\.{3,})\s*")
_LABEL = re.compile(r"^[^\W\d_][\w .'-]{0,40}:\s+")


class How(StrEnum):
    """How a quote was found."""

    EXACT = "exact"
    """Word for word, but for case, punctuation and spaces."""
    SIMILAR = "similar"
    """Nearly so."""
    TIME = "time"
    """Not its words; the file states when."""
    NOT_FOUND = "not found"


@dataclass(frozen=True, slots=True)
class Found:
    """The turn of a quote: its index, None if the quote is not found."""

    how: How
    turn: int | None = None


NOT_FOUND = Found(How.NOT_FOUND)


def words_of(text: str) -> list[str]:
    """The words of a text in the form used for comparison: no case, accents, punctuation."""
    if not text.isascii():
        # Upper case first: letters that share a capital are one, as "ı" and "i".
        text = unicodedata.normalize("NFKD", text.upper().casefold())
        text = "".join(char for char in text if not unicodedata.combining(char))
    return _WORD.findall(text.casefold())


class Quotes:
    """Finds quotes in one transcript."""

    def __init__(self, transcript: Transcript) -> None:
        self._transcript = transcript
        self._turns: list[list[str]] = []
        left = LONGEST_TALK
        for turn in transcript.turns:
            self._turns.append(words_of(turn.text) if left > 0 else [])
            left -= len(turn.text)
        self._starts: list[int] = []
        """Where in the squeezed text each turn begins."""
        self._edges: set[int] = set()
        """Where in it words begin or end."""
        at = 0
        for words in self._turns:
            self._starts.append(at)
            for word in words:
                self._edges.add(at)
                at += len(word)
            self._edges.add(at)
        self._text = "".join("".join(words) for words in self._turns)
        self._having: dict[str, list[int]] = {}
        for index, words in enumerate(self._turns):
            for word in set(words):
                self._having.setdefault(word, []).append(index)

    def find(self, quote: Evidence) -> Found:
        """Where a quote comes from: by its words, then by nearly its words, then by its time."""
        text = quote.quote[:LONGEST_QUOTE]
        stated = self._transcript.at(quote.start) if quote.start is not None else None
        forms = [text]
        if (label := _LABEL.match(text)) is not None:
            forms.append(text[label.end() :])
        for form in forms:
            parts = [words for part in _GAP.split(form) if (words := words_of(part))]
            if parts and (turn := self._exact(parts, stated)) is not None:
                return Found(How.EXACT, turn)
        for form in forms:
            if (turn := self._similar(words_of(form), stated)) is not None:
                return Found(How.SIMILAR, turn)
        return Found(How.TIME, stated) if stated is not None else NOT_FOUND

    def _exact(self, parts: list[list[str]], near: int | None) -> int | None:
        """The turn of the first part, if all parts are said."""
        found = [self._occurrences("".join(words)) for words in parts]
        if not all(found):
            return None
        # A match within one turn is preferred to one across two turns.
        places = sorted(found[0], key=lambda place: place[1])
        if near is not None:
            return min((turn for turn, _ in places), key=lambda turn: abs(turn - near))
        return places[0][0]

    def _occurrences(self, needle: str) -> list[tuple[int, bool]]:
        """The turns in which a squeezed text stands, and whether it goes beyond one."""
        found: list[tuple[int, bool]] = []
        at = self._text.find(needle)
        while at >= 0 and len(found) < 1000:
            end = at + len(needle)
            if len(needle) >= SURE_CHARS or (at in self._edges and end in self._edges):
                found.append(self._place(at, end))
            at = self._text.find(needle, at + 1)
        return found

    def _place(self, at: int, end: int) -> tuple[int, bool]:
        """The turn that holds most of a stretch, and whether it goes beyond that."""
        first, last = bisect_right(self._starts, at) - 1, bisect_right(self._starts, end - 1) - 1
        if first == last:
            return first, False
        held = Counter(bisect_right(self._starts, char) - 1 for char in range(at, end))
        return held.most_common(1)[0][0], True

    def _similar(self, words: list[str], near: int | None) -> int | None:
        if len(words) < 3 or sum(map(len, words)) < SURE_CHARS:
            return None
        from rapidfuzz import fuzz

        quote = " ".join(words)
        best: tuple[float, int] | None = None
        for turn in self._candidates(words, near):
            window, starts = self._window(turn, len(quote))
            if len(window) < len(quote) * 0.8:
                continue
            match = fuzz.partial_ratio_alignment(quote, window, score_cutoff=SIMILAR)
            if match is None or (best is not None and match.score <= best[0]):
                continue
            middle = (match.dest_start + match.dest_end) // 2
            best = (match.score, starts[bisect_right(starts, (middle, len(self._turns))) - 1][1])
        return best[1] if best else None

    def _candidates(self, words: list[str], near: int | None) -> list[int]:
        """The turns that share most with a quote, rare words counting most."""
        votes: Counter[int] = Counter()
        for word in set(words):
            having = self._having.get(word, [])
            for turn in having[:5000]:
                votes[turn] += 1000 // (len(having) + 3) + 1
        found = [turn for turn, _ in votes.most_common(CANDIDATES)]
        return found if near is None or near in found else [near, *found]

    def _window(self, turn: int, length: int) -> tuple[str, list[tuple[int, int]]]:
        """A turn's words with its neighbours', as far as the quote might reach into them."""
        parts: list[tuple[int, str]] = []
        if turn > 0:
            before = " ".join(self._turns[turn - 1])
            parts.append((turn - 1, before[-length:]))
        parts.append((turn, " ".join(self._turns[turn])))
        if turn + 1 < len(self._turns):
            parts.append((turn + 1, " ".join(self._turns[turn + 1])[:length]))
        starts: list[tuple[int, int]] = []
        at = 0
        for index, text in parts:
            starts.append((at, index))
            at += len(text) + 1
        return " ".join(text for _, text in parts), starts


def located(assessment: Assessment, transcript: Transcript | None) -> dict[str, Any]:
    """An assessment as JSON in which each quote says how it was found, and where.

    `found` is one of `How`, `turn` an index into the talk's turns and `at` the turn's start in
    seconds. Without a transcript, and where the quote is not found, the rest is None.
    """
    quotes = Quotes(transcript) if transcript is not None else None

    def where(quote: Evidence) -> dict[str, Any]:
        if quotes is None or transcript is None:
            return {"found": None, "turn": None, "at": None}
        found = quotes.find(quote)
        at = transcript.turns[found.turn].start if found.turn is not None else None
        return {"found": found.how.value, "turn": found.turn, "at": at}

    told = assessment.as_json()
    parts: list[tuple[dict[str, Any], Domain | Criterion]] = [
        *zip(told["domains"], assessment.domains, strict=True)
    ]
    parts += zip(told["criteria"], assessment.criteria, strict=True)
    for shown, part in parts:
        for quote, item in zip(shown["evidence"], part.evidence, strict=True):
            quote.update(where(item))
    return told
