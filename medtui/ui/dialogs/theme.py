"""The choice of a theme, which is shown as the cursor moves."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.widgets import OptionList

from medtui.ui.dialogs.choose import ChooseScreen

OURS = {
    "medtui-dark": "medtui, dark",
    "medtui-light": "medtui, light",
    "medtui-contrast": "medtui, high contrast",
    "ansi-dark": "your terminal's own colours, dark",
    "ansi-light": "your terminal's own colours, light",
}
"""The themes that come first, with their words; the others are Textual's."""


def label(name: str) -> str:
    """A theme in words."""
    return OURS.get(name, name)


class ThemeScreen(ChooseScreen[str]):
    """Dismissed with a theme's name, or with None. While it is open the app has the one shown."""

    def __init__(self, themes: Sequence[str], current: str) -> None:
        first = [name for name in OURS if name in themes]
        names = [*first, *sorted(set(themes) - set(first))]
        super().__init__(
            "Theme",
            [(label(name), name) for name in names],
            names.index(current) if current in names else 0,
        )

    @on(OptionList.OptionHighlighted)
    def _show(self, event: OptionList.OptionHighlighted) -> None:
        self.app.theme = self._choices[event.option_index][1]
