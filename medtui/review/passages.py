"""The paragraphs that the review is drawn of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from medtui.documents.assessment import Evidence


class LineKind(StrEnum):
    """What a passage is, for its look."""

    HEADING = "heading"
    MARK = "mark"
    OWN = "own"
    """The candidate's own mark."""
    DRAFT = "draft"
    """The mark of a draft by a model."""
    STRUCK = "struck"
    """A quote of a draft that was not said."""
    NOTE = "note"
    FLAG = "flag"
    DOMAIN = "domain"
    GOOD = "good"
    BETTER = "better"
    TEXT = "text"
    QUOTE = "quote"
    DONE = "done"
    PARTLY = "partly"
    MISSED = "missed"
    OTHER = "other"
    GAP = "gap"


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph. `sign` stands before it, `aside` at the right end of its first line."""

    kind: LineKind
    text: str = ""
    sign: str = ""
    aside: str = ""
    indent: int = 0
    evidence: Evidence | None = None


GAP = Passage(LineKind.GAP)


def trimmed(passages: Iterable[Passage]) -> Iterable[Passage]:
    """Without a gap at the end, or two in a row."""
    gap = False
    for passage in passages:
        if passage.kind is LineKind.GAP:
            gap = True
            continue
        if gap:
            yield GAP
        gap = False
        yield passage
