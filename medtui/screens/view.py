"""Files from disk, reviewed without a server: `medtui view`."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from textual import work

from medtui.clean import clean_line
from medtui.documents.errors import DocumentError
from medtui.documents.reading import Reading
from medtui.documents.speaker_names import Memory
from medtui.documents.transcript import Transcript
from medtui.screens.review import ReviewScreen

Readings = Sequence[tuple[Path, Reading]]


class FileReviewScreen(ReviewScreen):
    """Reads files, and shows each as soon as it is there. `state`: where names are remembered."""

    def __init__(self, readings: Readings, state: Path) -> None:
        names = " and ".join(clean_line(path.name) for path, _ in readings)
        super().__init__(names, folder=Path.cwd())
        self._names = names
        self._readings = [(path.absolute(), reading) for path, reading in readings]
        self._state = state

    def on_mount(self) -> None:
        self.tell("transcript", f"Reading {self._names} …")
        self.read()

    @work(exclusive=True, group="read")
    async def read(self) -> None:
        """Show what can be read; say, where something would stand, why it cannot."""
        told = await asyncio.gather(*(self._read(*reading) for reading in self._readings))
        wrong = [words for words in told if words]
        for kind in ("transcript", "assessment"):
            if getattr(self, kind) is None and wrong:
                self.tell(kind, wrong.pop(0), failed=True)
            elif getattr(self, kind) is None:
                self.hide(kind)
        for words in wrong:
            self.notify(words, severity="error", markup=False)

    async def _read(self, path: Path, reading: Reading) -> str | None:
        """Show a document; or say what is wrong."""
        try:
            document = await reading.result()
        except DocumentError as error:
            return f"{clean_line(path.name)}: {error.message}"
        is_transcript = isinstance(document, Transcript)
        memory = Memory(self._state / "reviews.json", f"file:{path}")
        said = await asyncio.to_thread(memory.recall)
        if (self.transcript if is_transcript else self.assessment) is not None:
            kind = "transcripts" if is_transcript else "assessments"
            return f"Both files are {kind}: view takes a transcript and an assessment."
        if is_transcript:
            self.memory, self._said = memory, said
        self.show(document)
        return None
