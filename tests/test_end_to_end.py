"""The program as people have it: in a pseudo-terminal, by its keys, against a real server."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from tests.helpers.stack import Person, Stack
from tests.helpers.terminal import Terminal

BOOKED = "select guest_id from practice_sessions where guest_id is not null"
CLEAR_SCREEN = b"\x1b[2J"


def environment(home: Path, **env: str) -> dict[str, str]:
    """A home of its own, with no keyring and nothing configured."""
    return {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_STATE_HOME": str(home / "state"),
        "MEDTUI_CONFIG": str(home / "config.toml"),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        "TZ": "Europe/London",
        "TEXTUAL_ANIMATIONS": "none",
        "SUPABASE_URL": "",
        "SUPABASE_ANON_KEY": "",
        **env,
    }


@asynccontextmanager
async def medtui(
    home: Path, *arguments: str, columns: int = 80, rows: int = 24, **env: str
) -> AsyncIterator[Terminal]:
    """`medtui` as on a machine where it was never run."""
    home.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "medtui", *arguments]
    size = {"columns": columns, "rows": rows}
    async with Terminal(command, env=environment(home, **env), **size) as terminal:
        yield terminal


async def sign_in(terminal: Terminal, person: Person) -> None:
    await terminal.until("E-mail", "Password")
    terminal.press(f"{person.email}\t{person.password}\r")
    await terminal.until("LIVE")


def server(stack: Stack) -> dict[str, str]:
    return {"SUPABASE_URL": stack.url, "SUPABASE_ANON_KEY": stack.anon_key}


@pytest.mark.detail
async def test_two_people_see_what_the_other_does(stack: Stack, tmp_path: Path) -> None:
    amara = await stack.person("Amara", "Okafor")
    mei = await stack.person("Mei", "Tanaka")
    async with (
        medtui(tmp_path / "a", **server(stack)) as hers,
        medtui(tmp_path / "b", **server(stack), columns=200, rows=60) as his,
    ):
        await asyncio.gather(sign_in(hers, amara), sign_in(his, mei))

        hers.press("n")
        await hers.until("Post a session")
        hers.press("\x13")  # ctrl+s: the suggested time, type and link
        await his.until("Amara Okafor", "open")

        his.press("b")
        await his.until("you")
        await hers.until("Mei Tanaka")
        (row,) = await stack.sql("select guest_id from practice_sessions")
        assert row["guest_id"] == mei.id


@pytest.mark.detail
async def test_the_loser_of_a_race_reads_who_won(stack: Stack, tmp_path: Path) -> None:
    host = await stack.person("Amara", "Okafor")
    mei, daniel = await stack.person("Mei", "Tanaka"), await stack.person("Daniel", "Reyes")
    await stack.session(host)
    async with (
        medtui(tmp_path / "a", **server(stack)) as hers,
        medtui(tmp_path / "b", **server(stack)) as his,
    ):
        await asyncio.gather(sign_in(hers, mei), sign_in(his, daniel))
        await asyncio.gather(hers.until("Amara"), his.until("Amara"))
        hers.press("b")
        his.press("b")
        async with asyncio.timeout(10):
            while not (rows := await stack.sql(BOOKED)):
                await asyncio.sleep(0.01)
        won, winner, lost = (
            (hers, mei, his) if rows[0]["guest_id"] == mei.id else (his, daniel, hers)
        )
        await won.until("Booked: ", "● you")
        await lost.until(f"{winner.name} has just booked it")


@pytest.mark.detail
async def test_one_changed_row_writes_little_and_never_clears_the_screen(
    stack: Stack, tmp_path: Path
) -> None:
    viewer, host = await stack.person("Vera", "Viewer"), await stack.person("Amara", "Okafor")
    ids = [await stack.session(host, starts_in=timedelta(days=1 + n)) for n in range(15)]
    async with medtui(tmp_path / "a", **server(stack), columns=200, rows=60) as terminal:
        await sign_in(terminal, viewer)
        await terminal.until("Amara", gone="Your login")
        await stack.sql("update practice_sessions set type = 'review' where id = %s", ids[3])
        await terminal.until("Review")  # the first since the list had its last size
        await terminal.quiet()
        before = terminal.written
        await stack.sql("update practice_sessions set type = 'viva' where id = %s", ids[7])
        await terminal.until("viva", seconds=3)
        await terminal.quiet()
        written = bytes(terminal.output[before:])
        assert len(written) < 4096
        assert CLEAR_SCREEN not in written


@pytest.mark.detail
async def test_a_login_survives_a_restart(stack: Stack, tmp_path: Path) -> None:
    viewer = await stack.person("Vera", "Viewer")
    async with medtui(tmp_path / "a", **server(stack)) as terminal:
        await sign_in(terminal, viewer)
        terminal.press("\x11")  # ctrl+q
        await asyncio.wait_for(terminal.process.wait(), 60)
        assert terminal.process.returncode == 0
    async with medtui(tmp_path / "a", **server(stack)) as terminal:
        await terminal.until("LIVE")


async def test_the_clock_needs_no_server_and_takes_ones_own_presets(tmp_path: Path) -> None:
    own = '[viva]\nrounds = 3\n[[viva.phases]]\nname = "Viva"\nlength = "10:00"\n'
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "presets.toml").write_text(own)
    async with medtui(tmp_path / "a", "clock", "--preset", "Viva") as terminal:
        await terminal.until("round 1 of 3", "VIVA", "press space to start")
        terminal.press(" ")
        await terminal.until("Viva begins.")
        terminal.press("q")
        await asyncio.wait_for(terminal.process.wait(), 60)
        assert terminal.process.returncode == 0
    async with medtui(tmp_path / "a", "clock", "--preset", "nothing") as terminal:
        await terminal.until("There is no preset called nothing: choose one of platform, plab2")
        assert await asyncio.wait_for(terminal.process.wait(), 60) == 2
    (tmp_path / "a" / "presets.toml").write_text(own.replace("10:00", "soon"))
    async with medtui(tmp_path / "a", "clock", columns=200) as terminal:
        await terminal.until("presets.toml, line 5: length should be a time")
