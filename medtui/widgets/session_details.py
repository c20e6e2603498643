"""Everything that a viewer may know of one session, in full and wrapped."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from uuid import UUID

from textual.content import Content
from textual.widgets import Static

from medtui.board import standing
from medtui.models import PracticeSession, Stage


class SessionDetails(Static):
    """Shows one session; empty for none."""

    def __init__(self, viewer: UUID | None, zone: tzinfo) -> None:
        super().__init__(markup=False)
        self._viewer = viewer
        self._zone = zone
        self._shown: Content | None = None

    def show(self, session: PracticeSession | None, now: datetime) -> None:
        content = self._content(session, now) if session else Content("")
        if self._shown is None or not content.is_same(self._shown):
            same_height = self._shown and len(content.split("\n")) == len(self._shown.split("\n"))
            self._shown = content
            self.update(content, layout=not same_height)

    def _content(self, session: PracticeSession, now: datetime) -> Content:
        local = session.starts_at.astimezone(self._zone)
        utc = session.starts_at.astimezone(UTC)
        when = f"{local:%A} {local.day} {local:%B}, {local:%H:%M}"
        if local.utcoffset() != utc.utcoffset():
            when += f" ({utc:%H:%M} UTC)"
        host = session.host
        lines: list[Content | str] = [
            Content.styled(host.name if host else "(unknown)", "bold"),
            Content.styled(host.level if host else "", "dim"),
            "",
            f"{session.type_label}, {standing(session, now)}",
            when,
            "",
            self._guest(session),
            self._candidate(session),
        ]
        if session.case:
            about = [part for part in (session.case.category, session.case.domain) if part]
            lines += ["", Content.styled("Case", "dim"), " · ".join(about) or "chosen"]
        if session.room_url:
            lines += ["", Content.styled("Room", "dim"), session.room_url]
        return Content("\n").join(
            line if isinstance(line, Content) else Content(line) for line in lines
        )

    def _guest(self, session: PracticeSession) -> str:
        if session.guest_id is None:
            return "The guest's seat is free." if session.stage is Stage.PREP else "No guest."
        if session.guest_id == self._viewer:
            return "You are the guest."
        if session.guest is None:
            return "The guest's seat is taken."
        return f"Guest: {session.guest.name}, {session.guest.level}"

    def _candidate(self, session: PracticeSession) -> str:
        who = session.candidate_id
        if who is None:
            return "Who is the candidate is decided in the room."
        if who == self._viewer:
            return "You are the candidate."
        people = {p.user_id: p.name for p in (session.host, session.guest) if p}
        return f"Candidate: {people.get(who, 'chosen')}"
