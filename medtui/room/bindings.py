"""The room's keys: what they are called, and in which stages they can act."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from medtui.core.models import Stage

STAGES = {
    "roles": {Stage.PREP, Stage.WRAP_UP},
    "case": {Stage.PREP},
    "brief": {Stage.PREP},
    "timing": {Stage.PREP},
    "start": {Stage.PREP},
    "finish": {Stage.INTERVIEW},
    "pause": {Stage.INTERVIEW},
    "more": {Stage.INTERVIEW},
    "less": {Stage.INTERVIEW},
    "again": {Stage.INTERVIEW, Stage.WRAP_UP},
    "mark": {Stage.INTERVIEW, Stage.WRAP_UP},
    "review": {Stage.WRAP_UP},
    "record": {Stage.PREP, Stage.INTERVIEW},
}
"""In which stages a key can act."""

CLOCKS = {"pause", "more", "less"}
"""Keys that set the clock."""

EVERYBODYS = {*CLOCKS, "review", "mark", "record"}
"""Keys of the host and the guest alike."""


def _staged(
    key: str, name: str, label: str, tooltip: str, key_display: str | None = None
) -> list[BindingType]:
    """A key that the footer shows where it can act; elsewhere it says why it cannot."""
    return [
        Binding(
            key,
            f"{action}('{name}')",
            label,
            show=action == "act",
            key_display=key_display,
            tooltip=tooltip,
            id=f"room.{name}",
        )
        for action in ("act", "try")
    ]


ROOM_KEYS: list[BindingType] = [
    *_staged("r", "roles", "Roles", "Who is the candidate; after a station: swap, next round"),
    *_staged("c", "case", "Case", "Choose the case, or a random one"),
    *_staged("b", "brief", "Brief", "Write a brief of your own, instead of a case"),
    *_staged("t", "timing", "Time", "The phases of a station"),
    *_staged("s", "start", "Start", "Start the station"),
    *_staged("f", "finish", "Finish", "Finish the station"),
    *_staged("space", "pause", "Pause", "Pause, resume the clock"),
    *_staged("plus,equals_sign", "more", "1 min", "A minute more", key_display="+"),
    *_staged("minus", "less", "1 min", "A minute less"),
    *_staged("u", "again", "Repeat", "The next round, with the same roles"),
    *_staged("m", "mark", "Mark", "The mark sheet, for the assessor"),
    *_staged("R", "review", "Review", "Read transcript and assessment"),
    Binding("k", "try('record')", "Record", show=False, id="room.record",
            tooltip="Ask to record the station, answer, stop"),
    Binding("i", "notes", "Notes", id="room.notes", tooltip="Your notes"),
    Binding("o", "open_link", "Link", id="room.open_link", tooltip="Open the room link"),
    Binding("y", "copy_link", "Copy link", show=False, id="room.copy_link",
            tooltip="Copy the room link"),
    Binding("X", "try('remove_guest')", "Free the seat", show=False, id="room.remove_guest",
            tooltip="Free the guest's seat"),
    Binding("escape", "leave", "Board", key_display="esc", id="room.leave",
            tooltip="Back to the board"),
]  # fmt: skip
