"""`medtui shell`: plain lines in, plain lines out, and never a control sequence."""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from tests.commands.test_sessions import SEATS
from tests.helpers.commands import Script
from tests.helpers.stack import Stack
from tests.helpers.terminal import Terminal
from tests.test_end_to_end import environment


async def piped(home: Path, text: str, **env: str) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "medtui", "shell"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environment(home, **env),
    )
    out, err = await process.communicate(text.encode())
    assert process.returncode is not None
    assert b"Traceback" not in err
    return process.returncode, out.decode(), err.decode()


@pytest.mark.detail
async def test_lines_are_commands_and_the_last_ones_code_is_the_shells(
    stack: Stack, tmp_path: Path
) -> None:
    amara, mei = await stack.person("Amara", "Okafor"), await stack.person("Mei", "Tanaka")
    session = await stack.session(amara)
    env = Script(stack, mei, tmp_path).environment
    lines = f"""
        help
        sessions --open
        medtui book {session.hex[:8]}  # as it was pasted from a chat
        post "tomorrow 18:30" --type review
        sessions --mine
    """
    code, out, err = await piped(tmp_path, lines, **env)
    assert (code, err) == (0, "")
    assert "book CODE             take a seat" in out
    assert f"Booked {session.hex[:8]}, Mock with Amara Okafor" in out
    assert out.count("● you") == 1
    assert "\x1b" not in out
    assert (await stack.sql(SEATS, session))[0]["guest_id"] == mei.id
    code, out, err = await piped(tmp_path, f"book {session.hex[:8]}\n", **env)
    assert (code, out) == (1, "")
    assert "You have booked this session already" in err


@pytest.mark.detail
@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("bok 7f3a", 2, "bok is not a command: type help."),
        ("demo", 2, "demo is not a command"),
        ("shell", 2, "shell is not a command"),
        ('post "fri', 2, "a quotation mark is missing"),
        ("book", 2, "the following arguments are required: CODE"),
        ("book -h", 0, ""),
        ("quit\nbok", 2, ""),
        ("  ", 2, ""),
    ],
)
async def test_a_wrong_line_is_a_sentence_and_no_end(
    line: str, code: int, said: str, tmp_path: Path
) -> None:
    done, _, err = await piped(tmp_path, f"sessions\n{line}\n")
    assert said in err
    assert done == code  # 2 of `sessions`, which has no server, if nothing came after it


@pytest.mark.detail
async def test_at_a_terminal_it_prompts_and_tells_what_happens(
    stack: Stack, tmp_path: Path
) -> None:
    amara, mei = await stack.person("Amara", "Okafor"), await stack.person("Mei", "Tanaka")
    session = await stack.session(amara, starts_in=timedelta(days=1))
    env = environment(tmp_path, **Script(stack, amara, tmp_path).environment) | {"TERM": "dumb"}
    command = [sys.executable, "-m", "medtui", "shell", "--live"]
    async with Terminal(command, env=env, columns=120) as terminal:
        await terminal.until("quit to end", "medtui>", "Live: ")
        terminal.press(f"cancel {session.hex[:8]}\r")
        await terminal.until("for good? [y/N]")
        terminal.press("\x03")
        await terminal.until("Stopped.")
        await stack.sql("update practice_sessions set guest_id = %s", mei.id)
        await terminal.until("Mei Tanaka booked your mock of")
        terminal.press("live off\r")
        terminal.press("quit\r")
        assert await asyncio.wait_for(terminal.process.wait(), 30) == 0
