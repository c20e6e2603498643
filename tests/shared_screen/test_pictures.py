"""The shared screen at three sizes, with nothing, little and much to show, in both lights.

    pytest tests/shared_screen/test_pictures.py --snapshot-update

writes the pictures again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from rich.color import Color
from rich.color_triplet import ColorTriplet

from medtui.data.events import FeedWentStale
from tests.helpers.seats import NOW
from tests.helpers.stack import Stack
from tests.shared_screen.conftest import Wall

SIZES = [(80, 24), (120, 40), (240, 67)]
FIRST = ["Amara", "Daniel", "Mei", "Priya", "Tom", "Maximiliana Theodora", "芽衣", "Zoë"]
LAST = ["Okafor", "Reyes", "Tanaka", "Nair", "Ellery", "Featherstonehaugh", "田中", "Šimić"]


async def fill(stack: Stack, count: int) -> None:
    """Sessions in every state, always the same ones."""
    people = [
        await stack.person(first, last, level)
        for first, last, level in zip(
            FIRST, LAST, ["st1", "st2", "foundation", "st3", "PGY2", "st1-applicant"] * 2,
            strict=False,
        )
    ]  # fmt: skip
    cases = await stack.sql(
        "insert into cases (category, domain) values ('Red eye', 'history taking'),"
        " ('Vision loss', 'breaking bad news'), ('Lids', 'consent') returning id"
    )
    for n in range(count):
        host, guest = people[n % 8], people[(n * 3 + 1) % 8]
        stage = (2, 3, 1)[n] if n < 3 else 1
        minutes = -24 + 9 * n if n < 3 else 26 + 35 * (n - 3)
        made = await stack.session(
            host,
            id=UUID(int=n + 1),
            guest=guest if n % 3 != 2 else None,
            type=["mock", "review", "Long case with a viva"][n % 3],
            datetime_utc=NOW + timedelta(minutes=minutes),
            case_id=cases[n % 3]["id"] if n % 2 else None,
            version=stage,
            note="FRCOphth Part 2, in English or Español" if n == 4 else None,
        )
        if stage > 1:
            await stack.sql(
                "update practice_sessions set stage_since = %s where id = %s",
                NOW - timedelta(minutes=4 * stage),
                made,
            )


def contrast(one: ColorTriplet, other: ColorTriplet) -> float:
    """As WCAG 2 defines it: from 1 to 21."""

    def luminance(colour: ColorTriplet) -> float:
        parts = [value / 255 for value in colour]
        red, green, blue = (
            part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def faintest(here: Wall) -> tuple[float, str]:
    """The text with the least contrast on the screen."""
    found: list[tuple[float, str]] = []
    with here.app._context():
        for strip in here.app.screen._compositor.render_strips(here.app.size):
            for text, style, _ in strip:
                if text.strip() and style and style.color and style.bgcolor:
                    fore, back = map(triplet, (style.color, style.bgcolor))
                    found.append((contrast(fore, back), text))
    return min(found)


def triplet(colour: Color) -> ColorTriplet:
    return colour.get_truecolor()


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize(("name", "count"), [("empty", 0), ("few", 7), ("many", 200)])
async def test_the_shared_screen(
    name: str, count: int, theme: str, stack: Stack, wall: Any, picture: Callable[[Wall, str], None]
) -> None:
    await fill(stack, count)
    async with wall(theme=f"medtui-{theme}", page_seconds=3600.0, notes=True) as here:
        await here.live()
        await here.app.backend.live.stop()
        for state in ("live", "stale"):
            if state == "stale":
                here.app.feed.apply(FeedWentStale(NOW, "the server does not answer"))
            for width, height in SIZES:
                await here.resize(width, height)
                least, text = faintest(here)
                assert least >= 4.5, text
                picture(here, f"shared-{name}-{state}-{theme}-{width}x{height}")
