"""How an avatar is drawn: initials white on their own colour, in bold where we send no colours."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual.app import App
from textual.content import Content

from medtui.core.avatars import INK, Avatar


def has_colours(app: App[object]) -> bool:
    """Whether colours of ours may be sent: not under `NO_COLOR`, nor in a theme of the terminal."""
    return not (app.no_color or app.native_ansi_color)


def avatar_segment(avatar: Avatar, app: App[object]) -> Segment:
    """For a line of a list: exactly as many cells as each other avatar."""
    if avatar.tint is None or not has_colours(app):
        return Segment(avatar.padded, Style(bold=True))
    return Segment(avatar.padded, Style(color=INK, bgcolor=avatar.tint, bold=True))


def avatar_content(avatar: Avatar | None, app: App[object]) -> Content:
    """In front of a name, with a blank behind it; empty for None."""
    if avatar is None:
        return Content("")
    if avatar.tint is None or not has_colours(app):
        return Content.assemble((avatar.text, "bold"), " ")
    return Content.assemble((avatar.text, f"bold {INK} on {avatar.tint}"), " ")
