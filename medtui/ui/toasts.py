"""Toasts: one at a time, on a line of its own; and the list of all that was told in this run."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from medtui.core.key_names import key_of

Severity = Literal["information", "warning", "error"]

SIGNS: dict[Severity, str] = {"information": "·", "warning": "!", "error": "✗"}
"""What tells a hint from a warning and an error, beside the colour."""

_RANKS: dict[Severity, int] = {"information": 0, "warning": 1, "error": 2}

MOST = 500
"""So many notices are kept; older ones are forgotten."""


@dataclass(frozen=True, slots=True)
class Told:
    """Something that the user was told.

    Args:
        at: when, aware and in UTC.
        about: the session that it is about; None: none, or not known.
    """

    at: datetime
    severity: Severity
    words: str
    about: UUID | None = None

    @property
    def line(self) -> str:
        """Sign and words."""
        return f"{SIGNS[self.severity]} {self.words}"


class ToldList:
    """What was told since the program began."""

    def __init__(self) -> None:
        self._all: deque[Told] = deque(maxlen=MOST)

    def add(self, told: Told) -> None:
        self._all.append(told)

    def __iter__(self) -> Iterator[Told]:
        """The newest first."""
        return reversed(self._all)

    def __len__(self) -> int:
        return len(self._all)


class ToastLine:
    """Which toast is shown. It knows no widget.

    A new one takes the place of the one before, unless that is graver and the user has done
    nothing since: then it stays. What was not shown, or not for long, is counted. A toast ends when
    another screen comes, unless that comes with the same key: then it tells what the key has done.
    """

    def __init__(self) -> None:
        self._shown: Told | None = None
        self._until = 0.0
        self._acts = 0
        """The number of keys and clicks since the start."""
        self._acts_before = 0
        self._more = 0

    def acted(self) -> None:
        """The user has pressed a key, or clicked."""
        self._acts += 1

    def show(self, told: Told, seconds: float) -> tuple[Told, str, float]:
        """What to show now: the notice, its line, and for how many seconds."""
        now = time.monotonic()
        before, left = self._shown, self._until - now
        is_fresh = before is not None and left > 0 and self._acts == self._acts_before
        if before is None or not is_fresh:
            self._more = 0
        elif before.words != told.words:
            self._more += 1
            if _RANKS[before.severity] > _RANKS[told.severity]:
                told, seconds = before, left
        self._shown, self._until, self._acts_before = told, now + seconds, self._acts
        more = f"  ({self._more} more: {key_of('app.notices')})" if self._more else ""
        return told, told.line + more, seconds

    def ends_with_screen(self) -> bool:
        """Whether another screen ends the toast that is shown now."""
        ends = self._shown is not None and self._acts > self._acts_before
        if ends:
            self._shown = None
        return ends

    def clear(self) -> None:
        """No toast is shown any more."""
        self._shown = None
