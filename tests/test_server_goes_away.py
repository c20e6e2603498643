"""The board while its server is killed, stopped, and back: it says so, and is true again."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from tests.helpers.terminal import Terminal
from tests.test_end_to_end import environment, medtui

SESSIONS = 60


@asynccontextmanager
async def local_run(data: Path, port: int = 0) -> AsyncIterator[tuple[dict[str, str], Any]]:
    """`medtui local run`: the line that it prints, and its process."""
    command = [sys.executable, "-m", "medtui", "local", "run", "--data", str(data)]
    process = await asyncio.create_subprocess_exec(
        *command,
        *("--port", str(port)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    try:
        yield json.loads(await asyncio.wait_for(process.stdout.readline(), 60)), process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGCONT)
            process.terminate()
            await process.wait()


async def sql(url: str, query: str, *args: object) -> list[dict[str, Any]]:
    async with await psycopg.AsyncConnection.connect(url, row_factory=dict_row) as db:
        cursor = await db.execute(query.encode(), args or None)
        return await cursor.fetchall() if cursor.description else []


async def sign_up(terminal: Terminal) -> None:
    """A first user, by keys alone: account, profile, board."""
    await terminal.until("Sign in", "Password")
    await terminal.quiet(0.2)
    terminal.press("\x14")  # ctrl+t: sign up
    await terminal.until("Create account", "characters")
    terminal.press("vera@example.org")
    await terminal.until("vera@example.org")
    for keys in ("\t", "correct horse", "\r"):
        terminal.press(keys)
        await terminal.quiet(0.2)
    await terminal.until("Your profile")
    await terminal.quiet(0.2)
    # The level is chosen from its list.
    for keys in ("Vera", "\r", "Viewer", "\r", "\r", "j", "\r", "\x13"):
        terminal.press(keys)
        await terminal.quiet(0.2)
    await terminal.until("LIVE")


async def fill(url: str) -> None:
    """Sixty sessions in the next hours, each of a type of its own."""
    await sql(
        url,
        "insert into practice_sessions (id, host_id, datetime_utc, type)"
        " select gen_random_uuid(), user_id, now() + n * interval '10 minutes', 'old-' || n"
        " from profiles, generate_series(1, %s) n",
        SESSIONS,
    )


CHANGE = "update practice_sessions set type = replace(type, 'old', 'new') where type in (" + (
    "select type from practice_sessions order by datetime_utc limit 50)"
)


async def until_true(terminal: Terminal, url: str, seconds: float) -> float:
    """Wait until the screen is LIVE and shows what the database says; how long that took."""
    start = time.monotonic()
    rows = await sql(
        url, "select type from practice_sessions where datetime_utc > now() order by datetime_utc"
    )
    types = [row["type"] for row in rows]
    assert len(types) == SESSIONS

    def shown() -> list[str]:
        words = (line.split() for line in terminal.lines)
        return [word for line in words for word in line if word[:4] in ("old-", "new-")]

    deadline = start + seconds
    while not ("● LIVE" in terminal.text and shown() == types):
        assert time.monotonic() < deadline, f"{shown()} is not {types}\n{terminal.text}"
        await asyncio.sleep(0.02)
    return time.monotonic() - start


@pytest.mark.detail
async def test_a_stopped_server(folder: Path, tmp_path: Path) -> None:
    async with local_run(folder) as (server, process):
        env = {"SUPABASE_URL": server["API_URL"], "SUPABASE_ANON_KEY": server["ANON_KEY"]}
        async with medtui(tmp_path / "home", columns=100, rows=80, **env) as terminal:
            await sign_up(terminal)
            await fill(server["DB_URL"])
            await until_true(terminal, server["DB_URL"], 30)

            process.send_signal(signal.SIGSTOP)
            stopped = time.monotonic()
            await terminal.until("STALE since", seconds=30)
            print(f"\nSIGSTOP: STALE after {time.monotonic() - stopped:.1f} s")
            await sql(server["DB_URL"], CHANGE)
            process.send_signal(signal.SIGCONT)
            took = await until_true(terminal, server["DB_URL"], 5)
            print(f"SIGSTOP: LIVE and true {took:.1f} s after the server's return")


@pytest.mark.detail
async def test_a_killed_server(folder: Path, tmp_path: Path) -> None:
    async with local_run(folder) as (server, process):
        env = {"SUPABASE_URL": server["API_URL"], "SUPABASE_ANON_KEY": server["ANON_KEY"]}
        port = int(server["API_URL"].rpartition(":")[2])
        async with medtui(tmp_path / "home", columns=100, rows=80, **env) as terminal:
            await sign_up(terminal)
            await fill(server["DB_URL"])
            await until_true(terminal, server["DB_URL"], 30)

            process.kill()
            killed = time.monotonic()
            await terminal.until("STALE since", seconds=30)
            print(f"\nSIGKILL: STALE after {time.monotonic() - killed:.1f} s")
            async with local_run(folder) as (elsewhere, _):  # on another port
                await sql(elsewhere["DB_URL"], CHANGE)
            async with local_run(folder, port) as (again, _):
                took = await until_true(terminal, again["DB_URL"], 5)
                print(f"SIGKILL: LIVE and true {took:.1f} s after the server's return")


@pytest.mark.long
async def test_the_demo_shows_what_its_database_says(folder: Path, tmp_path: Path) -> None:
    from medtui.local.folder import running

    env = environment(tmp_path, TMPDIR=str(folder))
    command = [sys.executable, "-m", "medtui", "demo"]
    async with Terminal(command, env=env, columns=160, rows=50) as terminal:
        await terminal.until("LIVE", "TODAY")
        (data,) = {path.parent for path in folder.glob("medtui-*/settings.json")}
        server = await asyncio.to_thread(running, data)
        assert server is not None

        async def shown_is_true() -> bool:
            rows = await sql(
                server["DB_URL"],
                "select to_char(datetime_utc at time zone 'Europe/London', 'HH24:MI') as at"
                " from practice_sessions where datetime_utc > now() - case when version = 1"
                " then interval '1 hour' else interval '4 hours' end order by datetime_utc, id",
            )
            starts = [line[2:7] for line in terminal.lines if line[4:5] == ":"]
            return starts == [row["at"] for row in rows]

        # Colleagues act all the while: it has to be true at some moment, three times over.
        for _ in range(3):
            async with asyncio.timeout(5):
                while not await shown_is_true():
                    await asyncio.sleep(0.05)
            await asyncio.sleep(2)
        terminal.press("\x11")
        await asyncio.wait_for(terminal.process.wait(), 60)
    async with asyncio.timeout(10):
        while list(folder.iterdir()):  # nothing of it is left behind
            await asyncio.sleep(0.1)
