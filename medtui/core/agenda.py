"""The board as plain data: which sessions it shows, in which order, under which day.

No I/O and no Textual: the live feed's events go in, lines come out. The cost of a change does not
grow with the board, except for the insertion into a sorted list.
"""

from __future__ import annotations

import bisect
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from enum import Enum
from itertools import accumulate, takewhile
from uuid import UUID

from medtui.core.filters import Filter
from medtui.core.models import PracticeSession, Profile, Stage
from medtui.core.rounds import RoundIndex

SHOWN_AFTER_START = timedelta(hours=1)
SHOWN_WHILE_RUNNING = timedelta(hours=4)
SHOWN_AS_MINE = timedelta(hours=24)
BOOKABLE_AFTER_START = timedelta(hours=1)
"""How long after its start a session can be booked: the database's guard refuses it later."""

Key = tuple[datetime, UUID]
"""The sort key of sessions: start, then id."""

FIRST, LAST = UUID(int=0), UUID(int=2**128 - 1)


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


Line = Day | PracticeSession


class Agenda:
    """Sessions by start under the headings of their days, as lines counted from 0.

    Finding, adding and removing cost as much as in a sorted list, plus a step per day.
    """

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self.rounds = RoundIndex()
        """Of the whole window, shown or not."""
        self._sessions: dict[UUID, PracticeSession] = {}
        self._days: list[date] = []
        self._keys: dict[date, list[Key]] = {}
        self._tops: list[int] | None = [0]

    def __len__(self) -> int:
        return len(self._sessions) + len(self._days)

    def __contains__(self, session_id: object) -> bool:
        return session_id in self._sessions

    def __iter__(self) -> Iterator[Line]:
        for day in self._days:
            yield Day(day)
            yield from (self._sessions[id_] for _, id_ in self._keys[day])

    @property
    def sessions(self) -> Iterator[PracticeSession]:
        """The sessions alone, in order."""
        return (self._sessions[id_] for day in self._days for _, id_ in self._keys[day])

    @property
    def days(self) -> Sequence[date]:
        """The days that have sessions, in order."""
        return self._days

    def on(self, day: date) -> list[PracticeSession]:
        """The sessions of a day, in order."""
        return [self._sessions[id_] for _, id_ in self._keys.get(day, ())]

    def line(self, row: int) -> Line | None:
        """The session or heading in a line; None beyond the last."""
        if not 0 <= row < len(self):
            return None
        tops = self._headings()
        which = bisect.bisect_right(tops, row) - 1
        day = self._days[which]
        below = row - tops[which]
        return Day(day) if below == 0 else self._sessions[self._keys[day][below - 1][1]]

    def row(self, session_id: UUID | None) -> int | None:
        """The line of a session; None if it is not in the agenda."""
        session = self._sessions.get(session_id) if session_id else None
        if session is None:
            return None
        day = self._day(session)
        key = (session.starts_at, session.id)
        top = self._headings()[bisect.bisect_left(self._days, day)]
        return top + 1 + bisect.bisect_left(self._keys[day], key)

    def nearest(self, at: datetime) -> UUID | None:
        """The session that starts nearest to a time, the later of two; None if there is none."""
        day = at.astimezone(self._zone).date()
        here = bisect.bisect_left(self._days, day)
        # The last one before that time is on that day or on the one before, and so for the next.
        near = self._days[max(0, here - 1) : here + 2]
        keys = [key for found in near for key in self._keys[found]]
        next_ = bisect.bisect_left(keys, (at, FIRST))
        around = keys[max(0, next_ - 1) : next_ + 1]
        return min(reversed(around), key=lambda key: abs(key[0] - at))[1] if around else None

    def fill(self, sessions: Iterable[PracticeSession]) -> None:
        """Replace all sessions by these, which are in order."""
        self._sessions, self._keys = {}, {}
        for session in sessions:
            self._sessions[session.id] = session
            self._keys.setdefault(self._day(session), []).append((session.starts_at, session.id))
        self._days = sorted(self._keys)
        self._tops = None

    def add(self, session: PracticeSession) -> None:
        """Insert a session; one that is here already is moved."""
        self.discard(session.id)
        self._sessions[session.id] = session
        day = self._day(session)
        if day not in self._keys:
            self._keys[day] = []
            bisect.insort(self._days, day)
        bisect.insort(self._keys[day], (session.starts_at, session.id))
        self._tops = None

    def discard(self, session_id: UUID) -> None:
        """Remove a session, if it is here, and its heading if no session is left under it."""
        session = self._sessions.pop(session_id, None)
        if session is None:
            return
        day = self._day(session)
        keys = self._keys[day]
        del keys[bisect.bisect_left(keys, (session.starts_at, session_id))]
        if not keys:
            del self._keys[day]
            self._days.remove(day)
        self._tops = None

    def _day(self, session: PracticeSession) -> date:
        return session.starts_at.astimezone(self._zone).date()

    def _headings(self) -> list[int]:
        """The line of each day's heading."""
        if self._tops is None:
            lengths = (len(self._keys[day]) + 1 for day in self._days)
            self._tops = list(accumulate(lengths, initial=0))[:-1]
        return self._tops


class Board:
    """The window of sessions, and of these the ones that view and filter show now.

    Args:
        viewer: who looks; None for a board without a login.
        zone: in which days begin and end.
        now: aware; `tick` moves it on.
    """

    def __init__(self, viewer: UUID | None, zone: tzinfo, now: datetime) -> None:
        self.viewer = viewer
        self.now = now
        self.view = View.ALL
        self.query = ""
        self.filter = Filter(zone)
        self.hidden: set[UUID] = set()
        """Sessions of the view that words or filter hide."""
        self.agenda = Agenda(zone)
        self._words: list[str] = []
        self._by_id: dict[UUID, PracticeSession] = {}
        self._order: list[Key] = []
        self._free: list[Key] = []
        self._own: list[Key] = []
        self._texts: dict[UUID, str] = {}

    def read(self, sessions: Iterable[PracticeSession]) -> set[UUID]:
        """Take these sessions as the whole window; returns which are new or different."""
        before, self._by_id = self._by_id, {session.id: session for session in sessions}
        self.agenda.rounds.read(self._by_id.values())
        self._order = sorted((s.starts_at, s.id) for s in self._by_id.values())
        self._free = [key for key in self._order if self._by_id[key[1]].is_open]
        self._own = [key for key in self._order if self._by_id[key[1]].involves(self.viewer)]
        self._texts.clear()
        self._fill()
        return {id_ for id_, session in self._by_id.items() if before.get(id_) != session}

    def apply(self, changed: Iterable[PracticeSession], removed: Iterable[UUID] = ()) -> set[UUID]:
        """Apply a burst of changes; returns which sessions are new or different."""
        touched = set()
        for id_ in removed:
            self._forget(id_)
            self.agenda.discard(id_)
            self.agenda.rounds.drop(id_)
            self.hidden.discard(id_)
        for session in changed:
            if self._by_id.get(session.id) == session:
                continue
            self._forget(session.id)
            self._by_id[session.id] = session
            self.agenda.rounds.put(session)
            key = (session.starts_at, session.id)
            bisect.insort(self._order, key)
            if session.is_open:
                bisect.insort(self._free, key)
            if session.involves(self.viewer):
                bisect.insort(self._own, key)
            self._place(session)
            touched.add(session.id)
        return touched

    def tick(self, now: datetime) -> None:
        """Set the time: sessions that are over leave the agenda."""
        went_back = now < self.now  # the server's time is known now, and is the earlier one
        # What starts within the hour, or is of today, changes with the time.
        is_due = self.is_filtered and now.replace(second=0) > self.now.replace(second=0)
        self.now = now
        if went_back or is_due:
            self._fill()
            return
        aged = takewhile(
            lambda session: session.starts_at < now - SHOWN_AFTER_START, self.agenda.sessions
        )
        for session in [session for session in aged if not self._is_current(session)]:
            self.agenda.discard(session.id)

    @property
    def is_filtered(self) -> bool:
        """Whether words or a filter may hide sessions of the view."""
        return bool(self._words or self.filter.chosen)

    def look_at(
        self,
        *,
        view: View | None = None,
        query: str | None = None,
        filter: Filter | None = None,  # noqa: A002
    ) -> None:
        """Change the view, the words or the filter; None: as before."""
        self.view = view or self.view
        self.filter = filter or self.filter
        if query is not None:
            self.query = query
            self._words = fold(query).split()
        self._fill()

    @property
    def sessions(self) -> Iterable[PracticeSession]:
        """All of the window, shown or not."""
        return self._by_id.values()

    def get(self, session_id: UUID | None) -> PracticeSession | None:
        return self._by_id.get(session_id) if session_id else None

    def open_count(self) -> tuple[int, int]:
        """How many seats are free, of how many sessions to come."""
        start = (self.now, FIRST)
        free = len(self._free) - bisect.bisect_left(self._free, start)
        return free, len(self._order) - bisect.bisect_left(self._order, start)

    def next_own(self) -> PracticeSession | None:
        """The viewer's session that runs, or that comes next; until an hour after its start."""
        oldest = bisect.bisect_left(self._own, (self.now - SHOWN_WHILE_RUNNING, FIRST))
        for _, id_ in self._own[oldest:]:
            session = self._by_id[id_]
            if session.stage is Stage.INTERVIEW or (
                session.stage is Stage.PREP and self.now - session.starts_at <= SHOWN_AFTER_START
            ):
                return session
        return None

    def beginning(self) -> UUID | None:
        """Where the cursor is put at first: one's own next session, or the next free seat.

        Without either it is the first session that is not over; None if there is none.
        """
        own = self.next_own()
        if own and own.id in self.agenda:
            return own.id
        coming = bisect.bisect_left(self._free, (self.now, FIRST))
        for _, id_ in self._free[coming:]:
            if id_ in self.agenda and not self._by_id[id_].involves(self.viewer):
                return id_
        shown = (s for s in self.agenda.sessions if s.starts_at >= self.now)
        return next((session.id for session in shown), None)

    def overlapping(
        self, starts_at: datetime, minutes: int, *, but: UUID | None = None
    ) -> PracticeSession | None:
        """One of the viewer's own sessions that starts less than `minutes` from `starts_at`."""
        margin = timedelta(minutes=minutes)
        low = bisect.bisect_right(self._order, (starts_at - margin, LAST))
        high = bisect.bisect_left(self._order, (starts_at + margin, FIRST))
        for _, id_ in self._order[low:high]:
            if id_ != but and self._by_id[id_].involves(self.viewer):
                return self._by_id[id_]
        return None

    def _fill(self) -> None:
        oldest = bisect.bisect_left(self._order, (self.now - SHOWN_AS_MINE, FIRST))
        sessions = (self._by_id[id_] for _, id_ in self._order[oldest:])
        current = [session for session in sessions if self._is_current(session)]
        wanted = [session for session in current if self._matches(session)]
        self.agenda.fill(wanted)
        self.hidden = {session.id for session in current} if self.is_filtered else set()
        self.hidden.difference_update(session.id for session in wanted)

    def _place(self, session: PracticeSession) -> None:
        """Show a session that is new or different, or hide it."""
        is_current = self._is_current(session)
        is_shown = is_current and self._matches(session)
        if is_shown:
            self.agenda.add(session)
        else:
            self.agenda.discard(session.id)
        (self.hidden.add if is_current and not is_shown else self.hidden.discard)(session.id)

    def _is_current(self, session: PracticeSession) -> bool:
        age = self.now - session.starts_at
        is_mine = session.involves(self.viewer)
        if self.view is View.MINE:
            return is_mine and age <= SHOWN_AS_MINE
        limit = SHOWN_AFTER_START if session.stage is Stage.PREP else SHOWN_WHILE_RUNNING
        return age <= limit and (self.view is View.ALL or (session.is_open and not is_mine))

    def _matches(self, session: PracticeSession) -> bool:
        """Whether words and filter let it through."""
        if not self.filter.wants(session, self.viewer, self.now):
            return False
        if not self._words:
            return True
        text = self._texts.get(session.id)
        if text is None:
            text = self._texts[session.id] = fold(" ".join(_said(session)))
        return all(word in text for word in self._words)

    def _forget(self, session_id: UUID) -> None:
        session = self._by_id.pop(session_id, None)
        self._texts.pop(session_id, None)
        if session is None:
            return
        key = (session.starts_at, session_id)
        del self._order[bisect.bisect_left(self._order, key)]
        if session.is_open:
            del self._free[bisect.bisect_left(self._free, key)]
        if session.involves(self.viewer):
            del self._own[bisect.bisect_left(self._own, key)]


def _said(session: PracticeSession) -> Iterable[str]:
    """The texts of a row that the filter searches."""
    for profile in (session.host, session.guest):
        if profile:
            yield from (profile.name, profile.level)
    yield from (session.type_label, session.stage.label, "open" if session.is_open else "")
    yield session.note or ""
    if session.case:
        yield from (session.case.category or "", session.case.domain or "")


def fold(text: str) -> str:
    """Text for comparison: without case, diacritics, and the width of its letters."""
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def name_of(profile: Profile | None) -> str:
    return profile.name if profile else "somebody"
