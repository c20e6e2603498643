"""A path is completed from the disk, as in a shell."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.app import App, ComposeResult

from medtui.ui.path_input import PathInput, completions, expanded


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "Talks").mkdir()
    for name in ("talk-1.json", "talk-2.json", ".hidden", "Talks/mock.vtt"):
        (tmp_path / name).touch()
    (tmp_path / "talk-\x1b[31m").touch()
    return tmp_path


@pytest.mark.usefixtures("home")
def test_what_may_be_meant() -> None:
    assert completions("~/talk") == ["~/talk-1.json", "~/talk-2.json"]
    assert completions("~/T") == ["~/Talks/"]
    assert completions("~/Talks/") == ["~/Talks/mock.vtt"]
    assert completions("~/.h") == ["~/.hidden"]
    assert ".hidden" not in str(completions("~/"))
    for nothing in ("", "~", "~/none/", "~nobody-of-this-name/", "\0/x"):
        assert completions(nothing) == []


def test_the_home_of_an_unknown_user_stays_as_it_was_typed(home: Path) -> None:
    assert expanded("~nobody-of-this-name/x") == Path("~nobody-of-this-name/x")
    assert expanded(" ~/talk-1.json ") == home / "talk-1.json"


@pytest.mark.usefixtures("home")
async def test_tab_completes_as_far_as_names_agree_and_offers_the_rest() -> None:
    offered: list[list[str]] = []

    class Form(App[None]):
        def compose(self) -> ComposeResult:
            yield PathInput("~/ta")

        def on_path_input_offered(self, event: PathInput.Offered) -> None:
            offered.append(event.names)

    app = Form()
    async with app.run_test() as pilot:
        field = app.query_one(PathInput)
        for keys, value in (
            (["tab"], "~/talk-"),
            (["2", "tab"], "~/talk-2.json"),
            (["ctrl+u", *"~/T", "tab", "tab"], "~/Talks/mock.vtt"),
        ):
            await pilot.press(*keys)
            await app.workers.wait_for_complete()
            await pilot.pause()
            assert field.value == value
    assert offered[0] == ["talk-1.json", "talk-2.json"]
    assert offered[-1] == []
