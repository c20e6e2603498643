"""Every text of the board can be read, in each of our themes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.helpers.contrast import texts
from tests.helpers.seats import NOW, Seat
from tests.helpers.stack import Stack


@pytest.mark.parametrize(
    ("theme", "least"), [("medtui-dark", 4.5), ("medtui-light", 4.5), ("medtui-contrast", 7)]
)
async def test_every_text_has_enough_contrast(
    theme: str, least: float, stack: Stack, seat: Any
) -> None:
    me, host = await stack.person("Amara", "Okafor"), await stack.person("Tom", "Ellery")
    case = await stack.case(1)
    running = {"case_id": case, "candidate_id": me.id, "version": 2}
    await stack.session(host, guest=me, datetime_utc=NOW - timedelta(minutes=9), **running)
    for minutes, more in ((30, {}), (60, {"guest": me}), (90, {"case_id": case})):
        await stack.session(host, datetime_utc=NOW + timedelta(minutes=minutes), **more)
    here = await seat(size=(160, 48), clock=lambda: NOW, theme=theme, person=me)
    await here.until_text("● LIVE")
    await here.until_text("○ open")

    def too_faint(here: Seat) -> list[Any]:
        return [text for text in texts(here) if text.contrast < least]

    for _ in range(4):  # the cursor on each of the sessions
        assert too_faint(here) == []
        await here.press("j")
    await here.press("n")
    await here.until_screen("SessionForm")
    for typed in ("18:30", "at 7", "nonsense"):
        await here.fill("when", typed)
        assert too_faint(here) == []
    await here.press("ctrl+s")
    assert too_faint(here) == []
    await here.press("escape", "f")
    await here.until_screen("FilterScreen")
    assert too_faint(here) == []
