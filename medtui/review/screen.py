"""The review's keys: search, speakers, times, and taking a copy."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Input

from medtui.core.key_names import key_of
from medtui.documents.words import seconds_of, speaker_words
from medtui.review.assessment_view import AssessmentView
from medtui.review.documents_screen import DocumentsScreen
from medtui.review.transcript_view import TranscriptView
from medtui.ui.protocol import Dialog, SaveCopy

if TYPE_CHECKING:
    from medtui.documents.transcript import Transcript
    from medtui.review.draft_actions import DraftNeeds


class ReviewScreen(DocumentsScreen):
    """The keys of a review."""

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
                tooltip="Also in the transcript's file: notes, and what is not part of it"),
        Binding("y", "copy", "Copy", show=False, id="review.copy", tooltip="Copy this passage"),
        Binding("m", "mark_sheet", "Mark", show=False, id="review.mark_sheet",
                tooltip="The mark sheet, for the assessor"),
        Binding("D", "draft", "Draft", show=False, id="review.draft",
                tooltip="A draft of marks by a model, formative"),
        Binding("s", "save", "Save", id="review.save", tooltip="Save the review as Markdown"),
        Binding("escape", "back", "Back", id="review.back", tooltip="Leave the search, go back"),
    ]  # fmt: skip

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

    @on(Input.Submitted, "#search")
    def _search_kept(self) -> None:
        self.search_field.display = bool(self.search_field.value)
        self.turns.focus()

    def action_next(self, by: int) -> None:
        count = len(self._search or ())
        if not count:
            words = self.search_field.value
            self.refuse(
                f"“{words}” is not found."
                if words
                else f"Nothing to go to: press {key_of('review.search')} to search."
            )
            return
        self.turns.go_to_hit(((self.turns.hit or 0) + by) % count)
        self._show_count()

    # Speakers, times

    @work
    async def action_who(self) -> None:
        from medtui.review.speakers_dialog import WhoScreen

        if self._refuse_without_transcript() or self.transcript is None:
            return
        if self.heard is None or not self.heard.speakers:
            await self._name_turns(self.transcript)
            return
        who = WhoScreen(self.transcript, self._said.names, self._people, self._begun_names)
        names = await self.app.push_screen_wait(who)
        self._begun_names = who.left
        if who.left is not None:
            self.notify(
                f"While this is open, {key_of('review.who')} continues with what you typed.",
                markup=False,
            )
        if names is not None:
            self._remember(replace(self._said, names=names))
            self.turns.set_people(names)
            self._show_figures()

    async def _name_turns(self, transcript: Transcript) -> None:
        """Ask who says the chosen turns, where the file does not tell."""
        from medtui.documents.said_by import named, voices_of
        from medtui.review.said_by_dialog import SaidByScreen

        if not self.is_complete:
            self.refuse(
                "The consultation is still being compared with its file: try again in a moment."
            )
            return
        chosen = self.turns.chosen_numbers or [self.turns.begins]
        begun = self._begun_turns.get(chosen[0])
        asked = SaidByScreen(transcript, chosen, self._people, begun)
        answer = await self.app.push_screen_wait(asked)
        self._begun_turns = {} if asked.left is None else {chosen[0]: asked.left}
        if asked.left is not None:
            self.notify(
                f"While this is open, {key_of('review.who')} here continues with what you typed.",
                markup=False,
            )
        if answer is None or self.transcript is not transcript:
            return
        self.turns.marked_from = None
        voices = named(voices_of(transcript), chosen, *answer)
        names = {name: name for name in voices if name}
        self._remember(replace(self._said, names=names, voices=voices))
        self._show_voices()

    def action_speaker(self) -> None:
        if self._refuse_without_transcript() or self.transcript is None:
            return
        if not self.transcript.speakers:
            self.refuse(
                f"This transcript does not tell its speakers apart: {key_of('review.who')} names "
                "them."
            )
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
            self.refuse(
                "The consultation is still being compared with its file: try again in a moment."
            )
            return
        if not self.transcript.notes and not self.transcript.unclaimed:
            self.refuse("Everything in the file is part of the consultation.")
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
            self.refuse("This transcript has no times.")
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

    # A draft by a model

    @property
    def named(self) -> dict[str, str]:
        return dict(self._said.names)

    @property
    def begins(self) -> int:
        return self.turns.begins

    def draft_needs(self) -> DraftNeeds | None:
        return None

    @work(group="act")
    async def action_draft(self) -> None:
        from medtui.review.draft_actions import make_draft

        if self.is_active and not self._refuse_without_transcript():
            await make_draft(self)

    def dialog(self, dialog: Dialog[Any]) -> Screen[Any]:
        from medtui.review.draft_actions import DraftBeingMade
        from medtui.review.draft_dialog import DraftingScreen

        if isinstance(dialog, DraftBeingMade):
            return DraftingScreen(dialog.where, dialog.make)
        return super().dialog(dialog)

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
            self.refuse("There is nothing here to copy.")
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

        if self.transcript is None and self.assessment is None:
            self.refuse("There is nothing to save yet.")
            return
        transcript, assessment, draft = self.transcript, self.assessment, self.draft
        names, begins = dict(self._said.names), self.turns.begins

        def text() -> str:
            review = as_markdown(self._title, transcript, assessment, names, begins)
            if draft is None or transcript is None:
                return review
            from medtui.documents.draft_export import draft_markdown

            return f"{review}\n{draft_markdown(draft, transcript)}"

        folder = self._folder or Path.home()
        saved = await self.open(SaveCopy(folder / name, text, "Save the review as Markdown"))
        if saved is not None:
            self.notify(f"Saved as {saved}.", markup=False)

    def action_mark_sheet(self) -> None:
        self.refuse("These are files: a mark sheet belongs to a session of yours.")

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
