"""The ways to tell notices that this machine and these settings have."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from medtui.alerts.desktop import DesktopSink, why_no_desktop
from medtui.alerts.outlet import Sink
from medtui.alerts.push import PushSink, why_no_push
from medtui.alerts.terminal import TerminalSink
from medtui.core.notice_rules import NoticeRules
from medtui.data.tokens import StoredTokens

KEYRING = "keyring"
"""The value of the setting `notice_url` for a URL that is kept where logins are."""


def kept_url(state: Path) -> StoredTokens:
    """Keeps the URL for notices, in the keyring or, without one, in a private file."""
    return StoredTokens("notice_url", state)


async def sinks(
    rules: NoticeRules,
    notice_url: str,
    state: Path,
    env: Mapping[str, str],
    write: Callable[[str], object] | None,
    *,
    bell: bool = True,
) -> tuple[list[Sink], dict[str, str]]:
    """The sinks that are on and there, and a sentence for each that is on and not there.

    `write`: writes to the terminal; None: there is none. `bell`: whether its bell may ring.
    """
    found: list[Sink] = []
    missing: dict[str, str] = {}
    if "terminal" in rules.sinks:
        if write is None:
            missing["terminal"] = "There is no terminal."
        else:
            found.append(TerminalSink(write, env, bell=bell))
    if "desktop" in rules.sinks:
        if reason := why_no_desktop(env):
            missing["desktop"] = reason
        else:
            found.append(DesktopSink())
    if "push" in rules.sinks:
        url = (await kept_url(state).read() or "") if notice_url == KEYRING else notice_url
        reason = "No URL is set: medtui notices --set-url sets one." if not url else why_no_push()
        if reason:
            missing["push"] = reason
        else:
            found.append(PushSink(url))
    return found, missing
