"""The stations of a history that two markers have marked, each with the marks of both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import NamedTuple
from uuid import UUID

from medtui.core.agreement import Agreement, MarkerKind, Pair, agreement, mean
from medtui.core.history import HistoryEntry, MarkSummary
from medtui.core.self_assessment import key
from medtui.documents.assessment import Marker

Percents = dict[str, float]
"""Marks in percent by domain; the whole's under ""."""


class StationPair(NamedTuple):
    """What two markers gave one station, in percent: by domain those that both have marked.

    `overall`: the whole's; None where one of them has none.
    """

    first: MarkerKind
    second: MarkerKind
    domains: tuple[tuple[str, Pair], ...]
    overall: Pair | None


def station_pairs(entry: HistoryEntry, draft: Mapping[str, float]) -> list[StationPair]:
    """Each two who have marked the same of a station; `draft`: its marks by domain, in percent."""
    marks, names = _marks(entry, draft), _names(entry, draft)
    found = []
    for first, second in combinations([kind for kind in _ORDER if kind in marks], 2):
        one, other = marks[first], marks[second]
        domains = tuple(
            (name, (one[at], other[at])) for at, name in names.items() if at in one and at in other
        )
        overall = (one[""], other[""]) if "" in one and "" in other else None
        if domains or overall:
            found.append(StationPair(first, second, domains, overall))
    return found


def agreements(
    entries: Iterable[HistoryEntry], drafts: Mapping[UUID, Mapping[str, float]]
) -> list[Agreement]:
    """How far each two markers agree who have marked enough stations; most stations first.

    `drafts`: the marks of drafts by a model in percent, by session and domain. May take a moment.
    """
    pairs: dict[tuple[MarkerKind, MarkerKind], list[Pair]] = {}
    for entry in sorted(entries, key=lambda entry: entry.session.starts_at):
        marks = _marks(entry, drafts.get(entry.session.id, {}))
        for first, second in combinations([kind for kind in _ORDER if kind in marks], 2):
            if (pair := common(marks[first], marks[second])) is not None:
                pairs.setdefault((first, second), []).append(pair)
    found = [agreement(*kinds, some) for kinds, some in pairs.items()]
    return sorted(
        (each for each in found if each is not None),
        key=lambda each: (-each.stations, _ORDER.index(each.first), _ORDER.index(each.second)),
    )


_ORDER = (MarkerKind.SELF, MarkerKind.DRAFT, MarkerKind.PERSON, MarkerKind.AI)


def common(first: Percents, second: Percents) -> Pair | None:
    """The marks of both over the domains that both have marked; else of the whole; else None."""
    names = [name for name in first if name and name in second]
    if names:
        return mean([first[name] for name in names]), mean([second[name] for name in names])
    return (first[""], second[""]) if "" in first and "" in second else None


def _marks(
    entry: HistoryEntry, draft: Mapping[str, float]
) -> dict[MarkerKind, Percents]:  # fmt: skip
    """Who has marked the row's candidate in this station, and how."""
    found: dict[MarkerKind, Percents] = {}
    candidate = entry.session.candidate_id
    if candidate is None:
        return found
    if entry.marks is not None and entry.owner == candidate:
        kind = MarkerKind.AI if entry.marks.marker is Marker.AI else MarkerKind.PERSON
        found[kind] = _percents(entry.marks)
    if entry.self_marks is not None and candidate == entry.me:
        found[MarkerKind.SELF] = _percents(entry.self_marks)
    if draft:
        found[MarkerKind.DRAFT] = {key(name): percent for name, percent in draft.items()}
    return found


def _names(entry: HistoryEntry, draft: Mapping[str, float]) -> dict[str, str]:
    """The domains' names as their first marker spells them, by `key`."""
    sheets = (entry.marks, entry.self_marks)
    every = [domain.name for marks in sheets if marks for domain in marks.domains]
    return {key(name): name for name in reversed([*every, *draft]) if name}


def _percents(marks: MarkSummary) -> Percents:
    found = {
        key(domain.name): domain.percent
        for domain in marks.domains
        if domain.percent is not None and not domain.is_unsure
    }
    if marks.percent is not None:
        found[""] = marks.percent
    return found
