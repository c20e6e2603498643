"""Secrets planted in a day at a terminal are found nowhere but where logins are kept.

The real program: a code and a password typed in, a room with its brief, a server whose errors
echo all that it was sent, and a crash in the middle of it. Then everything is searched that the
program has left on the disk, in its log, on the terminal after its end, in the window's title, and
in what other users of the machine can see of its processes.
"""

from __future__ import annotations

import asyncio
import json
import re
import secrets
import stat
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from medtui.local.auth.passwords import hash_password
from tests.helpers.proxy import proxied
from tests.helpers.stack import Stack
from tests.helpers.terminal import Terminal
from tests.test_end_to_end import environment
from tests.test_endings import descendants

PROGRAM = """
from medtui import cli
from medtui.room.screen import RoomScreen

def crash(screen):
    raise KeyError({secrets!r})

RoomScreen.action_copy_link = crash
cli.main()
"""

TITLE = re.compile(rb"\x1b\][0-2];([^\x07\x1b]*)")


def echo(planted: dict[str, str]) -> bytes:
    """An answer with all of them wherever words can stand."""
    said = "\n".join(planted.values())
    names = ("code", "error_code", "message", "msg", "details", "hint", "error", "statusCode")
    body = json.dumps(dict.fromkeys(names, said)).encode()
    head = f"HTTP/1.1 500 {planted['brief']}\r\nX-Sb-Error-Code: {planted['password']}\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def room_of(stack: Stack, brief: str) -> tuple[str, str]:
    """A user with another password, who is the actor in a room; e-mail and password."""
    host, me = await stack.person("Mei", "Tanaka"), await stack.person()
    email, password = f"{secrets.token_hex(8)}@example.org", secrets.token_hex(12)
    change = "update auth.users set email = %s, encrypted_password = %s where id = %s"
    await stack.sql(change, email, hash_password(password), me.id)
    case = await stack.case(1, actor_brief=brief, candidate_brief="Take a history.")
    await stack.session(
        host,
        guest=me,
        candidate_id=host.id,
        case_id=case,
        room_url=f"https://example.org/{secrets.token_hex(8)}",
        starts_in=timedelta(minutes=2),
    )
    return email, password


@pytest.mark.detail
async def test_a_day_at_a_terminal_leaves_no_secret(stack: Stack, tmp_path: Path) -> None:
    planted = {name: secrets.token_hex(12) for name in ("brief", "wrong password")}
    planted["code"] = f"{secrets.randbelow(10**10):010}"
    planted["e-mail"], planted["password"] = await room_of(stack, planted["brief"])
    planted["public key"] = stack.anon_key
    home, temporary = tmp_path / "home", tmp_path / "tmp"
    home.mkdir()
    temporary.mkdir()
    others: dict[str, str] = {}
    async with proxied(stack.url) as proxy:
        settings = f'server = "{proxy.url}"\nkey = "{stack.anon_key}"\n'
        (home / "config.toml").write_text(settings)
        env = environment(home, TMPDIR=str(temporary))
        program = PROGRAM.format(secrets=list(planted.values()))
        command = [sys.executable, "-c", program]
        async with Terminal(command, env=env, columns=100, rows=40) as terminal:

            async def type_(*keys: str) -> None:
                await terminal.quiet(0.15)
                for key in keys:
                    terminal.press(key)
                    await terminal.quiet(0.15)

            await terminal.until("Sign in", "E-mail", "Help")
            await type_(planted["e-mail"], "\x0f")  # ctrl+o: by a code
            await terminal.until("Check your e-mail")
            await type_(planted["code"], "\r")
            await terminal.until("wrong or too old")
            await type_("\x1b")
            await terminal.until("Sign in", "Password")
            await type_("\t", planted["wrong password"], "\r")
            await terminal.until("do not match")
            await type_("\x15", planted["password"], "\r")
            await terminal.until("LIVE", "Mei Tanaka")
            (login,) = (home / "state").glob("login-*.json")
            kept = json.loads(login.read_text())
            planted |= {name: kept[name] for name in ("access_token", "refresh_token")}
            await type_("\r", "\r")  # into the room
            await terminal.until(planted["brief"])

            answers: list[bytes] = []

            def spoil(data: bytes) -> bytes:
                """Of all answers; sockets work, so that what is read over them is asked for."""
                if not data.startswith(b"HTTP/1.1") or data.startswith(b"HTTP/1.1 101"):
                    return data
                answers.append(data)
                return echo(planted)

            proxy.spoil = spoil
            await stack.restart_gateway()
            await terminal.until("NOT LIVE", seconds=20)
            async with asyncio.timeout(20):
                while len(answers) < 4:
                    await asyncio.sleep(0.02)
            await terminal.quiet(0.3)
            await type_("i", "my own notes", "\x1b")
            for pid in [terminal.process.pid, *descendants(terminal.process.pid)]:
                for what in ("cmdline", "environ"):
                    text = Path(f"/proc/{pid}/{what}").read_bytes().decode(errors="replace")
                    # This test's program has them in its own words.
                    others[f"{what} of {pid}"] = text.replace(program, "")
            await type_("y")
            assert await asyncio.wait_for(terminal.process.wait(), 60) == 1
            await terminal.until("`medtui doctor` looks for a cause.")
            output = bytes(terminal.output)

    assert output.count(b"\x1b[?1049l") == 1
    texts = others | {"the terminal": output[output.index(b"\x1b[?1049l") :].decode()}
    texts["the title"] = b"\n".join(TITLE.findall(output)).decode(errors="replace")
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert stat.S_IMODE(login.stat().st_mode) == 0o600
    for path in files:
        if path not in (login, home / "config.toml"):
            texts[str(path.relative_to(tmp_path))] = path.read_bytes().decode(errors="replace")
    log = texts["home/state/medtui.log"]
    assert "KeyError" in log
    assert "the feed could not be read" in log
    assert "stale" in log
    assert list(temporary.iterdir()) == []
    found = [
        f"{what} in {where}"
        for where, text in texts.items()
        for what, secret in planted.items()
        if secret in text
    ]
    assert found == []
    key = (home / "config.toml").read_text().replace(stack.anon_key, "")
    assert not [what for what, secret in planted.items() if secret in key]
