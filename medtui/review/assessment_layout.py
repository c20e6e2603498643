"""An assessment as one reads it, from the top: passages of text, red flags first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from medtui.core.self_assessment import compared, key
from medtui.documents.assessment import Assessment, Criterion, Domain, Evidence, Marker
from medtui.documents.evidence import Found, How
from medtui.documents.flatten import flattened
from medtui.documents.words import (
    AI_CAUTION,
    MARKED_BY,
    RESULTS,
    clock,
    criterion_marks,
    domain_marks,
    figure,
    overall_words,
    share_of,
)
from medtui.review.draft_layout import draft_beside, draft_passages
from medtui.review.passages import GAP, LineKind, Passage, trimmed
from medtui.ui.cells import share_bar

if TYPE_CHECKING:
    from medtui.documents.model_draft import ModelDraft


_CRITERIA = {"yes": LineKind.DONE, "partial": LineKind.PARTLY, "no": LineKind.MISSED}


def outline(
    assessment: Assessment,
    marked_by: str | None = None,
    note: str = "",
    own: Assessment | None = None,
    draft: ModelDraft | None = None,
) -> list[Passage]:
    """All of an assessment, in the order in which one reads it.

    `marked_by`: who gave the marks, in words; None: as the file alone says. `note`: a sentence
    about whose marks they are; "": there is nothing to say. `own`: the candidate's own marks, to
    stand beside these; None: there are none. `draft`: a model's, beside these and after them.
    """
    by = MARKED_BY[assessment.marker] if marked_by is None else marked_by
    passages = _passages(assessment, by, note)
    if own is not None:
        passages = _beside(passages, assessment, own)
    if draft is not None:
        passages = draft_beside(passages, assessment, draft)
        passages = (*passages, GAP, *draft_passages(draft))
    return list(trimmed(passages))


def _beside(
    passages: Iterable[Passage], assessment: Assessment, own: Assessment
) -> Iterable[Passage]:
    """The passages, with the candidate's own mark after the overall one and each domain's."""
    differences = compared(assessment, own)
    for passage in passages:
        yield passage
        words = ""
        if passage.kind is LineKind.MARK:
            words = differences[""].words or "There is a self-assessment."
            if own.owner.read_first:
                words += " It was written after reading the assessment."
        elif passage.kind is LineKind.DOMAIN and (found := differences.get(key(passage.text))):
            words = found.words
        if words:
            yield Passage(LineKind.OWN, words, "□", indent=2)


class Place(NamedTuple):
    """The words for where a quote was found: before it, behind it, and at the end of the line."""

    sign: str = "·"
    remark: str = ""
    time: str = ""


def place_of(found: Found | None, start: float | None) -> Place:
    """A quote's sign, remark and time. `found` None: the search runs; `start`: seconds."""
    if found is None:
        return Place()
    return {
        How.EXACT: Place("✓", "", clock(start)),
        How.SIMILAR: Place("≈", "similar words", clock(start)),
        How.TIME: Place("≠", "other words at this time", clock(start)),
        How.NOT_FOUND: Place("✗", "not found in the transcript"),
    }[found.how]


def _passages(assessment: Assessment, marked_by: str, note: str) -> Iterable[Passage]:
    whole = overall_words(assessment.overall)
    yield Passage(LineKind.MARK, whole or "No overall mark", aside=marked_by)
    if note:
        yield Passage(LineKind.NOTE, note)
    if assessment.overall.scale:
        yield Passage(LineKind.NOTE, "Scale: " + ", ".join(assessment.overall.scale))
    if assessment.marker is Marker.AI:
        yield Passage(LineKind.NOTE, AI_CAUTION)
    for note in assessment.notes:
        yield Passage(LineKind.NOTE, note)
    yield GAP
    said = assessment.feedback
    flags = [*said.red_flags]
    flags += [
        f"{domain.name}: {flag}" for domain in assessment.domains for flag in domain.red_flags
    ]
    yield from _points("Red flags", flags, LineKind.FLAG, "!")
    for domain in assessment.domains:
        yield from _domain(domain)
    yield GAP
    yield from _criteria(assessment.criteria)
    if said.summary:
        yield Passage(LineKind.HEADING, "Summary")
        yield from (Passage(LineKind.TEXT, line, indent=2) for line in said.summary.split("\n"))
        yield GAP
    yield from _points("Strengths", said.strengths, LineKind.GOOD, "+")
    yield from _points("Keep doing", said.keep_doing, LineKind.GOOD, "+")
    yield from _points("To improve", said.improvements, LineKind.BETTER, "→")
    if assessment.unclaimed:
        yield Passage(LineKind.HEADING, "Also in the file")
        for line in flattened(assessment.unclaimed):
            yield Passage(LineKind.OTHER, line, indent=2)


def _domain(domain: Domain) -> Iterable[Passage]:
    parts = [domain_marks(domain), share_bar(share_of(domain))]
    yield Passage(LineKind.DOMAIN, domain.name, aside="  ".join(part for part in parts if part))
    if details := list(_details(domain)):
        yield from details
        yield GAP


def _details(domain: Domain) -> Iterable[Passage]:
    if domain.weight is not None and domain.weight != domain.max:
        yield Passage(LineKind.NOTE, f"Counts {figure(domain.weight)}", indent=2)
    if domain.insufficient_evidence:
        yield Passage(LineKind.NOTE, "Too little evidence to be sure.", indent=2)
    for line in domain.rationale.split("\n") if domain.rationale else ():
        yield Passage(LineKind.TEXT, line, indent=2)
    yield from (Passage(LineKind.GOOD, point, "+", indent=2) for point in domain.strengths)
    yield from (Passage(LineKind.BETTER, point, "→", indent=2) for point in domain.improvements)
    yield from _quotes(domain.evidence)


def _criteria(criteria: Iterable[Criterion]) -> Iterable[Passage]:
    heading: str | None = None
    is_first = True
    for criterion in criteria:
        if is_first or criterion.domain != heading:
            if not is_first:
                yield GAP
            heading = criterion.domain
            yield Passage(LineKind.HEADING, f"Criteria: {heading}" if heading else "Criteria")
            is_first = False
        sign = RESULTS[criterion.result][0] if criterion.result else "·"
        kind = _CRITERIA.get(criterion.result or "", LineKind.TEXT)
        yield Passage(kind, criterion.text, sign, criterion_marks(criterion), 2)
        for line in criterion.rationale.split("\n") if criterion.rationale else ():
            yield Passage(LineKind.NOTE, line, indent=4)
        yield from _quotes(criterion.evidence, 4)
    if not is_first:
        yield GAP


def _quotes(evidence: Iterable[Evidence], indent: int = 2) -> Iterable[Passage]:
    for item in evidence:
        yield Passage(LineKind.QUOTE, f"“{item.quote}”", indent=indent, evidence=item)


def _points(heading: str, points: Iterable[str], kind: LineKind, sign: str) -> Iterable[Passage]:
    if listed := [Passage(kind, point, sign, indent=2) for point in points]:
        yield Passage(LineKind.HEADING, heading)
        yield from listed
        yield GAP
