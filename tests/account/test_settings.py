"""The settings screen: what is changed is in the file, and in force."""

from __future__ import annotations

import tomllib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.seats import Seat
from tests.helpers.stack import Stack

Pictures = Callable[[Seat, str], Awaitable[None]]

BEFORE = """# mine
colour = "blue"   # nobody knows why
bell = true

[[servers]]
url = "https://ward7.example"
"""


async def at_settings(seat: Any, stack: Stack, tmp_path: Path, **more: Any) -> Seat:
    (tmp_path / "config.toml").write_text(BEFORE)
    here: Seat = await seat(person=await stack.person(), **more)
    await here.until_text("● LIVE")
    await here.press("comma")
    await here.until_screen("SettingsScreen")
    return here


async def go_to(here: Seat, title: str) -> None:
    """Put the cursor on a row."""
    screen = here.app.screen
    for _ in range(60):
        if screen.row is not None and screen.row.title == title:
            return
        await here.press("j")
    raise AssertionError(f"there is no row {title}")


def saved(tmp_path: Path) -> dict[str, Any]:
    return tomllib.loads((tmp_path / "config.toml").read_text())


async def test_settings_are_changed_by_keys_written_and_in_force(
    stack: Stack, seat: Any, tmp_path: Path
) -> None:
    here = await at_settings(seat, stack, tmp_path)
    app = here.app
    await here.press("enter")  # the theme, shown as the cursor moves, and only then
    await here.until_screen("ThemeScreen")
    await here.press("j", "j")
    await here.until(lambda: app.theme == "medtui-contrast")
    await here.press("escape")
    await here.until(lambda: app.theme == "medtui-dark")
    await here.press("enter")
    await here.until_screen("ThemeScreen")
    await here.press("j", "enter")
    await here.until(lambda: saved(tmp_path).get("theme") == "medtui-light")
    assert app.theme == "medtui-light"

    await go_to(here, "Bell")
    await here.press("space")
    await here.until(lambda: saved(tmp_path)["bell"] is False)
    await here.until(lambda: not app.settings.bell)

    await go_to(here, "Time zone")
    await here.press("enter")
    await here.until_screen("AskScreen")
    await here.type("Europe/Lundon")
    await here.press("enter")
    await here.until_text("✗ There is no such time zone. Did you mean Europe/London?")
    await here.press("escape")
    await here.until_screen("SettingsScreen")
    await here.press("enter")
    await here.until_screen("AskScreen")
    await here.type("Asia/Kolkata")
    await here.press("enter")
    await here.until(lambda: saved(tmp_path).get("zone") == "Asia/Kolkata")

    await go_to(here, "By the desktop")
    await here.press("enter")
    await here.until(lambda: saved(tmp_path).get("notices") == "app, terminal, push")
    await go_to(here, "Starts soon")
    await here.press("enter")
    await here.until(lambda: saved(tmp_path).get("mute") == "soon")
    assert [kind.value for kind in app.backend.news.muted] == ["soon"]
    await here.press("backspace")
    await here.until(lambda: "mute" not in saved(tmp_path))
    assert app.settings.mute == ""

    text = (tmp_path / "config.toml").read_text()
    assert text.startswith('# mine\ncolour = "blue"   # nobody knows why\nbell = false\n')
    assert saved(tmp_path)["servers"] == [{"url": "https://ward7.example"}]
    await here.press("escape")
    await here.until_screen("BoardScreen")
    await here.until(lambda: str(here.app.screen.zone) == "Asia/Kolkata")
    await here.until_text("● LIVE")


@pytest.mark.detail
async def test_a_file_that_cannot_be_written_is_told_and_the_setting_stays(
    stack: Stack, seat: Any, tmp_path: Path
) -> None:
    here = await at_settings(seat, stack, tmp_path, size=(120, 30))
    await go_to(here, "Bell")
    (tmp_path / "config.toml").write_text("bell = ")
    await here.press("enter")
    await here.until_text("✗ The settings could not be written to")
    assert here.app.settings.bell
    assert (tmp_path / "config.toml").read_text() == "bell = "


async def test_pictures_of_the_settings(
    stack: Stack,
    seat: Any,
    tmp_path: Path,
    pictures: Pictures,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TZ", "Europe/London")
    here = await at_settings(seat, stack, tmp_path)
    here.app.screen.context.settings = here.app.settings.__class__(Path("~/config.toml"))
    await go_to(here, "Time zone")
    await pictures(here, "settings")
    await here.press("!")
    await here.until_screen("NoticesScreen")
    await here.until_text("You were told nothing")
