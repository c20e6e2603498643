"""The board's keys, and which of them the footer shows."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from textual.binding import Binding, BindingType

if TYPE_CHECKING:
    from medtui.board.session_list import SessionList
    from medtui.board.week_view import WeekView

BOARD_KEYS: list[BindingType] = [
    Binding("b", "act('book')", "Book", id="board.book",
            tooltip="Book; where the seat is taken, wait for it"),
    Binding("l", "act('leave')", "Leave", id="board.leave", tooltip="Give up your seat"),
    Binding("e", "act('edit')", "Edit", id="board.edit",
            tooltip="Edit or reschedule your session"),
    Binding("x", "act('cancel')", "Cancel", id="board.cancel", tooltip="Cancel your session"),
    Binding("z", "act('undo')", "Undo", id="board.undo",
            tooltip="Undo booking, leaving or posting"),
    Binding("R", "review", "Review", id="board.review",
            tooltip="Transcript and assessment of your session"),
    Binding("N", "act('post_again')", "Post again", show=False, id="board.post_again",
            tooltip="Post a session like your last one, a week later"),
    Binding("o", "open_link", "Link", id="board.open_link", tooltip="Open the room link"),
    Binding("y", "copy_link", "Copy link", id="board.copy_link",
            tooltip="Copy the room link"),
    Binding("n", "act('post')", "Post", id="board.post", tooltip="Post a new session"),
    Binding("slash", "filter", "Filter", key_display="/", id="board.filter",
            tooltip="Filter as you type"),
    Binding("f", "choose_filter", "Show only", id="board.choose_filter",
            tooltip="Filter by level, type, category, day or hours"),
    Binding("v", "view", "View", id="board.view", tooltip="All, open, or my sessions"),
    Binding("H", "host_card", "Host", show=False, id="board.host_card",
            tooltip="The host's card: level, what you practised together, coming sessions"),
    Binding("w", "week", "Week", id="board.week", tooltip="The week by hours, or the list again"),
    Binding("I", "invite", "Invite", show=False, id="board.invite",
            tooltip="Copy an invitation to the session"),
    Binding("i", "act('keep')", "Keep", show=False, id="board.keep",
            tooltip="Keep the seat of your session for a person"),
    Binding("h", "history", "History", id="board.history",
            tooltip="History and progress"),
    Binding("p", "profile", "Profile", id="board.profile",
            tooltip="Edit your profile"),
    Binding("escape", "clear_filter", "Clear filter", show=False, id="board.clear",
            tooltip="Clear filter"),
    Binding("d", "read_notice", "Got it", id="board.read_notice",
            tooltip="Dismiss the line at the top"),
    Binding("A", "account", "Account", show=False, id="board.account",
            tooltip="Your account: password, e-mail, signing out"),
    Binding("comma", "app.settings", "Settings", key_display=",", show=False, id="board.settings",
            tooltip="Settings: theme, time zone, notices, bell"),
    Binding("S", "app.sign_out", "Sign out", show=False, id="board.sign_out",
            tooltip="Sign out on this computer"),
    Binding("q", "app.quit", "Quit", id="board.quit", tooltip="Quit"),
]  # fmt: skip

ACTS = {
    **{f"act({name!r})": name for name in ("book", "leave", "edit", "cancel")},
    **{name: name for name in ("review", "open_link", "copy_link")},
}
"""The acts on a session, by their bindings' actions."""

CALLED = {
    "book": {"book": "Book", "wait": "Wait"},
    "leave": {"leave": "Leave", "pass_on": "Pass on", "stop_waiting": "Stop waiting"},
}
"""What a key is called, by the act that it does here."""

ENTER = {"room": "Go in", "book": "Book", "details": "Details", "": ""}
"""What enter is called, by what it does; nothing: it is not shown."""

WIDE = ("open_link", "copy_link", "profile", "app.quit", "week")
"""Actions for which a narrow footer has no room."""


def offered(
    action: str,
    sessions: SessionList | WeekView,
    acts_here: Callable[[], Collection[str]],
) -> bool | str:
    """Whether the footer shows an action, or as what: what the session at the cursor allows.

    `acts_here`: the acts that are possible on that session.
    """
    if action == "select":
        return ENTER[sessions.enter_does]
    if action in WIDE and not sessions.shows_details:
        return False
    if (act := ACTS.get(action)) is None:
        return True
    if sessions.session is None or act == sessions.enter_does:
        return False
    acts = acts_here()
    called: dict[str, str] = CALLED.get(act, {})
    return next((label for each, label in called.items() if each in acts), act in acts)
