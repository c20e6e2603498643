"""The palette saves one's sessions as a calendar file."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.helpers.calendars import read_calendar
from tests.helpers.stack import Stack


async def test_the_palette_saves_my_sessions(seat: Any, stack: Stack, tmp_path: Path) -> None:
    amara = await stack.person("Amara", "Okafor")
    mine = await stack.session(amara, starts_in=timedelta(hours=5))
    await stack.session(await stack.person("Mei", "Tanaka"))
    hers = await seat(person=amara)
    await hers.until_text("● LIVE")
    await hers.press("ctrl+p")
    await hers.type("save my calendar")
    await hers.until_text("Your sessions as iCalendar")
    await hers.press("enter")
    await hers.until_text("Save your sessions as a calendar")
    file = tmp_path / "mine.ics"
    hers.app.screen.query_one("Input").value = str(file)
    await hers.press("enter")
    await hers.until_text("Saved as")
    assert set(read_calendar(file.read_bytes())) == {str(mine)}


async def test_the_palette_shows_and_copies_the_address(seat: Any, stack: Stack) -> None:
    amara = await stack.person("Amara", "Okafor")
    hers = await seat(person=amara)
    await hers.until_text("● LIVE")
    await hers.press("ctrl+p")
    await hers.type("calendar address")
    await hers.until_text("Your sessions at an address")
    await hers.press("enter")
    await hers.until_text("Subscribe to this address")
    await hers.press("y")
    await hers.until_text("Sent to your terminal's clipboard")
    assert hers.app.clipboard.startswith(f"{stack.url}/calendar/")
