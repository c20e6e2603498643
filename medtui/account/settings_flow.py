"""How a setting is changed: written to the file, then in force."""

from __future__ import annotations

import asyncio
import os
from functools import partial
from typing import TYPE_CHECKING, Any

from medtui import config
from medtui.config import BadConfig

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo

    from medtui.account.context import AccountContext
    from medtui.core.setting_rows import SettingRow


class SettingsFlow:
    """Changes settings one after the other, so that the last change stays.

    `zone`: the zone that times are shown in; None: that of the settings, or this machine's.
    """

    def __init__(self, context: AccountContext, zone: tzinfo | None = None) -> None:
        self._context = context
        self._zone = zone
        self._changing = asyncio.Lock()

    @property
    def zone(self) -> tzinfo:
        """The zone that times are shown in; looked for at the first use: the login needs none."""
        if self._zone is None:
            self._zone, warning = config.zone(self._context.settings)
            if warning:
                self._context.call_later(self._context.warn, warning)
        return self._zone

    async def change(self, name: str, value: object) -> str:
        """Give a setting a value, in the file, too; returns why that failed, or "".

        A `value` of None takes it out of the file: its default counts.
        """
        async with self._changing:
            before = self._context.settings
            if value is not None and getattr(before, name) == value:
                return ""
            keep = (
                partial(before.with_default, name)
                if value is None
                else partial(before.with_changes, **{name: value})
            )
            try:  # in a thread: another program may hold the file
                self._context.settings = await asyncio.to_thread(keep)
            except BadConfig as error:
                return str(error)
        self._apply(name)
        return ""

    def _apply(self, name: str) -> None:
        """Have a changed setting take effect where it is not read each time."""
        context = self._context
        match name:
            case "theme":
                context.theme = context.settings.theme
            case "motion":
                context.set_motion(moves=context.settings.motion)
            case "zone":
                self._zone = None
                context.follow_notices()
            case "notices" | "mute" | "quiet_hours" | "bell":
                context.follow_notices()


def overriding(row: SettingRow, env: Mapping[str, str] = os.environ) -> str:
    """The environment variable that counts instead of a setting; empty: none."""
    for name in row.variables:
        value: Any = env.get(name)
        if name == "TEXTUAL_ANIMATIONS" and value == "none" and "SSH_CONNECTION" in env:
            return "SSH_CONNECTION"
        if value is not None and (name, value) != ("TEXTUAL_ANIMATIONS", "full"):
            return name
    return ""
