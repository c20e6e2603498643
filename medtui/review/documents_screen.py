"""Transcript and assessment, side by side. Where they come from is others' matter."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.getters import query_one
from textual.widgets import Input, Static

from medtui.documents.assessment import Assessment, Evidence
from medtui.documents.errors import DocumentError
from medtui.documents.evidence import Found, How, Quotes
from medtui.documents.kinds import Document, Kind
from medtui.documents.reading import Reading
from medtui.documents.said_by import with_voices
from medtui.documents.search import Search
from medtui.documents.station_start import first_turn, opening
from medtui.documents.transcript import Transcript
from medtui.documents.words import DRAFTED, MARKED_BY, is_left_over
from medtui.review.assessment_layout import outline
from medtui.review.assessment_view import AssessmentView
from medtui.review.header import LOW, ReviewHeader
from medtui.review.transcript_view import TranscriptView
from medtui.store.speaker_names import Remembered, SpeakerNames
from medtui.ui.acting import ActingScreen
from medtui.ui.footer import Footer
from medtui.ui.line_input import LineInput

if TYPE_CHECKING:
    from medtui.documents.model_draft import ModelDraft
    from medtui.store.model_drafts import KeptDraft

LONGEST_NAME = 24
"""A speaker's name takes so many characters in the header at most."""


class DocumentsScreen(ActingScreen):
    """Shows what it is given: `show` a document, or `show_words` why there is none. Links the two.

    Args:
        title: what is reviewed: a file's name, or a session.
        people: names to offer for the speakers.
        begins: the second of the recording at which the station begins, where that is known.
        folder: where copies are offered to be saved.
        told: the text in the transcript's place until it is shown; "": no text.
    """

    VERTICAL_BREAKPOINTS = [(0, "-low"), (LOW, "-tall")]  # noqa: RUF012  # as in Screen

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
        told: str = "",
    ) -> None:
        super().__init__()
        self._told_at_first = told
        self._title = title
        self._people = people
        self._station_begins = begins
        self._folder = folder
        self.memory: SpeakerNames | None = None
        """Keeps who is who; None: nothing is remembered."""
        self._keeping = asyncio.Lock()
        self._said = Remembered()
        self._begun_names: dict[str, str] | None = None
        """Who is who, typed and not kept."""
        self._begun_turns: dict[int, tuple[str, str]] = {}
        """Who says a turn and who the next, typed and not kept, by the turn's number."""
        self._search: Search | None = None
        self._quotes: Quotes | None = None
        self._found: dict[Evidence, Found] = {}
        self.transcript: Transcript | None = None
        """As it is shown, with the speakers that the user named where its file has none."""
        self.heard: Transcript | None = None
        """As its file tells it."""
        self.assessment: Assessment | None = None
        self.is_complete = True
        """False while the transcript is compared with its file."""
        self.own: Assessment | None = None
        """The candidate's own assessment, shown beside the assessor's; None: there is none."""
        self.draft: ModelDraft | None = None
        """A draft of marks by a model; None: there is none of this talk."""
        self.has_begun = False
        """Whether only the first turns of a transcript are shown, as the others are being read."""

    def on_resize(self) -> None:
        self.header.fit_screen()

    def compose(self) -> ComposeResult:
        yield ReviewHeader(self._title)
        with Container(id="review"):
            # Said from the start, as it takes time to style and lay out all of it again.
            with Vertical(id="transcript", classes="-told" if self._told_at_first else "-absent"):
                yield Static(self._told_at_first, id="transcript-words", markup=False)
                yield TranscriptView()
            with Vertical(id="assessment", classes="-absent"):
                yield Static(id="assessment-words", markup=False)
                yield AssessmentView()
        search = LineInput(placeholder="search the transcript …", id="search", compact=True)
        search.display = False
        yield search
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        # At once, not by message: what is typed and what is found are drawn together.
        self.watch(self.search_field, "value", self._search_typed, init=False)

    # What is shown

    def show_words(self, kind: Kind, words: str, *, failed: bool = False) -> None:
        """Say, where a document would stand, that it is being read, is not there, or is broken."""
        self._end_beginning(kind)
        if kind == "assessment" and self.draft is not None and not failed:
            self._show_marks()
            return
        pane = self.query_one(f"#{kind}")
        pane.set_class(False, "-absent")
        pane.set_class(True, "-told")
        told = self.query_one(f"#{kind}-words", Static)
        told.update(words)
        told.set_class(failed, "-failed")

    def hide(self, kind: Kind) -> None:
        """Leave the room to the other: there is no such document, and nothing to say of it."""
        self._end_beginning(kind)
        if kind == "assessment" and self.draft is not None:
            self._show_marks()
            return
        self.query_one(f"#{kind}").set_class(True, "-absent")

    def _end_beginning(self, kind: Kind) -> None:
        if kind == "transcript" and self.has_begun:
            self.has_begun = False
            self.header.show_figures(())

    def forget(self, kind: Kind) -> None:
        """Show a document no longer: there is none now, or none that can be read."""
        if kind == "transcript":
            self.transcript = self.heard = self._search = self._quotes = self.turns.search = None
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

    async def follow(self, reading: Reading, memory: SpeakerNames) -> Document:
        """A document that is being read. Of a long talk the first turns are shown meanwhile.

        Returns what `Reading.first` does: show it, and then wait for `complete`. Raises
        DocumentError.
        """
        beginning = await reading.beginning()
        if beginning is not None:
            said = await asyncio.to_thread(memory.recall)
            if self.transcript is None and not self.has_begun:
                self.memory, self._said = memory, said
                self._show_beginning(beginning)
        return await reading.first()

    def _show_beginning(self, beginning: Transcript) -> None:
        self.has_begun = True
        self.query_one("#transcript").remove_class("-absent", "-told")
        self.turns.show(beginning, self._said.names, self._begins(beginning))
        self.turns.focus()
        self.header.show_figures(("only the first turns are shown: the rest is being read …",))

    async def complete(self, reading: Reading) -> None:
        """Wait for the notes and other values of the shown talk's file, which follow its turns."""
        shown, self.is_complete = self.transcript, False
        try:
            document = await reading.result()
        except DocumentError as error:
            self.notify(error.message, severity="error", markup=False)
            return
        finally:
            self.is_complete = True
        if isinstance(document, Transcript) and shown is not None and self.transcript is shown:
            self._show_notes([note for note in document.notes if note not in shown.notes])
            self.heard = document
            self.transcript = with_voices(document, self._said.voices)

    def show(self, document: Document) -> None:
        """Show a transcript or an assessment, in place of what stood there."""
        kind: Kind = "transcript" if isinstance(document, Transcript) else "assessment"
        pane = self.query_one(f"#{kind}")
        pane.remove_class("-absent", "-told")
        if isinstance(document, Transcript):
            self._show_transcript(document)
        else:
            self.assessment = document
            self._show_marks()
            if self.focused is None:
                self.marks.focus()
        self.refresh_bindings()
        self._look_for_quotes()

    def _show_marks(self) -> None:
        """Show the assessment beside own marks and the draft; without an assessment, the draft."""
        self.query_one("#assessment").remove_class("-absent", "-told")
        if self.assessment is not None:
            by, note = self.about(self.assessment)
            self.marks.show(outline(self.assessment, by, note, self.own, self.draft))
            self.header.show_assessment(self.assessment, by)
        elif self.draft is not None:
            from medtui.review.draft_layout import draft_outline

            self.marks.show(draft_outline(self.draft))

    def show_draft(self, draft: ModelDraft) -> None:
        """Show a draft by a model beside the assessment, or alone where there is none."""
        self.draft = draft
        self._show_marks()
        self._look_for_quotes()

    @property
    def kept_draft(self) -> KeptDraft | None:
        """Where the draft of the shown talk is kept; None: nowhere."""
        return None

    @work(exclusive=True, group="draft")
    async def _recall_draft(self) -> None:
        """Show the draft that was made of this very talk, if there is one."""
        kept, heard = self.kept_draft, self.heard
        if kept is None or heard is None:
            return
        draft = await asyncio.to_thread(kept.recall_of, heard)
        if heard is self.heard:
            self.draft = None
            if draft is not None:
                self.show_draft(draft)

    def about(self, assessment: Assessment) -> tuple[str, str]:
        """Who gave the marks, in words, and a sentence on whose they are; "": nothing to say."""
        return DRAFTED if assessment.is_draft else MARKED_BY[assessment.marker], ""

    def _show_transcript(self, transcript: Transcript) -> None:
        seen = self.turns.seen if self.has_begun else None
        self.heard = transcript
        self.transcript = transcript = with_voices(transcript, self._said.voices)
        self.has_begun = False
        self._begun_names = None
        self._begun_turns = {}
        begins = self._begins(transcript)
        if self.turns.speaker not in transcript.speakers:
            self.turns.speaker = None
            self.header.show_speaker("")
        self._search = self.turns.search = None
        self._quotes = None
        self.turns.show(transcript, self._said.names, begins)
        if seen is not None and (turn := transcript.at(seen)) is not None:
            self.turns.go_to(turn)
        if self.search_field.value:
            self._search_typed(self.search_field.value)
        self._show_figures()
        if not self.search_field.has_focus:  # what is being typed there would become keys
            self.turns.focus()
        self._show_notes(transcript.notes)
        self._recall_draft()

    def _show_voices(self) -> None:
        """Show who says which turn, as the user has just said."""
        if self.heard is None:
            return
        self.transcript = with_voices(self.heard, self._said.voices)
        self.turns.set_voices(self.transcript, self._said.names)
        if self.turns.speaker is None:
            self.header.show_speaker("")
        self._show_figures()

    def _show_notes(self, notes: Sequence[str]) -> None:
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
        if transcript is None or (assessment is None and self.draft is None):
            return
        quotes = assessment.quotes if assessment is not None else []
        if self.draft is not None:
            quotes += self.draft.assessment.quotes
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
            self.refuse("Select a quote first: only quotes have a moment to go to.")
        elif self.transcript is None:
            self.refuse("There is no transcript to search.")
        elif found is None:
            self.refuse("Searching…")
        elif found.turn is None:
            self.refuse("Not in the transcript.")
        else:
            self.turns.go_to(found.turn)
            if found.how is How.TIME:
                self.refuse("Not in the transcript: this is what was said at the stated time.")

    # Search

    def _search_typed(self, words: str) -> None:
        if self.transcript is None:
            return
        if self._search is None:
            self._search = self.turns.search = Search(self.transcript)
        self._search.find(words)
        self.turns.go_to_hit(self._search.from_turn(self.turns.turn or 0))
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

    # Who is who

    def _remember(self, said: Remembered) -> None:
        self._said = said
        if self.memory is not None:  # by the app, as one may leave at once
            self.app.run_worker(self._keep(self.memory, said), group="remember")

    async def _keep(self, memory: SpeakerNames, said: Remembered) -> None:
        async with self._keeping:  # one after the other, so that the last one stays
            try:
                await asyncio.to_thread(memory.save, said)
            except OSError as error:
                self.refuse(
                    f"It applies until you leave, but could not be saved: {error.strerror}."
                )

    def _refuse_without_transcript(self) -> bool:
        if self.has_begun:
            self.refuse("The transcript is still being read: try again in a moment.")
        elif self.transcript is None:
            self.refuse("There is no transcript here.")
        return self.transcript is None
