"""Keys: each has a name and says what it does, in the help and in the palette."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest
from textual.binding import Binding
from textual.dom import DOMNode

import medtui
from medtui.core.presets import DEFAULT
from medtui.room.clock_app import ClockApp
from medtui.ui.dialogs.choose import ChooseScreen
from tests.helpers.seats import Seat

ROOMS = (
    *("app", "ui", "ui.dialogs", "account", "board", "room", "marking", "review", "history"),
    "shared_screen",
)
"""Where classes of ours with bindings are."""


def bindings() -> Iterator[tuple[str, Binding]]:
    """Every binding of a class of ours, with that class's name."""
    for room in ROOMS:
        module = importlib.import_module(f"medtui.{room}")
        inside = pkgutil.iter_modules(getattr(module, "__path__", []), f"medtui.{room}.")
        for name in (f"medtui.{room}", *(info.name for info in inside)):
            for thing in vars(importlib.import_module(name)).values():
                if isinstance(thing, type) and issubclass(thing, DOMNode):
                    own: list[Any] = vars(thing).get("BINDINGS", [])
                    if thing.__module__.startswith(medtui.__name__):
                        yield from ((thing.__name__, binding) for binding in own)


def test_every_key_has_an_id_and_says_what_it_does() -> None:
    found = list(bindings())
    assert {"BoardScreen", "RoomScreen", "ClockScreen", "ReviewScreen", "AppBase"} <= {
        name for name, _ in found
    }
    assert [
        (name, binding.key)
        for name, binding in found
        if not (binding.id and binding.tooltip and binding.description)
    ] == []


@pytest.mark.detail
async def test_the_clock_alone_has_its_keys_in_help_and_palette() -> None:
    app = ClockApp(DEFAULT)
    async with app.run_test(size=(100, 40), notifications=True) as pilot:
        here = Seat(app, pilot)  # type: ignore[arg-type]
        await here.press("question_mark")
        await here.until_text("Help", "Start, pause, resume", "A minute more in this phase")
        await here.press("escape", "colon")
        await here.until_screen("CommandPalette")
        await here.type("A minute more")
        await here.until_text("A minute more in this phase")


@pytest.mark.detail
async def test_one_moves_in_the_help_as_on_the_board() -> None:
    app = ClockApp(DEFAULT)
    async with app.run_test(size=(60, 8)) as pilot:
        here = Seat(app, pilot)  # type: ignore[arg-type]
        await here.press("question_mark")
        await here.until_text("Help")
        await here.press("G")
        await here.until(lambda: "Help" not in here.text)
        await here.press("g")
        await here.until_text("Help")
        await here.press("j", "j")
        await here.until(lambda: "Help" not in here.text)


@pytest.mark.detail
async def test_one_moves_among_choices_as_on_the_board() -> None:
    app = ClockApp(DEFAULT)
    async with app.run_test(size=(60, 20)) as pilot:
        here = Seat(app, pilot)  # type: ignore[arg-type]
        chosen: list[str | None] = []
        choices = [(word, word) for word in ("one", "two", "three")]
        for keys in (("G",), ("G", "k"), ("ctrl+d", "g")):
            app.push_screen(ChooseScreen("Which?", choices), chosen.append)
            await here.until_text("Which?")
            await here.press(*keys, "enter")
            await here.until(lambda: "Which?" not in here.text)
        assert chosen == ["three", "two", "one"]
