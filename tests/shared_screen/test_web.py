"""`medtui board --web` in a browser: the same board, as independent, and read-only."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import websockets

from medtui.shared_screen.guard import PER_ADDRESS
from medtui.shared_screen.web import GIVEN_UP
from tests.helpers.browser import CHROMIUM, Browser
from tests.helpers.http_clients import http_client
from tests.helpers.stack import Stack
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
        line = (await asyncio.wait_for(process.stderr.readline(), 60)).decode()
        assert line.startswith("The board is at "), line
        yield line.split()[4]
    finally:
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 60) == 0


@pytest.mark.detail
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
    """Writes web.png again: the page as a television shows it."""
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


@pytest.mark.detail
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
            frame = await asyncio.wait_for(page.recv(), 60)
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
        while (frame := await asyncio.wait_for(page.recv(), 60)) != '["pong", "still there"]':
            pass
        await stack.sql("update practice_sessions set type = 'viva'")
        seen = b""
        while b"viva" not in seen:
            frame = await asyncio.wait_for(page.recv(), 60)
            seen += frame if isinstance(frame, bytes) else b""


@pytest.mark.detail
async def test_the_page_loads_nothing_from_other_servers(stack: Stack, tmp_path: Path) -> None:
    async with serving(tmp_path, **server(stack)) as url, http_client() as http:
        page = (await http.get(url)).text
        assert "https://" not in page
        assert "cursor: none" in page
        address = url.removeprefix("http://")
        assert f'data-session-websocket-url="ws://{address}/ws"' in page


@pytest.mark.detail
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


def paths(url: str) -> tuple[str, str, int]:
    """The page's address as a websocket's, its host, and its port."""
    host, _, port = url.removeprefix("http://").rpartition(":")
    return f"{url.replace('http', 'ws')}/ws?width=80&height=24", host, int(port)


# What a browser sends of another page than ours, or of one whose name was made to lead here.
STRANGE = [
    {"Host": "evil.example"},
    {"Host": "evil.example:{port}"},
    {"Host": "evil.example:{port}", "Origin": "http://evil.example:{port}"},
    {"Host": "{host}.evil.example:{port}"},
    {"Host": "evil@{host}:{port}"},
    {"Host": "{host}:1"},
    {"Host": "{host}"},
    {"Host": ""},
    {"Origin": "http://evil.example"},
    {"Origin": "http://evil.example:{port}"},
    {"Origin": "http://{host}:1"},
    {"Origin": "http://{host}"},
    {"Origin": "https://{host}:{port}"},
    {"Origin": "http://{host}:{port}.evil.example"},
    {"Origin": "http://{host}:{port}@evil.example"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Origin": "file://"},
    {"Host": "evil.example", "X-Forwarded-Host": "{host}:{port}"},
    {"Origin": "http://evil.example", "X-Forwarded-Host": "evil.example"},
    {"Origin": "http://evil.example", "Forwarded": "host=evil.example"},
]


async def asked(port: int, to: str, path: str, headers: dict[str, str]) -> int:
    """The status of an answer, to a request with exactly these headers."""
    reader, writer = await asyncio.open_connection(to, port)
    lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
    try:
        return int((await asyncio.wait_for(reader.readline(), 60)).split()[1])
    finally:
        writer.close()


UPGRADE = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


@pytest.mark.detail
@pytest.mark.parametrize("listening", ["127.0.0.1", "::1"])
async def test_another_page_than_ours_reads_nothing(
    listening: str, stack: Stack, tmp_path: Path
) -> None:
    async with serving(tmp_path, "--host", listening, **server(stack)) as url:
        _, host, port = paths(url)
        own = f"{host}:{port}"
        for path, extra in (("/", {}), ("/static/js/textual.js", {}), ("/ws", UPGRADE)):
            for strange in STRANGE:
                filled = {name: text.format(host=host, port=port) for name, text in strange.items()}
                headers = {"Host": own, **extra, **filled}
                status = await asked(port, listening, path, headers)
                assert status == 403 or (not headers["Host"] and status == 400), (path, headers)
        assert await asked(port, listening, "/ws", {"Host": own, **UPGRADE}) == 101
        for name in (own, f"localhost:{port}"):
            headers = {"Host": name, "Origin": f"http://{name}"}
            assert await asked(port, listening, "/", headers) == 200
            assert await asked(port, listening, "/ws", {**headers, **UPGRADE}) == 101


@pytest.mark.detail
async def test_a_proxy_that_is_named_is_believed(stack: Stack, tmp_path: Path) -> None:
    async with serving(tmp_path, "--public-host", "board.example", **server(stack)) as url:
        _, host, port = paths(url)
        named = {"Host": "board.example", "Origin": "https://board.example", **UPGRADE}
        assert await asked(port, host, "/ws", named) == 101
        assert await asked(port, host, "/ws", {**named, "Origin": "https://evil.example"}) == 403
        assert await asked(port, host, "/ws", {**named, "Host": "evil.example"}) == 403


@pytest.mark.detail
async def test_one_address_has_so_many_places_and_its_oldest_page_goes(
    stack: Stack, tmp_path: Path
) -> None:
    async with AsyncExitStack() as pages, serving(tmp_path, **server(stack)) as url:
        socket_url, host, port = paths(url)
        opened = []
        for _ in range(PER_ADDRESS):
            opened.append(await pages.enter_async_context(websockets.connect(socket_url)))
        elsewhere = await pages.enter_async_context(
            websockets.connect(socket_url, host=host, port=port, local_addr=("127.0.0.2", 0))
        )
        newest = await pages.enter_async_context(websockets.connect(socket_url))
        async with asyncio.timeout(20):
            await opened[0].wait_closed()
        assert opened[0].close_code == GIVEN_UP
        for page in (*opened[1:], elsewhere, newest):
            await page.send(json.dumps(["ping", "there"]))
            async with asyncio.timeout(20):
                while await page.recv() != '["pong", "there"]':
                    pass


@pytest.mark.long
@with_browser
async def test_the_page_outlives_a_crash_of_the_database(folder: Path, tmp_path: Path) -> None:
    """PostgreSQL is killed: the local server ends, and is started again on its port."""
    async with local_run(folder) as (first, process):
        env = {"SUPABASE_URL": first["API_URL"], "SUPABASE_ANON_KEY": first["ANON_KEY"]}
        async with serving(tmp_path, **env) as url, Browser(url) as page:
            await page.until("● LIVE", "nothing is planned")
            pid = int((folder / "data" / "pgdata" / "postmaster.pid").read_text().split()[0])
            os.kill(pid, signal.SIGKILL)
            await page.until("STALE since")
            await asyncio.wait_for(process.wait(), 60)
            port = int(first["API_URL"].rpartition(":")[2])
            async with local_run(folder, port):
                await page.until("● LIVE", seconds=60)
                await page.until_title("● LIVE")
