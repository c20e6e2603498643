"""`D` in the review: where the talk would go is asked first; the draft stands beside the marks."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Static

from medtui.config import Settings
from medtui.core.rubrics import RubricDomain
from medtui.documents import Transcript, load, read
from medtui.documents.model_draft import DraftedDomain, ModelDraft, talk_digest
from medtui.documents.reading import Reading
from medtui.review.draft_dialog import DraftingScreen
from medtui.review.file_review import FileReviewScreen
from medtui.store.model_drafts import KeptDraft
from tests.helpers.model_endpoint import (
    ModelEndpoint,
    Question,
    Write,
    chat,
    marks,
    model_endpoint,
    says,
)
from tests.helpers.seats import NOW, Pictures
from tests.helpers.stack import Stack
from tests.review.reader import PLATFORM, TALK, Reader, before
from tests.review.test_review_pictures import SIZES, Compare, at
from tests.review.test_session_review import over, review

QUOTE = "My left eye has been red since Friday"


def answered(question: Question) -> str:
    return marks(60, QUOTE, "you are dying, I fear", improve=["Ask what the patient fears."])


@asynccontextmanager
async def drafting(
    endpoint: ModelEndpoint | None, *paths: Path, tmp_path: Path, size: tuple[int, int] = (120, 40)
) -> AsyncIterator[Reader]:
    """`medtui view` of these files, with a model set up."""
    set_up = {"draft_url": endpoint.url, "draft_model": "small"} if endpoint else {}
    settings = Settings(file=tmp_path / "config.toml", **set_up)

    def first() -> FileReviewScreen:
        readings = [(path, Reading(path)) for path in paths]
        return FileReviewScreen(readings, tmp_path / "state", settings)

    async with before(first, tmp_path, size) as reader:
        await reader.until(lambda: "Reading" not in reader.text)
        await reader.until_text("Good morning")
        yield reader


async def ask(reader: Any) -> None:
    """From D to the question."""
    await reader.press("D")
    await reader.until_screen("ChooseScreen")
    await reader.press("enter")
    await reader.until_screen("ConfirmScreen")


async def test_a_draft_stands_beside_the_assessment_and_is_there_again(
    tmp_path: Path,
) -> None:
    async with model_endpoint(says(answered)) as endpoint:
        async with drafting(endpoint, TALK, PLATFORM, tmp_path=tmp_path) as reader:
            await ask(reader)
            assert "small on this computer (127.0.0.1:" in " ".join(reader.text.split())
            assert "15 questions" in " ".join(reader.text.split())
            assert endpoint.questions == []
            await reader.press("y")
            await reader.until_text("◌ Draft by a model 60 %", "◌ Draft 60 %")
            assert len(endpoint.questions) == 15
            assert "5 of 10 quotes were not said" in " ".join(reader.said)
            await reader.press("tab", "G")
            await reader.until_text(
                "✗ “you are dying, I fear” was not said", "3 answers: 60, 60, 60."
            )
            await reader.until_text("✓ “My left eye has been red")
        async with drafting(None, TALK, tmp_path=tmp_path) as reader:
            await reader.until_text("Draft by small at 127.0.0.1", "Formative: a model's draft")
            assert "No assessment" not in reader.text


@pytest.mark.detail
async def test_esc_stops_a_draft_and_the_screen_goes_on(tmp_path: Path) -> None:
    goes_on = asyncio.Event()

    async def answer(question: Question, write: Write) -> None:
        if len(endpoint.questions) > 2:
            await goes_on.wait()
        await write(chat(answered(question)))

    async with model_endpoint(answer) as endpoint:
        async with drafting(endpoint, TALK, tmp_path=tmp_path) as reader:
            await ask(reader)
            await reader.press("y")
            await reader.until_screen("DraftingScreen")
            await reader.until_text("Question 3 of 15: Rapport, introduction")
            assert isinstance(reader.app.screen, DraftingScreen)
            await reader.press("escape")
            await reader.until(lambda: reader.app.screen is reader.review)
            assert "Stopped: there is no new draft." in reader.said
            await reader.press("j")
        goes_on.set()
    assert not list((tmp_path / "state").glob("model-drafts/*"))


async def test_what_is_missing_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with drafting(None, TALK, tmp_path=tmp_path) as reader:
        await reader.press("D")
        await reader.until(lambda: bool(reader.said))
        assert "Drafts by a model are off: medtui draft --url URL" in reader.said[-1]
        monkeypatch.setattr("medtui.data.draft_endpoint.find_spec", lambda name: None)
        await reader.press("D")
        await reader.until(lambda: "pip install 'medtui[draft]'" in reader.said[-1])


@pytest.mark.parametrize("size", SIZES)
async def test_pictures(size: tuple[int, int], tmp_path: Path, picture: Compare) -> None:
    numbers = iter(range(100))

    async def answer(question: Question, write: Write) -> None:
        number = next(numbers)
        text = answered(question)
        if number % 5 == 3:
            text = marks(95, "you are dying, I fear")
        elif number % 4 == 0:
            text = marks(70, "Do you wear contact lenses, and do you sleep in them?")
        await write(chat(text))

    async with (
        model_endpoint(answer) as endpoint,
        drafting(endpoint, TALK, PLATFORM, tmp_path=tmp_path, size=size) as reader,
    ):
        await ask(reader)
        question = reader.app.screen.query_one("#question", Static)
        question.update(str(question.render()).replace(str(endpoint.port), "11434"))
        await reader.pause()
        picture(reader, at(size, "draft-asked"))
        await reader.press("y")
        await reader.until_text("◌ Draft by a model")
        assert reader.review.draft is not None
        with reader.app._context():
            reader.review.show_draft(replace(reader.review.draft, where="127.0.0.1:11434"))
        await reader.press("tab")
        await reader.until(lambda: reader.marks._found)
        reader.app.clear_notifications()
        await reader.pause()
        picture(reader, at(size, "draft-beside"))
        await reader.press("G")
        await reader.pause()
        picture(reader, at(size, "draft-whole"))


@pytest.mark.detail
async def test_three_markers_of_one_station(
    stack: Stack, seat: Any, pictures: Pictures, tmp_path: Path
) -> None:
    host, guest = await stack.person("Amara", "Okafor"), await stack.person("Mei", "Tanaka")
    session_id = await stack.session(
        host, guest=guest, datetime_utc=NOW - timedelta(hours=2), candidate_id=host.id, version=3
    )
    platform = json.loads(PLATFORM.read_bytes())
    names = [each["name"] for each in platform["dimensions"]]
    marked = [{"name": name, "score": 80, "max": 100} for name in names]
    own = {"marked_by": "self", "domains": marked, "overall": {"score": 80, "max": 100}}
    for name, content in {
        "transcript.json": TALK.read_bytes(),
        "assessment.json": PLATFORM.read_bytes(),
        "self_assessment.json": json.dumps(own).encode(),
    }.items():
        await stack.file(session_id, name, content=content)
    await stack.sql("update storage.objects set created_at = %s, updated_at = %s", NOW, NOW)
    transcript = read(load(TALK))
    assert isinstance(transcript, Transcript)
    domains = tuple(
        DraftedDomain(RubricDomain(name, 100), (60.0, 65.0, 70.0), (QUOTE,)) for name in names
    )
    draft = ModelDraft(
        "small", "127.0.0.1:11434", "1", "Platform", 500, talk_digest(transcript), "", domains
    )
    KeptDraft.of_session(tmp_path / "state", host.id, session_id).save(draft)
    here = await review(seat, host, clock=lambda: NOW)
    await here.until_text("◌ Draft by a model 65 %", "Self-assessment 80 %")
    await here.press("tab")
    await here.until(lambda: here.app.screen.marks._found)
    await pictures(here, "three-markers")


@pytest.mark.detail
async def test_in_a_session_names_stay_here_and_the_draft_is_in_no_progress(
    stack: Stack, seat: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    host, guest = await stack.person("Amara", "Okafor"), await stack.person("Mei", "Tanaka")
    session_id = await over(stack, (host, guest))
    talk = {
        "turns": [
            {"speaker": "Mei Tanaka", "text": "Good morning, I'm Dr Mei Tanaka, one of the team."},
            {"speaker": "Amara", "text": "Okafor is my name, and my left eye has been red."},
        ]
    }
    await stack.file(session_id, "transcript.json", content=json.dumps(talk).encode())
    async with model_endpoint(
        says(marks(3, "Good morning, I'm Dr [CANDIDATE], one of"))
    ) as endpoint:
        here = await review(seat, host)
        here.app.settings = here.app.settings.with_changes(
            draft_url=endpoint.url, draft_model="small", preset="plab2"
        )
        await here.until_text("one of the team")
        await ask(here)
        assert "mark it first, as a draft sways" in " ".join(here.text.split())
        await here.press("y")
        await here.until_text("Draft by small at", "75 %")
    sent = "\n".join(question.text for question in endpoint.questions)
    assert len(endpoint.questions) == 9
    assert "CANDIDATE: Good morning, I'm Dr [CANDIDATE], one of the team." in sent
    assert "ACTOR: [ACTOR] is my name" in sent
    for name in ("Amara", "Okafor", "Mei", "Tanaka"):
        assert name not in str([question.body for question in endpoint.questions])
    state = here.app.settings.state
    assert len(list(state.glob(f"rooms/*/{session_id}.draft.json"))) == 1
    [kept] = state.glob(f"draft-marks/*/{session_id}.json")
    assert json.loads(kept.read_text())["domains"]["Management"] == 75
    assert await stack.sql("select name from storage.objects where name like '%draft%'") == []
