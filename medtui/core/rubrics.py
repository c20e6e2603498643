"""Rubrics: the domains that an assessor marks, on which scale, and what each counts.

The built-in ones are real exams' (typical ones where they differ from station to station).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, NamedTuple

from annotated_types import Interval, Len

MOST_DOMAINS = 12
MOST_GRADES = 9
HIGHEST = 100

Mark = Annotated[int, Interval(ge=0, le=HIGHEST)]
Step = Annotated[int, Interval(ge=1, le=HIGHEST)]


class RubricDomain(NamedTuple):
    """A domain: marks from `least` to `max` in steps, each of which counts `weight` in the total.

    `labels` are words for the marks, from `least` on.
    """

    name: str
    max: Step = 4
    least: Mark = 0
    weight: float = 1.0
    step: Step = 1
    labels: tuple[str, ...] = ()

    @property
    def counts(self) -> float:
        """The weighted maximum, as it counts in the total."""
        return round(self.max * self.weight, 6)

    def worth(self, score: int) -> float:
        """A mark's weighted value in the total."""
        return round(score * self.weight, 2)

    def typed(self, before: str, digit: str) -> str | None:
        """The mark after another digit: `before` and it, else the digit alone, else None."""
        for text in (before + digit, digit):
            number = int(text)
            if self.least <= number <= self.max or 0 < 10 * number <= self.max:
                return text
        return None

    def stepped(self, score: int | None, by: int) -> int:
        """The mark `by` steps up or down; without a mark, the middle one."""
        if score is None:
            return self.least + (self.max - self.least) // 2 // self.step * self.step
        return min(max(score + by * self.step, self.least), self.max)

    def label(self, score: int | None) -> str:
        """The word for a mark; "" if there is none."""
        at = -1 if score is None else score - self.least
        return self.labels[at] if 0 <= at < len(self.labels) else ""


@dataclass(frozen=True, slots=True)
class Rubric:
    """The domains that are marked in a station. `grades`: those of the whole, the worst first.

    `out_of`: the total in round figures; None if the exam states none.
    """

    id: str
    name: str
    domains: Annotated[tuple[RubricDomain, ...], Len(1, MOST_DOMAINS)]
    grades: Annotated[tuple[str, ...], Len(0, MOST_GRADES)] = ()
    out_of: float | None = None

    @property
    def counts(self) -> float:
        """The weighted maximum of all domains."""
        return self.out_of or round(sum(domain.counts for domain in self.domains), 2)

    @property
    def words(self) -> str:
        """ "3 domains of 4", "5 domains, 49.8 in all"."""
        of = {domain.counts for domain in self.domains}
        count = len(self.domains)
        kind = "domain" if count == 1 else "domains"
        return f"{count} {kind} of {of.pop():g}" if len(of) == 1 else (
            f"{count} {kind}, {self.counts:g} in all"
        )  # fmt: skip


PLATFORM = "platform"


def _platform(name: str, counts: float) -> RubricDomain:
    return RubricDomain(name, max=100, weight=round(counts / 100, 6), step=5)


def _scaled(
    names: str, most: int, *, least: int = 0, labels: tuple[str, ...] = (), weight: float = 1.0
) -> tuple[RubricDomain, ...]:
    """Domains on one scale; those with a star after the name count `weight` times."""
    return tuple(
        RubricDomain(
            name.rstrip("*"), most, least, weight if name.endswith("*") else 1.0, labels=labels
        )
        for name in names.split("; ")
    )  # fmt: skip


_PACES = ("Unsatisfactory", "Borderline", "Satisfactory")
_SKILLS = {
    "A": "A Physical examination",
    "B": "B Identifying physical signs",
    "C": "C Clinical communication",
    "D": "D Differential diagnosis",
    "E": "E Clinical judgement",
    "F": "F Managing patients' concerns",
    "G": "G Maintaining patient welfare",
}


def _paces(skills: str) -> tuple[RubricDomain, ...]:
    return tuple(RubricDomain(_SKILLS[skill], 2, labels=_PACES) for skill in skills)


RUBRICS = (
    Rubric(
        PLATFORM,
        "Platform default",
        (
            _platform("Rapport, introduction, structure and flow", 13.3),
            _platform("Empathy, listening and patient perspective", 13.3),
            _platform("Medical explanation and plan", 9.96),
            _platform("Honesty and transparency", 3.32),
            _platform("Appropriate pace and non-verbal skills", 9.96),
        ),
        out_of=49.8,
    ),
    Rubric(
        "plab2",
        "PLAB 2",
        _scaled("Data gathering; Management; Interpersonal skills", 4),
        ("Unsatisfactory", "Borderline", "Satisfactory", "Good"),
    ),
    Rubric(
        "sca",
        "RCGP SCA",
        _scaled(
            "Data gathering and diagnosis; Clinical management and complexity*; Relating to others",
            3,
            labels=("Clear fail", "Fail", "Pass", "Clear pass"),
            weight=1.5,
        ),
    ),
    Rubric("paces-consultation", "PACES23 consultation", _paces("ABCDEFG")),
    Rubric("paces-communication", "PACES23 communication", _paces("CEFG")),
    Rubric("paces-examination", "PACES23 examination", _paces("ABDEG")),
    Rubric(
        "casc",
        "MRCPsych CASC",
        _scaled(
            "Communication; Information gathering; Risk and safety; Formulation and management;"
            " Professionalism",
            5,
            least=1,
        ),
        ("Severe fail", "Fail", "Borderline fail", "Borderline pass", "Pass", "Excellent pass"),
    ),
    Rubric(
        "nac",
        "NAC OSCE",
        _scaled(
            "History taking; Physical examination; Organisation; Communication; Diagnosis;"
            " Investigations and data; Therapeutics and management",
            5,
            least=1,
        ),
    ),
    Rubric(
        "step2-cs",
        "Step 2 CS style",
        _scaled(
            "Integrated clinical encounter (ICE); Communication and interpersonal skills (CIS);"
            " Spoken English proficiency (SEP)",
            5,
            least=1,
        ),
    ),
)
DEFAULT = RUBRICS[0]
_USUAL = {"casc-1": "casc", "casc-2": "casc"}
"""Preset ids whose rubric has another id."""


def find_rubric(wanted: str, rubrics: tuple[Rubric, ...] = RUBRICS) -> Rubric | None:
    """The rubric with this id or name, None if there is none; the user's own come first."""
    folded = wanted.casefold().strip()
    for rubric in reversed(rubrics):
        if folded in (rubric.id.casefold(), rubric.name.casefold()):
            return rubric
    return None


def rubric_for(preset_id: str, rubrics: tuple[Rubric, ...] = RUBRICS) -> Rubric:
    """The rubric for a preset; the user's own come first, the default last."""
    wanted = {preset_id, _USUAL.get(preset_id, preset_id)}
    return next((rubric for rubric in reversed(rubrics) if rubric.id in wanted), DEFAULT)
