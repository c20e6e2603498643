"""Looks for a model's quotes in the talk that it was sent, as the review looks for evidence."""

from __future__ import annotations

import re
from collections.abc import Iterable

from medtui.documents.assessment import Evidence
from medtui.documents.evidence import How, Quotes, words_of
from medtui.documents.transcript import Transcript

FEWEST_WORDS, FEWEST_LETTERS = 3, 10
"""What a quote has at least, in one piece, to show anything: "yes" is in every talk."""
FEWEST_UNSPACED = 4
"""The same, in characters, for scripts without spaces between words."""
NOT_SAID = "(words that were not said)"

_GAP = re.compile(r"\[?\s*(?:…|\.{3,})\s*\]?")
_QUOTED = re.compile(
    r"“([^“”]{2,})”|\"([^\"]{2,})\"|«([^«»]{2,})»|„([^„“”]{2,})[“”]|「([^「」]{2,})」|"
    r"(?<!\w)[‘']([^‘]{8,}?)[’'](?!\w)"
)
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")


class DraftQuotes:
    """Finds a model's quotes in a transcript.

    Args:
        transcript: what the model was sent, with the names that it was not sent.
        roles: the words that stood in place of names and labels.
    """

    def __init__(self, transcript: Transcript, roles: Iterable[str] = ()) -> None:
        self._quotes = Quotes(transcript)
        words = "|".join(sorted(map(re.escape, {*roles}), key=len, reverse=True)) or "(?!)"
        self._label = re.compile(rf"^\W*(?:{words})\]?\s*:\s*")
        self._role = re.compile(rf"\[\s*(?:{words})\s*\]|\b(?:{words})\b")

    def tidy(self, quote: str) -> str:
        """A quote without the speaker's label, and with a gap where a name was taken out."""
        text = self._role.sub("[…]", self._label.sub("", quote))
        return text.strip().strip('"“”„«»「」').strip()

    def was_said(self, quote: str) -> bool:
        """Whether its words are in the transcript, exactly or nearly."""
        if not words_of(quote):
            return False
        return self._quotes.find(Evidence(quote)).how in (How.EXACT, How.SIMILAR)

    def is_telling(self, quote: str) -> bool:
        """Whether it is long enough, in one piece, to be evidence of anything."""
        return any(_is_long_enough(part) for part in _GAP.split(quote))

    def without_invented(self, text: str) -> tuple[str, list[str]]:
        """A sentence without what it quotes and was not said, and these quotes."""
        invented: list[str] = []

        def checked(match: re.Match[str]) -> str:
            quote = next(group for group in match.groups() if group is not None)
            tidy = self.tidy(quote)
            if len(words_of(tidy)) < 2 or self.was_said(tidy):
                return match[0]
            invented.append(tidy)
            return NOT_SAID

        return _QUOTED.sub(checked, text), invented


def _is_long_enough(part: str) -> bool:
    words = words_of(part)
    if len(words) >= FEWEST_WORDS and sum(map(len, words)) >= FEWEST_LETTERS:
        return True
    return len(_UNSPACED.findall(part)) >= FEWEST_UNSPACED
