"""The lines at the top of a review: what it is, the mark, and the figures of the talk."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.widgets import Static

from medtui.documents.assessment import Assessment
from medtui.documents.words import overall_words

MOST_LINES = 3
"""The figures take as many lines as they need, but no more: a crowd's are cut off."""

LOW = 16
"""On a terminal with fewer lines they take one."""


class ReviewHeader(Static):
    """Says what is reviewed and the overall mark; below, the figures, the filter, the search."""

    def __init__(self, title: str) -> None:
        super().__init__(markup=False)
        self._title = title
        self._mark = ""
        self._figures: Sequence[str] = ()
        self._speaker = ""
        self._count = ""
        self._height = 0

    def on_mount(self) -> None:
        self._write()

    def on_resize(self, event: events.Resize) -> None:
        self._write()

    def show_assessment(self, assessment: Assessment | None, marked_by: str = "") -> None:
        """`marked_by`: who gave the marks, in words."""
        parts: list[str] = []
        if assessment is not None:
            parts = [overall_words(assessment.overall), marked_by]
        self._mark = "   ".join(part for part in parts if part)
        self._write()

    def show_figures(self, figures: Sequence[str]) -> None:
        """The figures of the talk, the most telling first."""
        self._figures = figures
        self._write()

    def show_speaker(self, name: str) -> None:
        """That one speaker alone is shown."""
        self._speaker = f"only {name}" if name else ""
        self._write()

    def show_count(self, words: str) -> None:
        """How many hits a search has."""
        self._count = words
        self._write()

    def fit_screen(self) -> None:
        """The terminal has another height."""
        self._write()

    def _write(self) -> None:
        width = self.size.width
        mark = Content.styled(f"{self._mark} ", "bold $text-accent") if self._mark else Content("")
        words = _fitting(self._title, width - cell_len(f" Review · {mark.plain} "))
        first = _ends(Content.assemble((" Review ", "bold"), f"· {words}"), mark, width)
        asides = "  ".join(part for part in (self._speaker, self._count) if part)
        aside = Content.styled(f"{asides} ", "$text-warning") if asides else Content("")
        most = 1 if self.app.size.height < LOW else MOST_LINES
        lines = _joined(self._figures, width - 2 - cell_len(aside.plain), most)
        figures = [Content.styled(f" {line}", "$text-muted") for line in lines]
        content = [first, *figures[:-1], _ends(figures[-1], aside, width)]
        if not self._figures and not asides:
            content = [first]
        is_taller = len(content) != self._height
        self._height = len(content)
        self.update(Content("\n").join(content), layout=is_taller)


def _joined(parts: Sequence[str], width: int, most: int) -> list[str]:
    """Parts in lines, as many in each as fit; what would need more lines is left out."""
    lines = [""]
    for part in parts:
        line = f"{lines[-1]} · {part}" if lines[-1] else part
        if cell_len(line) <= width or not lines[-1]:
            lines[-1] = line
        elif len(lines) < most:
            lines.append(part)
    return lines


def _fitting(title: str, width: int) -> str:
    """A title without the last of its parts, where it is too long with that."""
    shorter, _, rest = title.rpartition(" · ")
    return shorter if rest and shorter and cell_len(title) > width else title


def _ends(left: Content, right: Content, width: int) -> Content:
    """Two texts at the two ends of a line; the left one gives way."""
    room = max(0, width - cell_len(right.plain) - 1)
    left = left.truncate(room, ellipsis=True)
    return left + " " * max(1, width - cell_len(left.plain) - cell_len(right.plain)) + right
