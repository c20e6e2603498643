"""`medtui local run` as others see it: a line of JSON, signals, exit codes, and nothing left."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import httpx
import psycopg
import pytest

from tests.local.process import KEYS, Serve, answers, hold, nobody_is_left, within
from tests.stack import data_model_alone
from tests.terminal import Terminal

NIL = "00000000-0000-0000-0000-000000000000"


def test_it_prints_one_line_when_it_is_ready_and_ends_on_sigterm(
    serve: Serve, folder: Path
) -> None:
    server = serve("--data", folder, "--port", 0)
    line = server.line()
    assert list(line) == KEYS
    assert answers(line)
    with psycopg.connect(line["DB_URL"]) as database:
        assert database.execute("select current_user").fetchone() == ("postgres",)
    assert stat.S_IMODE((folder / "settings.json").stat().st_mode) == 0o600

    code, out, err = server.end(signal.SIGTERM)
    assert (code, out) == (0, "")
    assert line["API_URL"] in err
    assert nobody_is_left(folder)


def test_a_second_one_says_where_the_first_one_is(serve: Serve, folder: Path) -> None:
    line = serve("--data", folder, "--port", 0).line()
    code, out, err = serve("--data", folder, "--port", 0).end()
    assert (code, out) == (1, "")
    assert err == f"A local server runs in {folder} already, at {line['API_URL']}.\n"
    assert answers(line)


def test_it_comes_back_on_the_same_port_with_the_same_keys_and_data(
    serve: Serve, folder: Path
) -> None:
    first = serve("--data", folder, "--port", 0)
    before = first.line()
    with psycopg.connect(before["DB_URL"]) as database:
        database.execute("create table kept as select 42 as answer")
    first.end(signal.SIGINT)
    after = serve("--data", folder).line()
    same = ["API_URL", "ANON_KEY", "SERVICE_ROLE_KEY", "JWT_SECRET"]
    assert [after[key] for key in same] == [before[key] for key in same]
    with psycopg.connect(after["DB_URL"]) as database:
        assert database.execute("select answer from kept").fetchone() == (42,)


def test_after_sigkill_it_starts_again_at_once(serve: Serve, folder: Path) -> None:
    first = serve("--data", folder, "--port", 0)
    first.line()
    first.end(signal.SIGKILL)
    assert answers(serve("--data", folder).line())


@pytest.mark.parametrize("moment", ["lock", "holders", "pgdata", "postgres.log", "password"])
def test_it_ends_on_a_signal_while_it_starts(
    serve: Serve, folder: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    data, temporary = folder / "data", folder / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    server = serve("--data", data, "--port", 0)
    assert within(10, (data / moment).exists)
    code, out, _ = server.end(signal.SIGTERM)
    assert (code, out) == (0, "")
    assert list(temporary.iterdir()) == []


def test_it_runs_as_long_as_a_program_holds_it(serve: Serve, folder: Path) -> None:
    server = serve("--data", folder, "--port", 0, "--held")
    line = server.line()
    assert list(line) == [*KEYS, "HOLD"]
    with hold(line) as first:
        assert json.loads(first.makefile().readline()) == line
        joined = serve("--data", folder, "--port", 0, "--held")
        assert joined.line() == line
        assert joined.end() == (0, "", "")
        second = hold(line)
    with second:
        # Longer than it would live alone: the first one's end was not the end.
        with pytest.raises(subprocess.TimeoutExpired):
            server.process.wait(0.5)
        assert answers(line)
    assert server.end()[0] == 0
    assert nobody_is_left(folder)


def test_held_it_does_not_wait_for_ever_for_its_first_holder(serve: Serve, folder: Path) -> None:
    server = serve("--data", folder, "--port", 0, "--held")
    server.line()
    assert server.end()[0] == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_throwaway_data_leaves_nothing(
    serve: Serve, folder: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    monkeypatch.setenv("TMPDIR", str(folder))
    server = serve("--throwaway")
    assert answers(server.line())
    server.end(number)
    assert within(10, lambda: list(folder.iterdir()) == [])


def test_when_postgresql_dies_it_says_so_and_ends(serve: Serve, folder: Path) -> None:
    server = serve("--data", folder, "--port", 0)
    server.line()
    os.kill(int((folder / "pgdata" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    code, _, err = server.end()
    assert code == 1
    assert "PostgreSQL has ended by itself" in err


def test_a_port_that_is_taken(serve: Serve, folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        code, _, err = serve("--data", folder, "--port", taken).end()
        assert (code, err) == (
            1,
            f"Cannot listen on 127.0.0.1, port {taken}: Address already in use.\n",
        )
        stored = json.loads((folder / "settings.json").read_text())
        (folder / "settings.json").write_text(json.dumps(stored | {"port": taken}))
        server = serve("--data", folder)
        assert answers(server.line())
        assert f"Port {taken} is taken" in server.end(signal.SIGTERM)[2]


def test_beyond_loopback_it_warns(serve: Serve, folder: Path) -> None:
    server = serve("--data", folder, "--port", 0, "--host", "0.0.0.0")
    line = server.line()
    assert line["API_URL"].startswith("http://127.0.0.1:")
    assert answers(line)
    assert "traffic to 0.0.0.0 is not encrypted" in server.end(signal.SIGTERM)[2]


def test_damaged_settings_are_named(serve: Serve, folder: Path) -> None:
    (folder / "settings.json").write_text("{")
    code, _, err = serve("--data", folder, "--port", 0).end()
    assert code == 1
    assert f"{folder / 'settings.json'} cannot be read" in err


def test_with_the_data_models_migration_alone_it_has_nothing_of_ours(
    serve: Serve, folder: Path
) -> None:
    migrations = data_model_alone(folder)
    line = serve("--data", folder / "data", "--port", 0, "--schema", migrations, "--sample").line()
    headers = {"apikey": line["ANON_KEY"]}
    rest = f"{line['API_URL']}/rest/v1"
    asked = httpx.post(f"{rest}/rpc/session_case", json={"session_id": NIL}, headers=headers)
    assert (asked.status_code, asked.json()["code"]) == (404, "PGRST202")
    sessions = httpx.get(f"{rest}/practice_sessions?select=room_url&limit=1", headers=headers)
    assert sessions.json()[0]["room_url"]  # no column grants
    with psycopg.connect(line["DB_URL"]) as database:
        of_ours = (
            "select tgname from pg_trigger where not tgisinternal"
            " and tgrelid = 'public.practice_sessions'::regclass"
            " union all select nspname from pg_namespace where nspname = 'medtui_private'"
        )
        assert database.execute(of_ours).fetchall() == []
        files = "select from storage.objects where name like '%/transcript.json'"
        assert within(10, lambda: database.execute(files).rowcount > 10)  # it is filled beside


@pytest.mark.parametrize("options", [[], ["--invite"], ["--json"]], ids=["plain", "invite", "json"])
async def test_a_terminal_shows_no_secret_unless_asked(folder: Path, options: list[str]) -> None:
    data = folder / "data"
    command = [sys.executable, "-m", "medtui", "local", "run", "--data", str(data), "--port", "0"]
    async with Terminal([*command, *options], columns=400) as terminal:
        await terminal.until("Ready at http://127.0.0.1:", str(data), seconds=60)
        if "--json" not in options:
            await terminal.until("medtui join http://sb_publishable_", "medtui local env")
        ask = [sys.executable, "-m", "medtui", "local", "env", "--data", str(data)]
        env = await asyncio.to_thread(subprocess.check_output, ask, text=True)
        shown = terminal.output.decode()
    values = dict(line.removeprefix("export ").split("=", 1) for line in env.splitlines())
    secrets = ["SERVICE_ROLE_KEY", "SECRET_KEY", "JWT_SECRET", "DB_URL"]
    assert all(len(values[name]) > 10 for name in secrets)
    for name in secrets[:1] + secrets[2:]:
        assert (values[name].strip("'") in shown) is ("--json" in options), name
    assert values["SECRET_KEY"] not in shown
