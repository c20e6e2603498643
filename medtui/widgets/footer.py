"""The footer, drawn anew only when other keys are live than before."""

from __future__ import annotations

from typing import Any

from textual import widgets
from textual.app import ComposeResult
from textual.screen import Screen


class Footer(widgets.Footer):
    """Textual's own replaces all of its widgets whenever the focus moves."""

    _shown: object = None

    def compose(self) -> ComposeResult:
        self._shown = _live(self.screen)
        yield from super().compose()

    def bindings_changed(self, screen: Screen[Any]) -> None:
        if not self._bindings_ready or screen is not self.screen or _live(screen) != self._shown:
            super().bindings_changed(screen)


def _live(screen: Screen[Any]) -> object:
    """All that the footer depends on."""
    return [
        (active.binding, active.enabled, active.tooltip)
        for active in screen.active_bindings.values()
        if active.binding.show
    ]
