"""Which cases may be chosen, and drawing the one that a candidate needs most, with the reason."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID

from medtui.core.models import CaseSummary, Role

Kind = tuple[str, str]
"""A category and a domain, "" for none: what a candidate may know of a case."""


@dataclass(frozen=True, slots=True)
class Group:
    """A category and a domain, which a candidate may know, and how many cases they have."""

    category: str
    domain: str
    cases: tuple[CaseSummary, ...]


def kind_of(case: CaseSummary) -> Kind:
    """A case's category and domain."""
    return case.category or "", case.domain or ""


def kind_words(kind: Kind) -> str:
    """A category and a domain in words."""
    return " · ".join(filter(None, kind)) or "(no category)"


def groups(cases: Iterable[CaseSummary]) -> list[Group]:
    """The cases by category and domain, in the order in which they come."""
    found: dict[Kind, list[CaseSummary]] = {}
    for case in cases:
        found.setdefault(kind_of(case), []).append(case)
    return [Group(*kind, tuple(alike)) for kind, alike in found.items()]


def possible(cases: Iterable[CaseSummary], barred: Collection[UUID]) -> list[CaseSummary]:
    """The cases that may be chosen: without `barred`, of which either was shown anything."""
    return [case for case in cases if case.id not in barred]


@dataclass(frozen=True, slots=True)
class CaseUse:
    """A person's part in a station that began: the case, the role and the start.

    `role` None: no candidate was noted. `at` None: no time was noted.
    """

    person: UUID
    case_id: UUID
    role: Role | None
    at: datetime | None = None


class Past:
    """What people have done in stations that began."""

    def __init__(self, uses: Iterable[CaseUse] = ()) -> None:
        self.uses = tuple(uses)
        self._known = {(use.person, use.case_id) for use in self.uses}
        self._acted = {(use.person, use.case_id) for use in self.uses if use.role is Role.ACTOR}

    def has_acted(self, person: UUID | None, case_id: UUID) -> bool:
        return (person, case_id) in self._acted

    def knows(self, person: UUID | None, case_id: UUID) -> bool:
        """Whether a person was in a station with this case, in either role."""
        return (person, case_id) in self._known


@dataclass(frozen=True)
class CaseDraw:
    """Draws for a candidate and a partner (None: there is none yet).

    Args:
        catalogue: all cases of the server, so that past stations have a category and domain.
    """

    catalogue: Sequence[CaseSummary]
    past: Past
    candidate: UUID
    partner: UUID | None

    def draw(self, cases: Iterable[CaseSummary], dice: random.Random) -> CaseSummary | None:
        """One of the `best` cases, each as likely as the others; None if `cases` is empty."""
        best = self.best(cases)
        return dice.choice(best) if best else None

    def best(self, cases: Iterable[CaseSummary]) -> list[CaseSummary]:
        """The cases that are equally needed, and more than all others.

        First those that neither knows, then those that the partner alone knows. Of these, those
        whose category and domain the candidate has sat least often.
        """
        by_need: dict[tuple[int, int], list[CaseSummary]] = {}
        for case in cases:
            need = self._familiarity(case.id), self._sat[kind_of(case)]
            by_need.setdefault(need, []).append(case)
        return by_need[min(by_need)] if by_need else []

    def reason(
        self, drawn: CaseSummary, cases: Sequence[CaseSummary], me: UUID, name: str, now: datetime
    ) -> str:
        """Why `drawn` was drawn out of `cases`, in one sentence.

        The same for all cases of its category and domain, so that a candidate may read it.

        Args:
            me: who reads it.
            name: what the candidate is called, for a reader who is another.
            now: in the reader's time zone.
        """
        kind = kind_of(drawn)
        what = kind_words(kind)
        who, has = ("You", "You have") if me == self.candidate else (name, f"{name} has")
        neither = f"{has} not" if self.partner is None else "Neither of you has"
        if all(self._familiarity(case.id) for case in cases):
            one = who if self.partner is None else "One of you"
            return f"{one} did every case that is left before: this one is {what}."
        if kind not in self._last:
            return f"{neither} done {what} yet."
        if month := _earlier_month(self._last[kind], now):
            return f"{neither} done {what} since {month}."
        if not self._sat[kind]:
            return f"{has} not been the candidate in {what} yet."
        if self._sat[kind] < max(self._sat[kind_of(case)] for case in cases):
            return f"{has} been the candidate in {what} less often than in others."
        return f"{neither} done this case of {what}."

    def _familiarity(self, case_id: UUID) -> int:
        """0 for a case that neither knows; more if the partner knows it, or the candidate."""
        return 2 * self.past.knows(self.candidate, case_id) + self.past.knows(self.partner, case_id)

    @cached_property
    def _kinds(self) -> dict[UUID, Kind]:
        return {case.id: kind_of(case) for case in self.catalogue}

    @cached_property
    def _sat(self) -> Counter[Kind]:
        """How often the candidate was the candidate in each category and domain."""
        return Counter(
            self._kinds[use.case_id]
            for use in self.past.uses
            if use.person == self.candidate
            and use.role is Role.CANDIDATE
            and use.case_id in self._kinds
        )

    @cached_property
    def _last(self) -> dict[Kind, datetime | None]:
        """When either was last in a station of each category and domain; None: not known."""
        last: dict[Kind, datetime | None] = {}
        for use in self.past.uses:
            kind = self._kinds.get(use.case_id)
            if kind is not None and use.person in (self.candidate, self.partner):
                times = [at for at in (last.get(kind), use.at) if at is not None]
                last[kind] = max(times, default=None)
        return last


def _earlier_month(at: datetime | None, now: datetime) -> str:
    """The month of a time as a person says it; "" for the present month, or no time."""
    if at is None:
        return ""
    local = at.astimezone(now.tzinfo)
    if (local.year, local.month) >= (now.year, now.month):
        return ""
    return f"{local:%B}" if local.year == now.year else f"{local:%B %Y}"
