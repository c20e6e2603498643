"""The text of a document, to test whether it contains other texts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cached_property

from medtui.documents.fields import clean

PART = 4_000
"""Longer texts are compared in parts of so many characters."""
MOST_SEARCHED = 500_000_000
"""The most characters searched for texts that do not follow the one before. After that such a text
counts as left over even if the document has it: this bounds the time."""

_VERBATIM = 24
"""Shorter texts are compared by words only, as they may be parts of words."""
_NEAR = 20_000

_WORD = re.compile(r"\w+")


class KnownText:
    """The text of a document, to test whether it contains other texts.

    Most texts of a file equal a turn, or come in the order of the turns: these are found
    without splitting them into words. `labelled`: gives the turns with their speakers.
    """

    def __init__(self, texts: list[str], labelled: Callable[[], list[str]] = list) -> None:
        self._texts = texts
        self._labelled = labelled
        self._at = 0
        self._at_words = 0
        self._unspent = MOST_SEARCHED

    @cached_property
    def _whole_texts(self) -> set[str]:
        return set(self._texts)

    @cached_property
    def _text(self) -> str:
        return " ".join(self._texts)

    @cached_property
    def _words(self) -> set[str]:
        found: set[str] = set()
        for text in self._texts:
            found.update(_WORD.findall(text.casefold()))
        return found

    @cached_property
    def _joined(self) -> str:
        return _joined(self._texts)

    @cached_property
    def _joined_with_names(self) -> str:
        return _joined(self._labelled())

    def holds(self, text: str) -> bool:
        """Whether all words of a text are in the document, in this order."""
        if text in self._whole_texts:
            return True
        if len(text) >= _VERBATIM:
            tidy = clean(text)
            at = self._text.find(tidy, self._at, self._at + len(tidy) + _NEAR)
            if at >= 0:
                self._at = at
                return True
        if len(text) > PART * 2:
            return all(map(self.holds, parts_of(text)))
        words = _WORD.findall(text.casefold())
        if not words:
            return True
        if not self._words.issuperset(words):
            return False
        return len(words) == 1 or self._holds_in_order(" ".join(words))

    def _holds_in_order(self, words: str) -> bool:
        # Most texts come in the order of the document: search near the last match first.
        at = self._joined.find(words, self._at_words, self._at_words + len(words) + _NEAR)
        if at < 0 and self._may_search(self._joined):
            at = self._joined.find(words)
        if at >= 0:
            self._at_words = at
            return True
        return self._may_search(self._joined_with_names) and words in self._joined_with_names

    def _may_search(self, text: str) -> bool:
        """Whether MOST_SEARCHED allows one more search of this text; counts it."""
        self._unspent -= len(text)
        return self._unspent >= 0


def _joined(texts: list[str]) -> str:
    return " ".join(" ".join(_WORD.findall(text.casefold())) for text in texts)


def parts_of(text: str) -> Iterator[str]:
    """A text in parts of about PART characters, cut between words where there are any."""
    at = 0
    while len(text) - at > PART * 2:
        end = max(text.rfind(space, at + 1, at + PART) for space in " \n")
        end = end if end > 0 else at + PART
        yield text[at:end]
        at = end
    yield text[at:]
