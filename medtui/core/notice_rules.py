"""What the user wants to be told, and how: kinds that are muted, sinks, quiet hours."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import time

from medtui.core.notices import What

SINKS = ("app", "terminal", "desktop", "push")
"""The ways to tell: toasts, the terminal's own, the desktop's, and Apprise."""

KINDS = tuple(kind.value for kind in What)

_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})")


class BadRules(ValueError):
    """The settings of notices cannot be understood; the text is a sentence that says why."""


@dataclass(frozen=True, slots=True)
class NoticeRules:
    """What is told, and how.

    Attributes:
        sinks: the ways that are on.
        muted: kinds that are not told at all.
        quiet: from when to when in local time only the app tells; None: never.
    """

    sinks: frozenset[str] = frozenset(SINKS)
    muted: frozenset[What] = frozenset()
    quiet: tuple[time, time] | None = None

    def is_quiet(self, at: time) -> bool:
        """Whether a local time is in the quiet hours, which may go over midnight."""
        if self.quiet is None:
            return False
        start, end = self.quiet
        return start <= at < end if start <= end else at >= start or at < end

    def sinks_for(self, what: What, at: time) -> frozenset[str]:
        """The sinks that tell a notice at a local time."""
        if what in self.muted:
            return frozenset()
        return self.sinks & {"app"} if self.is_quiet(at) else self.sinks


def rules(notices: str, mute: str, quiet_hours: str) -> NoticeRules:
    """The rules in the settings' texts. Raises BadRules.

    Args:
        notices: the sinks that are on, as "app, terminal".
        mute: kinds that are not told, as "booked, soon".
        quiet_hours: as "22:00-07:00"; empty: none.
    """
    sinks = _words("notices", notices, SINKS)
    muted = frozenset(What(word) for word in _words("mute", mute, KINDS))
    return NoticeRules(sinks, muted, _span(quiet_hours))


def _words(name: str, text: str, known: Collection[str]) -> frozenset[str]:
    words = frozenset(re.split(r"[\s,]+", text.strip().lower())) - {""}
    if unknown := sorted(words - set(known)):
        raise BadRules(f"{name} has {unknown[0]}, which is none of {', '.join(known)}.")
    return words


def _span(text: str) -> tuple[time, time] | None:
    if not text.strip():
        return None
    try:
        if found := _SPAN.fullmatch(text.strip()):
            hours = [int(part) for part in found.groups()]
            return time(hours[0], hours[1]), time(hours[2], hours[3])
    except ValueError:
        pass
    raise BadRules(f"quiet_hours is {text}, but should look like 22:00-07:00.")
