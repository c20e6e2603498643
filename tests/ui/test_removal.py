"""What a worker, a timer or a handler draws in a screen that was left is no fault; others are."""

from __future__ import annotations

import asyncio

import pytest
from textual import work
from textual.css.query import NoMatches
from textual.screen import Screen
from textual.widgets import Static

from medtui.ui.app_base import AppBase


class Late(Screen[None]):
    """Draws when it may, by a worker and by a handler."""

    def __init__(self) -> None:
        super().__init__()
        self.may_draw = asyncio.Event()
        self.drawn: list[str] = []

    def draw(self, how: str) -> None:
        self.drawn.append(how)
        self.query_one("#not-there", Static).update(how)

    def on_mount(self) -> None:
        self.wait()

    @work
    async def wait(self) -> None:
        await self.may_draw.wait()
        self.draw("worker")

    async def draw_in_time(self) -> None:
        await self.may_draw.wait()
        self.draw("handler")


@pytest.fixture
def app() -> AppBase:
    return AppBase()


@pytest.mark.detail
async def test_a_screen_that_was_left_may_draw_late(app: AppBase) -> None:
    async with app.run_test() as pilot:
        late = Late()
        await app.push_screen(late)
        late.call_later(late.draw_in_time)
        await asyncio.sleep(0)
        app.pop_screen()
        async with asyncio.timeout(10):
            while late.display:
                await asyncio.sleep(0.01)
            late.may_draw.set()
            while len(late.drawn) < 2:
                await asyncio.sleep(0.01)
        await pilot.pause()
        assert sorted(late.drawn) == ["handler", "worker"]
        assert app.fault is None
    assert app.return_code in (None, 0)


async def test_what_is_missing_on_a_screen_that_is_open_is_a_fault(app: AppBase) -> None:
    async def draw_what_is_missing() -> None:
        async with app.run_test() as pilot:
            late = Late()
            await app.push_screen(late)
            late.call_later(late.draw, "handler")
            await pilot.pause()

    with pytest.raises(NoMatches):
        await draw_what_is_missing()


async def test_what_a_worker_misses_on_a_screen_that_is_open_is_told(app: AppBase) -> None:
    async with app.run_test() as pilot:
        late = Late()
        await app.push_screen(late)
        late.may_draw.set()
        await pilot.pause()
        assert isinstance(app.fault, NoMatches)
