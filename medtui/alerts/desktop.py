"""A notice by means of the desktop, which is where the user sits: so not over ssh."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

from medtui.alerts.outlet import NotSent
from medtui.alerts.pace import Pace

if TYPE_CHECKING:
    from desktop_notifier import DesktopNotifier


def why_no_desktop(env: Mapping[str, str]) -> str | None:
    """A sentence why the desktop tells nothing; None if it does."""
    if "SSH_CONNECTION" in env:
        return "Not over ssh: the desktop is on another computer."
    if sys.platform.startswith("linux") and not env.get("DBUS_SESSION_BUS_ADDRESS"):
        return "There is no desktop here (DBUS_SESSION_BUS_ADDRESS is not set)."
    if find_spec("desktop_notifier") is None:
        return "One more package is needed: pip install 'medtui[notify]'."
    return None


PLAIN = str.maketrans({"<": "‹", ">": "›", "&": "＆"})
"""Desktops take some HTML, whether a text is meant as HTML or not: strangers' names are not."""


class DesktopSink:
    """Tells by the desktop. Made only where `why_no_desktop` has no reason."""

    name = "desktop"
    pace: Pace | None = None

    def __init__(self) -> None:
        self._notifier: DesktopNotifier | None = None

    async def send(self, words: str) -> None:
        """Show a sentence. Raises NotSent, and whatever the desktop's own library does."""
        if self._notifier is None:
            await asyncio.to_thread(import_module, "desktop_notifier")  # which takes a while
            from desktop_notifier import DesktopNotifier

            logging.getLogger("desktop_notifier").setLevel(logging.CRITICAL + 1)
            self._notifier = DesktopNotifier(app_name="medtui", app_icon=None)
        # It logs what has failed, and raises nothing.
        shown: list[bool] = []
        text = words.translate(PLAIN)
        await self._notifier.send("medtui", text, on_dispatched=lambda: shown.append(True))
        if not shown:
            self._notifier = None  # its connection may be lost for good
            raise NotSent

    def rest(self) -> None:
        """Does nothing: the desktop removes notifications in its own time."""
