"""`a` in the review takes a recording: it becomes a transcript on this machine, then it is sent."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from medtui.listening import extra
from tests.helpers.stack import Stack
from tests.listening import recordings
from tests.review.test_session_files import bring, content
from tests.review.test_session_review import over, review


@pytest.mark.detail
async def test_a_recording_becomes_a_transcript_and_is_sent(
    stack: Stack, seat: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = await stack.person("Amara", "Okafor"), await stack.person("Mei", "Tanaka")
    session_id = await over(stack, people)
    file = tmp_path / "talk.wav"
    recordings.write(file, np.stack(recordings.tracks(16)))
    here = await review(seat, people[0])
    await here.until_text("Press a to add one from disk")

    with monkeypatch.context() as missing:
        missing.setattr(extra, "find_spec", lambda name: None)
        await bring(here, file)
        await here.until_text("This is a recording.", "pip install", "'medtui[listen]'")
        await here.press("escape")

    settings = here.app.settings
    here.app.settings = dataclasses.replace(settings, listen_model=str(recordings.model()))
    await bring(here, file)
    await here.until_text(
        "A transcript of talk.wav, 16 s", "Send it only if both", "press enter to upload"
    )
    assert await content(stack, session_id) is None
    await here.press("enter")
    await here.until_text("Transcript uploaded")
    sent = json.loads(await content(stack, session_id) or b"")
    assert sent["metadata"]["consent"] == ["both, as Amara Okafor says"]
    assert {said["speaker"] for said in sent["results"]["utterances"]} == {0, 1}
    assert sent["session_id"] == str(session_id)
    assert not list(tmp_path.rglob("*.jsonl"))
