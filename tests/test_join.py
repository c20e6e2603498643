"""An invitation: what the server prints is what `medtui join` takes, and nothing else."""

from __future__ import annotations

import asyncio
import os
import pty
import re
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest
from supabase import AsyncClient, acreate_client

from medtui.config import BadConfig, invited, is_invitation, load
from medtui.local.address import invitation, own_address
from medtui.local.keys import ServerKeys
from tests.helpers.process import Server
from tests.helpers.stack import Stack
from tests.helpers.terminal import Terminal
from tests.test_end_to_end import environment

KEYS = ServerKeys.new()


@pytest.mark.parametrize("key", [KEYS.publishable_key, KEYS.anon_key], ids=["publishable", "jwt"])
@pytest.mark.parametrize("host", ["192.168.1.20", "practice.local", "fd00::7"])
def test_what_is_printed_is_understood(host: str, key: str) -> None:
    line = invitation(host, 54321, key)
    shown = f"[{host}]" if ":" in host else host
    for typed in (line, line.removeprefix("medtui join "), f"  '{line}' "):
        assert invited(typed) == (f"http://{shown}:54321", key)


@pytest.mark.parametrize(
    "as_sent",
    [
        "“{line}”",
        "`{line}`.",
        "> {line}",
        "\u00a0{line}\u00a0",
        "{line}\r\n",
        "<{url}>",
        "MEDTUI JOIN {url}",
        "medtui join\n  {url}",
        "medtui join http://\n{rest}",
        "{broken}",
        "{unseen}",
    ],
)
def test_an_invitation_is_understood_as_chats_leave_it(as_sent: str) -> None:
    line = invitation("192.168.1.20", 54321, KEYS.publishable_key)
    url = line.removeprefix("medtui join ")
    text = as_sent.format(
        line=line,
        url=url,
        rest=url.removeprefix("http://"),
        broken=f"{line[:40]}\n    {line[40:]}",
        unseen=f"{line[:40]}\u200b{line[40:]}",
    )
    assert is_invitation(text)
    assert invited(text) == ("http://192.168.1.20:54321", KEYS.publishable_key)


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
        ("http://abc@192.168.1.20:54321", "not a Supabase key"),
        ("http://a.b.c@192.168.1.20:54321", "not a Supabase key"),
        ("http://{secret}@192.168.1.20:54321", "holds a secret key"),
        ("http://{service}@192.168.1.20:54321", "holds a secret key"),
        # Each goes to another host than a reader would think, or says more than a host and a port.
        ("http://{public}@evil.example#@127.0.0.1:54321", "This is not an invitation"),
        ("http://{public}@evil.example/@127.0.0.1:54321", "This is not an invitation"),
        ("http://{public}@evil.example?@127.0.0.1:54321", "This is not an invitation"),
        ("http://{public}@evil.example\\@127.0.0.1:54321", "This is not an invitation"),
        ("http://127.0.0.1:54321@{public}@evil.example", "This is not an invitation"),
        ("http://{public}:word@evil.example", "has no key"),
        ("http://{public}@127.0.0.1:54321/rest/v1", "This is not an invitation"),
        ("http://{public}@127.0.0.1:54321?x=1", "This is not an invitation"),
        ("http://{public}@127.0.0.1:54321#", "This is not an invitation"),
        ("http://{public}@evil.ex\u0430mple:54321", "This is not an invitation"),
        ("http://{public}@127\uff0e0.0.1:54321", "This is not an invitation"),
        ("http://{public}@%65vil.example", "This is not an invitation"),
        ("http://{public}@127.0.0.1:0", "This is not an invitation"),
        ("http://{public}@127.0.0.1:65536", "This is not an invitation"),
        ("http://{public}@127.0.0.1:\u0665\u0664", "This is not an invitation"),
        ("http://{public}@127.0.0.256", "This is not an invitation"),
        ("http://{public}@[::1", "This is not an invitation"),
        ("http://{public}@[::1%eth0]", "This is not an invitation"),
        ("http:{public}@127.0.0.1", "This is not an invitation"),
        ("medtui join http://{public}@127.0.0.1 now", "This is not an invitation"),
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


@pytest.mark.detail
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


def join(line: str, file: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run `medtui join` in a terminal, of which standard error is read apart."""
    command = [sys.executable, "-m", "medtui", "join", line, *options]
    env = {**os.environ, **environment(file.parent, MEDTUI_CONFIG=str(file))}
    ours, theirs = pty.openpty()
    try:
        return subprocess.run(
            command, stdin=theirs, stdout=theirs, stderr=subprocess.PIPE,
            text=True, check=False, env=env,
        )  # fmt: skip
    finally:
        os.close(ours)
        os.close(theirs)


@pytest.mark.detail
@pytest.mark.short(2)
@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("http://{key}@no.invalid", "No answer from this address"),
        ("http://{key}@127.0.0.1:1", "No answer from this address"),
        ("http://{wrong}@127.0.0.1:{port}", "The server refuses this key"),
        ("http://{key}@127.0.0.1:{other}", "it is not Supabase"),
    ],
    ids=["name", "port", "key", "other"],
)
async def test_a_server_that_does_not_answer_takes_no_place(
    stack: Stack, tmp_path: Path, line: str, complaint: str
) -> None:
    file = tmp_path / "config.toml"
    file.write_text('# mine\nserver = "https://works.example"\nkey = "k"\ncolour = "blue"\n')
    before = file.read_bytes()

    async def another(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nhi")
        writer.close()

    async with await asyncio.start_server(another, "127.0.0.1", 0) as other:
        filled = line.format(
            key=stack.keys.publishable_key,
            wrong=stack.keys.publishable_key[:-4] + "typo",
            port=stack.url.rpartition(":")[2],
            other=other.sockets[0].getsockname()[1],
        )
        done = await asyncio.to_thread(join, filled, file)
    assert done.returncode == 1
    assert complaint in done.stderr
    assert done.stderr.count("\n") == 1
    assert file.read_bytes() == before


@pytest.mark.detail
async def test_a_server_that_answers_is_kept_beside_the_one_before(
    stack: Stack, tmp_path: Path
) -> None:
    file = tmp_path / "config.toml"
    file.write_text('# mine\nserver = "https://works.example"\nkey = "k"\ncolour = "blue"\n')
    host = stack.url.removeprefix("http://")
    line = f"medtui join http://{stack.keys.publishable_key}@{host}"
    command = [sys.executable, "-m", *line.split(), "--name", "Ward 7"]
    env = environment(tmp_path, MEDTUI_CONFIG=str(file))
    async with Terminal(command, env=env) as terminal:
        await terminal.until("Create account · Ward 7", "Password")
    settings = tomllib.loads(file.read_text())
    assert settings["server"] == stack.url
    assert settings["colour"] == "blue"
    assert file.read_text().startswith("# mine\n")
    assert settings["servers"] == [
        {"url": "https://works.example", "key": "k"},
        {"url": stack.url, "key": stack.keys.publishable_key, "name": "Ward 7"},
    ]


@pytest.mark.detail
async def test_joining_with_the_line_that_the_server_prints(
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
            await terminal.until("Create account", "characters")
            await terminal.quiet(0.2)
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


@pytest.mark.detail
def test_an_invitation_that_cannot_be_followed_is_reported(folder: Path) -> None:
    server = Server("--data", folder, "--port", 0, "--invite")
    server.line()
    assert server.process.stdout is not None
    assert "@127.0.0.1:" in server.process.stdout.readline()
    _, _, err = server.end(signal.SIGTERM)
    assert "Others cannot reach 127.0.0.1. To let them join, add --host 0.0.0.0." in err
