"""The theme that one chooses is there again the next time."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any


async def test_the_last_of_several_themes_is_remembered(seat: Any, tmp_path: Path) -> None:
    here = await seat(server="")
    with here.app._context():
        for theme in ("medtui-light", "textual-dark", "medtui-light"):
            here.app.theme = theme
            await here.pause()
    await here.until(lambda: here.app.settings.theme == "medtui-light")
    assert tomllib.loads((tmp_path / "config.toml").read_text())["theme"] == "medtui-light"
