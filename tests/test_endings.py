"""A closed terminal and a polite kill end the program as its key does: nothing stays behind."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import termios
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.helpers.stack import Stack
from tests.helpers.terminal import Terminal
from tests.test_end_to_end import environment, medtui, server

MODES = ("?1000", "?1003", "?1006", "?2004", "?1004", "?1049")  # mouse, paste, focus, its screen


BUSY_SECONDS = 3.0
"""What a machine that does much else may take beyond the two seconds that are promised."""

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


@pytest.mark.detail
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


@pytest.mark.detail
@pytest.mark.short(1)
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


@pytest.mark.detail
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


ELSEWHERE = {
    "SUPABASE_URL": "http://supabase.example",
    "SUPABASE_ANON_KEY": "sb_publishable_x",
    "MEDTUI_EMAIL": "amara@example.org",
    "MEDTUI_PASSWORD": "a password",
}
STUCK = {
    # What hangs, on which command line, with which server, and what is on the screen then.
    "resolver": ([], ELSEWHERE, "Signing in…"),
    "keyring": ([], NOWHERE, "Sign in"),
    "server": (["demo"], {}, "Starting"),
}


@asynccontextmanager
async def stuck(what: str, home: Path) -> AsyncIterator[Terminal]:
    """A medtui in which something hangs, which is under way."""
    arguments, server, shown = STUCK[what]
    home.mkdir(exist_ok=True)
    env = environment(home, TMPDIR=str(home), PYTHONPATH=str(Path(__file__).parents[1]), **server)
    command = [sys.executable, "-m", "tests.helpers.stuck", what, *arguments]
    async with Terminal(command, env=env) as terminal:
        await terminal.until(shown, seconds=40)
        yield terminal


@pytest.mark.detail
@pytest.mark.short(5)
@pytest.mark.parametrize("how", ["ctrl+q", "SIGTERM", "SIGHUP"])
@pytest.mark.parametrize("what", STUCK)
async def test_it_is_gone_soon_whatever_hangs(what: str, how: str, tmp_path: Path) -> None:
    async with stuck(what, tmp_path) as terminal:
        others = descendants(terminal.process.pid)
        began = time.monotonic()
        if how == "ctrl+q":
            terminal.press("\x11")
        elif how == "SIGTERM":
            terminal.process.send_signal(signal.SIGTERM)
        else:
            terminal.hang_up()
        assert await asyncio.wait_for(terminal.process.wait(), 30) == 0
        # Two seconds, and what a busy machine takes to run it at all.
        assert time.monotonic() - began < 2 + BUSY_SECONDS
        if how != "SIGHUP":
            assert terminal.attributes[3] & termios.ECHO
            assert terminal.attributes[3] & termios.ICANON
        for pid in others:  # the stand-in for a server knows nobody who would end it
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    output = terminal.output.decode(errors="replace")
    assert "Traceback" not in output
    assert not list(tmp_path.glob("medtui-demo-*"))
    if how != "SIGHUP":
        for mode in MODES:
            assert output.rindex(f"\x1b[{mode}l") > output.rindex(f"\x1b[{mode}h")


@pytest.mark.detail
@pytest.mark.short(1)
@pytest.mark.parametrize("how", ["ctrl+q", "SIGTERM"])
async def test_what_was_typed_while_the_disk_hangs_is_kept(
    how: str, stack: Stack, tmp_path: Path
) -> None:
    person = await stack.person()
    login = {"MEDTUI_EMAIL": person.email, "MEDTUI_PASSWORD": person.password}
    project = str(Path(__file__).parents[1])
    env = environment(tmp_path, **server(stack), **login, PYTHONPATH=project)
    async with Terminal([sys.executable, "-m", "tests.helpers.stuck", "disk"], env=env) as terminal:
        await terminal.until("LIVE", seconds=40)
        terminal.press("n")
        await terminal.until("Post a session")
        (tmp_path / "hang").touch()
        terminal.press("next tuesday at noon")
        await terminal.until("next tuesday at noon")
        began = time.monotonic()
        if how == "ctrl+q":
            terminal.press("\x11")
        else:
            terminal.process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(terminal.process.wait(), 30) == 0
        assert time.monotonic() - began < 2 + BUSY_SECONDS
    kept = [path.read_text() for path in (tmp_path / "state").rglob("post*.json")]
    assert any("next tuesday at noon" in text for text in kept)


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
