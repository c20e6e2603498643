"""A draft of marks as Markdown and as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from medtui.documents.evidence import located
from medtui.documents.export import escaped, quote_lines
from medtui.documents.model_draft import ModelDraft
from medtui.documents.transcript import Transcript
from medtui.documents.words import domain_marks, overall_words


def draft_markdown(draft: ModelDraft, transcript: Transcript) -> str:
    """A draft, with where its quotes were said, and those struck out that were not."""
    return "\n".join(_lines(draft, transcript)).rstrip() + "\n"


def _lines(draft: ModelDraft, transcript: Transcript) -> Iterable[str]:
    assessment = draft.assessment
    yield f"## {escaped(draft.title)}"
    yield ""
    yield f"**{overall_words(draft.overall) or 'No overall mark'}** ({escaped(draft.rubric)})"
    yield ""
    for note in draft.notes:
        yield f"*{note}*"
        yield ""
    for drafted, domain in zip(draft.domains, assessment.domains, strict=True):
        marks = domain_marks(domain) if drafted.score is not None else "too little evidence"
        yield f"### {escaped(domain.name)}: {escaped(marks)}"
        yield ""
        yield escaped(domain.rationale)
        yield ""
        for heading, points in (
            ("Strengths", domain.strengths),
            ("To improve", domain.improvements),
        ):
            if points:
                yield f"**{heading}**"
                yield ""
                yield from (f"- {escaped(point)}" for point in points)
                yield ""
        yield from quote_lines(domain.evidence, transcript)
        if drafted.struck:
            yield from (f"> ~~“{escaped(quote)}”~~ (was not said)" for quote in drafted.struck)
            yield ""


def draft_json(draft: ModelDraft, transcript: Transcript) -> dict[str, Any]:
    """A draft as `medtui draft --json` prints it: an assessment, and what it rests on."""
    told = located(draft.assessment, transcript) | {"kind": "draft"}
    for shown, drafted in zip(told["domains"], draft.domains, strict=True):
        shown["answers"] = list(drafted.marks)
        shown["struck_out"] = list(drafted.struck)
    return told | {
        "model": draft.model,
        "endpoint": draft.where,
        "prompt": draft.prompt,
        "rubric": draft.rubric,
        "made_at": draft.made_at,
        "quotes": {"said": draft.quotes_said, "struck_out": draft.quotes_struck},
    }
