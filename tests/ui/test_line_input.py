"""What is typed into a line costs that line alone."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.screen import Screen

from medtui.ui.line_input import LineInput


class Form(App[None]):
    def compose(self) -> ComposeResult:
        yield LineInput()


async def test_typing_lays_out_no_screen_and_the_end_of_a_long_text_is_in_sight() -> None:
    app = Form()
    async with app.run_test(size=(20, 5)) as pilot:
        field = app.query_one(LineInput)
        await pilot.pause()
        layouts: list[Screen[object]] = []
        app.screen.screen_layout_refresh_signal.subscribe(app, layouts.append, immediate=True)
        await pilot.press(*"abcdefghijklmnopqrstuvwxyz")
        await pilot.pause()
        assert layouts == []
        assert "xyz" in field.render_line(0).text
        await pilot.press("home")
        await pilot.pause()
        assert "abc" in field.render_line(0).text
