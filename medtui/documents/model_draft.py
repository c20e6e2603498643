"""A draft of marks by a model: what of its answers stands, once each quote was looked for.

A draft is formative. It stands beside a person's sheet, and never in its place.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from medtui.core.model_answer import Answer, MarkFault
from medtui.core.rubrics import RubricDomain
from medtui.core.text import clean_json
from medtui.documents.assessment import DRAFT, Assessment, Domain, Evidence, Marker, Overall
from medtui.documents.draft_quotes import DraftQuotes
from medtui.documents.draft_signs import FORMATIVE
from medtui.documents.evidence import words_of
from medtui.documents.transcript import Transcript
from medtui.documents.words import figure

ASKED = 3
"""How often each domain is asked about: the spread of the answers is shown."""
LARGEST = 1_000_000
"""Bytes of a stored draft that are read."""

Texts = Annotated[tuple[str, ...], Field(max_length=60)]


@dataclass(frozen=True, slots=True)
class DraftedDomain:
    """What a model's answers about one domain come to.

    `marks` has one entry for each answer: None where the answer has no mark, or none that rests
    on a quote that was said. `quotes` were said; `struck` were not. `short` counts those that
    were said, and are too short to show anything.
    """

    domain: RubricDomain
    marks: Annotated[tuple[float | None, ...], Field(max_length=9)] = ()
    quotes: Texts = ()
    struck: Texts = ()
    short: int = 0
    out_of_range: int = 0
    unreadable: int = 0
    reason: str = ""
    strengths: Texts = ()
    improvements: Texts = ()

    @property
    def given(self) -> tuple[float, ...]:
        """The marks that rest on evidence, the lowest first."""
        return tuple(sorted(mark for mark in self.marks if mark is not None))

    @property
    def score(self) -> float | None:
        """The middle one of these; None: too little evidence."""
        return float(median(self.given)) if self.given else None

    @property
    def percent(self) -> float | None:
        return None if self.score is None else 100 * self.score / self.domain.max

    @property
    def spread_words(self) -> str:
        """ "3 answers: 60, 65, 70", "3 answers: 60; two do not count"."""
        parts = [", ".join(figure(mark) for mark in self.given) or "none counts"]
        if self.given and (left := len(self.marks) - len(self.given)):
            parts.append(
                f"{_COUNTS.get(left, str(left))} {'does' if left == 1 else 'do'} not count"
            )
        return f"{len(self.marks)} answers: {'; '.join(parts)}"


_COUNTS = {1: "one", 2: "two", 3: "three"}


@dataclass(frozen=True, slots=True)
class ModelDraft:
    """A draft of a whole mark sheet.

    `where`: the endpoint's host. `prompt`: the version of what was asked. `counts`: the rubric's
    weighted maximum. `talk`: the digest of the transcript. `made_at`: ISO 8601.
    """

    model: str
    where: str
    prompt: str
    rubric: str
    counts: float
    talk: str
    made_at: str
    domains: Annotated[tuple[DraftedDomain, ...], Field(max_length=12)] = ()

    @property
    def quotes_said(self) -> int:
        return sum(len(each.quotes) + each.short for each in self.domains)

    @property
    def quotes_struck(self) -> int:
        return sum(len(each.struck) for each in self.domains)

    @property
    def title(self) -> str:
        """ "Draft by qwen3:8b at localhost (prompt 1)"."""
        return f"Draft by {self.model} at {self.where} (prompt {self.prompt})"

    @property
    def notes(self) -> list[str]:
        """What its reader has to know, one sentence each."""
        found = [FORMATIVE]
        struck, of = self.quotes_struck, self.quotes_struck + self.quotes_said
        if struck:
            are = "was" if struck == 1 else "were"
            found.append(f"{struck} of {of} quotes {are} not said: struck out.")
        elif of:
            found.append(f"All {of} quotes were said." if of > 1 else "The one quote was said.")
        if out := sum(each.out_of_range for each in self.domains):
            found.append(f"{_times(out, 'mark')} outside the scale: left out.")
        if bad := sum(each.unreadable for each in self.domains):
            found.append(f"{_times(bad, 'answer')} not in the form asked for: left out.")
        if lacking := sum(each.score is None for each in self.domains):
            domains = "1 domain has" if lacking == 1 else f"{lacking} domains have"
            found.append(f"{domains} too little evidence, and no mark.")
        return found

    @property
    def overall(self) -> Overall:
        """The sum of the domains that have a mark; none if there is none."""
        marked = [each for each in self.domains if each.score is not None]
        if not marked:
            return Overall()
        score = round(sum((each.score or 0.0) * each.domain.weight for each in marked), 2)
        most = self.counts
        if len(marked) < len(self.domains):
            most = round(sum(each.domain.counts for each in marked), 2)
        return Overall(score, most, round(100 * score / most, 1) if most else None)

    @property
    def assessment(self) -> Assessment:
        """The draft in the shape of an assessment, marked as by AI."""
        return Assessment(
            DRAFT,
            Marker.AI,
            self.overall,
            tuple(_domain(each) for each in self.domains),
            notes=(f"{self.title}.", *self.notes),
        )


def _times(count: int, what: str) -> str:
    return f"1 {what} was" if count == 1 else f"{count} {what}s were"


def _domain(drafted: DraftedDomain) -> Domain:
    domain, score = drafted.domain, drafted.score
    whole = int(score) if score is not None and score == int(score) else None
    return Domain(
        domain.name,
        score,
        float(domain.max),
        label=domain.label(whole) or None,
        insufficient_evidence=score is None,
        rationale=" ".join(part for part in (f"{drafted.spread_words}.", drafted.reason) if part),
        strengths=drafted.strengths,
        improvements=drafted.improvements,
        evidence=tuple(Evidence(quote) for quote in drafted.quotes),
    )


def drafted_domain(
    domain: RubricDomain, answers: Sequence[Answer | None], quotes: DraftQuotes
) -> DraftedDomain:
    """What the answers about one domain come to; None is one that could not be read.

    A mark counts only if one of its own answer's quotes was said, and is long enough to show
    something. May take a moment for a long talk.
    """
    marks: list[float | None] = []
    said: dict[tuple[str, ...], str] = {}
    struck: dict[tuple[str, ...], str] = {}
    short: set[tuple[str, ...]] = set()
    best: Answer | None = None
    for answer in answers:
        stands = False
        for quote in answer.quotes if answer is not None else ():
            text, key = quotes.tidy(quote), tuple(words_of(quote))
            if not quotes.was_said(text):
                struck.setdefault(key, text or quote)
            elif not quotes.is_telling(text):
                short.add(key)
            else:
                stands = True
                said.setdefault(tuple(words_of(text)), text)
        mark = answer.mark if answer is not None and stands else None
        marks.append(mark)
        if answer is not None and mark is not None and best is None:
            best = answer
    if best is not None:  # the words are those of the answer whose mark is nearest to it
        middle = median(mark for mark in marks if mark is not None)
        counted = [
            (abs(mark - middle), answer)
            for mark, answer in zip(marks, answers, strict=True)
            if mark is not None and answer is not None
        ]
        best = min(counted, key=lambda pair: pair[0])[1]
    prose = _Prose(quotes, struck)
    return DraftedDomain(
        domain,
        tuple(marks),
        tuple(said.values()),
        reason=prose.checked(best.reason) if best else "",
        strengths=prose.all_checked(best.strengths) if best else (),
        improvements=prose.all_checked(best.improvements) if best else (),
        struck=tuple(struck.values()),
        short=len(short),
        out_of_range=sum(
            answer is not None and answer.fault is MarkFault.OUT_OF_RANGE for answer in answers
        ),
        unreadable=sum(answer is None for answer in answers),
    )


class _Prose:
    """Takes out of a model's sentences what they put in quotation marks and was not said."""

    def __init__(self, quotes: DraftQuotes, struck: dict[tuple[str, ...], str]) -> None:
        self._quotes = quotes
        self._struck = struck

    def checked(self, text: str) -> str:
        text, invented = self._quotes.without_invented(text)
        for quote in invented:
            self._struck.setdefault(tuple(words_of(quote)), quote)
        return text

    def all_checked(self, texts: Iterable[str]) -> tuple[str, ...]:
        return tuple(self.checked(text) for text in texts)


def talk_digest(transcript: Transcript) -> str:
    """Differs between two transcripts."""
    digest = hashlib.sha256()
    for turn in transcript.turns:
        digest.update(f"{turn.speaker}\0{turn.text}\0".encode())
    return digest.hexdigest()[:32]


# As JSON


def as_json(draft: ModelDraft) -> dict[str, Any]:
    """All of a draft, to be read again by `from_json`."""
    plain: dict[str, Any] = TypeAdapter(ModelDraft).dump_python(draft, mode="json")
    return plain


def from_json(value: Any) -> ModelDraft | None:
    """A stored draft; None if it is malformed, as disks and people can break files."""
    try:
        return TypeAdapter(ModelDraft).validate_python(clean_json(value, 2_000))
    except (TypeError, ValueError, RecursionError):
        return None
