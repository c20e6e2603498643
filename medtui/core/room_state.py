"""One side's view of a room: the row, the shared state, and who is present."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from medtui.core import station_clock
from medtui.core.models import PracticeSession, Role, Stage
from medtui.core.presets import Preset
from medtui.core.recording_consent import Answer, Consent
from medtui.core.room_shared import Shared, from_json
from medtui.core.station_clock import UNTOUCHED, Adjustments, ClockReading, Signal


class RoomState:
    """State of one room. After a change the caller broadcasts `shared` if it differs.

    Args:
        session: the session's row.
        me: the id of the user whose view this is.
        kept: the shared state that an earlier run has saved; None: none.
        preset: the host's usual one, used if none was chosen yet.
    """

    def __init__(
        self, session: PracticeSession, me: UUID, kept: Any = None, preset: Preset | None = None
    ) -> None:
        self.session = session
        self.me = me
        self.shared = from_json(kept) or Shared()
        if self.is_host and preset is not None and self.shared.host_writes == 0:
            self.shared = self.shared.written(by_host=True, preset=preset)

    @property
    def is_host(self) -> bool:
        return self.session.host_id == self.me

    @property
    def role(self) -> Role | None:
        return self.session.role_of(self.me)

    @property
    def since(self) -> datetime | None:
        """When the station began, or, if the server does not say, when it was first seen running.

        None while no station runs.
        """
        if self.session.stage is not Stage.INTERVIEW:
            return None
        return self.session.stage_since or self.shared.adjustments.station

    def apply(self, session: PracticeSession, now: datetime) -> bool:
        """Set the row. Returns whether the shared state has changed with it."""
        self.session = session
        before = self.shared
        if session.case_id is not None and session.candidate_id is not None:
            # The actor may read its brief from here on.
            self.shared = self.shared.showing(session.case_id)
        if session.stage_since is None:
            station = self.shared.adjustments.station
            if session.stage is Stage.INTERVIEW and station is None:
                self._write(Adjustments(station=now))
            elif session.stage is Stage.PREP and station is not None:
                self._write(UNTOUCHED)
        return self.shared != before

    def merge(self, card: Any) -> None:
        """Merge a received copy of the shared state; a malformed one is ignored."""
        if theirs := from_json(card):
            self.shared = self.shared.merged(theirs)

    @property
    def consents(self) -> tuple[Consent, Consent]:
        """Whether the user and the other one agree to a recording, as the room's channel says."""
        shared = self.shared
        both = shared.host_consent, shared.guest_consent
        return both if self.is_host else (both[1], both[0])

    def answer(self, answer: Answer) -> None:
        """Say whether the user agrees to a recording."""
        self.shared = self.shared.answered(answer, by_host=self.is_host)

    def reading(self, now: datetime) -> ClockReading | None:
        """The station clock's reading; None while no station runs."""
        since = self.since
        if since is None:
            return None
        return station_clock.read(since, self.shared.preset, self.shared.adjustments, now)

    def elapsed(self, now: datetime) -> float | None:
        """Seconds that the station has run; None while none runs."""
        since = self.since
        return None if since is None else station_clock.elapsed(since, self.shared.adjustments, now)

    def signal(self, earlier: datetime, now: datetime) -> Signal | None:
        """The bell's signal for the time since `earlier`; None if there is none."""
        since = self.since
        if since is None:
            return None
        return station_clock.signal(
            since, self.shared.preset, self.shared.adjustments, earlier, now
        )

    def pause(self, now: datetime) -> None:
        """Pause the clock, or resume it."""
        if self.since is not None:
            self._write(station_clock.pause(self.since, self.shared.adjustments, now))

    def add(self, now: datetime, seconds: int) -> None:
        """Make the present phase longer or shorter."""
        if self.since is not None:
            shared = self.shared
            self._write(
                station_clock.add(self.since, shared.preset, shared.adjustments, now, seconds)
            )

    def choose(self, preset: Preset) -> None:
        """Set the timing of coming stations."""
        self.shared = self.shared.written(by_host=self.is_host, preset=preset)

    def _write(self, adjustments: Adjustments) -> None:
        self.shared = self.shared.written(by_host=self.is_host, adjustments=adjustments)
