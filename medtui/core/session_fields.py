"""The fields of a session: one table for what is read, written and compared, and its words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from medtui.core.agenda import name_of
from medtui.core.models import LONGEST_NOTE, PracticeSession

NOTES = 8
"""The level of a server from which on sessions have notes."""

KEPT_SEATS = 9
"""The level of a server from which on readers without a login see until when a seat is kept."""

At = Callable[[datetime], str]
"""Puts a moment into words, as "tomorrow 18:30"."""

Words = Callable[[PracticeSession, PracticeSession, At | None], str]
"""What is different in a session as it was seen and as it is, to follow "because" or "and"."""


@dataclass(frozen=True)
class TextInput:
    """A line of text in the form.

    Attributes:
        id: also its key in drafts, which lie on users' disks.
        example: what is shown while it is empty.
        most: characters; 0: no limit.
    """

    id: str
    label: str
    hint: str = ""
    example: str = ""
    most: int = 0


@dataclass(frozen=True)
class SessionField:
    """One column of `practice_sessions`.

    Attributes:
        column: its name in the database.
        name: its name in PracticeSession.
        words: what a change of it is called; None if it is not told.
        is_shared: whether shared screens read it, which have no login.
        is_past: whether the history reads it.
        is_posted: whether it is written when a session is posted, from SessionDraft.
        is_edited: whether the form changes it in a session that is posted.
        needs_login: whether the database refuses it to readers without a login.
        open_level: from how many of our migrations on it does not; None: with all of them.
        level: how many of our migrations a server needs to have it; 1: the data model alone.
        refused: a sentence for a value that the database does not take; "": the general one.
        input: where the form has a line of text for it; None: it has something else, or nothing.
    """

    column: str
    name: str
    words: Words | None = None
    is_shared: bool = True
    is_past: bool = True
    is_posted: bool = False
    is_edited: bool = False
    needs_login: bool = False
    open_level: int | None = None
    level: int = 1
    refused: str = ""
    input: TextInput | None = None

    def is_readable(self, level: int, *, is_anonymous: bool) -> bool:
        """Whether a reader may read it from a server of this level; `is_anonymous`: no login."""
        is_open = self.open_level is not None and level >= self.open_level
        return level >= self.level and (is_open or not (self.needs_login and is_anonymous))


def _time(seen: PracticeSession, present: PracticeSession, at: At | None) -> str:
    if at is None:
        return "its time was changed"
    return f"it was moved from {at(seen.starts_at)} to {at(present.starts_at)}"


def _guest(seen: PracticeSession, present: PracticeSession, _: At | None) -> str:
    if present.guest_id is None:
        return f"{name_of(seen.guest)} has left it"
    return f"{name_of(present.guest)} has booked it"


FIELDS = (
    SessionField("id", "id"),
    SessionField("host_id", "host_id"),
    SessionField(
        "datetime_utc", "starts_at", _time, is_posted=True, is_edited=True,
        refused="The server does not accept sessions so far away: choose another time.",
    ),
    SessionField("guest_id", "guest_id", _guest),
    SessionField(
        "type", "type", lambda _, present, __: f"its type is {present.type_label} now",
        is_posted=True, is_edited=True,
        refused="The server accepts types of 1 to 60 characters in one line: change this one.",
    ),
    SessionField(
        "note", "note", lambda *_: "its note was changed",
        is_shared=False, is_past=False, is_posted=True, is_edited=True, level=NOTES,
        refused="The server accepts notes of up to 120 characters in one line, without a link: "
        "change this one.",
        input=TextInput(
            "note", "Note", hint="Anybody can read it, also on a shared screen.",
            example="exam, topic, language", most=LONGEST_NOTE,
        ),
    ),
    SessionField(
        "room_url", "room_url", lambda *_: "its room link was changed",
        is_shared=False, is_past=False, is_posted=True, is_edited=True, needs_login=True,
        refused="The server accepts a plain https link, or a name without spaces: enter either.",
        input=TextInput("link", "Room", hint="An https link, or the name of a room."),
    ),
    SessionField(
        "candidate_id", "candidate_id", lambda *_: "its candidate was changed",
        is_shared=False, is_edited=True,
    ),
    SessionField("case_id", "case_id", lambda *_: "its case was changed"),
    SessionField(
        "version", "stage", lambda _, present, __: f"it is in {present.stage.label} now"
    ),
    SessionField("stage_since", "stage_since", is_past=False, level=2),
    SessionField("meeting_id", "meeting_id", level=3),
    SessionField("kept_for", "kept_for", is_shared=False, is_past=False, needs_login=True, level=3),
    SessionField(
        "kept_until", "kept_until", is_past=False, needs_login=True, open_level=KEPT_SEATS, level=3
    ),
    SessionField("kept_as", "kept_as", is_shared=False, is_past=False, needs_login=True, level=5),
    SessionField("turned_at", "turned_at", is_shared=False, needs_login=True, level=3),
)  # fmt: skip

POSTED = tuple(field for field in FIELDS if field.is_posted)
EDITED = tuple(field for field in FIELDS if field.is_edited)
INPUTS = {field.name: field.input for field in FIELDS if field.input}
"""The form's lines of text, by the names in PracticeSession."""


def what_changed(seen: PracticeSession, present: PracticeSession, at: At | None = None) -> str:
    """The differences between two states of a session, joined by "and", without a full stop.

    `at` puts moments into words; None: times are not named. Where nothing differs, the server
    has refused a change without a reason.
    """
    clauses = [
        field.words(seen, present, at)
        for field in FIELDS
        if field.words and getattr(seen, field.name) != getattr(present, field.name)
    ]
    return " and ".join(clauses) or "the server did not accept the change"
