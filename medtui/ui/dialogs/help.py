"""All keys of a screen, made from its live bindings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from medtui.ui.cells import wrap
from medtui.ui.vim_keys import VimScroll


class KeyLines(Static):
    """Keys and what they do; words that go on in a further line begin under the words."""

    def __init__(self, rows: Sequence[tuple[str, str]]) -> None:
        super().__init__(key_lines(rows))
        self._rows = rows

    def on_resize(self) -> None:
        self.update(key_lines(self._rows, self.size.width))


def key_lines(rows: Sequence[tuple[str, str]], width: int | None = None) -> Content:
    """The rows; `width`: the cells of a line, None: as many as the longest needs."""
    indent = max((len(keys) for keys, _ in rows), default=0) + 2
    lines: list[Content] = []
    for keys, words in rows:
        spans = wrap(words, max(12, width - indent)) if width else [(0, len(words))]
        for begin, end in spans:
            first = f"{'' if begin else keys:<{indent - 2}}"
            lines.append(Content.assemble((first, "bold"), "  ", Content(words[begin:end])))
    return Content("\n").join(lines)


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
        with VimScroll(classes="dialog"):
            yield Static("Help", classes="card--title")
            yield KeyLines([(" ".join(names), words) for names, words in keys.values()])
