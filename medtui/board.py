"""The board as plain data: which sessions it shows, in which order, under which day.

No I/O and no Textual: the store is fed by the live feed's events, and asked for lines.
"""

from __future__ import annotations

import bisect
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from enum import Enum
from uuid import UUID

from medtui.models import PracticeSession, Stage

SHOWN_AFTER_START = timedelta(hours=1)
SHOWN_WHILE_RUNNING = timedelta(hours=4)
SHOWN_AS_MINE = timedelta(hours=24)


class View(Enum):
    """Which sessions the board shows; `v` goes from one to the next."""

    ALL = "all"
    OPEN = "open"
    MINE = "mine"

    @property
    def next(self) -> View:
        views = list(View)
        return views[(views.index(self) + 1) % len(views)]


@dataclass(frozen=True, slots=True)
class Day:
    """The heading over a day's sessions."""

    date: date
    label: str


Line = Day | PracticeSession


@dataclass
class Board:
    """The sessions of the window, kept in order of their start.

    What a change costs does not grow with the board, but for the move in a sorted list.
    """

    viewer: UUID | None
    zone: tzinfo
    view: View = View.ALL
    query: str = ""
    _by_id: dict[UUID, PracticeSession] = field(default_factory=dict)
    _order: list[tuple[datetime, UUID]] = field(default_factory=list)
    _texts: dict[UUID, str] = field(default_factory=dict)

    def read(self, sessions: Iterable[PracticeSession]) -> set[UUID]:
        """Take these sessions as the whole window; returns which are new or different."""
        before, self._by_id = self._by_id, {session.id: session for session in sessions}
        self._order = sorted((s.starts_at, s.id) for s in self._by_id.values())
        self._texts.clear()
        return {id_ for id_, session in self._by_id.items() if before.get(id_) != session}

    def apply(self, changed: Iterable[PracticeSession], removed: Iterable[UUID]) -> set[UUID]:
        """Apply a burst of changes; returns which sessions are new or different."""
        touched = set()
        for id_ in removed:
            self._forget(id_)
        for session in changed:
            if self._by_id.get(session.id) != session:
                self._forget(session.id)
                self._by_id[session.id] = session
                bisect.insort(self._order, (session.starts_at, session.id))
                touched.add(session.id)
        return touched

    def get(self, session_id: UUID | None) -> PracticeSession | None:
        return self._by_id.get(session_id) if session_id else None

    def lines(self, now: datetime) -> list[Line]:
        """What is shown at `now`, earliest first, each day under its heading."""
        today = now.astimezone(self.zone).date()
        lines: list[Line] = []
        current: date | None = None
        words = fold(self.query).split()
        for session in self.sessions(now):
            if words and not self._matches(session, words):
                continue
            day = session.starts_at.astimezone(self.zone).date()
            if day != current:
                lines.append(Day(day, day_label(day, today)))
                current = day
            lines.append(session)
        return lines

    def sessions(self, now: datetime) -> list[PracticeSession]:
        """The sessions of the present view at `now`, earliest first, whatever the filter."""
        oldest = bisect.bisect_left(self._order, (now - SHOWN_AS_MINE, UUID(int=0)))
        ordered = (self._by_id[id_] for _, id_ in self._order[oldest:])
        return [session for session in ordered if self._is_shown(session, now)]

    def open_count(self, now: datetime) -> tuple[int, int]:
        """How many seats are free that have not begun yet, of how many sessions to come."""
        start = bisect.bisect_left(self._order, (now, UUID(int=0)))
        coming = [self._by_id[id_] for _, id_ in self._order[start:]]
        return sum(session.is_open for session in coming), len(coming)

    def overlapping(
        self, starts_at: datetime, minutes: int, *, but: UUID | None = None
    ) -> PracticeSession | None:
        """One of the viewer's own sessions that starts less than `minutes` from `starts_at`."""
        margin = timedelta(minutes=minutes)
        low = bisect.bisect_right(self._order, (starts_at - margin, UUID(int=2**128 - 1)))
        for start, id_ in self._order[low:]:
            if start >= starts_at + margin:
                return None
            if id_ != but and self._by_id[id_].involves(self.viewer):
                return self._by_id[id_]
        return None

    def _is_shown(self, session: PracticeSession, now: datetime) -> bool:
        age = now - session.starts_at
        is_mine = session.involves(self.viewer)
        if self.view is View.MINE:
            return is_mine and age <= SHOWN_AS_MINE
        limit = SHOWN_AFTER_START if session.stage is Stage.PREP else SHOWN_WHILE_RUNNING
        return age <= limit and (self.view is View.ALL or (session.is_open and not is_mine))

    def _matches(self, session: PracticeSession, words: list[str]) -> bool:
        text = self._texts.get(session.id)
        if text is None:
            text = self._texts[session.id] = fold(" ".join(_said(session)))
        return all(word in text for word in words)

    def _forget(self, session_id: UUID) -> None:
        session = self._by_id.pop(session_id, None)
        self._texts.pop(session_id, None)
        if session is not None:
            del self._order[bisect.bisect_left(self._order, (session.starts_at, session_id))]


def _said(session: PracticeSession) -> Iterable[str]:
    """Everything in a row that a reader may look for."""
    for profile in (session.host, session.guest):
        if profile:
            yield from (profile.name, profile.level)
    yield from (session.type_label, session.stage.label, "open" if session.is_open else "")
    if session.case:
        yield from (session.case.category or "", session.case.domain or "")


def fold(text: str) -> str:
    """Text as it is compared: without case and diacritics."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def day_label(day: date, today: date) -> str:
    """ "TODAY  Tuesday 24 November"."""
    name = f"{day:%A} {day.day} {day:%B}"
    if day.year != today.year:
        name += f" {day.year}"
    words = {-1: "YESTERDAY", 0: "TODAY", 1: "TOMORROW"}.get((day - today).days)
    return f"{words}  {name}" if words else name


def countdown(starts_at: datetime, now: datetime) -> str:
    """ "in 26 min", "in 13 h", "in 3 days", "now", "12 min ago"."""
    seconds = (starts_at - now).total_seconds()
    minutes = round(abs(seconds) / 60)
    if minutes == 0:
        return "now"
    if minutes < 100:
        amount = f"{minutes} min"
    elif minutes < 48 * 60:
        amount = f"{round(minutes / 60)} h"
    else:
        amount = f"{round(minutes / 1440)} days"
    return f"in {amount}" if seconds > 0 else f"{amount} ago"


def standing(session: PracticeSession, now: datetime) -> str:
    """When it is, in words: the countdown, or what goes on and for how long."""
    if session.stage is Stage.PREP:
        return countdown(session.starts_at, now)
    if session.stage_since is None or session.stage is Stage.WRAP_UP:
        return session.stage.label
    minutes = max(0, int((now - session.stage_since).total_seconds() // 60))
    return f"{minutes} min in"


def seat(session: PracticeSession, viewer: UUID | None) -> tuple[str, str]:
    """A mark and a word for the guest's seat: ○ open, ● who has it, ▶ it runs."""
    if session.guest_id is None:
        mark = "○" if session.stage is Stage.PREP else "▶"
        return mark, "yours" if session.host_id == viewer and viewer else "open"
    mark = "●" if session.stage is Stage.PREP else "▶"
    if session.guest_id == viewer:
        return mark, "you"
    return mark, session.guest.name if session.guest else "booked"


def room_link(template: str, session_id: UUID) -> str:
    """The room link of a new session, from the template in the settings."""
    return template.replace("{id}", session_id.hex)
