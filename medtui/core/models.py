"""The models: profiles, practice sessions, cases, stages.

Rows come from strangers through a database that may be older or newer than this program. So the
models are tolerant: unknown columns are ignored, timestamps without an offset are UTC, a stage
outside 1..3 becomes the nearest one, and every text loses its control characters when it is read.
Nothing here does I/O or draws.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from enum import IntEnum, StrEnum
from typing import Annotated, Any, NotRequired, TypedDict
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from medtui.core.text import ascii_host, clean_name
from medtui.core.text import clean_block as clean_block
from medtui.core.text import clean_line as clean_line

TRAINING_LEVELS = {
    "medical-student": "Medical student",
    "foundation": "Foundation",
    "st1-applicant": "ST1 applicant",
    "st1": "ST1",
    "st2": "ST2",
    "st3": "ST3",
    "st4-and-above": "ST4 and above",
}
"""The platform's own training levels and their labels, most junior first."""

SHORT_LEVELS = {
    "medical-student": "Student",
    "foundation": "FY",
    "st1-applicant": "ST1 appl",
    "st4-and-above": "ST4+",
}
"""The same in at most eight cells, where the label is longer than that."""

SESSION_TYPES = {
    "mock": "Mock",
    "review": "Review",
    "clinical": "Clinical",
    "communication": "Communication",
}
"""The session types that the platform's clients offer; others are shown as they come."""

LONGEST_NOTE = 120
"""The most characters of a session's note: as many as the database takes."""


class Stage(IntEnum):
    """The stage of a room: `practice_sessions.version` (1 prep, 2 interview, 3 wrap-up)."""

    PREP = 1
    INTERVIEW = 2
    WRAP_UP = 3

    @property
    def label(self) -> str:
        return {1: "prep", 2: "interview", 3: "wrap-up"}[self.value]


class Role(StrEnum):
    """A role in the station: the candidate, or the actor, who also assesses."""

    CANDIDATE = "candidate"
    ACTOR = "actor"


_LINK = re.compile(
    r"(https?)://(\[[^]/?#@\s]*\]|[^][/?#@:\s]+)(?::([0-9]{1,5}))?((?:[/?#].*)?)", re.IGNORECASE
)
"""An http or https link; without a user name, which people would take for the host."""


def safe_link(text: str | None) -> tuple[str, str] | None:
    """A room link that may be handed to a browser, with its host as the network sees it.

    The link contains exactly that host. None if it is no http or https link, and if it hides its
    host by a user name, a backslash or a control character.
    """
    if not text or not text.isprintable() or " " in text or "\\" in text:
        return None
    found = _LINK.fullmatch(text)
    if found is None:
        return None
    scheme, named, port, rest = found.groups()
    host = ascii_host(named)
    if host is None or (port and not 1 <= int(port) <= 65535):
        return None
    return f"{scheme}://{host}" + (f":{port}" if port else "") + rest, host


def is_openable_link(text: str | None) -> bool:
    """Whether a room link may be handed to a browser."""
    return safe_link(text) is not None


def _name(value: Any) -> Any:
    """A cleaned name; "" if there is none, or no visible one."""
    return clean_name(value) if isinstance(value, str) else _word(value)


def _line(value: Any) -> Any:
    return clean_line(value) if isinstance(value, str) else value


def _word(value: Any) -> Any:
    """A cleaned word; "" if an old table has null."""
    return "" if value is None else _line(value)


def _note(value: Any) -> Any:
    """A cleaned line; None if there is none, or no visible one. An old table's may be long."""
    if not isinstance(value, str) or not clean_name(value):
        return None
    return clean_line(value)[:LONGEST_NOTE]


def _brief(value: Any) -> Any:
    """A text of several lines; old imports wrote its line breaks as a backslash and an n."""
    if not isinstance(value, str):
        return value
    return clean_block(value.replace("\\r\\n", "\n").replace("\\n", "\n")).strip()


def as_utc(value: Any) -> Any:
    """A timestamp with or without an offset, the latter read as UTC."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    return value


def _nearest_stage(value: Any) -> Any:
    if value is None:
        return Stage.PREP
    return Stage(min(max(value, Stage.PREP), Stage.WRAP_UP)) if isinstance(value, int) else value


Line = Annotated[str, BeforeValidator(_line)]
Word = Annotated[str, BeforeValidator(_word)]
Name = Annotated[str, BeforeValidator(_name)]
Text = Annotated[str, BeforeValidator(_brief)]
Note = Annotated[str | None, BeforeValidator(_note)]
Moment = Annotated[datetime, BeforeValidator(as_utc)]


class Row(BaseModel):
    """A row as read: immutable, and blind to columns that we do not know."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Profile(Row):
    """A row of `profiles`: a person as others see them."""

    user_id: UUID
    first_name: Name
    last_name: Name
    training_level: Word
    avatar: Line | None = None

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or "Unnamed"

    @property
    def level(self) -> str:
        """The training level in words: the label of a known one, else its own text."""
        return TRAINING_LEVELS.get(self.training_level, self.training_level)

    @property
    def level_forms(self) -> list[str]:
        """The training level in words, and in its short form."""
        return [self.level, SHORT_LEVELS.get(self.training_level, self.level)]


class CaseSummary(Row):
    """The parts of a case that the board may show: never its name, briefs or condition."""

    id: UUID
    category: Line | None = None
    domain: Line | None = None


class Brief(Row):
    """The parts of a session's case that a person may read now; None: the server does not send it.

    `id` is None for a brief that the host has written. The room's screen has it, and from the
    debrief on what listens to the recording; it is never written to disk or log.
    """

    id: UUID | None
    category: Line | None = None
    domain: Line | None = None
    case_name: Line | None = None
    candidate_brief: Text | None = None
    actor_brief: Text | None = None
    condition: Text | None = None


class PracticeSession(Row):
    """A row of `practice_sessions`, with the people and the case it points to.

    `host`, `guest` and `case` are None where the row's id is null, or points to
    something that could not be read. `room_url` is None for an anonymous reader.
    """

    id: UUID
    host_id: UUID
    guest_id: UUID | None = None
    starts_at: Moment = Field(alias="datetime_utc")
    type: Word = ""
    room_url: Line | None = None
    case_id: UUID | None = None
    candidate_id: UUID | None = None
    stage: Annotated[Stage, BeforeValidator(_nearest_stage)] = Field(Stage.PREP, alias="version")
    stage_since: Moment | None = None
    meeting_id: UUID | None = None
    """Of a later round: the session of the first one; None also where it is not known."""
    kept_for: UUID | None = None
    kept_until: Moment | None = None
    """Until when a free seat is kept, and for whom."""
    kept_as: Line | None = None
    """Why it is kept: as a "round", as "invited", as an "offer"; None: it is not, or not known."""
    turned_at: Moment | None = None
    """When the row last went back from a station that had begun; None: never, or not known."""
    note: Note = None
    """A line of the host's, as the exam or the language; None also where it is not known."""

    host: Profile | None = None
    guest: Profile | None = None
    case: CaseSummary | None = None

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    @property
    def type_label(self) -> str:
        return SESSION_TYPES.get(self.type, self.type)

    @property
    def is_open(self) -> bool:
        """Whether the guest's seat is free and the station has not begun."""
        return self.guest_id is None and self.stage is Stage.PREP

    def role_of(self, user_id: UUID) -> Role | None:
        """A person's role in the station; None for others, and while no candidate is chosen."""
        if self.candidate_id is None or not self.involves(user_id):
            return None
        return Role.CANDIDATE if self.candidate_id == user_id else Role.ACTOR

    def partner_of(self, user_id: UUID) -> Profile | None:
        """The other one of host and guest; None if the seat is free or their profile unknown."""
        return self.guest if self.host_id == user_id else self.host

    def involves(self, user_id: UUID | None) -> bool:
        return user_id is not None and user_id in (self.host_id, self.guest_id)


class SessionDraft(BaseModel):
    """A session to post. `room_url` None leaves the room without a link; `note` None: no note."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    starts_at: datetime
    type: str
    room_url: str | None
    note: str | None = None
    host_is_candidate: bool = False


class SessionValues(TypedDict):
    """What a host's form changes in a session that is posted. `candidate_id` None: not decided.

    Without `note` it stays as it is.
    """

    starts_at: datetime
    type: str
    room_url: str | None
    note: NotRequired[str | None]
    candidate_id: UUID | None


class ProfileDraft(BaseModel):
    """The values of the user's own profile; the database fills in the user's id."""

    model_config = ConfigDict(frozen=True)

    first_name: str
    last_name: str
    training_level: str
    avatar: str | None = None


CANNOT_LEAVE = "This server does not let guests leave: ask the host to cancel the session."
NO_NOTES = "This server keeps no notes with sessions: ask your administrator to update it."
"""For servers without the migration that adds them."""

CANNOT_EDIT_PROFILE = (
    "This server does not let profiles be changed: ask your administrator to change yours."
)
"""The sentence for servers with the data model's own policies, which allow no such change."""


class CaseDraft(BaseModel):
    """A case as its authors write it, to be added or updated.

    Fields that are not set (`model_fields_set`) stay as they are in an existing case.
    """

    model_config = ConfigDict(frozen=True)

    id: UUID | None = None
    case_name_internal: str | None = None
    case_name: str
    candidate_brief: str
    actor_brief: str
    category: str | None = None
    domain: str | None = None
    condition: str | None = None

    @property
    def name(self) -> str:
        """The authors' name for it."""
        return self.case_name_internal or self.case_name


class FileKind(StrEnum):
    """The files of a session. The self-assessment is the candidate's own mark sheet."""

    TRANSCRIPT = "transcript"
    ASSESSMENT = "assessment"
    SELF_ASSESSMENT = "self-assessment"

    @property
    def filename(self) -> str:
        """Its name in the session's folder."""
        return f"{self.value.replace('-', '_')}.json"


class SessionFile(BaseModel):
    """A session's file. `size` in bytes; None if the server does not say.

    `updated_at` differs between two versions of it; None if the server does not say.
    """

    model_config = ConfigDict(frozen=True)

    kind: FileKind
    size: int | None = None
    uploaded_at: Moment
    updated_at: Moment | None = None
