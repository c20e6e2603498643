"""`medtui draft` as one runs it: set up, asked, printed; and what it refuses."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from tests.helpers.commands import checked, run
from tests.helpers.model_endpoint import ModelEndpoint, Question, marks, model_endpoint, says
from tests.helpers.terminal import Terminal
from tests.test_end_to_end import environment

SAMPLES = Path(__file__).parent.parent / "documents" / "samples"
TALK = str(SAMPLES / "transcripts" / "deepgram-utterances.json")
QUOTE = "My left eye has been red since Friday"


def answered(question: Question) -> str:
    return marks(3, QUOTE, "and nobody said this to anybody", improve=["Ask about contact lenses."])


async def set_up(home: Path, endpoint: ModelEndpoint) -> None:
    done = await run(home, "draft", "--url", endpoint.url, "--model", "small")
    assert (done.code, done.err) == (0, "")
    assert done.out == f"Drafts are asked of small on this computer ({endpoint.url[7:-3]}).\n"


async def test_a_draft_is_printed_as_text_and_as_json(tmp_path: Path) -> None:
    async with model_endpoint(says(answered)) as endpoint:
        await set_up(tmp_path, endpoint)
        told = await run(tmp_path, "draft", TALK, "--rubric", "PLAB 2", "--yes", "--json")
        options = ("--yes", "--candidate", "Ann Lowe", "--model", "other")
        text = await run(tmp_path, "draft", TALK, "--rubric", "plab2", *options)
    draft = checked(told.json("draft"), "draft")
    assert [domain["score"] for domain in draft["domains"]] == [3, 3, 3]
    assert draft["domains"][0]["evidence"][0]["turn"] == 1
    assert draft["quotes"] == {"said": 3, "struck_out": 3}
    assert (draft["model"], draft["prompt"]) == ("small", "1")
    assert "### Data gathering: 3 / 4" in text.out
    assert "3 answers: 3, 3, 3. Clear and kind." in text.out
    assert f"> “{QUOTE}” (0:06)" in text.out
    assert "> ~~“and nobody said this to anybody”~~ (was not said)" in text.out
    assert "Draft by other at" in text.out
    assert "Formative: a model's draft" in text.out
    assert "Lowe" in endpoint.questions[0].text
    assert "Lowe" not in endpoint.questions[-1].text


@pytest.mark.detail
async def test_a_key_is_kept_and_goes_to_its_host_alone(tmp_path: Path) -> None:
    async with model_endpoint(says(answered)) as endpoint:
        await set_up(tmp_path, endpoint)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "medtui", "draft", "--set-key"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=environment(tmp_path),
        )
        out, _ = await process.communicate(b"sk-secret-0123\n")
        assert process.returncode == 0
        assert b"sk-secret" not in out
        assert (await run(tmp_path, "draft", TALK, "--yes")).code == 0
        assert endpoint.questions[-1].headers["authorization"] == "Bearer sk-secret-0123"
    assert "sk-secret" not in (tmp_path / "config.toml").read_text()
    async with model_endpoint(says(answered)) as other:
        assert (await run(tmp_path, "draft", TALK, "--yes", "--url", other.url)).code == 0
        assert "authorization" not in other.questions[-1].headers


@pytest.mark.detail
async def test_what_it_refuses_is_one_sentence(tmp_path: Path) -> None:
    off = await run(tmp_path, "draft", TALK, "--yes")
    assert (off.code, off.err.count("\n")) == (1, 1)
    assert "medtui draft --url URL --model NAME sets them up" in off.err
    async with model_endpoint(says("I would rather not.")) as endpoint:
        await set_up(tmp_path, endpoint)
        for words, *options in (
            ("no terminal to ask at: add --yes", TALK),
            ("There is no rubric called x: choose one of platform,", TALK, "--rubric", "x"),
            ("The URL of an endpoint looks like", TALK, "--url", "x"),
            ("This file does not exist", str(tmp_path / "none.json")),
            ("is an assessment", str(SAMPLES / "assessments" / "platform.json")),
            ("does not answer in the form asked for, in 3 of 3 answers", TALK, "--yes"),
        ):
            done = await run(tmp_path, "draft", *options)
            assert done.code in (1, 2)
            assert done.out == ""
            assert words in done.err
            assert done.err.count("\n") == 1


async def test_where_it_goes_is_said_before_anything_is_sent(tmp_path: Path) -> None:
    async with model_endpoint(says(answered)) as endpoint:
        await set_up(tmp_path, endpoint)
        command = [sys.executable, "-m", "medtui", "draft", TALK, "--rubric", "plab2"]
        async with Terminal(command, env=environment(tmp_path), columns=300) as terminal:
            await terminal.until("small on this computer (127.0.0.1:", "9 questions", "[y/N]")
            assert endpoint.questions == []
            terminal.press("n\r")
            assert await terminal.process.wait() == 1
        assert endpoint.questions == []
