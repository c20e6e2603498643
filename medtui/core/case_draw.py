"""Which cases may be chosen, and drawing one at random."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from medtui.models import CaseSummary


@dataclass(frozen=True, slots=True)
class Group:
    """A category and a domain, which a candidate may know, and how many cases they have."""

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
    """The cases that may be chosen: without `barred`, of which either was shown anything."""
    return [case for case in cases if case.id not in barred]


def draw(
    cases: Iterable[CaseSummary], is_known: Callable[[UUID], bool], dice: random.Random
) -> CaseSummary | None:
    """A random case, preferring cases new to both; None if `cases` is empty."""
    cases = list(cases)
    fresh = [case for case in cases if not is_known(case.id)]
    return dice.choice(fresh or cases) if cases else None
