"""The review: transcript and assessment, side by side. Where they come from is others' matter."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.getters import query_one
from textual.screen import Screen
from textual.widgets import Input, Static

from medtui.documents.assessment import Assessment, Evidence
from medtui.documents.evidence import Found, How, Quotes
from medtui.documents.kinds import Document, Kind
from medtui.documents.search import Search
from medtui.documents.station_start import first_turn, opening
from medtui.documents.transcript import Transcript
from medtui.documents.words import is_left_over, seconds_of, speaker_words
from medtui.review.assessment_layout import outline
from medtui.review.assessment_view import AssessmentView
from medtui.review.header import ReviewHeader
from medtui.review.transcript_view import TranscriptView
from medtui.store.speaker_names import Remembered, SpeakerNames
from medtui.ui.footer import Footer

LONGEST_NAME = 24
"""A speaker's name takes so many characters in the header at most."""


class ReviewScreen(Screen[None]):
    """Shows what it is given: `show` a document, or `tell` why there is none.

    Args:
        title: what is reviewed: a file's name, or a session.
        people: names to offer for the speakers.
        begins: the second of the recording at which the station begins, where that is known.
        folder: where copies are offered to be saved.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", "Search", key_display="/", id="review.search",
                tooltip="Search the transcript as you type"),
        Binding("n", "next(1)", "Next", show=False, id="review.next", tooltip="Next hit"),
        Binding("N", "next(-1)", "Previous", show=False, id="review.previous",
                tooltip="Previous hit"),
        Binding("tab", "switch", "Switch", id="review.switch",
                tooltip="Transcript ↔ assessment"),
        Binding("w", "who", "Who", id="review.who", tooltip="Who is who"),
        Binding("f", "speaker", "Speaker", id="review.speaker",
                tooltip="Show one speaker alone, the next, all"),
        Binding("t", "time", "Time", show=False, id="review.time", tooltip="Jump to a time"),
        Binding("b", "begin", "Begin", show=False, id="review.begin",
                tooltip="The station begins here: fold what comes before"),
        Binding("o", "also", "Also", show=False, id="review.also",
                tooltip="Also in the transcript's file: notes, and what is not part of the talk"),
        Binding("y", "copy", "Copy", show=False, id="review.copy", tooltip="Copy this passage"),
        Binding("m", "mark_sheet", "Mark", show=False, id="review.mark_sheet",
                tooltip="The mark sheet, for the assessor"),
        Binding("s", "save", "Save", id="review.save", tooltip="Save the review as Markdown"),
        Binding("escape", "back", "Back", id="review.back", tooltip="Leave the search, go back"),
    ]  # fmt: skip

    header = query_one(ReviewHeader)
    turns = query_one(TranscriptView)
    marks = query_one(AssessmentView)
    search_field = query_one("#search", Input)

    def __init__(
        self,
        title: str,
        *,
        people: Sequence[str] = (),
        begins: float | None = None,
        folder: Path | None = None,
    ) -> None:
        super().__init__()
        self._title = title
        self._people = people
        self._station_begins = begins
        self._folder = folder
        self.memory: SpeakerNames | None = None
        self._keeping = asyncio.Lock()
        """Keeps who is who; None: nothing is remembered."""
        self._said = Remembered()
        self._begun_names: dict[str, str] | None = None
        """Who is who, typed and not kept."""
        self._search: Search | None = None
        self._quotes: Quotes | None = None
        self._found: dict[Evidence, Found] = {}
        self.transcript: Transcript | None = None
        self.assessment: Assessment | None = None
        self.is_complete = True
        """False while the transcript is compared with its file."""

    def compose(self) -> ComposeResult:
        yield ReviewHeader(self._title)
        with Container(id="review"):
            with Vertical(id="transcript", classes="-absent"):
                yield Static(id="transcript-words", markup=False)
                yield TranscriptView()
            with Vertical(id="assessment", classes="-absent"):
                yield Static(id="assessment-words", markup=False)
                yield AssessmentView()
        yield Input(placeholder="search the transcript …", id="search", compact=True)
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self.search_field.display = False
        # At once, not by message: what is typed and what is found are drawn together.
        self.watch(self.search_field, "value", self._search_typed, init=False)

    # What is shown

    def tell(self, kind: Kind, words: str, *, failed: bool = False) -> None:
        """Say, where a document would stand, that it is being read, is not there, or is broken."""
        pane = self.query_one(f"#{kind}")
        pane.set_class(False, "-absent")
        pane.set_class(True, "-told")
        told = self.query_one(f"#{kind}-words", Static)
        told.update(words)
        told.set_class(failed, "-failed")

    def hide(self, kind: Kind) -> None:
        """Leave the room to the other: there is no such document, and nothing to say of it."""
        self.query_one(f"#{kind}").set_class(True, "-absent")

    def forget(self, kind: Kind) -> None:
        """Show a document no longer: there is none now, or none that can be read."""
        if kind == "transcript":
            self.transcript = self._search = self._quotes = self.turns.search = None
            self.header.show_figures(())
            self.header.show_count("")
        else:
            self.assessment = None
            self.header.show_assessment(None)
        self._found = {}
        self.marks.show_found({}, {})

    async def recall(self) -> None:
        """Take up what was remembered of the transcript that is about to be shown."""
        if self.memory is not None:
            self._said = await asyncio.to_thread(self.memory.recall)

    def show(self, document: Document) -> None:
        """Show a transcript or an assessment, in place of what stood there."""
        kind: Kind = "transcript" if isinstance(document, Transcript) else "assessment"
        pane = self.query_one(f"#{kind}")
        pane.remove_class("-absent", "-told")
        if isinstance(document, Transcript):
            self._show_transcript(document)
        else:
            self.assessment = document
            self.marks.show(outline(document))
            self.header.show_assessment(document)
            if self.focused is None:
                self.marks.focus()
        self.refresh_bindings()
        self._look_for_quotes()

    def _show_transcript(self, transcript: Transcript) -> None:
        self.transcript = transcript
        self._begun_names = None
        begins = self._begins(transcript)
        if self.turns.speaker not in transcript.speakers:
            self.turns.speaker = None
            self.header.show_speaker("")
        self._search = self.turns.search = None
        self._quotes = None
        self.turns.show(transcript, self._said.names, begins)
        if self.search_field.value:
            self._search_typed(self.search_field.value)
        self._show_figures()
        if not self.search_field.has_focus:  # what is being typed there would become keys
            self.turns.focus()
        self._say(transcript.notes)

    def complete(self, transcript: Transcript) -> None:
        """Show the notes and other values of the transcript's file; its turns are the same."""
        self.is_complete = True
        if self.transcript is not None and self.transcript is not transcript:
            known = self.transcript.notes
            self.transcript = transcript
            self._say([note for note in transcript.notes if note not in known])

    def _say(self, notes: Sequence[str]) -> None:
        """Say what was repaired, guessed or left out in reading."""
        if told := [note for note in notes if not is_left_over(note)]:
            self.notify("\n".join(told), markup=False, timeout=8)

    def _begins(self, transcript: Transcript) -> int:
        begins = self._said.begins if self._said.begins is not None else self._station_begins
        return opening(transcript) if begins is None else first_turn(transcript, begins)

    @work(thread=True, exclusive=True, group="figures", exit_on_error=False)
    def _show_figures(self) -> None:
        """Figures of a long talk take a moment, and the words are there before."""
        from medtui.documents.export import figures
        from medtui.documents.statistics import statistics_of

        if self.transcript is not None:
            names = self._said.names
            found = statistics_of(self.transcript, self.turns.begins, names)
            words = figures(found, names, LONGEST_NAME)
            self.app.call_from_thread(self.header.show_figures, words)

    @work(exclusive=True, group="quotes")
    async def _look_for_quotes(self) -> None:
        """Find where the assessment's quotes come from."""
        transcript, assessment = self.transcript, self.assessment
        if transcript is None or assessment is None:
            return
        quotes = assessment.quotes
        if self._quotes is None:
            self._quotes = await asyncio.to_thread(Quotes, transcript)
        find = self._quotes.find
        found = await asyncio.to_thread(lambda: {quote: find(quote) for quote in quotes})
        self._found = found
        turns = {place.turn for place in found.values() if place.turn is not None}
        self.marks.show_found(found, {turn: transcript.turns[turn].start for turn in turns})

    # Between the two

    @on(AssessmentView.Chosen)
    def _chosen(self, event: AssessmentView.Chosen) -> None:
        found = self._found.get(event.evidence) if event.evidence else None
        if event.evidence is None:
            self._refuse("This is no quote: only quotes lead to their moment.")
        elif self.transcript is None:
            self._refuse("There is no transcript to look into.")
        elif found is None:
            self._refuse("This quote is still being looked for.")
        elif found.turn is None:
            self._refuse("This quote is not found in the transcript.")
        else:
            self.turns.go_to(found.turn)
            if found.how is How.TIME:
                self._refuse("These words are not there: this is what is said at the stated time.")

    def action_switch(self) -> None:
        panes = [view for view in (self.turns, self.marks) if view.display and self._is_open(view)]
        if not panes:
            return
        at = panes.index(self.focused) if self.focused in panes else -1
        panes[(at + 1) % len(panes)].focus()

    def _is_open(self, view: TranscriptView | AssessmentView) -> bool:
        parent = view.parent
        return parent is not None and not (parent.has_class("-told") or parent.has_class("-absent"))

    # Search

    def action_search(self) -> None:
        if self._refuse_without_transcript():
            return
        self.search_field.display = True
        self.search_field.focus()

    def _search_typed(self, words: str) -> None:
        if self.transcript is None:
            return
        if self._search is None:
            self._search = self.turns.search = Search(self.transcript)
        self._search.find(words)
        self.turns.go_to_hit(self._search.from_turn(self.turns.turn or 0))
        self._show_count()

    @on(Input.Submitted, "#search")
    def _search_kept(self) -> None:
        self.search_field.display = bool(self.search_field.value)
        self.turns.focus()

    def action_next(self, by: int) -> None:
        count = len(self._search or ())
        if not count:
            words = self.search_field.value
            self._refuse(
                f"“{words}” is not found." if words else "There is nothing to go to: / searches."
            )
            return
        self.turns.go_to_hit(((self.turns.hit or 0) + by) % count)
        self._show_count()

    def _show_count(self) -> None:
        count = len(self._search or ())
        if not self.search_field.value:
            words = ""
        elif self.turns.hit is not None:
            words = f"{self.turns.hit + 1} of {count}"
        else:
            words = "not found"
        self.header.show_count(words)

    # Speakers, times

    @work
    async def action_who(self) -> None:
        from medtui.review.speakers_dialog import WhoScreen

        if self._refuse_without_transcript() or self.transcript is None:
            return
        if not self.transcript.speakers:
            self._refuse("This transcript does not tell its speakers apart.")
            return
        who = WhoScreen(self.transcript, self._said.names, self._people, self._begun_names)
        names = await self.app.push_screen_wait(who)
        self._begun_names = who.left
        if who.left is not None:
            self.notify("As long as you are here, w goes on with what you typed.", markup=False)
        if names is not None:
            self._remember(replace(self._said, names=names))
            self.turns.set_people(names)
            self._show_figures()

    def action_speaker(self) -> None:
        if self._refuse_without_transcript() or self.transcript is None:
            return
        if not self.transcript.speakers:
            self._refuse("This transcript does not tell its speakers apart.")
            return
        labels = [None, *self.turns.people]
        at = labels.index(self.turns.speaker) if self.turns.speaker in labels else 0
        label = labels[(at + 1) % len(labels)]
        self.turns.set_speaker(label)
        self.header.show_speaker(speaker_words(label, self._said.names) if label else "")

    def action_also(self) -> None:
        from medtui.review.also_dialog import AlsoScreen

        if self._refuse_without_transcript() or self.transcript is None:
            return
        if not self.is_complete:
            self._refuse("The talk is still being compared with its file: try again in a moment.")
            return
        if not self.transcript.notes and not self.transcript.unclaimed:
            self._refuse("Everything in the file is part of the talk.")
            return
        self.app.push_screen(AlsoScreen(self.transcript))

    @on(TranscriptView.Folded)
    def _folded(self) -> None:
        if self.turns.speaker is None:
            self.header.show_speaker("")

    @work
    async def action_time(self) -> None:
        from medtui.ui.dialogs.ask import AskScreen

        if self._refuse_without_transcript() or self.transcript is None:
            return
        if self.transcript.at(0.0) is None:
            self._refuse("This transcript has no times.")
            return

        def wrong(text: str) -> str | None:
            return None if seconds_of(text) is not None else "A time is written as 1:30, or 90."

        text = await self.app.push_screen_wait(AskScreen("Go to which time?", check=wrong))
        if text is not None and (turn := self.transcript.at(seconds_of(text) or 0.0)) is not None:
            self.turns.go_to(turn)

    def action_begin(self) -> None:
        if self._refuse_without_transcript() or self.transcript is None:
            return
        turn = self.turns.turn
        if turn is None or turn == self.turns.begins:
            turn = 0
        start = self.transcript.turns[turn].start
        self._remember(replace(self._said, begins=start if start is not None else float(turn)))
        self.turns.is_folded = True
        self.turns.set_begins(turn)
        self._show_figures()
        words = "What was said before is folded." if turn else "Nothing is folded now."
        self.notify(words, markup=False)

    def _remember(self, said: Remembered) -> None:
        self._said = said
        if self.memory is not None:  # by the app, as one may leave at once
            self.app.run_worker(self._keep(self.memory, said), group="remember")

    async def _keep(self, memory: SpeakerNames, said: Remembered) -> None:
        async with self._keeping:  # one after the other, so that the last one stays
            try:
                await asyncio.to_thread(memory.keep, said)
            except OSError as error:
                self._refuse(f"It holds until you leave, but could not be kept: {error.strerror}.")

    # Taking away

    def action_copy(self) -> None:
        if self.marks.has_focus:
            text = "\n".join(self.marks.chosen_texts)
            self.marks.marked_from = None
            self.marks.refresh()
        else:
            chosen = self.turns.chosen_turns
            names = self._said.names
            text = "\n".join(
                f"{speaker_words(turn.speaker, names)}: {turn.text}" if turn.speaker else turn.text
                for turn in chosen
            )
            self.turns.marked_from = None
            self.turns.refresh()
        if not text:
            self._refuse("There is nothing here to copy.")
            return
        self.app.copy_to_clipboard(text)
        words = len(text.split())
        self.notify(f"{words} words sent to your terminal's clipboard (OSC 52).", markup=False)

    @work
    async def action_save(self) -> None:
        await self.save_markdown()

    async def save_markdown(self, name: str = "review.md") -> None:
        """Save what is shown, as Markdown; asks where."""
        from medtui.documents.export import as_markdown
        from medtui.ui.dialogs.save import SaveScreen

        if self.transcript is None and self.assessment is None:
            self._refuse("There is nothing to save yet.")
            return
        transcript, assessment = self.transcript, self.assessment
        names, begins = dict(self._said.names), self.turns.begins

        def text() -> str:
            return as_markdown(self._title, transcript, assessment, names, begins)

        folder = self._folder or Path.home()
        saved = await self.app.push_screen_wait(SaveScreen(folder / name, text))
        if saved is not None:
            self.notify(f"Saved as {saved}.", markup=False)

    def action_mark_sheet(self) -> None:
        self._refuse("These are files: a mark sheet belongs to a session of yours.")

    def action_back(self) -> None:
        if self.search_field.display:
            self.search_field.value = ""
            self.search_field.display = False
            self.turns.go_to_hit(None)
            self.turns.focus()
        elif self.turns.marked_from is not None or self.marks.marked_from is not None:
            self.turns.marked_from = self.marks.marked_from = None
            self.turns.refresh()
            self.marks.refresh()
        else:
            self.dismiss(None)

    def _refuse_without_transcript(self) -> bool:
        if self.transcript is None:
            self._refuse("There is no transcript here.")
        return self.transcript is None

    def _refuse(self, reason: str) -> None:
        self.notify(reason, severity="warning", markup=False)
