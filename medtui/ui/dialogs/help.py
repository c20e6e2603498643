"""All keys of a screen, made from its live bindings."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from medtui.ui.vim_keys import VimScroll


class HelpScreen(ModalScreen[None]):
    """The keys of the screen below."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,q", "dismiss", "Back", id="help.back",
                tooltip="Back to the screen"),
    ]  # fmt: skip

    def __init__(self, about: Screen[Any]) -> None:
        super().__init__()
        self._about = about

    def compose(self) -> ComposeResult:
        keys: dict[str, tuple[list[str], str]] = {}
        for active in self._about.active_bindings.values():
            binding = active.binding
            # Ours have ids; Textual's own, such as tab, are what people expect anyway.
            if not binding.description or not binding.id:
                continue
            known = keys.setdefault(binding.action, ([], binding.tooltip or binding.description))
            key = self.app.get_key_display(binding)
            if key not in known[0]:
                known[0].append(key)
        width = max((len(" ".join(names)) for names, _ in keys.values()), default=0)
        lines = [
            Content.assemble((f"{' '.join(names):<{width}}", "bold"), "  ", Content(words))
            for names, words in keys.values()
        ]
        with VimScroll(classes="dialog"):
            yield Static("Help", classes="card--title")
            yield Static(Content("\n").join(lines))
