"""The shared screen: by itself, whatever happens to its server."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from medtui.config import BadConfig, Settings
from medtui.core.models import NO_NOTES
from medtui.data.window import shared
from medtui.launcher import Launcher, LaunchFailed, Login
from medtui.shared_screen import app
from medtui.shared_screen.screen import Look
from medtui.shared_screen.text_board import TextBoard
from tests.helpers.seats import LONDON, NOW
from tests.helpers.stack import Stack


@pytest.mark.detail
async def test_it_shows_what_there_is_and_follows(stack: Stack, wall: Any) -> None:
    amara, sam = await stack.person("Amara", "Okafor"), await stack.person("Sam", "Oduya")
    session_id = await stack.session(amara, room_url="https://secret.example/room")
    async with wall(now=None) as here:
        await here.until_text("● LIVE", "Amara O.", "SEAT FREE", "1 seat free")
        assert "▌" not in here.text
        keep = "update practice_sessions set kept_for = %s, kept_until = now() + %s::interval"
        await stack.sql(keep, sam.id, "2 days")
        await here.until_text("◌ kept", "0 seats free")
        assert "SEAT FREE" not in here.text
        await stack.sql(keep, sam.id, "1 second")
        await here.until_text("SEAT FREE", "1 seat free")
        await stack.sql(
            "update practice_sessions set guest_id = %s where id = %s", sam.id, session_id
        )
        await here.until_text("▌", "with Sam O.", "0 seats free")
        await stack.session(sam, starts_in=timedelta(hours=2), type="review")
        await here.until_text("Review")
        await stack.sql(
            "update practice_sessions set version = 2, candidate_id = host_id where id = %s",
            session_id,
        )
        await here.until_text("NOW", "Amara O. · Sam O.", "interview, 0 min in")
        await stack.sql("delete from practice_sessions where id = %s", session_id)
        await here.until(lambda: "NOW" not in here.text)
        assert "secret" not in here.text


@pytest.mark.detail
async def test_it_says_how_when_nothing_is_configured_and_goes_on_by_itself(
    stack: Stack, wall: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "LOOK_AGAIN_SECONDS", 0.05)
    answers: list[Any] = [
        Settings(tmp_path / "config.toml"),
        BadConfig("config.toml cannot be read: fix or remove it."),
        Settings(tmp_path / "config.toml", server=stack.url),
        Settings(tmp_path / "config.toml", server=stack.url, key=stack.anon_key),
    ]

    def settings() -> Settings:
        if isinstance(answers[0], Exception):
            raise answers[0]
        return answers[0]  # type: ignore[no-any-return]

    async with wall(settings=settings) as here:
        await here.until_text("No server is configured", "SUPABASE_URL")
        answers.pop(0)
        await here.until_text("fix or remove it")
        answers.pop(0)
        await here.until_text("There is no key for this server")
        answers.pop(0)
        await here.until_text("● LIVE", "nothing is planned")


async def test_it_tries_a_server_of_this_machine_until_it_starts(
    stack: Stack, wall: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "LOOK_AGAIN_SECONDS", 0.05)

    class Started:
        url, key, service_key = stack.url, stack.anon_key, ""

        async def close(self) -> None: ...

    class Launcher:
        is_broken = True

        async def local(self) -> Started:
            if self.is_broken:
                raise LaunchFailed("The disk is full.")
            return Started()

    launcher = Launcher()
    local = Settings(tmp_path / "config.toml", server="local")
    async with wall(settings=lambda: local, launcher=launcher) as here:
        await here.until_text("The disk is full.")
        launcher.is_broken = False
        await here.until_text("● LIVE")


@pytest.mark.detail
async def test_it_says_that_it_is_stale_and_comes_back_alone(stack: Stack, wall: Any) -> None:
    amara = await stack.person("Amara", "Okafor")
    await stack.session(amara)
    async with wall(now=None) as here:
        await here.until_text("● LIVE", "Amara O.")
        await stack.stop_gateway()
        await here.until_text("STALE since", "Amara O.")
        assert "LIVE" not in here.text
        await stack.sql("update practice_sessions set type = 'review'")
        await stack.start_gateway()
        await here.until(lambda: "● LIVE" in here.text and "Review" in here.text, 20)


@pytest.mark.detail
async def test_pages_turn_by_themselves_and_by_keys(stack: Stack, wall: Any) -> None:
    amara = await stack.person()
    for n in range(40):
        at = NOW + timedelta(minutes=10 + n)
        await stack.session(amara, id=UUID(int=n + 1), datetime_utc=at, type=f"n{n:02}")
    async with wall(page_seconds=1.0) as here:
        await here.until_text("n00", "1/3")
        await here.until_text("n39", "3/3")
    async with wall(page_seconds=3600.0) as here:
        await here.until_text("n00", "1/3")
        await here.press("right")
        await here.until_text("2/3")
        await here.press("left", "left")
        await here.until_text("n39", "3/3")


@pytest.mark.detail
async def test_days_and_type(stack: Stack, wall: Any) -> None:
    amara = await stack.person()
    for n, (minutes, type_) in enumerate([(30, "mock"), (60, "review"), (1510, "mock")]):
        at = NOW + timedelta(minutes=minutes)
        await stack.session(amara, id=UUID(int=n + 1), datetime_utc=at, type=type_)
    async with wall(days=1) as here:
        await here.until_text("18:34", "19:04")
        assert "TOMORROW" not in here.text
    async with wall(sessions_of="mock") as here:
        await here.until_text("18:34", "TOMORROW")
        assert "19:04" not in here.text
        await stack.sql("update practice_sessions set type = 'review' where id = %s", UUID(int=1))
        await here.until(lambda: "18:34" not in here.text)


@pytest.mark.detail
@pytest.mark.short(3)
@pytest.mark.parametrize("size", [(1, 1), (20, 4), (30, 6), (40, 8), (500, 100)])
async def test_no_size_is_too_small_or_too_large(
    size: tuple[int, int], stack: Stack, wall: Any
) -> None:
    await stack.session(await stack.person(), datetime_utc=NOW + timedelta(minutes=26))
    async with wall(size=size) as here:
        await here.until(lambda: here.app.backend is not None)
        if size > (19, 3):
            await here.until_text("18:04" if size[0] < 500 else "PRACTICE BOARD", "● LIVE")
        await here.resize(80, 24)
        await here.until_text("● LIVE", "SEAT FREE")


@pytest.mark.detail
async def test_q_ends_it(wall: Any) -> None:
    async with wall() as here:
        await here.live()
        await here.press("q")
        async with asyncio.timeout(5):
            while here.app.is_running:
                await asyncio.sleep(0.01)
        assert here.app.return_code == 0


@pytest.mark.detail
async def test_a_server_that_has_only_the_data_model_shows_no_link_either(
    data_model_stack: Stack, wall: Any, tmp_path: Any
) -> None:
    """It sends room links to everybody; what nobody asked for is dropped on arrival."""
    stack = data_model_stack
    there = Settings(tmp_path / "config.toml", server=stack.url, key=stack.anon_key)
    amara = await stack.person("Amara", "Okafor")
    session_id = await stack.session(amara, room_url="https://secret.example/room")
    async with wall(settings=lambda: there, now=None) as here:
        await here.until_text("● LIVE", "Amara O.", "SEAT FREE")
        await stack.sql(
            "update practice_sessions set version = 3, datetime_utc = now() - interval '9 minutes'"
            " where id = %s",
            session_id,
        )
        await here.until_text("NOW", "▶ wrap-up")  # since when, such a server does not say
        assert "min in" not in here.text
        assert "secret" not in here.text
        shown = vars(here.app.board._board)
        assert "secret" not in str(shown)


@pytest.mark.detail
async def test_a_server_that_keeps_no_notes_is_named_where_they_were_asked_for(
    data_model_stack: Stack, wall: Any, tmp_path: Any
) -> None:
    older = data_model_stack
    await older.session(await older.person("Amara", "Okafor"))
    settings = Settings(tmp_path / "config.toml", server=older.url, key=older.anon_key)
    async with wall(settings=lambda: settings, notes=True, now=None) as here:
        await here.until_text("● LIVE", "Amara O.", "keeps no notes with sessions")
        here.app.clear_notifications()
        await older.sql("update practice_sessions set type = 'review'")
        await here.until(lambda: "Review" in here.text and "keeps no notes" not in here.text)
    launcher = Launcher(viewer=lambda: Login("", ""))
    text = TextBoard(lambda: settings, launcher, Look(LONDON), shared(None, None, notes=True))
    page = await text.page()
    await text.close()
    assert f"<p>{NO_NOTES}</p>" in page
    assert "Amara O." in page
