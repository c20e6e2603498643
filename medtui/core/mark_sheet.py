"""A mark sheet as plain data: an assessor's marks and remarks, by any rubric.

Nothing of the case is ever in it: neither its name, nor a brief, nor the condition.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Annotated, Any, NamedTuple
from uuid import UUID, uuid4

from pydantic import BeforeValidator, Field, PlainSerializer

from medtui.core.models import clean_line
from medtui.core.rubrics import Mark, Rubric, RubricDomain

LONGEST = 2_000
"""The most characters of one remark."""
MOST = 200
"""The most remarks of one kind in one place."""

WHOLE = ""
"""The place for marks and remarks on the station as a whole, rather than a domain."""

Remarks = Annotated[tuple[str, ...], Field(max_length=MOST)]

_BULLETS = re.compile(r"(?:(?:[-*•–▪◦]|\d{1,3}[.)])\s+)+")


class RemarkKind(StrEnum):
    """The kinds of remarks."""

    STRENGTH = "strengths"
    IMPROVEMENT = "improvements"
    FLAG = "red_flags"
    EVIDENCE = "evidence"
    NOTE = "notes"


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of one place: a domain, or the whole, whose score is its grade, from 1."""

    score: Annotated[Mark, Field(strict=True)] | None = None
    insufficient: bool = False
    strengths: Remarks = ()
    improvements: Remarks = ()
    red_flags: Remarks = ()
    evidence: Remarks = ()
    notes: Remarks = ()

    def of(self, kind: RemarkKind) -> tuple[str, ...]:
        found: tuple[str, ...] = getattr(self, kind.value)
        return found

    def having(self, kind: RemarkKind, remarks: tuple[str, ...]) -> Marks:
        changed: Marks = replace(self, **{kind.value: remarks})  # type: ignore[arg-type]
        return changed

    @property
    def remarks(self) -> list[tuple[RemarkKind, int, str]]:
        """All remarks, as kind, number in that kind (from 0), and text."""
        return [(kind, n, text) for kind in RemarkKind for n, text in enumerate(self.of(kind))]


NOTHING = Marks()


class Spot(NamedTuple):
    """Where text is typed: a new remark in a place, or (`at`) the text of an existing one."""

    place: str
    kind: RemarkKind
    at: Annotated[int, Field(ge=0, le=MOST)] | None = None


def _by_key(rows: Any) -> Any:
    """Marks by rubric and place, of rows as JSON has them."""
    return {(rubric, place): marks for rubric, place, marks in rows}


def _by_spot(rows: Any) -> Any:
    """Texts by place, kind and number, of rows as JSON has them."""
    return {(place, kind, at): text for place, kind, at, text in rows}


def _rows(values: Mapping[Any, Any]) -> list[list[Any]]:
    """Rows of a key's parts and its value: JSON has no keys of several parts."""
    return [[*key, value] for key, value in values.items()]


@dataclass(frozen=True, slots=True)
class Totals:
    """The sum of the marks, weighted by the rubric.

    `max` counts the marked domains only, as no mark is not zero; `missing` are the others.
    """

    score: float | None
    max: float
    percent: float | None
    missing: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """An assessor's sheet about one candidate in one session.

    `marks` are by rubric and place, so that changing the rubric loses nothing. `revision` grows
    with every change. `station` is the start of the station that it is about, as text.
    `is_examiner`: the assessor marks as an examiner, not as a fellow trainee.
    """

    session: UUID
    candidate: UUID
    rubric: Rubric
    id: UUID = field(default_factory=uuid4)
    revision: Annotated[int, Field(strict=True, ge=0, le=2**53)] = 0
    station: str | None = None
    is_examiner: bool = False
    marks: Annotated[
        Mapping[tuple[str, str], Marks], BeforeValidator(_by_key), PlainSerializer(_rows)
    ] = field(default_factory=dict)
    whole: Marks = NOTHING
    drafts: Annotated[Mapping[Spot, str], BeforeValidator(_by_spot), PlainSerializer(_rows)] = (
        field(default_factory=dict)
    )
    """What was typed and neither kept as a remark nor taken back."""
    typing: Spot | None = None
    """Where text is being typed; None: nowhere."""

    @property
    def is_empty(self) -> bool:
        return not any(marks != NOTHING for marks in (self.whole, *self.marks.values()))

    def domain(self, place: str) -> RubricDomain | None:
        """The domain of this name; None for the whole."""
        return next((each for each in self.rubric.domains if each.name == place), None)

    def at(self, place: str) -> Marks:
        """The marks of a place; empty ones if there are none."""
        given = self.marks.get((self.rubric.id, place), NOTHING)
        return replace(self.whole, score=given.score) if place == WHOLE else given

    # Changes, each a new sheet

    def score(self, place: str, score: int | None) -> Sheet:
        """Set a mark, or for None remove it. The mark of the whole is its grade."""
        return self._put(place, replace(self.at(place), score=score))

    def toggle_insufficient(self, place: str) -> Sheet:
        marks = self.at(place)
        return self._put(place, replace(marks, insufficient=not marks.insufficient))

    def write(self, spot: Spot, text: str) -> Sheet:
        """Add a remark, or replace one's text. An empty text changes nothing."""
        place, kind, at = spot
        remarks, text = self.at(place).of(kind), tidy(text)
        done = self.draft(spot, "").type(None)
        if not text or (at is None and len(remarks) >= MOST):
            return done
        if at is None or not 0 <= at < len(remarks):
            remarks = (*remarks, text)
        else:
            remarks = (*remarks[:at], text, *remarks[at + 1 :])
        return done._put(place, self.at(place).having(kind, remarks))

    def delete(self, spot: Spot) -> Sheet:
        """Delete a remark, and the drafts of those of its kind that move up."""
        place, kind, at = spot
        remarks = self.at(place).of(kind)
        if at is None or not 0 <= at < len(remarks):
            return self
        left = {
            other: text
            for other, text in self.drafts.items()
            if (other.place, other.kind) != (place, kind) or other.at is None
        }
        rest = self.at(place).having(kind, (*remarks[:at], *remarks[at + 1 :]))
        return replace(self, drafts=left)._put(place, rest)

    def about(self, station: str) -> Sheet:
        """Set the station that it is about."""
        return replace(self, station=station)

    def draft(self, spot: Spot, text: str) -> Sheet:
        """Save the text typed so far as a draft: marks and `revision` do not change."""
        drafts = {other: begun for other, begun in self.drafts.items() if other != spot}
        return replace(self, drafts={**drafts, spot: text} if text.strip() else drafts)

    def type(self, spot: Spot | None) -> Sheet:
        """Set where text is being typed."""
        return replace(self, typing=spot)

    def choose(self, rubric: Rubric) -> Sheet:
        """Mark by another rubric. Marks by the present one come back with it."""
        return replace(self, rubric=rubric, revision=self.revision + 1)

    def toggle_examiner(self) -> Sheet:
        return replace(self, is_examiner=not self.is_examiner, revision=self.revision + 1)

    def _put(self, place: str, marks: Marks) -> Sheet:
        if marks == self.at(place):
            return self
        key = (self.rubric.id, place)
        if place != WHOLE:
            return replace(self, marks={**self.marks, key: marks}, revision=self.revision + 1)
        grade = Marks(score=marks.score)
        return replace(
            self,
            marks={**self.marks, key: grade},
            whole=replace(marks, score=None),
            revision=self.revision + 1,
        )

    # Results

    @property
    def totals(self) -> Totals:
        given = [(domain, self.at(domain.name).score) for domain in self.rubric.domains]
        marked = [(domain, score) for domain, score in given if score is not None]
        missing = len(given) - len(marked)
        if not marked:
            return Totals(None, self.rubric.counts, None, missing)
        score = round(sum(domain.worth(score) for domain, score in marked), 2)
        most = round(sum(domain.counts for domain, _ in marked), 2) if missing else (
            self.rubric.counts
        )  # fmt: skip
        return Totals(score, most, round(100 * score / most, 1) if most else None, missing)

    @property
    def grade(self) -> str:
        """The grade of the whole; "" if none is given."""
        at = self.at(WHOLE).score
        return self.rubric.grades[at - 1] if at and at <= len(self.rubric.grades) else ""

    @property
    def elsewhere(self) -> int:
        """How many marks and remarks are under domains that the present rubric lacks."""
        here = {(self.rubric.id, place) for place in (WHOLE, *self._places)}
        return sum(
            len(marks.remarks) + (marks.score is not None)
            for key, marks in self.marks.items()
            if key not in here
        )

    @property
    def _places(self) -> list[str]:
        return [domain.name for domain in self.rubric.domains]


def tidy(text: str) -> str:
    """A remark as it is saved: one line, no bullets before it, harmless to a terminal."""
    words = " ".join(clean_line(text).split())
    return _BULLETS.sub("", words, count=1)[:LONGEST].strip() if _BULLETS.match(words) else (
        words[:LONGEST].strip()
    )  # fmt: skip
