"""`medtui board --web` in a browser: the same board, as independent, and read-only."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import websockets

from tests.browser import CHROMIUM, Browser
from tests.stack import Stack
from tests.test_end_to_end import environment, server
from tests.test_server_goes_away import local_run

LEVELS = ["st1-applicant", "st2", "foundation", "st3"]

with_browser = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here")


@asynccontextmanager
async def serving(home: Path, *options: str, port: int = 0, **env: str) -> AsyncIterator[str]:
    """`medtui board --web`; gives the page's address."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "medtui", "board", "--web", "--port", str(port), *options),
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **environment(home, **env)},
    )
    assert process.stderr is not None
    try:
        line = (await asyncio.wait_for(process.stderr.readline(), 20)).decode()
        assert line.startswith("The board is at "), line
        yield line.split()[4]
    finally:
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 10) == 0


@with_browser
async def test_a_browser_shows_the_board_follows_and_comes_back(
    stack: Stack, tmp_path: Path
) -> None:
    amara = await stack.person("Amara", "Okafor")
    await stack.session(amara, room_url="https://secret.example/room")
    async with serving(tmp_path, **server(stack)) as url, Browser(url) as page:
        await page.until("● LIVE", "Amara O.", "SEAT FREE")
        await page.until_title("● LIVE")

        await stack.sql("update practice_sessions set type = 'viva'")
        await page.until("viva", seconds=2)

        await page.press("q", "KeyQ", "q")  # nobody ends it from there
        await stack.sql("update practice_sessions set type = 'review'")
        await page.until("Review", seconds=2)

        await stack.stop_gateway()
        await page.until("STALE since")
        await page.until_title("STALE")
        await stack.start_gateway()
        await page.until("● LIVE")
        assert "secret" not in page.text


@pytest.mark.long
@with_browser
async def test_the_picture_in_the_readme(stack: Stack, tmp_path: Path) -> None:
    """Writes web.png anew: the page as a television shows it."""
    names = [("Amara", "Okafor"), ("Daniel", "Reyes"), ("Mei", "Tanaka"), ("Priya", "Nair")]
    people = [await stack.person(*name, level) for name, level in zip(names, LEVELS, strict=True)]
    (case,) = await stack.sql(
        "insert into cases (category, domain) values ('Vision loss', 'breaking bad news')"
        " returning id"
    )
    running = await stack.session(people[3], starts_in=timedelta(minutes=-9), guest=people[2],
                                  case_id=case["id"], version=2)  # fmt: skip
    await stack.sql(
        "update practice_sessions set stage_since = now() - interval '4 minutes' where id = %s",
        running,
    )
    for n in range(9):
        guest = people[(n + 1) % 4] if n % 3 else None
        await stack.session(people[n % 4], starts_in=timedelta(minutes=26 + 47 * n), guest=guest)
    async with (
        serving(tmp_path, "--invite", "https://practice.example/join", **server(stack)) as url,
        Browser(f"{url}?fontsize=22", width=1280, height=720) as page,
    ):
        await page.until("● LIVE", "Priya N. · Mei T.")
        await asyncio.sleep(1)  # the terminal in the page draws a little later
        await page.screenshot(Path(__file__).with_name("web.png"))


@pytest.mark.long
@with_browser
async def test_the_page_outlives_a_restart_of_its_server(stack: Stack, tmp_path: Path) -> None:
    await stack.session(await stack.person("Amara", "Okafor"))
    async with serving(tmp_path, **server(stack)) as url:
        page = Browser(url)
        await page.__aenter__()
        await page.until("● LIVE", "Amara O.")
    try:
        await page.until_title("away")
        await stack.sql("update practice_sessions set type = 'viva'")
        port = int(url.rpartition(":")[2])
        async with serving(tmp_path, port=port, **server(stack)):
            await page.until("● LIVE", "viva", seconds=30)
            await page.until_title("● LIVE")
            assert await page.evaluate("document.body.className.includes('-closed')") is False
    finally:
        await page.__aexit__(None, None, None)


async def test_nothing_that_a_visitor_sends_reaches_the_board_but_paging(
    stack: Stack, tmp_path: Path
) -> None:
    await stack.session(await stack.person("Amara", "Okafor"))
    async with (
        serving(tmp_path, **server(stack)) as url,
        websockets.connect(url.replace("http", "ws") + "/ws?width=80&height=24") as page,
    ):
        seen = b""
        while b"Amara" not in seen:
            frame = await asyncio.wait_for(page.recv(), 20)
            seen += frame if isinstance(frame, bytes) else b""
        for hostile in (
            json.dumps(["stdin", "q"]),
            json.dumps(["stdin", "\x11"]),
            json.dumps(["stdin", ["a"]]),
            json.dumps(["resize", {"width": 10**9, "height": "x"}]),
            json.dumps(["quit", {}]),
            "not json",
            "[" * 2000,
            "5",
        ):
            await page.send(hostile)
        await page.send(json.dumps(["ping", "still there"]))
        while (frame := await asyncio.wait_for(page.recv(), 5)) != '["pong", "still there"]':
            pass
        await stack.sql("update practice_sessions set type = 'viva'")
        seen = b""
        while b"viva" not in seen:
            frame = await asyncio.wait_for(page.recv(), 5)
            seen += frame if isinstance(frame, bytes) else b""


async def test_the_page_asks_nobody_else_for_anything(stack: Stack, tmp_path: Path) -> None:
    async with serving(tmp_path, **server(stack)) as url, httpx.AsyncClient() as http:
        page = (await http.get(url)).text
        assert "https://" not in page
        assert "cursor: none" in page
        address = url.removeprefix("http://")
        assert f'data-session-websocket-url="ws://{address}/ws"' in page


async def test_a_taken_port_is_said_in_a_sentence(stack: Stack, tmp_path: Path) -> None:
    port = stack.url.rpartition(":")[2]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "medtui", "board", "--web", "--port", port),
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **environment(tmp_path, **server(stack))},
    )
    _, err = await process.communicate()
    assert process.returncode == 1
    assert f"cannot listen on 127.0.0.1, port {port}: Address already in use" in err.decode()


@pytest.mark.long
@with_browser
async def test_the_page_outlives_a_crash_of_the_database(folder: Path, tmp_path: Path) -> None:
    """PostgreSQL is killed: the local server ends, and is started again on its port."""
    async with local_run(folder / "data") as (first, process):
        env = {"SUPABASE_URL": first["API_URL"], "SUPABASE_ANON_KEY": first["ANON_KEY"]}
        async with serving(tmp_path, **env) as url, Browser(url) as page:
            await page.until("● LIVE", "nothing is planned")
            pid = int((folder / "data" / "pgdata" / "postmaster.pid").read_text().split()[0])
            os.kill(pid, signal.SIGKILL)
            await page.until("STALE since")
            await asyncio.wait_for(process.wait(), 15)
            port = int(first["API_URL"].rpartition(":")[2])
            async with local_run(folder / "data", port):
                await page.until("● LIVE", seconds=60)
                await page.until_title("● LIVE")
