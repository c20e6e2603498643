"""The settings that a user may set, as rows of the settings screen: their words and values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from uuid import UUID

from medtui.core.board_rules import room_link, why_not_room_link
from medtui.core.filters import read_hours
from medtui.core.notice_rules import KINDS, SINKS, BadRules, rules

MOST_MINUTES = 1440
"""The longest `overlap_minutes`: a day."""

LONGEST = 200
"""Characters of a text that is typed."""

_ANY = UUID(int=0)


class Form(Enum):
    """How a setting is changed."""

    SWITCH = auto()
    """On or off: one key."""
    CHOICE = auto()
    """One of a list."""
    NUMBER = auto()
    TEXT = auto()
    ELSEWHERE = auto()
    """Not on this screen: `about` says where."""


@dataclass(frozen=True, slots=True)
class SettingRow:
    """A row of the settings screen.

    Args:
        name: the setting, as in the file.
        title: what it is called.
        about: what it does, in a sentence or two; keys in it are ids for `with_keys`.
        member: the word that a switch adds to a list in `name`, or takes from it.
        choices: the values of a choice with their words; empty where the screen knows them.
        variables: environment variables that override it.
        effect: when a change takes effect; empty: at once.
    """

    name: str
    title: str
    about: str
    form: Form
    member: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    variables: tuple[str, ...] = ()
    effect: str = ""


_SINKS = {
    "app": ("In medtui", "Notices are shown on the screen. All are listed under {app.notices}."),
    "terminal": ("By the terminal", "A bell, the title, and a notification where it has one."),
    "desktop": ("By the desktop", "Notifications of this computer; not over ssh."),
    "push": ("By Apprise", "Sent to a phone, an e-mail address or a web service."),
}
_KINDS = {
    "cancelled": ("Cancelled", "The host has cancelled a session that you had booked."),
    "moved": ("Moved", "The host has moved a session that you have booked."),
    "freed": ("Seat freed", "The host has given your seat back to the board."),
    "left": ("Guest left", "The guest of your session has left it."),
    "files": ("Files deleted", "The host has deleted files of your session."),
    "booked": ("Booked", "The free seat of your session was taken."),
    "came": ("Files came", "A transcript or an assessment is there."),
    "began": ("Station begins", "The host has started the station."),
    "arrived": ("Partner there", "Your partner is in the room."),
    "soon": ("Starts soon", "A session of yours begins in ten minutes, or in one."),
    "offered": ("Seat offered", "A seat that you wait for is free, and kept for you for a time."),
    "invited": ("Invited", "A host keeps a seat for you."),
}

GROUPS: dict[str, tuple[SettingRow, ...]] = {
    "Screen": (
        SettingRow("theme", "Theme", "The colours. They change as you move in the list.",
                   Form.CHOICE, variables=("NO_COLOR",)),
        SettingRow("motion", "Motion", "Scrolling glides, and marks of what has changed fade.",
                   Form.SWITCH, variables=("TEXTUAL_ANIMATIONS",)),
        SettingRow("braille", "Braille dots in charts",
                   "Switch this off if charts show boxes: your font has no braille.", Form.SWITCH),
        SettingRow("bell", "Bell", "The terminal's bell, for the station clock and for notices.",
                   Form.SWITCH),
    ),
    "Sessions": (
        SettingRow("zone", "Time zone",
                   "The zone of all times, as Europe/London. Empty: this computer's own.",
                   Form.TEXT, variables=("TZ",),
                   effect="The board shows it at once, other screens when they are opened again."),
        SettingRow("hours", "Your hours",
                   "When you usually practise, as 18:00-22:00: the board can show the free seats"
                   " in them ({board.choose_filter}).", Form.TEXT),
        SettingRow("overlap_minutes", "Overlap",
                   "medtui asks before you book or post two sessions that start less than so many"
                   " minutes apart.", Form.NUMBER),
        SettingRow("room_template", "Room link",
                   "The room link of a new session; {id} becomes the session's id.", Form.TEXT),
        SettingRow("preset", "Station timing",
                   "The timing of your stations. Your own are in presets.toml beside the settings.",
                   Form.CHOICE, effect="It counts for the next room that you open."),
    ),
    "Recordings": (
        SettingRow("listen_model", "Model that listens",
                   "The model that turns recordings into transcripts, by its name or its folder.",
                   Form.TEXT),
        SettingRow("keep_recordings", "Keep recordings",
                   "Whether the sound of a recorded station stays on this computer when both have "
                   "its words.", Form.SWITCH),
    ),
    "Marks drafted by a model": (
        SettingRow("draft_url", "Endpoint",
                   "The endpoint that drafts marks, as http://127.0.0.1:11434/v1. Empty: none.",
                   Form.TEXT),
        SettingRow("draft_model", "Model that drafts",
                   "The model that is asked there, by its name there.", Form.TEXT),
    ),
    "Notices": (
        *(SettingRow("notices", title, about, Form.SWITCH, member=sink)
          for sink, (title, about) in _SINKS.items()),
        SettingRow("notice_url", "Address for Apprise",
                   "An Apprise URL. medtui notices --set-url asks for it, and keeps it in the"
                   " keyring.", Form.ELSEWHERE),
        SettingRow("quiet_hours", "Quiet hours",
                   "In these hours notices are shown in medtui alone, as 22:00-07:00. Empty: none.",
                   Form.TEXT),
    ),
    "You are told": tuple(
        SettingRow("mute", title, about, Form.SWITCH, member=kind)
        for kind, (title, about) in _KINDS.items()
    ),
    "Shared screen": (
        SettingRow("names", "Names",
                   "How much of people's names medtui board shows.", Form.CHOICE,
                   choices=(("full", "in full"), ("initials", "first name and initial"),
                            ("none", "not at all")),
                   effect="It counts for the next medtui board that you start."),
    ),
}  # fmt: skip
"""The rows by their headings."""


def is_on(row: SettingRow, value: object) -> bool:
    """Whether a switch is on, where its setting has this value."""
    if not row.member:
        return bool(value)
    is_listed = row.member in _words(value)
    return not is_listed if row.name == "mute" else is_listed


def switched(row: SettingRow, value: object) -> object:
    """The value of a setting after its switch was turned."""
    if not row.member:
        return not value
    known = KINDS if row.name == "mute" else SINKS
    words = _words(value) ^ {row.member}
    return ", ".join(word for word in known if word in words)


def why_not(row: SettingRow, text: str) -> str | None:
    """A sentence if a text that was typed cannot be this setting's value, else None."""
    text = text.strip()
    if len(text) > LONGEST:
        return f"Use at most {LONGEST} characters."
    match row.name:
        case "overlap_minutes" if not text.isdecimal() or int(text) > MOST_MINUTES:
            return f"Type a number of minutes, from 0 to {MOST_MINUTES}."
        case "hours" if read_hours(text) is None:
            return "Type two times, as 18:00-22:00."
        case "quiet_hours":
            try:
                rules("", "", text)
            except BadRules:
                return "Type two times, as 22:00-07:00, or nothing."
        case "room_template" if text and "{id}" not in text:
            return "Put {id} where the session's id goes: no two sessions may have the same link."
        case "room_template":
            return why_not_room_link(room_link(text, _ANY))
    return None


def shown(row: SettingRow, value: object) -> str:
    """A setting's value in words."""
    if row.form is Form.SWITCH:
        return "on" if is_on(row, value) else "off"
    if row.name == "notice_url":
        return _where_sent(str(value))
    for choice, words in row.choices:
        if value == choice:
            return words
    if row.name == "overlap_minutes":
        return f"{value} minutes"
    empty = {
        "zone": "this computer's own", "preset": "the platform's own", "quiet_hours": "none",
        "room_template": "no link",
    }  # fmt: skip
    return str(value).strip() or empty.get(row.name, "none")


def _where_sent(url: str) -> str:
    """What may be shown of an Apprise URL, which may hold a password."""
    if not url:
        return "none"
    return "in the keyring" if url == "keyring" else f"{url.partition('://')[0]}://…"


def _words(value: object) -> set[str]:
    return set(re.split(r"[\s,]+", str(value).strip().lower())) - {""}
