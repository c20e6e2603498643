"""Saves the user's sessions as a calendar file, from the palette."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from medtui.ui.context import Context

NAME = "medtui.ics"


async def save_calendar(context: Context) -> None:
    """Read the sessions, and ask where to save them. What goes wrong is said."""
    from medtui.data import DataError
    from medtui.data.calendar import calendar_file
    from medtui.ui.dialogs.save import SaveScreen

    backend = context.backend
    length = timedelta(minutes=context.settings.overlap_minutes)
    try:
        content = await calendar_file(backend, backend.calendar_shelf, length)
    except DataError as error:
        context.notify_error(error)
        return
    title = "Save your sessions as a calendar (iCalendar)"
    dialog = SaveScreen(Path.home() / NAME, lambda: content, title)
    if (saved := await context.push_screen_wait(dialog)) is not None:
        context.notify(f"Saved as {saved}: open it with your calendar.", markup=False)
