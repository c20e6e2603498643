"""`medtui watch` as a service or a pipe has it, and `medtui notices`."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from medtui.data import StoredTokens
from tests.alerts.sinks import web_service
from tests.helpers.commands import Script, checked, run
from tests.helpers.seats import login_of
from tests.helpers.stack import Stack
from tests.helpers.terminal import Terminal
from tests.test_end_to_end import environment, server

BOOK = "update practice_sessions set guest_id = %s where id = %s"


@asynccontextmanager
async def watching(
    home: Path, *options: str, **env: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    """`medtui watch`, which has to end by SIGTERM with 0 if it has not ended by itself."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "medtui", "watch", *options),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environment(home, **env),
    )
    try:
        yield process
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(process.wait(), 20) == 0
    finally:
        if process.returncode is None:
            process.kill()


async def event(process: asyncio.subprocess.Process) -> dict[str, Any]:
    """The next line, which has to be what the README calls an event."""
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), 40)
    assert line, "it has ended"
    told: dict[str, Any] = checked(json.loads(line), "event")
    return told


async def test_events_are_lines_of_json_through_an_outage(stack: Stack, tmp_path: Path) -> None:
    amara, mei = await stack.person("Amara", "Okafor"), await stack.person("Mei", "Tanaka")
    case = await stack.case()
    ids = [await stack.session(amara, starts_in=timedelta(days=n), case_id=case) for n in (1, 2)]
    env = Script(stack, amara, tmp_path).environment
    async with watching(tmp_path, "--jsonl", **env) as process:
        assert (await event(process))["event"] == "live"
        await stack.sql(BOOK, mei.id, ids[0])
        told = await event(process)
        assert (told["kind"], told["who"], told["session"]) == ("booked", "Mei Tanaka", str(ids[0]))
        assert told["text"].startswith("Mei Tanaka booked your mock of")
        await stack.stop_gateway()
        assert (await event(process))["event"] == "stale"
        await stack.sql(BOOK, mei.id, ids[1])
        await stack.start_gateway()
        later = []
        while not {"live", "booked"} <= set(later):  # the reason of an outage may change
            told = await event(process)
            later.append(told.get("kind", told["event"]))
        assert later.count("booked") == 1


@pytest.mark.detail
async def test_what_happened_while_it_did_not_run_is_told_once(
    stack: Stack, tmp_path: Path
) -> None:
    amara, mei = await stack.person("Amara", "Okafor"), await stack.person("Mei", "Tanaka")
    session = await stack.session(amara, starts_in=timedelta(days=1))
    await StoredTokens(stack.url, tmp_path / "state").write(login_of(amara))
    async with web_service() as (url, got):
        (tmp_path / "config.toml").write_text(f'notice_url = "{url}"\n')
        async with watching(tmp_path, "--jsonl", **server(stack)) as process:
            assert (await event(process))["event"] == "live"
        await stack.sql(BOOK, mei.id, session)
        async with watching(tmp_path, "--jsonl", **server(stack)) as process:
            events = [await event(process), await event(process)]
            assert {each.get("kind", each["event"]) for each in events} == {"live", "booked"}
            while not got:
                await asyncio.sleep(0.02)
        async with watching(tmp_path, "--jsonl", **server(stack)) as process:
            assert (await event(process))["event"] == "live"
            await stack.sql("update practice_sessions set guest_id = null")
            assert (await event(process))["kind"] == "left"
            while len(got) < 2:
                await asyncio.sleep(0.02)
    assert [words.split(" your mock")[0] for words in got] == [
        "Mei Tanaka booked",
        "Mei Tanaka left",
    ]


@pytest.mark.detail
async def test_a_server_that_is_away_at_the_start_is_waited_for(
    stack: Stack, tmp_path: Path
) -> None:
    amara = await stack.person()
    await stack.stop_gateway()
    env = Script(stack, amara, tmp_path).environment
    async with watching(tmp_path, "--jsonl", **env) as process:
        assert process.stderr is not None
        said = await asyncio.wait_for(process.stderr.readline(), 60)
        assert said.decode().endswith("Trying again…\n")
        await stack.start_gateway()
        assert (await event(process))["event"] == "live"


@pytest.mark.detail
async def test_it_ends_with_its_reader_and_with_its_login(stack: Stack, tmp_path: Path) -> None:
    amara = await stack.person()
    session = await stack.session(amara)
    env = Script(stack, amara, tmp_path).environment
    async with watching(tmp_path, "--jsonl", **env) as process:
        assert (await event(process))["event"] == "live"
        assert process.stdout is not None
        process._transport.get_pipe_transport(1).close()  # type: ignore[attr-defined]
        for guest in (await stack.person("Mei", "Tanaka"), await stack.person("Sam", "Oduya")):
            await stack.sql(BOOK, guest.id, session)
        assert await asyncio.wait_for(process.wait(), 40) == 1
    done = await run(tmp_path, "watch", **server(stack))
    assert (done.code, done.out) == (1, "")
    assert "You are not signed in" in done.err
    (tmp_path / "config.toml").write_text('mute = "everything"\n')
    done = await run(tmp_path, "watch", **server(stack))
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "mute has everything, which is none of" in done.err


@pytest.mark.detail
async def test_a_terminal_is_told_with_a_bell(stack: Stack, tmp_path: Path) -> None:
    amara, mei = await stack.person("Amara", "Okafor"), await stack.person("Mei", "Tanaka")
    session = await stack.session(amara, starts_in=timedelta(minutes=8))
    env = environment(tmp_path, **Script(stack, amara, tmp_path).environment)
    command = [sys.executable, "-m", "medtui", "watch"]
    async with Terminal(command, env=env, columns=120) as terminal:
        await terminal.until("Your mock begins in 8 min, and its seat is free.")
        await stack.sql(BOOK, mei.id, session)
        async with asyncio.timeout(40):
            while b"\a\x1b]2;medtui: Mei Tanaka booked your mock of" not in terminal.output:
                await asyncio.sleep(0.02)
        await terminal.until("Mei Tanaka booked your mock of")
        terminal.press("\x03")
        assert await asyncio.wait_for(terminal.process.wait(), 30) == 130


@pytest.mark.detail
async def test_the_ways_are_listed_kept_and_tried(tmp_path: Path) -> None:
    assert "push      No URL is set" in (await run(tmp_path, "notices")).out
    async with web_service() as (url, got):
        secret = url.replace("json://", "json://user:secret@")
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "medtui", "notices", "--set-url"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=environment(tmp_path),
        )
        out, _ = await process.communicate(f"{secret}\n".encode())
        assert process.returncode == 0
        assert b"secret" not in out
        assert "secret" not in (tmp_path / "config.toml").read_text()
        done = await run(tmp_path, "notices", "--test")
        assert (done.code, "push      sent" in done.out) == (0, True)
        assert len(got) == 1
    done = await run(tmp_path, "notices", "--test")
    assert (done.code, "push      failed" in done.out) == (1, True)
    assert "secret" not in done.out + done.err
