"""The one shape of an assessment: marks, what they rest on, and what to do next."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from medtui.documents.finite import finite
from medtui.documents.transcript import Transcript

DRAFT = "draft"
"""The `source` of an assessment that is a model's draft: it counts for no one."""


class Marker(StrEnum):
    """Who marked. `EXAMINER` where the file says so, `HUMAN` for any other person."""

    AI = "ai"
    HUMAN = "human"
    EXAMINER = "examiner"
    SELF = "self"
    UNKNOWN = "unknown"


class Result(StrEnum):
    """Whether a criterion was met."""

    YES = "yes"
    NO = "no"
    PARTIAL = "partial"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A quote that a mark rests on; `start` in seconds, where the file states a time."""

    quote: str
    start: float | None = None
    end: float | None = None
    speaker: str | None = None


@dataclass(frozen=True, slots=True)
class Overall:
    """The mark for the whole; None where the file does not say. `percent` is never computed
    without a maximum."""

    score: float | None = None
    max: float | None = None
    percent: float | None = None
    label: str | None = None
    scale: tuple[str, ...] = ()
    passed: bool | None = None


@dataclass(frozen=True, slots=True)
class Domain:
    """A domain of the mark sheet."""

    name: str
    score: float | None = None
    max: float | None = None
    weight: float | None = None
    label: str | None = None
    insufficient_evidence: bool = False
    rationale: str = ""
    strengths: tuple[str, ...] = ()
    improvements: tuple[str, ...] = ()
    red_flags: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Criterion:
    """One item of a checklist."""

    text: str
    domain: str | None = None
    score: float | None = None
    max: float | None = None
    result: Result | None = None
    rationale: str = ""
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Feedback:
    """Remarks on the whole station."""

    summary: str = ""
    strengths: tuple[str, ...] = ()
    improvements: tuple[str, ...] = ()
    keep_doing: tuple[str, ...] = ()
    red_flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose marks a file holds, by the ids that medtui writes into it.

    None where the file does not say: files of other clients, and those of older versions.
    """

    candidate_id: UUID | None = None
    session_id: UUID | None = None
    case_id: UUID | None = None
    assessed_by: UUID | None = None
    marked_at: datetime | None = None
    read_first: bool = False
    """Of a self-assessment: whether the candidate had read the assessment before."""

    def as_json(self) -> dict[str, str | bool]:
        """What the file says, key by key."""
        named = {key: value for key, value in asdict(self).items() if value not in (None, False)}
        return {key: value if value is True else _text(value) for key, value in named.items()}


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


@dataclass(frozen=True, slots=True)
class Assessment:
    """A marked station. `unclaimed`: values of the file that are in no other field."""

    source: str
    marker: Marker = Marker.UNKNOWN
    overall: Overall = Overall()
    domains: tuple[Domain, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    feedback: Feedback = Feedback()
    unclaimed: dict[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    owner: Owner = Owner()
    talk: Transcript | None = None
    """The talk that the same file holds."""
    is_doubtful: bool = False
    """Whether the file may as well be a transcript."""

    @property
    def is_draft(self) -> bool:
        return self.source == DRAFT

    @property
    def has_marks(self) -> bool:
        """True if it has at least one mark, percentage, grade or tick."""
        whole = self.overall
        given = (whole.score, whole.percent, whole.label, whole.passed)
        return (
            any(value is not None for value in given)
            or any(part.score is not None or part.label is not None for part in self.domains)
            or any(part.score is not None or part.result is not None for part in self.criteria)
        )

    @property
    def is_empty(self) -> bool:
        """True without domains, criteria, overall mark and feedback."""
        return not self.domains and not self.criteria and (
            self.feedback == Feedback() and self.overall == Overall()
        )  # fmt: skip

    @property
    def quotes(self) -> list[Evidence]:
        """The quotes of all domains and criteria."""
        found = [item for domain in self.domains for item in domain.evidence]
        return found + [item for criterion in self.criteria for item in criterion.evidence]

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": "assessment",
            "source": self.source,
            "marked_by": self.marker.value,
            "owner": self.owner.as_json(),
            "overall": asdict(self.overall),
            "domains": [asdict(domain) for domain in self.domains],
            "criteria": [asdict(criterion) for criterion in self.criteria],
            "feedback": asdict(self.feedback),
            "notes": list(self.notes),
            "unclaimed": finite(self.unclaimed),
        } | self._talk_as_json()

    def _talk_as_json(self) -> dict[str, Any]:
        if self.talk is None:
            return {}
        told = self.talk.as_json()
        return {"turns": told["turns"], "duration": told["duration"]}
