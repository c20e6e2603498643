"""The candidate's own marks beside the assessor's: by how much they differ."""

from __future__ import annotations

from typing import NamedTuple

from medtui.core.agenda import fold
from medtui.documents.assessment import Assessment

SAME = 0.5
"""Percentage points below which two marks are the same."""


class Difference(NamedTuple):
    """A candidate's own mark, or a draft's, and the assessor's, in percent; None: there is none."""

    own: float | None
    given: float | None

    @property
    def points(self) -> float | None:
        """By how many percentage points the candidate's own is higher; None if one is missing."""
        return None if self.own is None or self.given is None else self.own - self.given

    @property
    def words(self) -> str:
        """ "Self-assessment 72 %, 8 points higher"; "" without an own mark."""
        return self.said("Self-assessment")

    def said(self, what: str) -> str:
        """The same of other marks than the candidate's: "Draft 72 %, 8 points higher"."""
        if self.own is None:
            return ""
        words = f"{what} {self.own:.0f} %"
        if self.points is None:
            return words
        if abs(self.points) < SAME:
            return f"{words}, the same"
        return f"{words}, {points_words(self.points)}"


def points_words(points: float) -> str:
    """ "8 points higher", "1 point lower"."""
    count = round(abs(points))
    return f"{count} point{'' if count == 1 else 's'} {'higher' if points > 0 else 'lower'}"


def compared(given: Assessment, own: Assessment) -> dict[str, Difference]:
    """The marks of both, by `key` of the domain's name; the whole's under ""."""
    marks, theirs = _percents(given), _percents(own)
    return {
        name: Difference(theirs.get(name), marks.get(name)) for name in marks.keys() | theirs.keys()
    }


def key(name: str) -> str:
    """A domain's name for comparison: rubrics spell it in more than one way."""
    return " ".join(fold(name).split())


def _percents(assessment: Assessment) -> dict[str, float | None]:
    found = {"": assessment.overall.percent}
    for domain in assessment.domains:
        percent = None
        if domain.score is not None and domain.max and not domain.insufficient_evidence:
            percent = 100 * domain.score / domain.max
        found[key(domain.name)] = percent
    return found
