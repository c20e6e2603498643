"""The user's sessions as a calendar file, and at an address, from the palette."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.app import SystemCommand

if TYPE_CHECKING:
    from medtui.ui.context import Context

NAME = "medtui.ics"


def calendar_commands(context: Context, run: Callable[..., Any]) -> Iterable[SystemCommand]:
    """The palette's commands. `run`: runs a coroutine as a worker, as `App.run_worker` does."""
    start = partial(run, exclusive=True, group="calendar", exit_on_error=False)
    yield SystemCommand(
        "Save my calendar",
        "Your sessions as iCalendar, for any calendar",
        lambda: start(save_calendar(context)),
    )
    yield SystemCommand(
        "Calendar address",
        "Your sessions at an address that calendars subscribe to",
        lambda: start(copy_calendar_address(context)),
    )


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


async def copy_calendar_address(context: Context) -> None:
    """Copy the address of the user's calendar, and show it. What goes wrong is said."""
    from medtui.data import DataError
    from medtui.data.calendar_feed import feed_address
    from medtui.ui.dialogs.confirm import ConfirmScreen

    length = timedelta(minutes=context.settings.overlap_minutes)
    try:
        address = await feed_address(context.backend, length)
    except DataError as error:
        context.notify_error(error)
        return
    question = (
        f"{address}\n\nSubscribe to this address in your calendar. With it your sessions are read "
        "without your password: keep it to yourself. medtui calendar --revoke ends it."
    )
    if await context.push_screen_wait(ConfirmScreen(question, yes="Copy", no="Back")):
        context.copy_to_clipboard(address)
        context.notify("Sent to your terminal's clipboard (OSC 52).", markup=False)
