"""Loads the sample cases into the server of this machine, whose service key the app has."""

from __future__ import annotations

import asyncio

from medtui.documents.sample_cases import COUNT, sample_cases
from medtui.ui.context import Context
from medtui.ui.dialogs.choose import ChooseScreen


async def load_samples(context: Context, url: str, service_key: str) -> bool:
    """Load the sample cases. Whether they are there now; otherwise says why not."""
    from medtui.data import DataError
    from medtui.data.case_import import import_cases

    try:
        await import_cases(url, service_key, await asyncio.to_thread(sample_cases))
    except DataError as error:
        context.notify_error(error.after("The sample cases were not loaded."))
        return False
    context.notify(f"The {COUNT} sample cases are loaded.", markup=False)
    return True


async def offer_samples(context: Context, url: str, service_key: str) -> None:
    """Ask whether a group without cases is to begin with the sample cases, and load them."""
    from medtui.data import DataError
    from medtui.data.case_import import has_cases

    try:
        if await has_cases(url, service_key):
            return
    except DataError:
        return  # the case picker offers them, too
    choices = [
        (f"load the {COUNT} sample cases", True),
        ("start without cases; the case picker can load them later", False),
    ]
    if await context.push_screen_wait(ChooseScreen("Which cases should your group have?", choices)):
        await load_samples(context, url, service_key)
