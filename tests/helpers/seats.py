"""Apps under Textual's pilot, against the local Supabase, for one person each."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from textual import events
from textual._context import visible_screen_stack
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.keys import _character_to_key
from textual.pilot import Pilot
from textual.widgets import Input

from medtui.app import MedtuiApp
from medtui.config import Settings
from medtui.core import avatars
from medtui.data import MemoryTokens
from medtui.data.tokens import TokenStore
from medtui.launcher import Launcher, Login
from tests.helpers import eyes, gallery
from tests.helpers.stack import Person, Stack

LONDON = ZoneInfo("Europe/London")

NOW = datetime(2030, 11, 26, 18, 4, tzinfo=UTC)
"""The time in pictures: a Tuesday far enough ahead for the board to read what comes after it."""


class Seat:
    """A user of an app: its pilot, and methods for what users do."""

    def __init__(self, app: MedtuiApp, pilot: Pilot[int]) -> None:
        self.app = app
        self.pilot = pilot
        self._toasts = ""
        notify = app.notify

        def note(message: str, **options: Any) -> None:
            self._toasts += f"\n{message}"
            notify(message, **options)

        app.notify = note  # type: ignore[method-assign]

    async def until(self, condition: Callable[[], object], seconds: float = 40) -> None:
        """Wait until the app has come so far."""
        pause = 0.02
        try:
            async with asyncio.timeout(seconds):
                while not condition():
                    await asyncio.sleep(pause)
                    pause = min(pause * 1.2, 0.3)  # to look at a screen costs milliseconds
        except TimeoutError:
            raise AssertionError(f"it never came so far; the screen:\n{self.text}") from None
        await self.pause()

    async def pause(self, delay: float | None = None) -> None:
        """Wait until all that was typed has taken effect, and then `delay`, or until all is drawn.

        Textual's own pause takes a process that gets no processor time for one that rests.
        """
        with self.app._context():
            await self.pilot.pause(0)
            while not self.app.keyboard.is_idle:
                await asyncio.sleep(0.005)
            if delay is None:
                await self._rest()
            else:
                await self.pilot.pause(delay)

    async def _rest(self) -> None:
        """Wait until there is nothing left to do or to draw; a handler that waits is let be."""
        still, ends = 0, time.monotonic() + 5
        while still < 3 and time.monotonic() < ends:
            still = 0 if self.app.keyboard._busy() or self._is_to_be_drawn else still + 1
            await asyncio.sleep(0.01)
        self.app.screen._on_timer_update()

    @property
    def _is_to_be_drawn(self) -> bool:
        screen = self.app.screen
        drawing = (screen._layout_required, screen._repaint_required, screen._recompose_required)
        return any(drawing) or bool(screen._dirty_widgets or screen._callbacks)

    async def until_text(self, *texts: str) -> None:
        """Wait until the screen shows all of these.

        A toast since the last key counts also when it has gone: another text may come later.
        """
        await self.until(lambda: all(text in self.shown for text in texts))

    async def until_screen(self, name: str) -> None:
        await self.until(lambda: self.screen == name)

    async def press(self, *keys: str) -> None:
        self._toasts = ""
        with self.app._context():
            await self.pilot.press(*keys)
        await self.pause(0)

    async def type(self, text: str) -> None:
        """Type into the focused field, as fast as a terminal hands it on."""
        assert isinstance(self.app.focused, Input)
        await self.burst(*text)

    async def burst(self, *keys: str) -> None:
        """Press all of these at once, as in one read of the terminal."""
        self._toasts = ""
        for key in keys:
            is_text = len(key) == 1
            name = _character_to_key(key) if is_text else key
            event = events.Key(name, key if is_text else None)
            event.set_sender(self.app)
            self.app.post_message(event)
        await self.pause()

    async def fill(self, field: str, text: str) -> None:
        """Go to a field and type something else into it."""
        entry = self.app.screen.query_one(f"#{field} Input", Input)
        with self.app._context():
            entry.focus()
            entry.value = text
        await self.pause()

    async def resize(self, width: int, height: int) -> None:
        """Have the terminal's size changed, and wait until all is drawn."""
        with self.app._context():
            await self.pilot.resize_terminal(width, height)
        await self.until(lambda: self.app.size == self.app.screen.size == (width, height))

    async def sign_in(self, person: Person) -> None:
        await self.until_text("Sign in")
        await self.fill("email", person.email)
        await self.fill("password", person.password)
        await self.press("enter")
        await self.until(lambda: self.screen in ("BoardScreen", "ProfileScreen"))

    async def board(self, person: Person) -> None:
        """Sign in and wait until the board is live."""
        await self.sign_in(person)
        await self.until_text("● LIVE")

    @property
    def screen(self) -> str:
        return type(self.app.screen).__name__

    @property
    def shown(self) -> str:
        """The screen as text, and what was notified since the last key."""
        return self.text + self._toasts

    @property
    def text(self) -> str:
        """The screen as text, toasts included."""
        with self.app._context():
            # Else a dialog that is to be drawn is drawn, and kept, before an empty screen.
            visible_screen_stack.set(self.app._background_screens)
            strips = self.app.screen._compositor.render_strips(self.app.size)
        return "\n".join(strip.text.rstrip() for strip in strips)


@pytest.fixture(scope="session", autouse=True)
def styles_are_parsed_once() -> Iterator[None]:
    """All apps of a worker share what parsing a style sheet under one theme gives."""
    parse = Stylesheet._parse_rules
    parsed: dict[object, list[RuleSet]] = {}

    def shared(self: Stylesheet, *arguments: Any, **options: Any) -> list[RuleSet]:
        theme = frozenset(self._variables.items())
        key = (theme, arguments, tuple(options.items()))
        if key not in parsed:
            parsed[key] = parse(self, *arguments, **options)
        return parsed[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stylesheet, "_parse_rules", shared)
        yield


@pytest.fixture
async def seat(stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Any]:
    """`await seat()`: an app that is configured for the stack; `server=""`: for nothing.

    `person=`: somebody who has signed in before; `on=`: another stack; `tokens=`: where the login
    is kept, or what makes that for each server.
    """
    monkeypatch.setenv("MEDTUI_CONFIG", str(tmp_path / "config.toml"))  # its state is here, too
    running: list[asyncio.Task[None]] = []
    over = asyncio.Event()

    async def sit(app: MedtuiApp, size: tuple[int, int], ready: asyncio.Future[Any]) -> None:
        # In a task of its own: Textual keeps the app in a context variable, and two apps
        # in one test, or a fixture's end elsewhere, must not share it.
        async with app.run_test(size=size, notifications=True) as pilot:
            ready.set_result(pilot)
            await over.wait()
        if app.fault is not None:  # the app goes on; a test does not
            raise app.fault

    async def open_(
        *,
        size: tuple[int, int] = (80, 24),
        server: str | None = None,
        key: str | None = None,
        tokens: TokenStore | Callable[[str], TokenStore] | None = None,
        person: Person | None = None,
        on: Stack | None = None,
        launcher: Any = None,
        theme: str = "medtui-dark",
        keys: tuple[tuple[str, object], ...] = (),
        motion: bool = True,
        **options: Any,
    ) -> Seat:
        there = on or stack
        settings = Settings(
            file=tmp_path / "config.toml",
            server=there.url if server is None else server,
            key=there.anon_key if server is None else key or "",
            theme=theme,
            keys=keys,
            motion=motion,
        )
        kept = MemoryTokens() if tokens is None else tokens
        if person is not None:
            assert isinstance(kept, MemoryTokens)
            await kept.write(login_of(person))
        app = MedtuiApp(
            settings,
            launcher or Launcher(viewer=lambda: Login("", "")),
            tokens=kept if callable(kept) else lambda url: kept,
            zone=LONDON,
            **options,
        )
        ready: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        running.append(asyncio.create_task(sit(app, size, ready)))
        await asyncio.wait({running[-1], ready}, return_when=asyncio.FIRST_COMPLETED)
        if not ready.done():
            await running[-1]  # raises why it could not start
        seat = Seat(app, ready.result())
        await seat.pause()
        return seat

    yield open_
    over.set()
    await asyncio.gather(*running)


def login_of(person: Person) -> str:
    """A stored login, as an earlier run has left it."""
    user = {
        "id": str(person.id),
        "aud": "authenticated",
        "email": person.email,
        "app_metadata": {},
        "user_metadata": {},
        "created_at": "2026-01-01T00:00:00Z",
    }
    session = {
        "access_token": person.token,
        "refresh_token": "none",
        "token_type": "bearer",
        "expires_in": 3600,
        "expires_at": round(time.time()) + 3600,
        "user": user,
    }
    return json.dumps(session)


class Picture(SingleFileSnapshotExtension):
    """A screenshot as SVG, in a file of its own name."""

    file_extension = "svg"
    _write_mode = WriteMode.TEXT

    @classmethod
    def get_snapshot_name(cls, *, test_location: Any, index: Any = 0) -> str:
        return str(index)


@pytest.fixture
def picture(
    snapshot: SnapshotAssertion, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Seat, str], None]:
    """Compare a seat's screen with the stored picture (`pytest --snapshot-update` stores it).

    The colour of initials is by the user's id, which is another one each time: here it is one.
    """
    monkeypatch.setattr(avatars, "TINTS", avatars.TINTS[:1])

    def compare(seat: Seat, name: str) -> None:
        with seat.app._context():
            for field in seat.app.screen.query(Input):
                field.cursor_blink = False
                field._cursor_visible = True
            screenshot = seat.app.export_screenshot()
        assert screenshot == snapshot(name=name, extension_class=Picture)

    return compare


SIZES = ((80, 24), (160, 48))
Pictures = Callable[[Seat, str], Awaitable[None]]


@pytest.fixture
def pictures(picture: Callable[[Seat, str], None], request: pytest.FixtureRequest) -> Pictures:
    """Compare a seat's screen at each of `SIZES`; it is left at the first.

    With `--gallery FOLDER`, pictures of all sizes and themes are put there instead.
    """
    folder = request.config.getoption("--gallery")

    async def compare(seat: Seat, name: str) -> None:
        if folder is not None:
            await gallery.take(seat, name, folder)
            return
        for width, height in SIZES:
            await seat.resize(width, height)
            picture(seat, f"{name}-{width}x{height}")
        await seat.resize(*SIZES[0])
        assert eyes.faults(seat) == []

    return compare
