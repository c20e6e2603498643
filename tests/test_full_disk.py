"""A home that is full, or cannot be written to: it is said, and the app works for this run."""

from __future__ import annotations

import asyncio
import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.stack import Stack
from tests.helpers.terminal import Terminal
from tests.test_end_to_end import environment, server

PROJECT = str(Path(__file__).parents[1])
LONG = pytest.mark.long


@pytest.mark.detail
@pytest.mark.parametrize(
    "refusal",
    ["ENOSPC", "EROFS", *(pytest.param(name, marks=LONG) for name in ("EDQUOT", "EACCES"))],
)
async def test_the_app_works_for_this_run(refusal: str, stack: Stack, tmp_path: Path) -> None:
    person = await stack.person()
    login = {"MEDTUI_EMAIL": person.email, "MEDTUI_PASSWORD": person.password}
    env = environment(tmp_path, **server(stack), **login, PYTHONPATH=PROJECT)
    command = [sys.executable, "-m", "tests.helpers.stuck", refusal]
    async with Terminal(command, env=env, columns=120, rows=40) as terminal:
        await terminal.until("LIVE", seconds=40)
        terminal.press("n")
        await terminal.until("Post a session")
        terminal.press("\x15")
        await terminal.until("Type a day and a time")
        terminal.press("tomorrow 18:00")
        await terminal.until("tomorrow 18:00")
        words = os.strerror(getattr(errno, refusal)).lower().split()
        await terminal.until("cannot be saved on this computer", *words)
        terminal.press("\x13")
        await terminal.until("LIVE", gone="Post a session", seconds=20)
        terminal.press("\x11")
        assert await asyncio.wait_for(terminal.process.wait(), 60) == 0
    assert b"Traceback" not in terminal.output
    assert await stack.sql("select 1 from practice_sessions")


@pytest.mark.detail
@pytest.mark.short(2)
@pytest.mark.parametrize("refusal", ["ENOSPC", "EROFS", "EDQUOT", "EACCES"])
def test_commands_say_it_in_a_sentence(refusal: str, tmp_path: Path) -> None:
    commands = {
        "doctor": 1,
        "local run --port 0": 1,
        f"view {PROJECT}/tests/documents/samples/transcripts/assemblyai.json": 0,
    }
    for command, code in commands.items():
        done = subprocess.run(
            [sys.executable, "-m", "tests.helpers.stuck", refusal, *command.split()],
            capture_output=True,
            text=True,
            timeout=60,
            cwd=PROJECT,
            env={**os.environ, **environment(tmp_path)},
        )
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
        assert "internal error" not in done.stderr
        if code:
            assert os.strerror(getattr(errno, refusal)) in done.stdout + done.stderr


def test_a_folder_of_settings_that_is_a_file_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    env = environment(tmp_path, MEDTUI_CONFIG=str(tmp_path / "file" / "config.toml"))
    done = subprocess.run(
        [sys.executable, "-m", "medtui", "board", "--once"],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, **env},
    )
    assert (done.returncode, "no server is configured" in done.stderr) == (2, True)
