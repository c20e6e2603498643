"""A closed terminal and a polite kill end the program as its key does: nothing stays behind."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import termios
from pathlib import Path

import pytest

from tests.terminal import Terminal
from tests.test_end_to_end import environment, medtui

MODES = ("?1000", "?1003", "?1006", "?2004", "?1004", "?1049")  # mouse, paste, focus, its screen


NOWHERE = {"SUPABASE_URL": "http://127.0.0.1:1", "SUPABASE_ANON_KEY": "sb_publishable_x"}


async def stopped_and_continued(terminal: Terminal) -> None:
    """As a debugger does it, or `kill`: without a word before."""
    before = terminal.written
    os.kill(terminal.process.pid, signal.SIGSTOP)
    await asyncio.sleep(0.1)
    os.kill(terminal.process.pid, signal.SIGCONT)
    async with asyncio.timeout(10):
        while terminal.written == before:
            await asyncio.sleep(0.02)
    await terminal.quiet(0.3)


def descendants(pid: int) -> list[int]:
    """The processes below one, itself left out."""
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return []
    return [below for child in map(int, text.split()) for below in (child, *descendants(child))]


def lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def gone(pids: list[int], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while left := [pid for pid in pids if lives(pid)]:
            assert left
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("how", ["SIGHUP", pytest.param("SIGTERM", marks=pytest.mark.long)])
async def test_the_demo_leaves_nothing_behind(how: str, tmp_path: Path) -> None:
    """The terminal is closed under it, or it is killed politely."""
    temporary = tmp_path / "tmp"
    temporary.mkdir(mode=0o755)
    env = environment(tmp_path / "home", TMPDIR=str(temporary))
    (tmp_path / "home").mkdir()
    command = [sys.executable, "-m", "medtui", "demo"]
    async with Terminal(command, env=env) as terminal:
        await terminal.until("LIVE", seconds=30)
        assert list(temporary.iterdir())
        others = descendants(terminal.process.pid)
        assert others
        if how == "SIGTERM":
            terminal.process.send_signal(signal.SIGTERM)
        else:
            terminal.hang_up()
        await asyncio.wait_for(terminal.process.wait(), 30)
        assert terminal.process.returncode == 0
        await gone(others)
    assert list(temporary.iterdir()) == []
    assert [path for path in (tmp_path / "home").rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("stopped", [False, True])
async def test_a_polite_kill_leaves_the_terminal_sane(stopped: bool, tmp_path: Path) -> None:
    async with medtui(tmp_path / "home", **NOWHERE) as terminal:
        before = terminal.attributes
        await terminal.until("Sign in", "E-mail", "Help")
        if stopped:
            await stopped_and_continued(terminal)
        assert terminal.attributes[3] & termios.ECHO == 0
        os.kill(terminal.process.pid, signal.SIGTERM)
        assert await asyncio.wait_for(terminal.process.wait(), 10) == 0
        await terminal.quiet(0.1)
        output = terminal.output.decode(errors="replace")
        after = terminal.attributes
    assert after[3] & termios.ECHO
    assert after[3] & termios.ICANON
    assert before[3] == after[3]
    for mode in MODES:
        assert output.rindex(f"\x1b[{mode}l") > output.rindex(f"\x1b[{mode}h")
    assert output.rindex("\x1b[?25h") > output.rindex("\x1b[?25l")
    assert "Traceback" not in output


async def test_stopped_and_continued_it_takes_keys_in_their_order(tmp_path: Path) -> None:
    async with medtui(tmp_path / "home", **NOWHERE) as terminal:
        await terminal.until("Sign in", "E-mail", "Help")
        await terminal.quiet(0.3)
        for _ in range(3):
            await stopped_and_continued(terminal)
        for letter in (address := "mei.tanaka.of.the.eye.hospital@example.org"):
            terminal.press(letter)
            await asyncio.sleep(0.001)
        await terminal.until(address)


async def test_a_reader_that_leaves_early_does_not_change_the_exit_code(tmp_path: Path) -> None:
    """As in `medtui --help | true`."""
    reading, writing = os.pipe()
    os.close(reading)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "medtui", "--help",
        stdout=writing, stderr=asyncio.subprocess.PIPE, env=os.environ | environment(tmp_path),
    )  # fmt: skip
    os.close(writing)
    _, said = await asyncio.wait_for(process.communicate(), 30)
    assert (process.returncode, said) == (0, b"")
