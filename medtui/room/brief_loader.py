"""The brief in a room: only what the role may read now, and held only while it may."""

from __future__ import annotations

import contextlib

from textual.css.query import NoMatches

from medtui.core.models import Brief, PracticeSession, Role, Stage
from medtui.core.room_rules import why_no_brief
from medtui.core.station_clock import ClockReading
from medtui.data import Backend, DataError, Gone
from medtui.room.brief_view import BriefView, brief_text

Key = tuple[object, ...]


class BriefReader:
    """Reads what a row allows, forgets it when the row does not any more, and draws it."""

    def __init__(self, backend: Backend, view: BriefView) -> None:
        self._backend = backend
        self._view = view
        self._brief: Brief | None = None
        self._key: Key = (None, None, None)
        self._hint = ""

    @property
    def has_own(self) -> bool:
        """Whether the host's own brief is known to be there."""
        return self._brief is not None and self._brief.id is None

    @property
    def may_change(self) -> bool:
        """Whether the host may write a brief now: the row does not tell when it comes."""
        case_id, role, stage = self._key
        can_be_own = role is not None and case_id is None and self._backend.is_complete
        return can_be_own and stage is Stage.PREP

    def wants(self, session: PracticeSession, role: Role | None) -> bool:
        """Take note of the row as it is. Whether there is something to `read` now."""
        key = (session.case_id, role, session.stage)
        if is_new := key != self._key:
            before, self._key, self._hint = self._key, key, ""
            # The actor goes on reading the same from prep to the interview.
            is_same = role is Role.ACTOR and before[:2] == key[:2]
            if not is_same or Stage.WRAP_UP in (before[2], session.stage):
                self._brief = None
        if role is None:
            return False
        if session.case_id is None:  # is there one of the host's own? Asked once at each stage
            return is_new or bool(self._hint)
        is_early = role is Role.CANDIDATE and session.stage is Stage.PREP
        return self._brief is None and not is_early

    async def read(self, session: PracticeSession) -> None:
        """Ask the server."""
        key, brief, hint = self._key, None, ""
        try:
            brief = await self._backend.cases.brief(session)
        except Gone as error:
            hint = error.message
        except DataError as error:
            hint = f"The brief cannot be read now. {error.message}"
        if hint and self._brief is not None:
            return  # it was only looked at again
        # The server answers for the row as it is there: by now that may be another case.
        if key == self._key and (brief is None or brief.id == session.case_id):
            self._brief, self._hint = brief, hint

    async def draw(
        self, session: PracticeSession, role: Role | None, reading: ClockReading | None
    ) -> None:
        with contextlib.suppress(NoMatches):  # the screen is just being taken away
            await self._view.show(*self._shown(session, role, reading))

    def _shown(
        self, session: PracticeSession, role: Role | None, reading: ClockReading | None
    ) -> tuple[str, ...]:
        """The title, the text, and the hint where there is one."""
        if reading is not None and not reading.phase.brief and role is Role.CANDIDATE:
            return "", "", f"{reading.phase.name}: the brief is put away."
        if self._brief is not None:
            title, text = brief_text(self._brief, role, session.stage)
            if text or not self.has_own:
                return title, text
        return "", "", self._hint or why_no_brief(session, role, has_own=self.has_own)
