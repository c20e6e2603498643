"""Which cases may be chosen, and drawing one at random."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from medtui.models import CaseSummary


@dataclass(frozen=True, slots=True)
class Group:
    """Cases that a candidate may know to be alike: a category and a domain, and how many."""

    category: str
    domain: str
    cases: tuple[CaseSummary, ...]


def groups(cases: Iterable[CaseSummary]) -> list[Group]:
    """The cases by category and domain, in the order in which they come."""
    found: dict[tuple[str, str], list[CaseSummary]] = {}
    for case in cases:
        found.setdefault((case.category or "", case.domain or ""), []).append(case)
    return [Group(*key, tuple(alike)) for key, alike in found.items()]


def possible(cases: Iterable[CaseSummary], barred: Collection[UUID]) -> list[CaseSummary]:
    """Those that may be chosen: never one of which either has been shown anything."""
    return [case for case in cases if case.id not in barred]


def draw(
    cases: Iterable[CaseSummary], is_known: Callable[[UUID], bool], dice: random.Random
) -> CaseSummary | None:
    """One of these at random, if one can be one that neither has acted or sat; None of none."""
    cases = list(cases)
    fresh = [case for case in cases if not is_known(case.id)]
    return dice.choice(fresh or cases) if cases else None
