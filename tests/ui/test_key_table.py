"""Keys of one's own: read from the settings, shown everywhere, listed in the docs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from medtui.config import Settings, load
from medtui.core import key_names
from medtui.core.key_names import USUAL
from medtui.core.presets import DEFAULT
from medtui.room.clock_app import ClockApp
from medtui.ui.key_table import WITH_KEYS, all_actions, key_named, keys_of
from tests.helpers.seats import Seat
from tests.helpers.stack import Stack
from tests.keys import PAGE, written


@pytest.fixture(autouse=True)
def usual_keys_afterwards() -> Iterator[None]:
    """What sentences name is of the whole process."""
    yield
    key_names.use({})


def test_the_documentation_lists_every_action_with_its_keys() -> None:
    text = PAGE.read_text("utf-8")
    assert written(text) == text, "run: python -m tests.keys --write"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("b", "b"), ("B", "B"), ("?", "question_mark"), ("/", "slash"), (",", "comma"),
        ("ctrl+s", "ctrl+s"), ("Ctrl+s", "ctrl+s"), ("f5", "f5"), ("esc", "escape"), ("F5", "f5"),
        ("ctrl++", "ctrl+plus"), ("question_mark", "question_mark"), ("space", "space"),
        ("ß", "ß"), ("nokey", None), ("super+ctrl+x", "super+ctrl+x"), ("win+x", None), ("", None),
    ],
)  # fmt: skip
def test_keys_have_the_names_that_people_write(text: str, name: str | None) -> None:
    assert key_named(text) == name


def test_the_keys_that_there_are_clash_with_none() -> None:
    actions = all_actions(WITH_KEYS)
    same = [(id_, " ".join(action.keys).replace(",", " ")) for id_, action in actions.items()]
    given, faults = keys_of(same)
    assert faults == []
    assert given == {id_: action.keys for id_, action in actions.items()}


async def test_own_keys_act_and_are_shown_and_what_is_wrong_is_said(
    stack: Stack, seat: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.toml").write_text(
        '[keys]\nboard.post = "P f6"\n"board.history" = "b"\nboard.bok = "x"\n'
    )
    monkeypatch.setenv("MEDTUI_CONFIG", str(tmp_path / "config.toml"))
    here = await seat(size=(100, 40), person=await stack.person(), keys=load().keys)
    await here.until_text("● LIVE")
    await here.until(lambda: any("[keys]" in told.words for told in here.app.told))
    [told] = [told.words for told in here.app.told if "[keys]" in told.words]
    assert "there is no action board.bok (did you mean board.book?)" in told
    assert told.endswith("board.history wants b, which board.book has. All other keys count.")
    await here.until_text("P Post", "No sessions yet. Press P to post the first.")
    await here.press("question_mark")
    await here.until_text("P f6")
    await here.press("escape", "ctrl+p")
    await here.until_screen("CommandPalette")
    await here.type("Post a new")
    await here.until_text("key P")
    await here.press("escape", "n")
    await here.pause()
    assert here.screen == "BoardScreen"
    await here.press("f6")
    await here.until_screen("SessionForm")


def test_the_keys_that_sentences_name_are_those_of_the_bindings() -> None:
    actions = all_actions(WITH_KEYS)
    assert USUAL.keys() <= actions.keys()
    wrong = {id_: key for id_, key in USUAL.items() if key_named(key) not in actions[id_].keys}
    assert wrong == {}


async def test_own_keys_act_in_the_clock_and_are_named_there(tmp_path: Path) -> None:
    keys = (("clock.pause", "P"), ("clock.more", "q"), ("board.post", "B"))
    app = ClockApp(DEFAULT, settings=Settings(tmp_path / "config.toml", keys=keys))
    async with app.run_test(size=(80, 24)) as pilot:
        here = Seat(app, pilot)  # type: ignore[arg-type]
        await here.until_text("press P to start", "P Start, pause")
        await here.press("plus")
        not_yet = "The clock is not running yet: P starts it."
        await here.until(lambda: any(told.words == not_yet for told in app.told))
        await here.until(lambda: any("[keys]" in told.words for told in app.told))
        [told] = [told.words for told in app.told if "[keys]" in told.words]
        assert "clock.more wants q, which clock.quit has" in told
        await here.press("space")
        assert "press P to start" in here.text
        await here.press("P")
        await here.until(lambda: "press P to start" not in here.text)
