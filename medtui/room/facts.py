"""What both know of a room before and after the station: who, when, which case, what next.

What is to be decided before it is in the checklist.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from uuid import UUID

from textual.content import Content
from textual.widgets import Static

from medtui.core.avatars import CELLS, avatar_of
from medtui.core.key_names import key_of
from medtui.core.models import PracticeSession, Stage
from medtui.core.room_rules import awaited, case_words, other_of, person
from medtui.core.wording import countdown, moment
from medtui.ui.avatars import avatar_content
from medtui.ui.cells import wrap

LABEL = 11
WITH = "With"

ROOMY_ROWS = 20
"""On a terminal of fewer rows, only what is said nowhere else is shown."""


@dataclass(frozen=True, slots=True)
class FileState:
    """Which files of a session are there; None is not known."""

    transcript: bool | None = None
    assessment: bool | None = None


@dataclass(frozen=True, slots=True)
class Presence:
    """Who is in the room; `people` None: not known, and `is_refused`: nor will it be."""

    people: frozenset[UUID] | None = None
    is_refused: bool = False


class RoomFacts(Static):
    """A few labelled lines; written again only when they read differently."""

    def __init__(self, viewer: UUID, zone: tzinfo, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(markup=False, id=id)
        self._viewer = viewer
        self._zone = zone
        self._shown = Content("")
        self.files = FileState()
        """What is there of the station that is over; set when it is known."""
        self.mark = ""
        """What speaks against the chosen case; set when it is known."""
        self.is_guest_absent = False
        """Whether the host has been alone for so long that one key frees the guest's seat."""

    def show(self, session: PracticeSession, now: datetime, presence: Presence) -> None:
        """Show a room as it is."""
        room = max(20, self.size.width - LABEL - CELLS - 1)
        lines = [
            Content.assemble(
                (f"{label if first else '':<{LABEL}}", "$faint"),
                self._avatar(session) if first and label == WITH else "",
                Content(line),
            )
            for label, words in self._facts(session, now, presence)
            for first, line in _wrapped(words, room)
        ]
        if session.stage is not Stage.PREP:
            lines += [Content(""), Content.styled(awaited(session, self._viewer), "bold $accent")]
        content = Content("\n").join(lines)
        if not content.is_same(self._shown):
            self._shown = content
            self.update(content)

    def _avatar(self, session: PracticeSession) -> Content:
        """Of the other one."""
        return avatar_content(avatar_of(session.partner_of(self._viewer)), self.app)

    def _facts(
        self, session: PracticeSession, now: datetime, presence: Presence
    ) -> list[tuple[str, str]]:
        me = self._viewer
        if session.stage is Stage.WRAP_UP:
            return [
                ("Candidate", person(session, session.candidate_id, me)),
                ("Case", case_words(session)),
                ("Transcript", _there(self.files.transcript)),
                ("Assessment", _there(self.files.assessment)),
                ("Review", f"{key_of('room.review')} reads them side by side"),
                ("Here", _here(session, me, presence)),
            ]
        when = f"{moment(session.starts_at, now, self._zone)}, {countdown(session.starts_at, now)}"
        local = session.starts_at.astimezone(self._zone)
        if local.utcoffset() != session.starts_at.utcoffset():
            when += f"  ({session.starts_at.astimezone(UTC):%H:%M} UTC)"
        facts = [("Starts", when)]
        if self.app.size.height >= ROOMY_ROWS:  # the line at the top says who is here, too
            if partner := session.partner_of(me):
                facts.append((WITH, ", ".join(filter(None, (partner.name, partner.level)))))
            facts += [
                ("Here", _here(session, me, presence)),
                ("Link", session.room_url or "none"),
            ]
        if self.is_guest_absent:
            name = person(session, session.guest_id, me)
            facts.append(
                (
                    "Absent",
                    f"{name} has not come. {key_of('room.remove_guest')} frees the seat and "
                    "offers it on.",
                )
            )
        return facts


def _wrapped(words: str, room: int) -> Iterator[tuple[bool, str]]:
    """The lines of a text, each with whether it is the first."""
    for begin, end in wrap(words, room):
        yield begin == 0, words[begin:end]


def _there(is_there: bool | None) -> str:
    return {None: "…", True: "uploaded", False: "not yet uploaded"}[is_there]


def _here(session: PracticeSession, me: UUID, presence: Presence) -> str:
    partner = other_of(session, me)
    if partner is None:
        return "you"
    name = person(session, partner, me)
    if presence.is_refused:
        return f"you; this server does not show whether {name} is here"
    if presence.people is None:
        return "you; who else is here is not known now"
    return f"you and {name}" if partner in presence.people else f"you; {name} is not here yet"


def whether_here(session: PracticeSession, me: UUID, presence: Presence) -> str:
    """The same in a word, for where there is no room; empty where it is not known."""
    partner = other_of(session, me)
    if partner is None or presence.people is None:
        return ""
    return " (here)" if partner in presence.people else " (away)"
