"""The one shape of an assessment: marks, what they rest on, and what to do next."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class Marker(StrEnum):
    """Who marked."""

    AI = "ai"
    HUMAN = "human"
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
    """What is said of the whole."""

    summary: str = ""
    strengths: tuple[str, ...] = ()
    improvements: tuple[str, ...] = ()
    keep_doing: tuple[str, ...] = ()
    red_flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Assessment:
    """A marked station. `unclaimed` is what no field of ours took, as it stood in the file."""

    source: str
    marker: Marker = Marker.UNKNOWN
    overall: Overall = Overall()
    domains: tuple[Domain, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    feedback: Feedback = Feedback()
    unclaimed: dict[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing was found in it that an assessment has."""
        return not self.domains and not self.criteria and (
            self.feedback == Feedback() and self.overall == Overall()
        )  # fmt: skip

    @property
    def quotes(self) -> list[Evidence]:
        """All that marks rest on."""
        found = [item for domain in self.domains for item in domain.evidence]
        return found + [item for criterion in self.criteria for item in criterion.evidence]

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": "assessment",
            "source": self.source,
            "marked_by": self.marker.value,
            "overall": asdict(self.overall),
            "domains": [asdict(domain) for domain in self.domains],
            "criteria": [asdict(criterion) for criterion in self.criteria],
            "feedback": asdict(self.feedback),
            "unclaimed": self.unclaimed if _is_finite(self.unclaimed) else _finite(self.unclaimed),
        }


def _is_finite(value: Any) -> bool:
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part
        elif isinstance(part, float) and not math.isfinite(part):
            return False
    return True


def _finite(value: Any) -> Any:
    """The value without infinities and what is no number, which JSON does not have."""
    if isinstance(value, dict):
        return {name: _finite(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_finite(part) for part in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
