"""SIGKILL at every write, sync and rename of what is kept: the next start finds old or new."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.killed import NEW, OLD, URL
from tests.helpers.stack import Person, Stack
from tests.helpers.terminal import Terminal
from tests.test_end_to_end import environment, medtui, server, sign_in

BEFORE_AND_AFTER: dict[str, tuple[Any, Any]] = {
    "first settings": ("medtui-dark  False", f"new {URL} False"),
    "settings": (f"old {URL} True", f"new {URL} True"),
    "first login in the file": (None, NEW),
    "login in the file": (OLD, NEW),
    "sign-out from the file": (OLD, None),
    "login in the keyring": (OLD, NEW),
    "login that comes to the keyring from the file": (OLD, NEW),
    "sign-out from the keyring": (OLD, None),
    "draft": (OLD, NEW),
    "draft that is confirmed": (OLD, None),
    "memory": (OLD, NEW),
}


@pytest.mark.parametrize(
    ("stride", "first"), [("8", "2"), pytest.param("1", "1", marks=pytest.mark.long)]
)
async def test_a_kill_at_any_operation_leaves_old_or_new(
    stride: str, first: str, tmp_path: Path
) -> None:
    kills = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.helpers.killed", str(tmp_path), stride, first),
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    out, _ = await kills.communicate()
    assert kills.returncode == 0
    lines = [json.loads(line) for line in out.splitlines()]
    for line in lines:
        old, new = BEFORE_AND_AFTER[line["act"]]
        assert line["starts"], line
        assert line["found"] in (old, new), line
        assert line["works"], line
        assert line["then"] == new, line
        assert line["left"] == [], line
    killed = Counter(line["act"] for line in lines if line["killed"])
    print(f"{killed.total()} kills: {dict(killed)}")
    assert set(killed) == set(BEFORE_AND_AFTER)


PROGRAM = """
import sys
from medtui import cli
from tests.helpers.killed import arm
arm({number}, after={after})
cli.main()
"""


@pytest.mark.long
@pytest.mark.parametrize("number", range(1, 60, 3))
async def test_the_program_starts_after_a_kill_at_any_operation(
    number: int, stack: Stack, tmp_path: Path
) -> None:
    """Signing in and beginning to post, killed on the way; then the program as it is."""
    person, home = await stack.person(), tmp_path / "home"
    home.mkdir()
    env = environment(home, **server(stack), PYTHONPATH=str(Path(__file__).parents[2]))
    program = PROGRAM.format(number=number, after=number % 2 == 0)
    with contextlib.suppress(AssertionError, OSError):  # it was killed, and its terminal closed
        async with Terminal([sys.executable, "-c", program], env=env) as terminal:
            using = asyncio.create_task(use(terminal, person))
            ended = asyncio.create_task(terminal.process.wait())
            await asyncio.wait({using, ended}, return_when=asyncio.FIRST_COMPLETED)
            using.cancel()
            if terminal.process.returncode is None:
                terminal.process.kill()
    async with medtui(home, **server(stack)) as terminal:
        for _ in range(100):
            if "Sign in" in terminal.text or "LIVE" in terminal.text:
                break
            await terminal.quiet(0.1)
        if "LIVE" not in terminal.text:
            await sign_in(terminal, person)
        assert "LIVE" in terminal.text
        assert terminal.process.returncode is None


async def use(terminal: Terminal, person: Person) -> None:
    await sign_in(terminal, person)
    terminal.press("n")
    await terminal.until("Post a session", "medtui-")
    for key in "tomorrow":
        terminal.press(key)
        await terminal.quiet(0.1)
