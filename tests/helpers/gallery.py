"""Pictures of a screen at four sizes and in four themes, each looked at for `eyes.faults`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from textual.widgets import Input

from tests.helpers import eyes

if TYPE_CHECKING:
    from tests.helpers.seats import Seat

SIZES = ((40, 12), (80, 24), (120, 40), (200, 60))
THEMES = ("medtui-dark", "medtui-light", "medtui-contrast", "ansi-dark")


async def take(seat: Seat, name: str, folder: Path) -> None:
    """Take them into `folder`, and append what is wrong to `faults.txt` there."""
    folder.mkdir(parents=True, exist_ok=True)
    size, theme = tuple(seat.app.size), seat.app.theme
    for look in THEMES:
        await eyes.in_theme(seat, look)
        for width, height in SIZES:
            await seat.resize(width, height)
            with seat.app._context():
                for field in seat.app.screen.query(Input):
                    field.cursor_blink = False
                picture = seat.app.export_screenshot()
            (folder / f"{name}-{look}-{width}x{height}.svg").write_text(picture)
            with (folder / "faults.txt").open("a") as file:
                for fault in eyes.faults(seat):
                    file.write(f"{name} {look} {width}x{height}: {fault}\n")
    await eyes.in_theme(seat, theme)
    await seat.resize(*size)
