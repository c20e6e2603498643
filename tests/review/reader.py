"""A user of the review, without a server."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from medtui.app import MedtuiApp
from medtui.config import Settings
from medtui.documents import Document, read
from medtui.documents.reading import Reading
from medtui.launcher import Launcher, Login
from medtui.review.assessment_view import AssessmentView
from medtui.review.file_review import FileReviewScreen
from medtui.review.screen import ReviewScreen
from medtui.review.transcript_view import TranscriptView
from medtui.store.speaker_names import SpeakerNames
from tests.helpers.seats import Seat

SAMPLES = Path(__file__).parent.parent / "documents" / "samples"
TALK = SAMPLES / "transcripts" / "deepgram-utterances.json"
PLATFORM = SAMPLES / "assessments" / "platform.json"
CHECKLIST = SAMPLES / "assessments" / "checklist.json"


class Reader(Seat):
    """A user of the review."""

    @property
    def review(self) -> ReviewScreen:
        screen = self.app.screen
        assert isinstance(screen, ReviewScreen)
        return screen

    @property
    def turns(self) -> TranscriptView:
        return self.review.turns

    @property
    def marks(self) -> AssessmentView:
        return self.review.marks

    @property
    def said(self) -> list[str]:
        """The words of all that was told, the newest last."""
        return [told.words for told in reversed(list(self.app.told))]


@asynccontextmanager
async def before(
    first: Callable[[], ReviewScreen],
    tmp_path: Path,
    size: tuple[int, int] = (120, 40),
    theme: str = "medtui-dark",
) -> AsyncIterator[Reader]:
    app = MedtuiApp(
        Settings(file=tmp_path / "config.toml", theme=theme),
        Launcher(viewer=lambda: Login("", "")),
        first=first,
    )
    async with app.run_test(size=size, notifications=True) as pilot:
        yield Reader(app, pilot)
    if app.fault is not None:
        raise app.fault


@asynccontextmanager
async def viewing(
    *paths: Path, state: Path, size: tuple[int, int] = (120, 40), theme: str = "medtui-dark"
) -> AsyncIterator[Reader]:
    """`medtui view` of these files, read."""

    def first() -> ReviewScreen:
        return FileReviewScreen([(path, Reading(path)) for path in paths], state)

    async with before(first, state, size, theme) as reader:
        await reader.until(lambda: "Reading" not in reader.text)
        yield reader


@asynccontextmanager
async def reviewing(
    *documents: Document,
    tmp_path: Path,
    size: tuple[int, int] = (120, 40),
    title: str = "a talk",
) -> AsyncIterator[Reader]:
    """A review that is handed its documents."""
    screen: list[ReviewScreen] = []

    def first() -> ReviewScreen:
        screen.append(ReviewScreen(title, folder=tmp_path))
        screen[0].memory = SpeakerNames(tmp_path / "reviews.json", "session:1")
        return screen[0]

    async with before(first, tmp_path, size) as reader:
        await reader.pause()
        await screen[0].recall()
        with reader.app._context():
            for document in documents:
                screen[0].show(document)
        await reader.pause()
        yield reader


def talk(*turns: tuple[str, str], every: float = 10.0) -> Document:
    """A transcript of a turn every ten seconds."""
    rows = [
        {"speaker": who, "text": text, "start": n * every, "end": n * every + every / 2}
        for n, (who, text) in enumerate(turns)
    ]
    return read(json.dumps({"segments": rows}).encode())


def marked(*quotes: Any) -> Document:
    domain = {"name": "Empathy", "score": 3, "max": 4, "evidence": list(quotes)}
    return read(json.dumps({"dimensions": [domain]}).encode())
