"""The assessment: marks and bars, what they rest on, and where that stands in the transcript."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.message import Message

from medtui.documents.assessment import Evidence
from medtui.documents.evidence import Found, How
from medtui.review.assessment_layout import Place, place_of
from medtui.review.passage_view import PassageView
from medtui.review.passages import LineKind, Passage
from medtui.ui.cells import Span


class AssessmentView(PassageView):
    """Shows an outline, whose quotes lead to their turns.

    Posts `Chosen` on enter, or a second click.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Jump", id="review.jump",
                tooltip="On a quote: to the moment that it comes from"),
    ]  # fmt: skip

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *(f"assessment-view--{kind}" for kind in LineKind),
        "assessment-view--aside",
        "assessment-view--missing",
    }

    @dataclass
    class Chosen(Message):
        """A passage was chosen; `evidence` None: it is no quote."""

        evidence: Evidence | None

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  # Textual's name
        super().__init__(id=id)
        self._passages: Sequence[Passage] = ()
        self._found: dict[Evidence, Found] = {}
        self._starts: dict[int, float | None] = {}

    def show(self, passages: Sequence[Passage]) -> None:
        """Show another assessment."""
        self._passages = passages
        self.cursor = 0
        self._relay()

    def show_found(self, found: dict[Evidence, Found], starts: dict[int, float | None]) -> None:
        """Say of each quote where it was found; `starts`: the times of those turns."""
        self._found = found
        self._starts = starts
        self._relay()

    def _relay(self) -> None:
        if self.is_mounted and self.size.width:
            self.lay_out()

    def action_choose(self) -> None:
        if self.cursor < len(self):
            self.post_message(self.Chosen(self._passages[self.cursor].evidence))

    def clicked_again(self, index: int) -> None:
        self.action_choose()

    def move_to(self, index: int) -> None:
        """Gaps are passed over."""
        index = min(max(index, 0), len(self) - 1)
        while 0 < index < len(self) - 1 and self._passages[index].kind is LineKind.GAP:
            index += 1 if index > self.cursor else -1
        super().move_to(index)

    @property
    def chosen_texts(self) -> list[str]:
        """The passages that are meant by a key."""
        return [self._passages[at].text for at in self.chosen if self._passages[at].text]

    # Drawing

    def __len__(self) -> int:
        return len(self._passages)

    def text(self, index: int) -> str:
        remark = self._place(index).remark
        text = self._passages[index].text
        return f"{text} {remark}" if remark else text

    def margins(self, index: int) -> tuple[int, int]:
        sign, _, aside = self._place(index)
        left = self._passages[index].indent + (2 if sign else 0)
        return left, cell_len(aside) + 3 if aside else 1

    def draw(self, index: int, line: int, span: Span) -> list[Segment]:
        passage = self._passages[index]
        sign, _, aside = self._place(index)
        look = self._look(passage)
        indent = " " * passage.indent
        text = self.text(index)[slice(*span)]
        head = Segment(
            f"{indent}{sign} " if sign and line == 0 else indent + "  " * bool(sign), look
        )
        segments = [head, Segment(text, look)]
        if line == 0 and aside:
            left, right = self.margins(index)
            room = self.size.width - 2 - left - right
            gap = " " * max(1, room - cell_len(text) + 2)
            segments += [Segment(gap), Segment(aside, self.style_of("assessment-view--aside"))]
        return segments

    def _place(self, index: int) -> Place:
        """The texts before a passage, after it, and at the end of its first line."""
        passage = self._passages[index]
        if passage.evidence is None:
            return Place(passage.sign, "", passage.aside)
        found = self._found.get(passage.evidence)
        start = self._starts.get(found.turn) if found and found.turn is not None else None
        return place_of(found, start)

    def _look(self, passage: Passage) -> Style:
        missing = self._is_missing(passage)
        return self.style_of(f"assessment-view--{'missing' if missing else passage.kind}")

    def _is_missing(self, passage: Passage) -> bool:
        if passage.evidence is None or passage.evidence not in self._found:
            return False
        return self._found[passage.evidence].how is How.NOT_FOUND
