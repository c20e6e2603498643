"""Consultations that fit the sample cases' briefs, and assessors' remarks on them.

Each is written once for two candidates: lines that begin with `-` are said by one who still has
much to learn, those with `+` by one who has learnt. All people in them are invented.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

DOMAINS = {
    "rapport": "Rapport, introduction, structure and flow",
    "empathy": "Empathy, listening and patient perspective",
    "plan": "Medical explanation and plan",
    "honesty": "Honesty and transparency",
    "pace": "Appropriate pace and non-verbal skills",
}
"""The platform's domains, by what the files call them."""

NOTHING = {"evidence": (), "strengths": (), "improvements": (), "red_flags": ()}
_SIGNS = {">": "evidence", "?": "evidence", "+": "strengths", "-": "improvements", "!": "red_flags"}


@dataclass(frozen=True)
class Said:
    """One turn of a talk; the doctor is the candidate."""

    is_doctor: bool
    text: str


@dataclass(frozen=True)
class Talk:
    """A talk as it was held, and an assessor's words on it.

    `domains` has, for each of DOMAINS, lists of evidence, strengths, improvements, red flags.
    """

    turns: tuple[Said, ...]
    summary: str
    keep_doing: Sequence[str]
    priorities: Sequence[str]
    domains: dict[str, dict[str, list[str]]] = field(default_factory=dict)


@cache
def _written(case: int) -> dict[str, object]:
    return tomllib.loads((files(__name__) / f"case{case:02}.toml").read_text(encoding="utf-8"))


def talk(case: int, candidate: str, *, is_learnt: bool) -> Talk:
    """The talk of a case, with a candidate of this last name."""
    written = _written(case)
    other = "-" if is_learnt else "+"
    turns = []
    for line in str(written["talk"]).strip().splitlines():
        if line.startswith(other):
            continue
        who, _, text = line.lstrip("+-").partition(" ")
        turns.append(Said(who == "D", text.strip().replace("{name}", candidate)))
    said = written["learnt" if is_learnt else "learning"]
    assert isinstance(said, dict)  # noqa: S101  # so they are written
    domains: dict[str, dict[str, list[str]]] = {}
    for domain in DOMAINS:
        found: dict[str, list[str]] = {name: [] for name in NOTHING}
        for remark in said.get(domain, ()):
            found[_SIGNS[remark[0]]].append(remark[1:].strip().replace("{name}", candidate))
        domains[domain] = found
    return Talk(tuple(turns), said["summary"], said["keep"], said["next"], domains)
