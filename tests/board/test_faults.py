"""A fault of our own in work beside the loop: said in a sentence, logged, and not the end."""

from __future__ import annotations

import asyncio
import secrets
from pathlib import Path
from typing import Any

import pytest
from textual.app import ComposeResult
from textual.widgets import Static

from medtui.store import log
from medtui.ui.app_base import AppBase
from tests.helpers.stack import Stack


class Faulty(AppBase):
    """Does work that fails with a secret in its words."""

    secret = secrets.token_hex(8)

    def compose(self) -> ComposeResult:
        yield Static("still here")

    async def fail(self) -> None:
        raise KeyError(self.secret)


@pytest.mark.detail(after=3)
@pytest.mark.parametrize("exit_on_error", [True, False])
@pytest.mark.parametrize("thread", [True, False])
async def test_a_fault_in_a_worker_is_logged_and_said(
    exit_on_error: bool, thread: bool, tmp_path: Path
) -> None:
    app = Faulty()
    with log.logged(tmp_path):
        async with app.run_test(size=(120, 24), notifications=True) as pilot:

            def fail() -> None:
                raise KeyError(app.secret)

            work: Any = fail if thread else app.fail
            app.run_worker(work, thread=thread, exit_on_error=exit_on_error)
            while app.fault is None:
                await pilot.pause(0.01)
            await pilot.pause()
            (said,) = app._notifications
            assert "An internal error (KeyError" in said.message
            assert str(tmp_path / "medtui.log") in said.message
            assert app.is_running
            app.run_worker(asyncio.sleep(0))  # what comes after works
            await pilot.pause()
    assert app.return_code != 1
    text = (tmp_path / "medtui.log").read_text()
    assert "ERROR medtui.ui.app_base: work beside the loop failed" in text
    assert "test_faults.py" in text
    assert "KeyError" in text
    assert app.secret not in text + said.message


async def test_what_is_cancelled_or_done_is_no_fault() -> None:
    app = Faulty()
    async with app.run_test() as pilot:
        worker = app.run_worker(asyncio.sleep(60))
        await pilot.pause()
        worker.cancel()
        app.run_worker(asyncio.sleep(0))
        await pilot.pause(0.05)
        assert app.fault is None
        assert not app._notifications


@pytest.mark.detail
async def test_a_form_survives_a_fault_with_what_was_typed(
    stack: Stack, seat: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from medtui.data import Backend

    here = await seat(size=(120, 30), person=await stack.person())
    await here.until_text("● LIVE")
    await here.press("n")
    await here.until_screen("SessionForm")
    await here.fill("link", "room-7")

    async def fault(draft: object) -> None:
        raise LookupError("no words")

    assert isinstance(here.app.backend, Backend)
    with monkeypatch.context() as patch:
        patch.setattr(here.app.backend.sessions, "create", fault)
        await here.press("ctrl+s")
        await here.until_text("An internal error (LookupError", "room-7")
    here.app.fault = None
    await here.press("ctrl+s")
    await here.until_screen("BoardScreen")
    assert len(await stack.sql("select id from practice_sessions")) == 1
