"""The checklist of prep: what is decided, what is missing, and the key of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual.content import Content
from textual.widgets import Static

from medtui.core.prep_steps import Step
from medtui.room.facts import ROOMY_ROWS
from medtui.ui.cells import wrap

DONE, MISSING = "✓", "☐"


class PrepChecklist(Static):
    """One step a line; written again only when it reads differently."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  # as in Textual
        super().__init__(markup=False, id=id)
        self._content = Content("")

    def show(self, steps: Sequence[Step]) -> None:
        """Show the steps as they are."""
        lines: list[Content] = []
        keys = max((len(step.key) for step in steps if step.key), default=1)
        for step in steps:
            if step.is_last and self.app.size.height >= ROOMY_ROWS:
                lines.append(Content(""))
            lines += self._lines(step, keys)
        content = Content("\n").join(lines)
        if not content.is_same(self._content):
            self._content = content
            self.update(content)

    def _lines(self, step: Step, keys: int) -> Iterator[Content]:
        """`keys`: the cells of the longest key."""
        indent = keys + len("☐    Timing  ")
        sign = (DONE, "$text-success") if step.is_done else (MISSING, "bold $text-warning")
        style = "bold $accent" if step.is_last else ""
        room = max(12, self.size.width - indent)
        for begin, end in wrap(step.words, room):
            line = step.words[begin:end]
            if begin:
                yield Content.assemble(" " * indent, (line, style))
                continue
            yield Content.assemble(
                sign,
                "  ",
                (f"{step.key:<{keys}}  ", "bold $accent"),
                f"{step.label:<8}",
                (line, style),
            )
