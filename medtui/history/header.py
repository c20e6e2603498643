"""The two lines at the top of the history: how much there is, how current it is, what is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.widgets import Static

from medtui.core.key_names import key_of


@dataclass(frozen=True, slots=True)
class Heading:
    """The header's contents. `state`: how current it is; `is_wrong`: it is not current."""

    title: str = "History"
    counts: str = ""
    state: str = ""
    is_wrong: bool = False
    filters: Sequence[str] = ()
    shown: str = ""


class HistoryHeader(Static):
    """Written again only when it reads differently."""

    def __init__(self) -> None:
        super().__init__(markup=False)
        self._heading = Heading()

    def show(self, heading: Heading) -> None:
        if heading != self._heading:
            self._heading = heading
            self._write()

    def on_resize(self, event: events.Resize) -> None:
        self._write()

    def _write(self) -> None:
        heading, width = self._heading, self.size.width
        state = Content.styled(f"{heading.state} ", "$text-warning" if heading.is_wrong else "")
        left = Content.assemble((f" {heading.title} ", "bold"), f" {heading.counts}")
        if heading.is_wrong and cell_len(left.plain) + cell_len(state.plain) >= width:
            lines = [left, Content(" ") + state]  # what it is gives way to nothing
        else:
            lines = [_ends(left, state, width)]
        if heading.filters:
            shown = Content.styled(f" {heading.shown}: ", "$text-muted")
            words = Content.styled(" · ".join(heading.filters), "bold $text-accent")
            lines.append(
                _ends(
                    shown + words,
                    Content.styled(f"{key_of('history.back')} shows all ", "$text-muted"),
                    width,
                )
            )
        self.update(Content("\n").join(lines))


def _ends(left: Content, right: Content, width: int) -> Content:
    """Two texts at the two ends of a line; the left one gives way."""
    room = max(0, width - cell_len(right.plain) - 1)
    left = left.truncate(room, ellipsis=True)
    return left + " " * max(1, width - cell_len(left.plain) - cell_len(right.plain)) + right
