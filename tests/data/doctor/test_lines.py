"""`medtui doctor`: each line fails alone when its thing alone is broken."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import keyring
import pytest
from keyring.backends.fail import Keyring as NoKeyring

from medtui import cli
from medtui.commands import doctor
from medtui.data import StoredTokens
from medtui.data.doctor import feed
from medtui.data.doctor import login as login_line
from medtui.local.keys import ServerKeys
from medtui.store import files
from tests.data.doctor.conftest import LINES, InMemory, failures
from tests.helpers.proxy import proxied
from tests.helpers.stack import Stack
from tests.helpers.terminal import Terminal


class Locked(InMemory):
    """A keyring that stays locked."""

    def set_password(self, service: str, username: str, password: str) -> None:
        raise RuntimeError("locked")


@pytest.mark.detail
async def test_where_nothing_is_broken_every_line_is_well(look: Any, backend: InMemory) -> None:
    found = await look()
    assert {name: finding.state for name, finding in found.items()} == dict.fromkeys(LINES, "ok")
    assert backend.kept == {}  # the probe is gone


@pytest.mark.detail
async def test_a_login_sees_more(stack: Stack, look: Any, folder: Path) -> None:
    from medtui.data import Backend, Server

    person = await stack.person()
    server = Server(stack.url, stack.anon_key)
    tokens = StoredTokens(stack.url, folder)
    async with Backend.open(server, tokens=tokens, notify=print) as opened:
        await opened.auth.sign_in(person.email, person.password)
    found = await look()
    assert failures(found) == []
    assert "by you" in found["policies"].what
    await stack.sql("grant select on cases to authenticated")
    found = await look()
    assert failures(found) == ["policies"]
    assert "every signed-in user" in found["policies"].what


async def test_settings_that_cannot_be_read(look: Any, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("server = ")
    found = await look()
    assert failures(found) == ["settings"]
    assert found["address"].state == "skipped"


@pytest.mark.detail
async def test_where_the_server_was_named(look: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "from SUPABASE_URL." in (await look())["settings"].what
    for url in ("", "http://127.0.0.1:2"):
        monkeypatch.setenv("SUPABASE_URL", url)
        async for finding in doctor.examine({"server": "http://127.0.0.1:1", "key": "k"}):
            assert finding.what == "The server http://127.0.0.1:1, from --url."
            break


async def test_an_address_without_a_server(stack: Stack, look: Any) -> None:
    await stack.stop_gateway()
    found = await look()
    assert failures(found) == ["address"]
    assert "connection refused" in found["address"].what
    assert {found[name].state for name in LINES[2:10]} == {"skipped"}
    assert failures(await look(url="http://no-such-host.invalid")) == ["address"]
    assert failures(await look(url="ftp://x")) == ["address"]
    assert failures(await look(url=f"http://{70 * 'a'}.example")) == ["address"]


async def test_a_server_that_is_not_supabase_or_in_trouble(look: Any) -> None:
    said = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(said)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        found = await look(url=url)
        assert failures(found) == ["server"]
        assert "not Supabase" in found["server"].what
        said = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"
        assert "has a problem (HTTP 503)" in (await look(url=url))["server"].what
        said = b"rubbish\r\n\r\n"
        assert failures(await look(url=url)) == ["server"]


@pytest.mark.detail(after=1)
@pytest.mark.parametrize(("hours", "way"), [(3, "behind"), (-72, "ahead of")])
async def test_a_clock_that_is_wrong(stack: Stack, look: Any, hours: int, way: str) -> None:
    told = (datetime.now(UTC) + timedelta(hours=hours)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    async with proxied(stack.url) as proxy:
        proxy.spoil = lambda data: re.sub(
            rb"(?i)\r\ndate: [^\r]+", b"\r\ndate: " + told.encode(), data
        )
        found = await look(url=proxy.url)
    assert failures(found) == ["clock"]
    assert f"3 {'hours' if hours > 0 else 'days'} {way}" in found["clock"].what


async def test_a_key_that_is_not_this_projects_public_one(stack: Stack, look: Any) -> None:
    other = ServerKeys.new()
    expired = stack.keys.sign({"role": "anon", "exp": 1_000_000_000})
    for key, why in {
        other.anon_key: "refuses it",
        "sb_publishable_x": "refuses it",
        "żółć": "refuses it",
        stack.service_key: "secret key",
        stack.keys.secret_key: "secret key",
        expired: "expired on 09 September 2001",
        "": "none",
    }.items():
        found = await look(key=key)
        assert failures(found) == ["key"]
        assert why in found["key"].what
        assert key == "" or key not in str(found)
    assert failures(await look(key=stack.keys.publishable_key)) == []


@pytest.mark.detail(after=5)
@pytest.mark.parametrize(
    ("line", "statement", "word"),
    [
        ("tables", "alter table cases rename column domain to field", "domain"),
        pytest.param(
            "tables", "alter table cases drop constraint cases_pkey cascade", "a key",
            marks=pytest.mark.stand_in("when it reads its schema again"),
        ),
        ("tables", "revoke select on profiles from anon", "no user may read profiles"),
        ("tables", "drop table cases cascade", "no cases"),
        ("migrations", "drop function server_time()", "server_time"),
        ("policies", "grant select on practice_sessions to anon", "room links"),
        ("policies", "grant select (actor_brief) on cases to anon", "briefs"),
        (
            "policies",
            "grant usage on schema medtui_private to anon;"
            "grant execute on all functions in schema public, medtui_private to anon",
            "session_case",
        ),
        ("policies", "update storage.buckets set public = true", "transcripts"),
    ],
)  # fmt: skip
async def test_a_database_that_is_not_as_it_should_be(
    stack: Stack, look: Any, line: str, statement: str, word: str
) -> None:
    await stack.sql(statement)
    found = await look()
    assert failures(found) == [line]
    assert word in found[line].what
    stack.to_strangers.clear()  # the table that they would be compared with may be gone


async def test_a_server_before_the_last_migration_is_noted(stack: Stack, look: Any) -> None:
    assert (await look())["migrations"].what == "All are there."
    await stack.sql(
        "create or replace function medtui_level() returns integer language sql as 'select 3'"
    )
    found = await look()
    assert failures(found) == []
    assert found["migrations"].state == "note"
    assert "cannot delete their accounts" in found["migrations"].what


async def test_a_live_feed_that_no_websocket_reaches(stack: Stack, look: Any) -> None:
    async with proxied(stack.url) as proxy:
        proxy.refused = "/realtime/"
        found = await look(url=proxy.url)
    assert failures(found) == ["live feed"]


@pytest.mark.detail
async def test_a_live_feed_that_falls_silent(
    stack: Stack, look: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "PATIENCE", 0.5)
    heard = []

    def silence(data: bytes) -> bytes:
        if heard:
            return b""
        heard.extend([1] * (b"Replication connection" in data))
        return data

    async with proxied(stack.url) as proxy:
        proxy.spoil = silence
        found = await look(url=proxy.url)
    assert failures(found) == ["live feed"]
    assert "does not answer" in found["live feed"].what


async def test_a_keyring_that_does_not_work_or_does_not_answer(
    look: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyring.set_keyring(Locked())
    found = await look()
    assert failures(found) == ["login"]
    assert "RuntimeError" in found["login"].what

    monkeypatch.setattr(login_line, "KEYRING_SECONDS", 0.1)
    monkeypatch.setattr(Locked, "set_password", lambda *words: __import__("time").sleep(2))
    assert failures(await look()) == ["login"]


@pytest.mark.detail
async def test_without_a_keyring_a_file_will_do_unless_it_cannot_be_written(
    look: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyring.set_keyring(NoKeyring())
    found = await look()
    assert failures(found) == []
    assert found["login"].state == "note"

    def full(path: Path, text: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "write", full)
    found = await look()
    assert failures(found) == ["login"]
    assert "No space left" in found["login"].what


@pytest.mark.detail
async def test_a_log_that_cannot_be_written(look: Any, folder: Path) -> None:
    (folder / "medtui.log").mkdir(parents=True)
    assert failures(await look()) == ["log"]


async def test_a_terminal_on_which_nothing_can_be_drawn(
    look: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("TERM", "dumb"), ("TERM", "")):
        with monkeypatch.context() as patch:
            patch.setenv(name, value)
            assert failures(await look()) == ["terminal"]
    latin = SimpleNamespace(isatty=lambda: True, encoding="ISO-8859-1")
    assert doctor.terminal({"TERM": "xterm"}, latin).state == "failed"
    monkeypatch.setenv("COLUMNS", "60")
    assert (await look())["terminal"].state == "note"


# Kind 2, and the command


async def test_a_server_with_the_data_model_alone_is_noted_and_nothing_fails(
    data_model_stack: Stack, look: Any
) -> None:
    stack = data_model_stack
    found = await look(url=stack.url, key=stack.anon_key)
    assert failures(found) == []
    assert found["migrations"].state == "note"
    await stack.sql("insert into cases (actor_brief) values ('x')")
    await stack.sql("create policy lax on cases for select to anon using (true)")
    assert failures(await look(url=stack.url, key=stack.anon_key)) == ["policies"]


async def test_the_command_says_the_same_to_people_and_to_programs(
    stack: Stack, look: Any, capsys: Any, folder: Path
) -> None:
    await look()  # sets the environment

    async def run(*words: str) -> tuple[object, str]:
        with pytest.raises(SystemExit) as ended:
            await asyncio.to_thread(cli.main, ["doctor", *words])
        return ended.value.code, capsys.readouterr().out

    code, text = await run()
    assert code == 0
    told = re.findall(r"^(?:ok  |note)  (\S+(?: feed)?) ", text, re.M)
    assert told == [name for name in LINES if name != "terminal"]  # pytest's is none
    assert text.endswith("\nNo problems found.\n")
    code, text = await run("--json")
    said = json.loads(text)
    assert (code, said["ok"], said["log"]) == (0, True, str(folder / "medtui.log"))
    assert [check["name"] for check in said["checks"]] == LINES
    await stack.stop_gateway()
    code, text = await run("--json")
    said = json.loads(text)
    assert (code, said["ok"]) == (1, False)
    code, text = await run()
    assert code == 1
    assert "FAIL  address " in text
    assert "-     the rest     not looked at: encryption, server," in text
    assert text.endswith("\n1 problem found.\n")
    assert stack.anon_key not in text


@pytest.mark.detail
async def test_reading_its_first_line_alone_prints_no_error(tmp_path: Path) -> None:
    reads, writes = os.pipe()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "medtui", "doctor"),
        stdout=writes,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "MEDTUI_CONFIG": str(tmp_path / "config.toml"), "SUPABASE_URL": ""},
    )
    os.close(writes)
    os.close(reads)
    _, complaint = await process.communicate()
    assert (process.returncode, complaint) == (1, b"")


@pytest.mark.detail
async def test_on_a_terminal_of_eighty_columns(stack: Stack, tmp_path: Path) -> None:
    env = {
        "MEDTUI_CONFIG": str(tmp_path / "config.toml"),
        "SUPABASE_URL": stack.url,
        "SUPABASE_ANON_KEY": stack.anon_key,
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
    }
    async with Terminal([sys.executable, "-m", "medtui", "doctor"], env=env, rows=40) as terminal:
        await terminal.until("No problems found.")
        assert "ok    terminal     xterm-256color, 80 x 40, 16 million colours." in terminal.text
        assert await asyncio.wait_for(terminal.process.wait(), 60) == 0
        print(terminal.text)
