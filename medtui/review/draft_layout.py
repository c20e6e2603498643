"""A draft by a model as one reads it: beside a person's marks, and in full after them."""

from __future__ import annotations

from collections.abc import Iterable

from medtui.core.self_assessment import compared, key
from medtui.documents.assessment import Assessment
from medtui.documents.model_draft import DraftedDomain, ModelDraft
from medtui.documents.words import MARKED_BY, domain_marks, figure, overall_words, share_of
from medtui.review.passages import GAP, LineKind, Passage, trimmed
from medtui.ui.cells import share_bar

SIGN = "◌"


def draft_outline(draft: ModelDraft) -> list[Passage]:
    """A draft alone, where there is no assessment."""
    return list(trimmed(draft_passages(draft)))


def draft_beside(
    passages: Iterable[Passage], assessment: Assessment, draft: ModelDraft
) -> Iterable[Passage]:
    """The passages of an assessment, with the draft's mark after the overall one and each domain's.

    What the answers range over is said beside it.
    """
    differences = compared(assessment, draft.assessment)
    spreads = {key(each.domain.name): _range(each) for each in draft.domains}
    for passage in passages:
        yield passage
        words = ""
        if passage.kind is LineKind.MARK:
            words = differences[""].said("Draft by a model")
        elif passage.kind is LineKind.DOMAIN and (name := key(passage.text)) in spreads:
            words = differences[name].said("Draft") or "Draft: too little evidence"
            words += spreads[name]
        if words:
            yield Passage(LineKind.DRAFT, words, SIGN, indent=2)


def _range(drafted: DraftedDomain) -> str:
    """ " (60 to 70 %)" where the answers differ."""
    if len(drafted.given) < 2 or drafted.given[0] == drafted.given[-1]:
        return ""
    low, high = (100 * mark / drafted.domain.max for mark in (drafted.given[0], drafted.given[-1]))
    return f" ({low:.0f} to {high:.0f} %)"


def draft_passages(draft: ModelDraft) -> Iterable[Passage]:
    """All of a draft, in the order in which one reads it."""
    yield Passage(LineKind.HEADING, draft.title)
    whole = overall_words(draft.overall) or "No overall mark"
    yield Passage(LineKind.MARK, whole, aside=MARKED_BY[draft.assessment.marker])
    for note in (*draft.notes, f"By “{draft.rubric}”."):
        yield Passage(LineKind.NOTE, note)
    yield GAP
    for drafted, domain in zip(draft.domains, draft.assessment.domains, strict=True):
        marks = "too little evidence" if drafted.score is None else domain_marks(domain)
        aside = "  ".join(part for part in (marks, share_bar(share_of(domain))) if part)
        yield Passage(LineKind.DOMAIN, domain.name, aside=aside)
        for line in (_answers(drafted), drafted.reason):
            if line:
                yield Passage(LineKind.TEXT, line, indent=2)
        yield from (Passage(LineKind.GOOD, point, "+", indent=2) for point in drafted.strengths)
        yield from (Passage(LineKind.BETTER, x, "→", indent=2) for x in drafted.improvements)
        for item in domain.evidence:
            yield Passage(LineKind.QUOTE, f"“{item.quote}”", indent=2, evidence=item)
        for quote in drafted.struck:
            yield Passage(LineKind.STRUCK, f"“{quote}” was not said", "✗", indent=2)
        yield GAP


def _answers(drafted: DraftedDomain) -> str:
    """What the answers gave, and how far apart they are."""
    words = f"{drafted.spread_words}."
    if len(drafted.given) > 1 and (apart := drafted.given[-1] - drafted.given[0]):
        words += f" They are {figure(apart)} apart."
    return words
