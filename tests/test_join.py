"""An invitation: what the server prints is what `medtui join` takes, and nothing else."""

from __future__ import annotations

import asyncio
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from supabase import AsyncClient, acreate_client

from medtui.config import BadConfig, invited, load
from medtui.local.invite import invitation, own_address
from medtui.local.keys import Keys
from tests.local.process import Server
from tests.terminal import Terminal
from tests.test_end_to_end import environment

KEYS = Keys.new()


@pytest.mark.parametrize("key", [KEYS.publishable_key, KEYS.anon_key], ids=["publishable", "jwt"])
@pytest.mark.parametrize("host", ["192.168.1.20", "practice.local", "fd00::7"])
def test_what_is_printed_is_understood(host: str, key: str) -> None:
    line = invitation(host, 54321, key)
    shown = f"[{host}]" if ":" in host else host
    for typed in (line, line.removeprefix("medtui join "), f"  '{line}' "):
        assert invited(typed) == (f"http://{shown}:54321", key)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("", "This is not an invitation"),
        ("hello", "This is not an invitation"),
        ("192.168.1.20:54321", "This is not an invitation"),
        ("ftp://k@192.168.1.20", "This is not an invitation"),
        ("http://k@192.168.1.20:99999", "This is not an invitation"),
        ("http://k@192.168.1.20:x", "This is not an invitation"),
        ("http://k@", "This is not an invitation"),
        ("http://k@[fe80", "This is not an invitation"),
        ("http://{public}@two words", "This is not an invitation"),
        ("http://{public}@a\x1b[2J", "This is not an invitation"),
        ("http://192.168.1.20:54321", "has no key"),
        ("http://sb_\x1b[2J@192.168.1.20:54321", "This is not an invitation"),
        ("http://sb_\x1bc@192.168.1.20:54321", "has no key"),
        ("http://abc@192.168.1.20:54321", "none of Supabase's"),
        ("http://a.b.c@192.168.1.20:54321", "none of Supabase's"),
        ("http://{secret}@192.168.1.20:54321", "holds a secret key"),
        ("http://{service}@192.168.1.20:54321", "holds a secret key"),
    ],
)
def test_what_is_none_is_named_in_a_sentence(line: str, complaint: str) -> None:
    # Not in the parameters: tests are named by these, and keys differ from worker to worker.
    line = line.format(
        public=KEYS.publishable_key, secret=KEYS.secret_key, service=KEYS.service_role_key
    )
    with pytest.raises(BadConfig, match=complaint) as refusal:
        invited(line)
    assert KEYS.secret_key not in str(refusal.value)
    assert "\x1b" not in str(refusal.value)


def test_the_address_is_one_that_others_can_use() -> None:
    assert own_address("192.168.1.20") == "192.168.1.20"
    for everywhere in ("0.0.0.0", "::"):
        assert own_address(everywhere) not in ("0.0.0.0", "::")


def test_a_bad_line_ends_at_once_and_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDTUI_CONFIG", str(tmp_path / "config.toml"))
    command = [sys.executable, "-m", "medtui", "join", "http://192.168.1.20:54321"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "medtui: This invitation has no key before its @: copy the whole line.\n"
    )
    assert not (tmp_path / "config.toml").exists()


async def test_somebody_joins_with_the_line_that_the_server_prints(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = Server("--data", folder, "--port", 0, "--host", "0.0.0.0", "--invite")
    try:
        api = server.line()["API_URL"]
        assert server.process.stdout is not None
        line = server.process.stdout.readline().strip()
        assert re.fullmatch(r"medtui join http://sb_publishable_[\w-]+@[\d.]+:\d+", line)
        env = environment(tmp_path / "home")
        command = [sys.executable, "-m", *line.split()]
        async with Terminal(command, env=env, columns=100, rows=30) as terminal:
            await terminal.until("Sign in", "Password")
            await terminal.quiet(0.2)
            terminal.press("\x14")  # ctrl+t: sign up
            await terminal.until("Sign up", "characters or more")
            for keys in ("vera@example.org", "\t", "correct horse", "\r"):
                terminal.press(keys)
                await terminal.quiet(0.2)
            await terminal.until("Your profile")
            terminal.press("\x11")
        monkeypatch.setenv("MEDTUI_CONFIG", env["MEDTUI_CONFIG"])
        settings = load()
        assert settings.key == invited(line)[1]
        assert settings.server.rpartition(":")[2] == api.rpartition(":")[2]
    finally:
        code, _, err = server.end(signal.SIGTERM)
    assert code == 0
    assert "traffic to 0.0.0.0 is not encrypted" in err


@pytest.mark.long
async def test_a_class_is_on_the_board_in_five_minutes(folder: Path) -> None:
    """24 people at once, each with their own client: joined, signed up, following the board."""
    server = Server("--data", folder, "--port", 0, "--host", "0.0.0.0", "--invite")
    try:
        server.line()
        assert server.process.stdout is not None
        url, key = invited(server.process.stdout.readline())

        async def arrive(number: int) -> AsyncClient:
            client = await acreate_client(url, key)
            answer = await client.auth.sign_up(
                {"email": f"student-{number}@example.org", "password": "correct horse"}
            )
            assert answer.user is not None
            row = {"user_id": answer.user.id, "first_name": "A", "last_name": "Student"}
            await client.table("profiles").insert({**row, "training_level": "st1"}).execute()
            live = asyncio.Event()
            channel = client.channel("board")
            channel.on_postgres_changes("*", print, table="practice_sessions")
            channel.on_system(lambda payload: live.set())
            await channel.subscribe()
            await live.wait()
            await client.table("practice_sessions").select("id").execute()
            return client

        began = time.monotonic()
        async with asyncio.timeout(300):
            clients = await asyncio.gather(*map(arrive, range(24)))
        print(f"24 people on the board after {time.monotonic() - began:.1f} s")
        for client in clients:
            await client.realtime.close()
    finally:
        server.end(signal.SIGTERM)


def test_an_invitation_that_nobody_can_follow_is_told(folder: Path) -> None:
    server = Server("--data", folder, "--port", 0, "--invite")
    server.line()
    assert server.process.stdout is not None
    assert "@127.0.0.1:" in server.process.stdout.readline()
    _, _, err = server.end(signal.SIGTERM)
    assert "Only this machine reaches 127.0.0.1: for others to join, add --host 0.0.0.0." in err
