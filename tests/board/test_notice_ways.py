"""Notices reach a user of the app on any screen, and in another window of the terminal."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.stack import Stack
from tests.test_end_to_end import medtui, server, sign_in

BOOK = "update practice_sessions set guest_id = %s where id = %s"


async def test_what_passes_is_shown_on_any_screen(seat: Any, stack: Stack) -> None:
    amara, mei = await stack.person("Amara", "Okafor"), await stack.person("Mei", "Tanaka")
    session = await stack.session(
        amara, guest=mei, starts_in=timedelta(minutes=9), candidate_id=mei.id
    )
    his = await seat(person=mei)
    await his.until_text("Your mock with Amara Okafor begins in 9 min.")
    await his.press("p")
    await his.until_screen("ProfileScreen")
    await stack.sql("update practice_sessions set version = 2 where id = %s", session)
    await his.until_text("Amara Okafor has started the station.")


@pytest.mark.detail
async def test_the_terminal_rings_and_its_title_comes_back(stack: Stack, tmp_path: Path) -> None:
    amara, mei = await stack.person("Amara", "Okafor"), await stack.person("Mei", "Tanaka")
    session = await stack.session(amara, starts_in=timedelta(days=1))
    async with medtui(tmp_path, **server(stack)) as terminal:
        await sign_in(terminal, amara)
        await stack.sql(BOOK, mei.id, session)
        await terminal.until("Mei Tanaka booked your mock of")
        async with asyncio.timeout(40):
            while b"\a\x1b]2;medtui: Mei Tanaka booked your mock of" not in terminal.output:
                await asyncio.sleep(0.02)
        terminal.press("d")
        async with asyncio.timeout(40):
            while b"\x1b]2;medtui\a\x1b[23;2t" not in terminal.output:
                await asyncio.sleep(0.02)
