"""A button that counts down when the server asks for a pause, and works again after it."""

from __future__ import annotations

import math
import time

from textual.timer import Timer
from textual.widgets import Button
from textual.widgets.button import ButtonVariant

PAUSE_SECONDS = 60.0
"""How long one waits where the server asks for a pause and does not say of how long."""

now = time.monotonic


class CooldownButton(Button):
    """Never disabled: the focus would be lost. Who answers its press asks what is `left`.

    `again` is what it says before "in 42 s"; the same words as else, if not given.
    """

    def __init__(
        self,
        words: str,
        *,
        id: str,  # noqa: A002
        variant: ButtonVariant = "default",
        again: str = "",
    ) -> None:
        super().__init__(words, variant, id=id, compact=True)
        self._words = words
        self._again = again
        self._until = 0.0
        self._timer: Timer | None = None

    @property
    def left(self) -> int:
        """Seconds until it may be pressed again."""
        return max(0, math.ceil(self._until - now()))

    def wait(self, seconds: float | None) -> None:
        """Count down from here; None: the server has not said from where."""
        self._until = now() + (PAUSE_SECONDS if seconds is None else seconds)
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_interval(1, self._draw) if self.left else None
        self._draw()

    def rename(self, words: str) -> None:
        """What it says when it does not count."""
        self._words = words
        self._draw()

    def _draw(self) -> None:
        left = self.left
        self.label = f"{self._again or self._words} in {left} s" if left else self._words
        self.set_class(bool(left), "-waiting")
        self.refresh(layout=True)  # which a label alone does not ask for
        if not left and self._timer is not None:
            self._timer.stop()
            self._timer = None
