"""Names of speakers in the text itself: "Ann: …", "[Ann] …", ">> Ann: …"."""

from __future__ import annotations

import re
from collections import Counter

from medtui.documents.fields import speaker_of
from medtui.documents.turns import Piece

_COLON = re.compile(
    r"(?:(?:>>+|[-–—])\s*)?([^\W\d_][^:：<>?!\n\[\]{}\"]{0,60}?)\s*(?::\s+|：\s*)(?=\S)"
)
_BRACKET = re.compile(r"[\[(<【]([^\W\d_][^:<>?!\n\[\]()【】]{0,60})[\])>】]\s*[:：]?\s*(?=\S)")
_LONGEST = 5
"""A name has at most so many words."""


def named(text: str) -> tuple[str | None, str]:
    """The name and the rest of "Name: text" or "[Name] text"; else None and the text."""
    match = _COLON.match(text) or _BRACKET.match(text)
    if match is None or len(match[1].split()) > _LONGEST:
        return None, text
    return speaker_of(match[1]), text[match.end() :]


def with_names(pieces: list[Piece]) -> list[Piece]:
    """The pieces with names moved from their texts to their speakers.

    "One thing: I am sorry" has no name in it: a name comes more than once, or most have one.
    "[laughs] Yes" has none either: in brackets, most must have one.
    """
    parted = [named(piece.text) for piece in pieces]
    brackets = [piece.text[:1] in "[(<【" for piece in pieces]
    counts = Counter(
        name for (name, _), is_in in zip(parted, brackets, strict=True) if name and not is_in
    )
    within = sum(is_in and name is not None for (name, _), is_in in
                 zip(parted, brackets, strict=True))  # fmt: skip
    are_usual = sum(counts.values()) * 2 >= len(pieces)
    in_brackets = within > 1 and within * 2 >= len(pieces)
    return [
        piece._replace(speaker=name, text=text)
        if name and (in_brackets if is_in else are_usual or counts[name] > 1)
        else piece
        for piece, (name, text), is_in in zip(pieces, parted, brackets, strict=True)
    ]
