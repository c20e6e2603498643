"""The user's past sessions as plain data: their list, and its filters. No I/O, no Textual."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from typing import Annotated, NamedTuple
from uuid import UUID

from pydantic import Field

from medtui.core.agenda import fold
from medtui.core.marks_owner import assessor_of, owner_of
from medtui.core.models import FileKind, Moment, PracticeSession, Profile, Role, Stage
from medtui.core.rounds import ALONE, Round, rounds_of
from medtui.documents.assessment import Assessment, Domain, Marker, Owner
from medtui.documents.words import figure


class DomainMark(NamedTuple):
    """What one domain of a mark sheet was given; `percent` only where a maximum is known."""

    name: str
    percent: float | None = None
    label: str | None = None
    is_unsure: bool = False


@dataclass(frozen=True, slots=True)
class MarkSummary:
    """The parts of an assessment that the history needs, and whose marks they are."""

    marker: Annotated[Marker, Field(alias="by")] = Marker.UNKNOWN
    percent: float | None = None
    words: str = ""
    domains: tuple[DomainMark, ...] = ()
    owner: Owner = field(default_factory=Owner)

    @classmethod
    def of(cls, assessment: Assessment) -> MarkSummary:
        whole = assessment.overall
        words = whole.label or ""
        if not words and whole.percent is None and whole.score is not None:
            words = figure(whole.score) + (f" / {figure(whole.max)}" if whole.max else "")
        if not words and whole.percent is None and whole.passed is not None:
            words = "passed" if whole.passed else "not passed"
        return cls(
            assessment.marker,
            whole.percent,
            words,
            tuple(_domain_mark(domain) for domain in assessment.domains),
            assessment.owner,
        )


def _domain_mark(domain: Domain) -> DomainMark:
    percent = None
    if domain.score is not None and domain.max is not None and domain.max > 0:
        percent = 100 * domain.score / domain.max
    if percent is not None and not math.isfinite(percent):
        percent = None
    return DomainMark(domain.name, percent, domain.label, domain.insufficient_evidence)


@dataclass(frozen=True, slots=True)
class FileSummary:
    """The files of a session in the bucket: which, the assessment's marks, why it is broken.

    `stamp` differs between two uploads of the assessment, which came at `at`; `own_stamp` between
    those of the self-assessment, whose marks are `own`.
    """

    files: frozenset[FileKind] = frozenset()
    stamp: str = ""
    marks: MarkSummary | None = None
    broken: str = ""
    at: Moment | None = None
    own_stamp: str = ""
    own: MarkSummary | None = None


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """A past session as its viewer sees it. `kept` None: its files are not known yet."""

    session: PracticeSession
    me: UUID
    case_name: str | None = None
    kept: FileSummary | None = None
    round: Round = ALONE

    @property
    def is_host(self) -> bool:
        return self.session.host_id == self.me

    @property
    def role(self) -> Role | None:
        return self.session.role_of(self.me)

    @property
    def partner(self) -> Profile | None:
        return self.session.partner_of(self.me)

    @property
    def is_held(self) -> bool:
        """Whether it took place, as far as is known."""
        return self.session.stage is not Stage.PREP or bool(self.kept and self.kept.files)

    @property
    def marks(self) -> MarkSummary | None:
        """The marks in the assessment, of whichever candidate: see `owner`."""
        return self.kept.marks if self.kept else None

    @property
    def owner(self) -> UUID | None:
        """Whose marks they are; None: there are none, or it cannot be known."""
        if self.kept is None or self.kept.marks is None:
            return None
        return owner_of(self.kept.marks.owner, self.session, self.kept.at)

    @property
    def own_marks(self) -> MarkSummary | None:
        """The viewer's own marks as the candidate."""
        return self.marks if self.owner == self.me else None

    @property
    def self_marks(self) -> MarkSummary | None:
        """The marks that the viewer gave themself, before they had read the assessment."""
        own = self.kept.own if self.kept else None
        if own is None or own.owner.candidate_id != self.me or own.owner.read_first:
            return None
        return own

    @property
    def was_candidate(self) -> bool:
        """Whether the viewer sat this station: by the row, or by the file of a row that changed."""
        marks = self.own_marks or self.self_marks
        return (self.role is Role.CANDIDATE and self.is_held) or marks is not None

    @property
    def assessor(self) -> Profile | None:
        """Who marked, if the file names the host or the guest."""
        return assessor_of(self.marks.owner, self.session) if self.marks else None

    @property
    def is_of_this_case(self) -> bool:
        """Whether the marks are of the row's case, as far as the file says."""
        named = self.marks.owner.case_id if self.marks else None
        return named is None or named == self.session.case_id


@dataclass(frozen=True, slots=True)
class Month:
    """The heading over a month's sessions."""

    year: int
    month: int


Line = Month | HistoryEntry


@dataclass(frozen=True, slots=True)
class HistoryFilter:
    """Which sessions are shown; None or "" in a field: all."""

    role: Role | None = None
    domain: str | None = None
    category: str | None = None
    text: str = ""

    @property
    def is_any(self) -> bool:
        return self == HistoryFilter()


class History:
    """The past sessions of one person, newest first, and the filter on them."""

    def __init__(self, me: UUID, zone: tzinfo) -> None:
        self.me = me
        self.filter = HistoryFilter()
        self._zone = zone
        self._entries: dict[UUID, HistoryEntry] = {}
        self._order: list[UUID] = []
        self._texts: dict[UUID, str] = {}

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def entries(self) -> list[HistoryEntry]:
        """All sessions, newest first."""
        return [self._entries[id_] for id_ in self._order]

    def get(self, session_id: UUID) -> HistoryEntry | None:
        return self._entries.get(session_id)

    def read(self, sessions: Iterable[PracticeSession], *, whole: bool = False) -> None:
        """Add or replace these sessions; `whole`: drop all others. Known files stay."""
        before = self._entries
        if whole:
            self._entries = {}
        for session in sessions:
            if not session.involves(self.me):
                continue
            known = before.get(session.id)
            entry = (
                HistoryEntry(session, self.me) if known is None else replace(known, session=session)
            )
            self._entries[session.id] = entry
        rounds = rounds_of(entry.session for entry in self._entries.values())
        for id_, entry in self._entries.items():
            if entry.round != (found := rounds.get(id_, ALONE)):
                self._entries[id_] = replace(entry, round=found)
        self._texts.clear()
        self._order = sorted(
            self._entries,
            key=lambda id_: (self._entries[id_].session.starts_at, id_),
            reverse=True,
        )

    def name(self, names: dict[UUID, str]) -> None:
        """Set the names of cases, by case id, for sessions that are in their debrief."""
        for id_, entry in self._entries.items():
            case_id, is_over = entry.session.case_id, entry.session.stage is Stage.WRAP_UP
            name = names.get(case_id) if case_id is not None and is_over else None
            if name != entry.case_name:
                self._entries[id_] = replace(entry, case_name=name)
                self._texts.pop(id_, None)

    def set_files(self, session_id: UUID, kept: FileSummary) -> None:
        """Set what the bucket has of a session."""
        if entry := self._entries.get(session_id):
            self._entries[session_id] = replace(entry, kept=kept)

    def wanted(self) -> list[HistoryEntry]:
        """The sessions that match the filter, newest first."""
        words = fold(self.filter.text).split()
        return [entry for entry in self.entries if self._is_wanted(entry, words)]

    def lines(self, wanted: Iterable[HistoryEntry] | None = None) -> list[Line]:
        """The matching sessions, under the headings of their months."""
        found: list[Line] = []
        for entry in self.wanted() if wanted is None else wanted:
            local = entry.session.starts_at.astimezone(self._zone)
            month = Month(local.year, local.month)
            if not found or month != self._month_of(found[-1]):
                found.append(month)
            found.append(entry)
        return found

    def domains(self) -> Counter[str]:
        """The domains of the cases, and how many sessions each has."""
        return Counter(entry.session.case.domain for entry in self._entries.values()
                       if entry.session.case and entry.session.case.domain)  # fmt: skip

    def categories(self) -> Counter[str]:
        """The categories of the cases, and how many sessions each has."""
        return Counter(entry.session.case.category for entry in self._entries.values()
                       if entry.session.case and entry.session.case.category)  # fmt: skip

    def _month_of(self, line: Line) -> Month:
        if isinstance(line, Month):
            return line
        local = line.session.starts_at.astimezone(self._zone)
        return Month(local.year, local.month)

    def _is_wanted(self, entry: HistoryEntry, words: Sequence[str]) -> bool:
        wish, case = self.filter, entry.session.case
        if wish.role is not None and entry.role is not wish.role:
            return False
        if wish.domain is not None and (case is None or case.domain != wish.domain):
            return False
        if wish.category is not None and (case is None or case.category != wish.category):
            return False
        if not words:
            return True
        id_ = entry.session.id
        if id_ not in self._texts:
            self._texts[id_] = fold(" ".join(self._said(entry)))
        return all(word in self._texts[id_] for word in words)

    def _said(self, entry: HistoryEntry) -> Iterable[str]:
        """The texts of a row that the filter searches."""
        session = entry.session
        local = session.starts_at.astimezone(self._zone)
        yield f"{local:%A} {local.day} {local:%B %Y}"
        yield session.type_label
        yield "host" if entry.is_host else "guest"
        yield entry.role.value if entry.role else ""
        yield entry.case_name or ""
        if entry.partner:
            yield from (entry.partner.name, entry.partner.level)
        if session.case:
            yield from (session.case.category or "", session.case.domain or "")
