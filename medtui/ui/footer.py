"""The footer: redrawn only when the live keys have changed, and always with Help."""

from __future__ import annotations

from typing import Any

from textual import widgets
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets._footer import FooterKey


class Footer(widgets.Footer):
    """A footer with fewer redraws: Textual's replaces all its widgets whenever the focus moves.

    If there is no room for all keys, the last one stays in sight: `?` shows all of them. One that
    would be cut is left out. A screen with `offers(action)` chooses which of its keys are shown now
    (True or False), or what one is called now (a text); the others act, too. That is followed
    without making the widgets again.
    """

    DEFAULT_CSS = """
    Footer.-crowded FooterKey.-help { dock: right; padding-left: 1; }
    FooterKey.-cut { visibility: hidden; }
    """

    _shown: object = None

    def compose(self) -> ComposeResult:
        self._shown = _live(self.screen)
        for key in super().compose():
            if isinstance(key, FooterKey):
                self._follow(key)
                if not key.has_class("-command-palette"):
                    # As it will be bound to; the change would style each key twice more.
                    key.set_reactive(FooterKey.compact, self.compact)
                key.set_class(key.action == "keys", "-help", update=False)
            yield key

    def on_mount(self) -> None:
        self.screen.screen_layout_refresh_signal.subscribe(self, self._fit)

    def _fit(self, _: Screen[Any]) -> None:
        keys = [key for key in self.query(FooterKey) if key.display]
        is_crowded = sum(key.outer_size.width for key in keys) > self.size.width
        self.set_class(is_crowded, "-crowded")
        room = self.size.width
        if is_crowded:
            room -= sum(key.outer_size.width for key in keys if key.has_class("-help"))
        for key in keys:
            if not key.has_class("-help"):
                room -= key.outer_size.width
                key.set_class(room < -1, "-cut")  # the blank behind it needs no room

    def bindings_changed(self, screen: Screen[Any]) -> None:
        if not self._bindings_ready or screen is not self.screen or _live(screen) != self._shown:
            super().bindings_changed(screen)
            return
        for key in self.query(FooterKey):
            self._follow(key)

    def _follow(self, key: FooterKey) -> None:
        """Show a key as the screen offers it now."""
        offers = getattr(self.screen, "offers", None)
        offer = True if offers is None else offers(key.action)
        if key.display != bool(offer):
            key.display = bool(offer)
        if isinstance(offer, str) and key.description != offer:
            key.description = offer
            key.refresh(layout=True)


def _live(screen: Screen[Any]) -> object:
    """The values that the footer depends on."""
    return [
        (active.binding, active.enabled, active.tooltip)
        for active in screen.active_bindings.values()
        if active.binding.show
    ]
