"""In a terminal: its cursor is where the focus is, and its colours are the only ones if asked."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input

from tests.helpers.stack import Stack
from tests.helpers.terminal import Terminal
from tests.test_end_to_end import medtui

FIXED = re.compile(r"[34]8[;:][25][;:]")
"""A colour out of 256 or of 24 bits."""
ANY = re.compile(r"(?:^|;)(?:[349][0-7]|10[0-7]|[34]8)(?:;|$)")


@asynccontextmanager
async def first_screens(home: Path, theme: str, **env: str) -> AsyncIterator[Terminal]:
    home.mkdir()
    (home / "config.toml").write_text(f'theme = "{theme}"\n')
    async with medtui(home, **env) as terminal:
        await terminal.until("Try the demo")
        await terminal.quiet(0.2)
        yield terminal


def cursor_line(terminal: Terminal) -> str:
    """The text of the line that the terminal's cursor is in, from there on."""
    cursor = terminal._screen.cursor
    assert not cursor.hidden
    return terminal.lines[cursor.y][cursor.x :]


async def walk(terminal: Terminal) -> None:
    """Through a list, a form with an error, the palette and the help."""
    assert cursor_line(terminal).startswith("Try the demo")
    terminal.press("j")
    await terminal.quiet(0.2)
    assert cursor_line(terminal).startswith("Run a group on this computer")
    terminal.press("3")
    await terminal.until("Project URL")
    await terminal.quiet(0.2)
    assert cursor_line(terminal).startswith("https://abc.supabase.co")
    terminal.press("nonsense")
    await terminal.until("nonsense")
    await terminal.quiet(0.2)
    cursor = terminal._screen.cursor
    assert terminal.lines[cursor.y][: cursor.x].endswith("nonsense")
    terminal.press("\x13")
    await terminal.until("✗ Enter the project's public key")
    await terminal.quiet(0.2)
    assert "✗ Enter the project's public key" in terminal.lines[terminal._screen.cursor.y + 1]
    terminal.press("\x10")
    await terminal.until("Search for commands")
    await terminal.quiet(0.2)
    assert "Search for commands" in terminal.lines[terminal._screen.cursor.y]
    terminal.press("\x1b")
    await terminal.until("Project URL", gone="Search for commands")


def styles(terminal: Terminal) -> set[str]:
    """The parameters of every sequence that sets a style."""
    return set(re.findall(r"\x1b\[([\d;:]*)m", terminal.output.decode(errors="replace")))


async def test_an_ansi_theme_has_no_colour_but_the_terminals(tmp_path: Path) -> None:
    async with first_screens(tmp_path / "home", "ansi-dark") as terminal:
        await walk(terminal)
        assert styles(terminal)
        assert [style for style in styles(terminal) if FIXED.search(style)] == []


async def test_with_no_color_there_is_none(tmp_path: Path) -> None:
    async with first_screens(tmp_path / "home", "medtui-light", NO_COLOR="1") as terminal:
        await walk(terminal)
        assert any("4" in style.split(";") for style in styles(terminal)), "what is chosen"
        assert [style for style in styles(terminal) if ANY.search(style)] == []


@pytest.mark.parametrize("moves", [True, False])
async def test_without_motion_nothing_moves_or_blinks(moves: bool, stack: Stack, seat: Any) -> None:
    here = await seat(motion=moves)
    await here.until_text("Sign in")
    await here.until(lambda: isinstance(here.app.focused, Input))
    assert here.app.focused.cursor_blink is moves
    assert (here.app.animation_level == "none") is not moves
