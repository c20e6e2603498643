"""The transcript as a conversation: time, speaker by name and colour, words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.message import Message

from medtui.documents.search import Search
from medtui.documents.transcript import Transcript, Turn, same_people
from medtui.documents.words import clock, speaker_words
from medtui.review.passage_view import PassageView
from medtui.ui.cells import Span, fit

UNSURE = 0.6
"""Words that the recogniser was less sure of are dimmed."""
COLOURS = 6
FOLD = -1
"""In the list of what is shown: the line for what was said before the station."""


class TranscriptView(PassageView):
    """Shows turns; folds those before the station; marks what a search finds.

    Posts `Unfolded` when the talk before the station is shown or folded.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "fold", "Unfold", show=False, id="review.fold",
                tooltip="Show or fold what was said before the station"),
    ]  # fmt: skip

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *(f"transcript-view--speaker-{number}" for number in range(COLOURS)),
        "transcript-view--unlabelled",
        "transcript-view--unsure",
        "transcript-view--hit",
        "transcript-view--found",
    }

    @dataclass
    class Folded(Message):
        """The talk before the station was folded or unfolded."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  # Textual's name
        super().__init__(id=id)
        self.transcript = Transcript("", ())
        self.names: dict[str, str] = {}
        self.begins = 0
        self.is_folded = True
        self.speaker: str | None = None
        """The label of the one speaker that is shown; None: all."""
        self.search: Search | None = None
        self.hit: int | None = None
        """The number of the hit that one is at."""
        self._shown: Sequence[int] = ()
        self._colours: dict[str, int] = {}
        self._same: dict[str, str] = {}
        """For each label the one that stands for its person."""
        self._time_width = 0
        self._name_width = 0

    # What is shown

    def show(self, transcript: Transcript, names: dict[str, str], begins: int) -> None:
        """Show another transcript. `begins`: the first turn of the station."""
        self._take(transcript)
        last = max(
            (turn.start for turn in transcript.turns if turn.start is not None), default=None
        )
        self._time_width = len(clock(last)) + 2 if last is not None else 0
        self.is_folded = begins > 0
        self.set_people(names)
        self.set_begins(begins)

    def set_people(self, names: dict[str, str]) -> None:
        """Call the speakers by these names."""
        self.names = names
        self._same = same_people(self.transcript.speakers, names)
        if self.speaker is not None:
            self.speaker = self._same.get(self.speaker)
        self._arrange()

    def set_voices(self, transcript: Transcript, names: dict[str, str]) -> None:
        """Show the same turns said by others."""
        self._take(transcript)
        self.set_people(names)

    def _take(self, transcript: Transcript) -> None:
        self.transcript = transcript
        self._colours = {label: n % COLOURS for n, label in enumerate(transcript.speakers)}

    def set_begins(self, begins: int) -> None:
        """Fold what comes before this turn."""
        self.begins = begins
        self._arrange()

    def set_speaker(self, speaker: str | None) -> None:
        """Show one speaker alone, or all."""
        self.speaker = speaker
        self._arrange()

    def _arrange(self) -> None:
        """Lay out the turns, keeping the cursor on its turn."""
        turn = self.turn
        wanted = range(len(self.transcript.turns))
        shown: list[int] = []
        if self.begins and self.is_folded:
            wanted = range(self.begins, len(self.transcript.turns))
            shown.append(FOLD)
        elif self.begins:
            shown.append(FOLD)
        if self.speaker is None:
            shown += wanted
        else:
            turns = self.transcript.turns
            shown += (index for index in wanted if self._is_said_by(turns[index], self.speaker))
        self._shown = shown
        if self.is_mounted and self.size.width:
            self.lay_out()
        if turn is not None:
            self.move_to(self._place_of(turn))

    def _is_said_by(self, turn: Turn, speaker: str) -> bool:
        return self._same.get(turn.speaker or "") == speaker

    @property
    def people(self) -> list[str]:
        """A label for each speaker, one for those of the same name."""
        return list(dict.fromkeys(self._same.values()))

    def _place_of(self, turn: int) -> int:
        """Where a turn stands, or the next that is shown."""
        return next((at for at, shown in enumerate(self._shown) if shown >= turn), len(self) - 1)

    @property
    def seen(self) -> float | None:
        """When in the talk the cursor's turn begins; None at the first turn, and without times."""
        return self.transcript.turns[self.turn].start if self.turn else None

    @property
    def turn(self) -> int | None:
        """The turn that the cursor is on; None on the fold, or where there is none."""
        if self.cursor >= len(self._shown):
            return None
        shown = self._shown[self.cursor]
        return None if shown == FOLD else shown

    @property
    def chosen_numbers(self) -> list[int]:
        """The numbers of the turns that are meant by a key, ascending; empty on the fold."""
        return [self._shown[at] for at in self.chosen if self._shown[at] != FOLD]

    @property
    def chosen_turns(self) -> list[Turn]:
        """The turns that are meant by a key."""
        return [self.transcript.turns[number] for number in self.chosen_numbers]

    def go_to(self, turn: int) -> None:
        """Put the cursor on a turn, whatever hides it."""
        if self.begins and self.is_folded and turn < self.begins:
            self.is_folded = False
            self._arrange()
            self.post_message(self.Folded())
        said = self.transcript.turns[turn]
        if self.speaker is not None and not self._is_said_by(said, self.speaker):
            self.set_speaker(None)
            self.post_message(self.Folded())
        self.marked_from = None
        self.move_to(self._place_of(turn))

    def go_to_hit(self, number: int | None) -> None:
        """Mark a hit of the search and show where it stands."""
        self.hit = number
        if number is not None and self.search is not None:
            self.go_to(self.search.hit(number).turn)
        self.refresh()

    def action_fold(self) -> None:
        if self.cursor < len(self) and self._shown[self.cursor] == FOLD:
            self.is_folded = not self.is_folded
            self._arrange()
            self.post_message(self.Folded())

    def clicked_again(self, index: int) -> None:
        self.action_fold()

    # Drawing

    def lay_out(self) -> None:
        room = max(6, min(16, self.size.width // 5))
        widths = (cell_len(self._called(label)) for label in (*self._colours, None))
        self._name_width = min(room, max(widths, default=0)) + 2
        super().lay_out()

    def __len__(self) -> int:
        return len(self._shown)

    def text(self, index: int) -> str:
        shown = self._shown[index]
        return self._fold_words() if shown == FOLD else self.transcript.turns[shown].text

    def margins(self, index: int) -> tuple[int, int]:
        if self._shown[index] == FOLD:
            return 0, 1
        return self._time_width + self._name_width, 1

    def draw(self, index: int, line: int, span: Span) -> list[Segment]:
        shown = self._shown[index]
        if shown == FOLD:
            return [Segment(self.text(index)[slice(*span)], self.style_of("flow--faint"))]
        turn = self.transcript.turns[shown]
        if line == 0:
            time = clock(turn.start).rjust(max(0, self._time_width - 2)) + "  "
            head = [
                Segment(time if self._time_width else "", self.style_of("flow--faint")),
                Segment(fit(self._called(turn.speaker), self._name_width - 2) + "  ",
                        self._colour(turn.speaker)),
            ]  # fmt: skip
        else:
            head = [Segment(" " * (self._time_width + self._name_width))]
        return [*head, *self._words(shown, turn, span)]

    def _words(self, index: int, turn: Turn, span: Span) -> list[Segment]:
        """A line's text, cut where its style changes."""
        marks: list[tuple[int, int, Style]] = [
            (start, end, self.style_of("transcript-view--unsure"))
            for start, end in unsure_spans(turn)
        ]
        if self.search is not None:
            for number in self.search.within(index):
                _, start, end = self.search.hit(number)
                name = "found" if number == self.hit else "hit"
                marks.append((start, end, self.style_of(f"transcript-view--{name}")))
        return styled(turn.text, span, marks)

    def _called(self, label: str | None) -> str:
        if label is None and not self._colours:
            return ""
        return speaker_words(label, self.names)

    def _colour(self, label: str | None) -> Style:
        number = self._colours.get(self._same.get(label or "", ""))
        name = "unlabelled" if number is None else f"speaker-{number}"
        return self.style_of(f"transcript-view--{name}")

    def _fold_words(self) -> str:
        before = self.transcript.turns[: self.begins]
        sign = "▸" if self.is_folded else "▾"
        end = next((turn.end for turn in reversed(before) if turn.end is not None), None)
        until = f", until {clock(end)}" if end is not None else ""
        count = f"{len(before)} turn{'' if len(before) == 1 else 's'}"
        return f"{sign} before the station: {count}{until}"


def unsure_spans(turn: Turn) -> list[Span]:
    """Where in a turn's text the words stand that were hardly understood."""
    found: list[Span] = []
    at = 0
    for word in turn.words:
        start = turn.text.find(word.text, at)
        if start < 0:
            continue
        at = start + len(word.text)
        if word.confidence is not None and word.confidence < UNSURE:
            found.append((start, at))
    return found


def styled(text: str, span: Span, marks: Sequence[tuple[int, int, Style]]) -> list[Segment]:
    """A stretch of text in segments, with styles where marks lie; later ones on top."""
    first, last = span
    near = [mark for mark in marks if mark[0] < last and mark[1] > first]
    if not near:
        return [Segment(text[first:last])]
    edges = sorted(
        {first, last, *(edge for mark in near for edge in mark[:2] if first < edge < last)}
    )
    segments = []
    for start, end in pairwise(edges):
        style = Style()
        for from_, to, own in near:
            if from_ <= start and end <= to:
                style += own
        segments.append(Segment(text[start:end], style))
    return segments
