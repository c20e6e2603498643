"""The event loop never waits for the disk: nothing of ours is opened, written or synced in it."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keyring
import keyring.backends.fail
import pytest

import medtui
from medtui.core.models import Stage
from medtui.data import StoredTokens
from tests.helpers.seats import Seat
from tests.helpers.stack import Person, Stack
from tests.review.reader import PLATFORM
from tests.review.test_session_files import OTHER, VTT, bring, said
from tests.review.test_session_files import people as people
from tests.review.test_session_review import over, review
from tests.room.test_room import enter
from tests.room.test_room_edges import pair
from tests.shared_screen.conftest import wall as wall

OURS = str(Path(medtui.__file__).parent)

CALLS = {
    *("open", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.listdir", "os.scandir"),
    *("os.utime", "os.chmod", "shutil.rmtree"),
}
"""What Python reports of its own accord; of the rest we ask in the module `os`."""


class Watched:
    """Notes each use of a folder that happens in the thread of the event loop."""

    def __init__(self, folder: Path) -> None:
        self.calls: list[str] = []
        self.elsewhere: set[str] = set()
        """Calls that other threads have made: so one knows that something was looked at."""
        self.seconds = 0.0
        """How long a sync takes."""
        self._folder = str(folder)
        self._loop = threading.get_ident()

    def see(self, call: str, path: object) -> None:
        if isinstance(path, int):
            try:
                path = Path(f"/proc/self/fd/{path}").readlink()
            except OSError:
                return
        if not isinstance(path, (str, bytes, os.PathLike)):
            return
        if not os.fsdecode(path).startswith(self._folder):
            return
        if threading.get_ident() != self._loop:
            self.elsewhere.add(call)
            return
        frames = [frame for frame in traceback.extract_stack() if frame.filename.startswith(OURS)]
        if not frames:  # the test's own
            return
        place = " ".join(f"{frame.filename}:{frame.lineno}" for frame in frames[-3:])
        self.calls.append(f"{call} {os.fsdecode(path)} at {place}")


watched: list[Watched] = []


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if watched and event in CALLS and arguments:
        watched[-1].see(event, arguments[0])


sys.addaudithook(_audit)  # there is no removing one


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    seen = Watched(tmp_path)

    def noted(name: str) -> None:
        real = getattr(os, name)

        def call(path: Any, *args: Any, **options: Any) -> Any:
            seen.see(name, path)
            if name == "fsync":
                time.sleep(seen.seconds)
            return real(path, *args, **options)

        monkeypatch.setattr(os, name, call)

    for name in ("stat", "lstat", "fsync", "replace"):
        noted(name)
    before = keyring.get_keyring()
    keyring.set_keyring(keyring.backends.fail.Keyring())
    watched.append(seen)
    yield seen
    watched.pop()
    keyring.set_keyring(before)


async def walk(here: Seat) -> None:
    """Through every screen that keeps something, using it."""
    await here.press("n")
    await here.until_screen("SessionForm")
    await here.press(*"tomorrow")
    await here.press("escape")
    await here.until_screen("BoardScreen")
    await here.press("p")
    await here.until_screen("ProfileScreen")
    await here.press(*"abc")
    await here.press("escape")
    await here.until_screen("BoardScreen")
    here.app.theme = "medtui-light"
    await here.press("h")
    await here.until_screen("HistoryScreen")
    await here.press("escape")
    await here.until_screen("BoardScreen")
    await enter(here)
    await here.press("i", *"notes", "escape")
    await here.press("space", "plus")
    await here.press("m")
    await here.until_screen("MarkSheetScreen")
    await here.press("6", "5", "j", "s", *"good", "enter")
    await here.press("R")
    await here.until_screen("ChooseScreen")
    await here.press("escape", "escape")
    await here.until_screen("RoomScreen")
    await here.press("escape")
    await here.until_screen("BoardScreen")


async def used(stack: Stack, seat: Any, tmp_path: Path) -> Seat:
    """A user signs in by the form, opens every screen, and signs out."""
    two = await pair(stack, Stage.INTERVIEW)
    (tmp_path / "presets.toml").write_text("")
    here: Seat = await seat(tokens=StoredTokens(stack.url, tmp_path / "state"))
    await here.board(two.host)
    await walk(here)
    await stack.sql("update practice_sessions set version = 3")
    await here.until_text("● LIVE")
    await here.app._sweep().wait()
    here.app.action_sign_out()
    await here.until_text("You are signed out.")
    return here


@pytest.mark.detail
async def test_nothing_of_ours_is_on_the_disk_in_the_loop(
    disk: Watched, stack: Stack, seat: Any, tmp_path: Path
) -> None:
    await used(stack, seat, tmp_path)
    assert {"open", "fsync", "replace", "os.mkdir", "os.remove"} <= disk.elsewhere
    assert disk.calls == []


@pytest.mark.detail
async def test_a_preset_is_read_elsewhere(
    disk: Watched, stack: Stack, seat: Any, tmp_path: Path
) -> None:
    two = await pair(stack)
    (tmp_path / "presets.toml").write_text("")
    here = await seat(person=two.host)
    here.app.settings = here.app.settings.with_changes(preset="plab2")
    disk.calls.clear()
    await enter(here)
    await here.press("t")
    await here.until_screen("ChooseScreen")
    await here.press("escape")
    assert disk.calls == []


@pytest.mark.detail
async def test_a_review_and_its_files(
    disk: Watched, stack: Stack, seat: Any, people: tuple[Person, Person], tmp_path: Path
) -> None:
    """Files are added from the disk, replaced, deleted and saved to the disk."""
    await over(stack, people)
    chosen = [Path(shutil.copy(file, tmp_path)) for file in (PLATFORM, VTT, OTHER)]
    here = await review(seat, people[0])
    await here.until_text("Press a to add one from disk")
    disk.calls.clear()
    for path, words in zip(chosen, ("An assessment", "A transcript of", "replace"), strict=True):
        await bring(here, path)
        await here.until(lambda words=words: words in said(here))
        await here.press("enter")
        await here.until_screen("SessionReviewScreen")
    await here.until_text("A  Good morning")
    await here.press("s")
    await here.until_screen("ChooseScreen")
    await here.press("1")
    await here.until_screen("SaveScreen")
    here.app.screen.query_one("Input").value = str(tmp_path / "copy.json")
    await here.press("enter")
    await here.until_text("copy.json.")
    await here.until_screen("SessionReviewScreen")
    assert disk.calls == []
    assert {"open", "os.rename"} & disk.elsewhere


@pytest.mark.detail
async def test_a_server_is_chosen(disk: Watched, stack: Stack, seat: Any) -> None:
    here = await seat(server="")
    await here.press("3")
    await here.until_screen("ConnectScreen")
    await here.fill("url", stack.url)
    await here.fill("key", stack.anon_key)
    await here.press("ctrl+s")
    await here.until_text("Sign in")
    assert disk.calls == []
    assert "replace" in disk.elsewhere


async def test_a_shared_screen(disk: Watched, stack: Stack, wall: Any) -> None:
    await stack.session(await stack.person())
    async with wall(now=None) as here:
        await here.live()
        await here.press("question_mark", "escape", "right", "left")
    assert disk.calls == []


@pytest.mark.benchmark
@pytest.mark.parametrize("seconds", [0.0, 0.5])
async def test_how_long_the_loop_is_held_up(
    seconds: float, disk: Watched, stack: Stack, seat: Any, tmp_path: Path
) -> None:
    """The longest gap of the loop, where each sync takes no time and where it takes half a second.

    What else the machine does is in both, so they are compared by eye on one that is idle; what
    may not be is that the loop does any of it.
    """
    disk.seconds = seconds
    gaps: list[float] = []

    async def beat() -> None:
        while True:
            before = time.monotonic()
            await asyncio.sleep(0.005)
            gaps.append(time.monotonic() - before - 0.005)

    beating = asyncio.create_task(beat())
    await used(stack, seat, tmp_path)
    beating.cancel()
    print(f"a sync takes {seconds} s: the longest gap is {max(gaps) * 1000:.0f} ms")
    assert disk.calls == []
