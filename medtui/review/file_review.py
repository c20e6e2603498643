"""Files from disk, reviewed without a server: `medtui view`."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from textual import work

from medtui.core.text import clean_line
from medtui.documents.assessment import Assessment
from medtui.documents.errors import DocumentError
from medtui.documents.kinds import Document, Kind
from medtui.documents.reading import Reading
from medtui.documents.transcript import Transcript
from medtui.review.screen import ReviewScreen
from medtui.store.speaker_names import SpeakerNames

if TYPE_CHECKING:
    from medtui.config import Settings
    from medtui.review.draft_actions import DraftNeeds
    from medtui.store.model_drafts import KeptDraft

Readings = Sequence[tuple[Path, Reading]]


class FileReviewScreen(ReviewScreen):
    """Reads files, and shows each as soon as it is there.

    Args:
        state: where names and drafts by a model are remembered.
        settings: those in force, for a draft by a model; None: there is none.
    """

    def __init__(self, readings: Readings, state: Path, settings: Settings | None = None) -> None:
        names = " and ".join(clean_line(path.name) for path, _ in readings)
        super().__init__(names, folder=Path.cwd(), told=f"Reading {names} …")
        self._readings = [(path.absolute(), reading) for path, reading in readings]
        self._state = state
        self._settings = settings
        self._talk_path: Path | None = None
        """The file that the shown talk was read from."""

    def on_mount(self) -> None:
        self.read()

    @work(exclusive=True, group="read")
    async def read(self) -> None:
        """Show what can be read; say, where something would stand, why it cannot."""
        try:
            told = await asyncio.gather(*(self._read(*reading) for reading in self._readings))
        finally:
            for _, reading in self._readings:
                reading.stop()
        wrong = [words for words in told if words]
        for kind in ("transcript", "assessment"):
            if getattr(self, kind) is None and wrong:
                self.show_words(kind, wrong.pop(0), failed=True)
            elif getattr(self, kind) is None:
                self.hide(kind)
        for words in wrong:
            self.notify(words, severity="error", markup=False)

    async def _read(self, path: Path, reading: Reading) -> str | None:
        """Show a document; or say what is wrong."""
        memory = SpeakerNames(self._state / "reviews.json", f"file:{path}")
        try:
            document = first = await self.follow(reading, memory)
        except DocumentError as error:
            return f"{clean_line(path.name)}: {error.message}"
        if document.is_doubtful:
            document = await self._asked(path, document)
        said = await asyncio.to_thread(memory.recall)
        talk = document if isinstance(document, Transcript) else document.talk
        if talk is not None and self.transcript is not None:
            return "Both files are transcripts: view takes a transcript and an assessment."
        if isinstance(document, Assessment) and self.assessment is not None:
            return "Both files are assessments: view takes a transcript and an assessment."
        if talk is not None:
            self.memory, self._said = memory, said
            self._talk_path = path
            self.show(talk)
        if isinstance(document, Assessment):
            self.show(document)
        if document is first and document is talk:
            await self.complete(reading)
        return None

    @property
    def kept_draft(self) -> KeptDraft | None:
        if self._talk_path is None:
            return None
        from medtui.store.model_drafts import KeptDraft

        return KeptDraft.of_file(self._state, self._talk_path)

    def draft_needs(self) -> DraftNeeds | None:
        from medtui.review.draft_actions import DraftNeeds

        kept = self.kept_draft
        if self._settings is None or kept is None:
            return None
        return DraftNeeds(self._settings, kept, {})

    async def _asked(self, path: Path, document: Document) -> Document:
        """The document, as what one says that it is."""
        from medtui.review.pick_file_dialog import which_kind

        likely: Kind = "transcript" if isinstance(document, Transcript) else "assessment"
        kind = await self.app.push_screen_wait(which_kind(path, likely))
        if kind is None or kind == likely:
            return document
        try:
            return await Reading(path, kind).result()
        except DocumentError as error:
            self.notify(error.message, severity="error", markup=False)
            return document
