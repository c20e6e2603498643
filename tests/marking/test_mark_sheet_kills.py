"""A program that is killed while one types on the mark sheet: up to the last key, all is there."""

from __future__ import annotations

import os
import random
import signal
from pathlib import Path

import pytest

from tests.helpers.stack import Stack
from tests.helpers.terminal import Terminal
from tests.test_end_to_end import medtui, server, sign_in

WORDS = ["what", "she", "knows", "was", "asked", "before", "anything", "was", "told", "to", "her"]


async def open_sheet(terminal: Terminal) -> None:
    await terminal.until("LIVE", "You  ")
    await terminal.quiet(0.3)
    terminal.press("\r")
    await terminal.until("Go in")
    terminal.press("\r")
    await terminal.until("INTERVIEW")
    terminal.press("m")
    # It is never quiet here: the clock runs.
    await terminal.until("Mark sheet", "Rapport", "saved on this computer")


async def kills(stack: Stack, home: Path, rounds: int) -> None:
    dice = random.Random(6)
    amara, mei = await stack.person("Amara", "Okafor"), await stack.person("Mei", "Tanaka")
    await stack.session(
        amara, guest=mei, case_id=await stack.case(), candidate_id=mei.id, version=2
    )
    typed, score = "", ""
    for number in range(rounds):
        async with medtui(home, **server(stack)) as terminal:
            if number == 0:
                await sign_in(terminal, amara)
            await open_sheet(terminal)
            if typed:  # the line is open again, with all that was typed
                await terminal.until(f"+ Strength  {typed}")
                assert f"{score}/100" in terminal.text
                terminal.press("\r")
                await terminal.until(f"+ {typed}", gone="+ Strength")
            score = str(dice.randint(10, 99))
            terminal.press(score)
            await terminal.until(f"{score}/100")
            typed = f"{number} {dice.choice(WORDS)} {dice.choice(WORDS)}"
            # The last key is on the screen, and that moment is the last of the program.
            terminal.press("s")
            await terminal.until("+ Strength")
            terminal.press(typed)
            await terminal.until(f"+ Strength  {typed}")
            os.kill(terminal.process.pid, signal.SIGKILL)
            await terminal.process.wait()


async def test_what_was_typed_outlives_kills(stack: Stack, tmp_path: Path) -> None:
    await kills(stack, tmp_path / "home", 2)


@pytest.mark.long
async def test_what_was_typed_outlives_fifteen_kills(stack: Stack, tmp_path: Path) -> None:
    await kills(stack, tmp_path / "home", 15)
