"""Everything that a viewer may know of one session, in full and wrapped, and what they can do."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, datetime, tzinfo
from uuid import UUID

from textual.content import Content
from textual.widgets import Static

from medtui.core.agenda import name_of
from medtui.core.avatars import avatar_of
from medtui.core.key_names import key_of
from medtui.core.models import PracticeSession, Stage
from medtui.core.session_acts import possible_acts
from medtui.core.waiting import Lines, kept_sentence, line_words
from medtui.core.wording import moment, standing, time_in
from medtui.ui.avatars import avatar_content

KEYS = {
    "room": ("board.select", "go into the room"),
    "book": ("board.book", "book it"),
    "leave": ("board.leave", "leave it"),
    "edit": ("board.edit", "edit or reschedule it"),
    "cancel": ("board.cancel", "cancel it"),
    "review": ("board.review", "review it"),
    "open_link": ("board.open_link", "open the room link"),
    "copy_link": ("board.copy_link", "copy the room link"),
    "wait": ("board.book", "wait for the seat"),
    "stop_waiting": ("board.leave", "stop waiting"),
    "pass_on": ("board.leave", "pass it on"),
    "keep": ("board.keep", "keep the seat for a person"),
}
"""The id of each act's key, and what it does."""


class SessionDetails(Static):
    """Shows one session; empty for none."""

    def __init__(self, viewer: UUID, zone: tzinfo) -> None:
        super().__init__(markup=False)
        self.is_complete = True
        """Whether the server has our migrations."""
        self.has_waiting = True
        """Whether the server has waiting lists."""
        self.lines: Lines = {}
        """The lines in which the viewer waits, and those for their own sessions."""
        self.with_files: Collection[UUID] = ()
        """The viewer's sessions that are known to have files."""
        self._viewer = viewer
        self._zone = zone
        self._shown = Content("")

    def show(self, session: PracticeSession | None, now: datetime) -> None:
        content = self._content(session, now) if session else Content("")
        if content.is_same(self._shown):
            return
        before, self._shown = self._shown, content
        # A new layout repaints the whole panel: only where the text takes another height.
        self.update(content, layout=self._height(content) != self._height(before))

    def _height(self, content: Content) -> int:
        return content.get_height({}, self.size.width) if self.size.width else -1

    def _content(self, session: PracticeSession, now: datetime) -> Content:
        host = session.host
        blocks = [
            [
                avatar_content(avatar_of(host), self.app) + Content.styled(name_of(host), "bold"),
                *([Content.styled(host.level, "$faint")] if host else []),
            ],
            self._when(session, now),
            [*self._seat(session, now), Content(self._candidate(session))],
        ]
        if session.note:
            blocks.append([Content.styled("Note", "$faint"), Content(session.note)])
        if session.case:
            case = " · ".join(filter(None, (session.case.category, session.case.domain)))
            blocks.append([Content.styled("Case", "$faint"), Content(case or "chosen")])
        if session.room_url:
            blocks.append([Content.styled("Room", "$faint"), Content(session.room_url)])
        keys = list(self._keys(session, now))
        width = max((len(key) for key, _ in keys), default=0)
        blocks.append(
            [
                Content.assemble((f"{key:<{width}}", "bold $accent"), "  ", does)
                for key, does in keys
            ]
        )
        return Content("\n\n").join(Content("\n").join(block) for block in blocks if block)

    def _when(self, session: PracticeSession, now: datetime) -> list[Content]:
        local, utc = session.starts_at.astimezone(self._zone), session.starts_at.astimezone(UTC)
        when = moment(session.starts_at, now, self._zone)
        if local.utcoffset() != utc.utcoffset():
            when += f" ({utc:%H:%M} UTC)"
        stage = " for ".join(filter(None, (standing(session, now), _minutes(session, now))))
        return [Content(f"{session.type_label or 'Session'}, {when}"), Content(stage)]

    def _seat(self, session: PracticeSession, now: datetime) -> Iterator[Content]:
        """Who has the seat, or for whom it is kept, and who waits for it."""
        kept = kept_sentence(session, self._viewer, now, self._zone)
        yield Content(kept) if kept else self._guest(session)
        if session.stage is Stage.PREP and (line := line_words(self.lines.get(session.id))):
            yield Content(line)

    def _guest(self, session: PracticeSession) -> Content:
        if session.guest_id is None:
            return Content("The seat is free." if session.is_open else "No guest.")
        if session.guest_id == self._viewer:
            return Content("You are the guest.")
        if session.guest is None:
            return Content("The seat is taken.")
        return Content.assemble(
            "Guest: ",
            avatar_content(avatar_of(session.guest), self.app),
            f"{session.guest.name}, {session.guest.level}",
        )

    def _candidate(self, session: PracticeSession) -> str:
        who = session.candidate_id
        if who is None:
            return "Roles are agreed in the room."
        if who == self._viewer:
            return "You are the candidate."
        people = {p.user_id: p.name for p in (session.host, session.guest) if p}
        return f"Candidate: {people.get(who, 'chosen')}"

    def _keys(self, session: PracticeSession, now: datetime) -> Iterator[tuple[str, str]]:
        """What can be done here, and with which key."""
        acts = possible_acts(
            session,
            self._viewer,
            now,
            is_complete=self.is_complete,
            with_files=self.with_files,
            lines=self.lines if self.has_waiting else None,
        )
        for act in acts:
            action, does = KEYS[act]
            yield key_of(action), does


def _minutes(session: PracticeSession, now: datetime) -> str:
    return time_in(session, now).removesuffix(" in") if session.stage is not Stage.PREP else ""
