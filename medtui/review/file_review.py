"""Files from disk, reviewed without a server: `medtui view`."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from textual import work

from medtui.documents.assessment import Assessment
from medtui.documents.errors import DocumentError
from medtui.documents.kinds import Document, Kind
from medtui.documents.reading import Reading
from medtui.documents.transcript import Transcript
from medtui.review.screen import ReviewScreen
from medtui.store.speaker_names import SpeakerNames
from medtui.text import clean_line

Readings = Sequence[tuple[Path, Reading]]


class FileReviewScreen(ReviewScreen):
    """Reads files, and shows each as soon as it is there. `state`: where names are remembered."""

    def __init__(self, readings: Readings, state: Path) -> None:
        names = " and ".join(clean_line(path.name) for path, _ in readings)
        super().__init__(names, folder=Path.cwd(), told=f"Reading {names} …")
        self._readings = [(path.absolute(), reading) for path, reading in readings]
        self._state = state

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
            self.show(talk)
        if isinstance(document, Assessment):
            self.show(document)
        if document is first and document is talk:
            await self.complete(reading)
        return None

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
