"""The footer: redrawn only when the live keys have changed, and always with Help."""

from __future__ import annotations

from typing import Any

from textual import widgets
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets._footer import FooterKey


class Footer(widgets.Footer):
    """A footer with fewer redraws: Textual's replaces all its widgets whenever the focus moves.

    If there is no room for all keys, the last one stays in sight: `?` shows all of them. A screen
    with `offers(action)` chooses which of its keys are shown now; the others act, too.
    """

    DEFAULT_CSS = """
    Footer.-crowded FooterKey.-help { dock: right; padding-left: 1; }
    """

    _shown: object = None

    def compose(self) -> ComposeResult:
        self._shown = _live(self.screen)
        for key in super().compose():
            if isinstance(key, FooterKey):
                if not _offers(self.screen, key.action):
                    continue
                if not key.has_class("-command-palette"):
                    # As it will be bound to; the change would style each key twice more.
                    key.set_reactive(FooterKey.compact, self.compact)
                key.set_class(key.action == "keys", "-help", update=False)
            yield key

    def on_mount(self) -> None:
        self.screen.screen_layout_refresh_signal.subscribe(self, self._fit)

    def _fit(self, _: Screen[Any]) -> None:
        needed = sum(key.outer_size.width for key in self.query(FooterKey))
        self.set_class(needed > self.size.width, "-crowded")

    def bindings_changed(self, screen: Screen[Any]) -> None:
        if not self._bindings_ready or screen is not self.screen or _live(screen) != self._shown:
            super().bindings_changed(screen)


def _live(screen: Screen[Any]) -> object:
    """The values that the footer depends on."""
    return [
        (active.binding, active.enabled, active.tooltip)
        for active in screen.active_bindings.values()
        if active.binding.show and _offers(screen, active.binding.action)
    ]


def _offers(screen: Screen[Any], action: str) -> bool:
    offers = getattr(screen, "offers", None)
    return offers is None or bool(offers(action))
