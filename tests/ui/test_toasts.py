"""Toasts: one at a time, over nothing, and for as long as their screen; and the list of them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from textual.widgets import Input
from textual.widgets._toast import Toast

from medtui.core.presets import DEFAULT
from medtui.room.clock_app import ClockApp
from medtui.ui.dialogs.ask import AskScreen
from medtui.ui.dialogs.confirm import ConfirmScreen
from medtui.ui.footer import Footer
from medtui.ui.toasts import Severity, ToastLine, Told, ToldList
from tests.helpers.seats import Seat

NOW = datetime(2030, 1, 1, tzinfo=UTC)


def told(words: str, severity: Severity = "information") -> Told:
    return Told(NOW, severity, words)


def test_errors_warnings_and_hints_have_signs_of_their_own() -> None:
    lines = [told("x", kind).line for kind in ("information", "warning", "error")]
    assert lines == ["· x", "! x", "✗ x"]


def test_a_graver_toast_stays_and_the_others_are_counted() -> None:
    line = ToastLine()
    assert line.show(told("failed", "error"), 5)[1] == "✗ failed"
    shown, words, seconds = line.show(told("saved"), 5)
    assert (shown.words, words) == ("failed", "✗ failed  (1 more: !)")
    assert seconds <= 5
    assert line.show(told("worse", "error"), 5)[1] == "✗ worse  (2 more: !)"
    line.acted()
    assert line.show(told("saved"), 5)[1] == "· saved"
    assert line.show(told("saved"), 5)[1] == "· saved"


def test_a_toast_ends_with_the_screen_unless_it_tells_what_the_last_key_did() -> None:
    line = ToastLine()
    line.acted()
    line.show(told("kept as a draft"), 5)
    assert not line.ends_with_screen()
    line.acted()
    assert line.ends_with_screen()
    assert not line.ends_with_screen()


def test_the_list_has_the_newest_first_and_forgets_the_oldest() -> None:
    listed = ToldList()
    for n in range(600):
        listed.add(told(str(n)))
    words = [told.words for told in listed]
    assert (len(listed), words[0], words[-1]) == (500, "599", "100")


@pytest.mark.parametrize("size", [(80, 24), (60, 18)])
async def test_a_toast_covers_nothing(size: tuple[int, int]) -> None:
    app = ClockApp(DEFAULT)
    async with app.run_test(size=size, notifications=True) as pilot:
        here = Seat(app, pilot)  # type: ignore[arg-type]
        await here.until_text("Platform")
        for screen in (
            None,
            AskScreen("What?", check=lambda text: None),
            ConfirmScreen("?", yes="Y"),
        ):
            if screen is not None:
                app.push_screen(screen)
                await here.until(lambda screen=screen: app.screen is screen)
            app.notify("This was done. " * 3, severity="error")
            await here.until(
                lambda: bool(app.screen.query(Toast)) and app.screen.query_one(Toast).region
            )
            await here.pause()
            toast = app.screen.query_one(Toast).region
            assert toast.bottom <= size[1]
            for widget in app.screen.walk_children():
                is_read = isinstance(widget, Input | Footer) or not widget.children
                if is_read and not isinstance(widget, Toast) and widget.display and widget.region:
                    assert not widget.region.overlaps(toast), widget
            await here.press("escape") if screen is not None else None
