"""Drafts as people meet them: after esc, after another login, after a kill."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import signal
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Select

from tests.helpers.proxy import proxied
from tests.helpers.seats import Seat
from tests.helpers.stack import Stack
from tests.helpers.terminal import Terminal
from tests.test_end_to_end import medtui, sign_in

MINE = "https://example.org/mine"


async def open_form(here: Seat) -> None:
    await here.press("n")
    await here.until_screen("SessionForm")
    await here.until(lambda: here.app.screen._first)


def on_disk(folder: Path) -> list[dict[str, str]]:
    return [json.loads(file.read_text()) for file in folder.rglob("drafts/*/*.json")]


async def written(here: Seat) -> None:
    await here.pause()
    await here.app.drafts.written()


@pytest.mark.detail
async def test_a_draft_outlives_a_sign_out_and_is_shown_to_nobody_else(
    stack: Stack, seat: Any, tmp_path: Path
) -> None:
    amara, mei = await stack.person("Amara", "Okafor"), await stack.person("Mei", "Tanaka")
    here = await seat(person=amara)
    await here.until_text("● LIVE")
    await open_form(here)
    await here.fill("link", MINE)
    await written(here)
    assert [draft["link"] for draft in on_disk(tmp_path)] == [MINE]
    await here.press("escape")
    here.app.login.sign_out()
    await here.until_text("You are signed out")
    await here.board(mei)
    await open_form(here)
    assert MINE not in here.text
    assert "Draft restored" not in here.text
    await here.press("escape")
    here.app.login.sign_out()
    await here.until_text("You are signed out")
    await here.board(amara)
    await here.until_text("Unfinished session: press n to continue.")
    await open_form(here)
    await here.until_text(MINE, "Draft restored. ctrl+r")
    await here.press("ctrl+s")
    await here.until_screen("BoardScreen")
    await written(here)
    assert on_disk(tmp_path) == []
    (row,) = await stack.sql("select host_id, room_url from practice_sessions")
    assert row == {"host_id": amara.id, "room_url": MINE}


@pytest.mark.detail
async def test_a_disk_that_keeps_no_draft_is_told_and_none_is_promised(
    stack: Stack, seat: Any, tmp_path: Path
) -> None:
    here = await seat(size=(120, 30), person=await stack.person())
    await here.until_text("● LIVE")
    (tmp_path / "state").mkdir(exist_ok=True)
    (tmp_path / "state" / "drafts").write_text("in the way")
    await open_form(here)
    await here.fill("link", MINE)
    await here.until_text("Drafts cannot be saved on this computer: ")
    await written(here)
    await here.press("escape")
    await here.until_screen("BoardScreen")
    assert "Draft saved" not in here.text


@pytest.mark.detail
async def test_what_was_done_offline_is_not_pretended_to_be_done(
    stack: Stack, seat: Any, tmp_path: Path
) -> None:
    here = await seat(person=await stack.person())
    await here.until_text("● LIVE")
    await open_form(here)
    await here.fill("link", MINE)
    await stack.stop_gateway()
    await here.press("ctrl+s")
    await here.until_text("The server cannot be reached", MINE)
    assert here.screen == "SessionForm"
    await written(here)
    assert [draft["link"] for draft in on_disk(tmp_path)] == [MINE]
    await here.press("escape")
    await here.until_text("Draft saved", "STALE")
    assert "no sessions" in here.text.lower()
    await stack.start_gateway()
    await here.until_text("● LIVE")
    assert await stack.sql("select id from practice_sessions") == []
    await open_form(here)
    await here.press("ctrl+s")
    await here.until_screen("BoardScreen")
    assert len(await stack.sql("select id from practice_sessions")) == 1


@pytest.mark.detail
async def test_a_booking_offline_says_that_it_was_not_done(stack: Stack, seat: Any) -> None:
    await stack.session(await stack.person("Mei", "Tanaka"))
    here = await seat(person=await stack.person())
    await here.until_text("● LIVE")
    await here.until_text("Mei Tanaka", "○ open")
    await stack.stop_gateway()
    await here.press("b")
    await here.until_text("The server cannot be reached")
    assert "Booked: " not in here.text
    assert "○ open" in here.text


@pytest.mark.long
async def test_what_was_posted_before_as_something_else_is_said_and_then_changed(
    stack: Stack, seat: Any
) -> None:
    me = await stack.person()
    here = await seat(person=me)
    await here.until_text("● LIVE")
    await open_form(here)
    form = here.app.screen
    await stack.session(me, id=form._session_id, room_url="room-before")
    await here.fill("link", "room-now")
    await here.press("ctrl+s")
    await here.until_text("It was posted before already", "Save again if you still want this")
    await here.press("ctrl+s")
    await here.until_screen("BoardScreen")
    (row,) = await stack.sql("select room_url from practice_sessions")
    assert row["room_url"] == "room-now"


@pytest.mark.long
async def test_to_start_afresh_is_another_session(stack: Stack, seat: Any) -> None:
    here = await seat(person=await stack.person())
    await here.until_text("● LIVE")
    await open_form(here)
    before = here.app.screen._session_id
    await here.fill("link", MINE)
    await here.press("escape")
    await open_form(here)
    assert here.app.screen._session_id == before
    await here.press("ctrl+r")
    await here.pause()
    after = here.app.screen._session_id
    assert after != before
    assert here.app.screen.query_one("#link").value.endswith(after.hex)


@pytest.mark.long
async def test_a_profile_that_is_being_set_up_is_kept(
    stack: Stack, seat: Any, tmp_path: Path
) -> None:
    new = await stack.person(profile=False)
    here = await seat()
    await here.sign_in(new)
    await here.until_screen("ProfileScreen")
    await here.fill("first_name", "Noor")
    here.app.screen.query_one("#level", Select).value = "other"
    await here.fill("own_level", "IMT2")
    await here.press("escape")
    here.app.login.sign_out()
    await here.until_text("You are signed out")
    await here.sign_in(new)
    await here.until_text("Noor", "IMT2", "Draft restored")
    await here.fill("last_name", "Haddad")
    await here.press("ctrl+s")
    await here.until_screen("BoardScreen")
    await written(here)
    assert on_disk(tmp_path) == []
    (row,) = await stack.sql("select first_name, training_level from profiles")
    assert row == {"first_name": "Noor", "training_level": "IMT2"}


@pytest.mark.long
async def test_a_server_that_is_being_typed_in_is_kept_without_a_key_that_may_be_secret(
    stack: Stack, seat: Any, tmp_path: Path
) -> None:
    here = await seat(server="")
    await here.until_text("Connect to")

    async def connect() -> None:
        from medtui.account.connect import ConnectScreen

        with here.app._context():
            await here.app.push_screen(ConnectScreen(here.app))
        await here.pause()

    await connect()
    await here.fill("url", "https://abc.supabase.co")
    for key in (stack.service_key, "sb_secret_abc", stack.anon_key[:40], secrets.token_hex(20)):
        await here.fill("key", key)
        await written(here)
        assert on_disk(tmp_path) == [{"url": "https://abc.supabase.co"}]
    await here.fill("url", stack.service_key)  # in the wrong field
    await written(here)
    assert stack.service_key not in str(on_disk(tmp_path))
    await here.fill("url", "https://abc.supabase.co")
    await here.fill("key", stack.anon_key)
    await here.press("escape")
    await connect()
    await here.until_text("abc.supabase.co", "Draft restored")
    assert here.app.screen.key.value == stack.anon_key
    await here.press("ctrl+r")
    await here.until(lambda: here.app.screen.url.value == "")
    await here.fill("url", stack.url)
    await here.fill("key", stack.anon_key)
    await here.press("ctrl+s")
    await here.until_text("Sign in")
    await written(here)
    assert on_disk(tmp_path) == []


@pytest.mark.detail
async def test_a_sign_up_is_gone_on_with_but_for_its_password(
    stack: Stack, seat: Any, tmp_path: Path
) -> None:
    password = secrets.token_hex(10)
    here = await seat()
    await here.until_text("Sign in")
    await here.fill("email", "amara@example.org")
    await written(here)
    assert on_disk(tmp_path) == [], "who signs in is nobody's business"
    await here.press("ctrl+t")
    await here.fill("password", password)
    await written(here)
    assert on_disk(tmp_path) == [{"email": "amara@example.org"}]
    await here.press("escape")
    await here.until_screen("WelcomeScreen")
    with here.app._context():
        here.app.login.ask("")
    await here.until_text("Picked up where you left off", "amara@example.org")
    await here.fill("password", password)
    await here.press("enter")
    await here.until_screen("ProfileScreen")
    await written(here)
    assert on_disk(tmp_path) == []
    texts = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert not any(password.encode() in text for text in texts)


async def kill(terminal: Terminal) -> None:
    os.kill(terminal.process.pid, signal.SIGKILL)
    await terminal.process.wait()


async def begin(terminal: Terminal) -> None:
    """Open the form and type a time that the form does not suggest."""
    terminal.press("n")
    await terminal.until("Post a session", "medtui-")
    terminal.press("\x15")  # ctrl+u: an empty line
    await terminal.quiet(0.2)
    terminal.press("tomorrow 07:30")
    await terminal.until("tomorrow 07:30")


@pytest.mark.detail
async def test_kills_while_typing_and_while_posting_lose_nothing_and_post_once(
    stack: Stack, tmp_path: Path
) -> None:
    amara = await stack.person()
    async with proxied(stack.url) as proxy:
        env = {"SUPABASE_URL": proxy.url, "SUPABASE_ANON_KEY": stack.anon_key}
        async with medtui(tmp_path / "home", **env) as terminal:
            await sign_in(terminal, amara)
            await begin(terminal)
            async with asyncio.timeout(2):  # it takes milliseconds; machines that test are busy
                while [draft.get("when") for draft in on_disk(tmp_path)] != ["tomorrow 07:30"]:
                    await asyncio.sleep(0.005)
            await kill(terminal)

        async with medtui(tmp_path / "home", **env) as terminal:
            await terminal.until("LIVE", "Unfinished session")
            terminal.press("n")
            await terminal.until("Post a session", "tomorrow 07:30", "Draft restored")
            proxy.answers_to_lose["POST"] = 2
            terminal.press("\x13")
            async with asyncio.timeout(10):
                while not await stack.sql("select id from practice_sessions"):
                    await asyncio.sleep(0.01)
            await kill(terminal)

        proxy.answers_to_lose.clear()
        async with medtui(tmp_path / "home", **env) as terminal:
            await terminal.until("LIVE", "Unfinished session", "07:30")
            terminal.press("n")
            await terminal.until("Post a session", "tomorrow 07:30", "Draft restored")
            terminal.press("\x13")
            await terminal.until("LIVE", gone="Post a session")
    assert len(await stack.sql("select id from practice_sessions")) == 1
    assert on_disk(tmp_path) == []
