"""Many keys in one read of a real terminal, and what is pasted there."""

from __future__ import annotations

from pathlib import Path

import pytest

from medtui.ui.pasting import END, START
from tests.helpers.stack import Stack
from tests.helpers.terminal import Terminal
from tests.test_end_to_end import medtui, server, sign_in


async def when(terminal: Terminal) -> str:
    """What is in the field of the form's day and time."""
    await terminal.until("Post a session")
    lines = terminal.lines
    [at] = [number for number, line in enumerate(lines) if line.strip() == "When"]
    return lines[at + 1].strip()


@pytest.mark.detail
async def test_a_whole_session_is_posted_in_one_write(stack: Stack, tmp_path: Path) -> None:
    amara = await stack.person("Amara", "Okafor")
    async with medtui(tmp_path / "home", **server(stack)) as terminal:
        await sign_in(terminal, amara)  # that is one write, too
        terminal.press("n\x151 jan 2030 7pm\t\x1b[Z\x1b[F\x7f\x7fam\t\t\t\t\x15here\x13")
        await terminal.until("Mock", gone="Post a session")
        [row] = await stack.sql("select datetime_utc, room_url from practice_sessions")
        assert f"{row['datetime_utc']:%Y-%m-%d %H:%M}" == "2030-01-01 07:00"
        assert row["room_url"] == "here"


@pytest.mark.detail
async def test_what_is_pasted_does_nothing_on_the_board_and_is_text_in_a_field(
    stack: Stack, tmp_path: Path
) -> None:
    amara = await stack.person("Amara", "Okafor")
    await stack.session(amara)
    pasted = f"{START}xy\x1b[A\r{END}xyS\x03\x1b[201~"
    async with medtui(tmp_path / "home", **server(stack)) as terminal:
        await sign_in(terminal, amara)
        await terminal.until("Mock")
        terminal.press(pasted)
        terminal.press("/")
        await terminal.until("name, level, type")
        assert len(await stack.sql("select from practice_sessions")) == 1
        terminal.press(f"{START}Oka\x07\x1b[31mfor{END}")
        await terminal.until("Oka[31mfor")
        terminal.press("\x1b[27u")  # esc, as terminals with the newer protocol send it
        await terminal.until("Mock")
        terminal.press(f"n{pasted}\x15{START}fri{END} 19:00")
        await terminal.until("fri 19:00")
