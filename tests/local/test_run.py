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

from medtui.local import LocalError
from medtui.local.keys import ServerSettings
from tests.helpers.process import KEYS, Serve, answers, hold, nobody_is_left, within
from tests.helpers.stack import data_model_alone
from tests.helpers.terminal import Terminal

NIL = "00000000-0000-0000-0000-000000000000"


@pytest.mark.detail
def test_it_serves_from_its_first_start_to_the_end_of_its_postgresql(
    serve: Serve, folder: Path
) -> None:
    server = serve("--data", folder, "--port", 0)
    line = server.line()
    assert list(line) == KEYS
    assert answers(line)
    with psycopg.connect(line["DB_URL"]) as database:
        assert database.execute("select current_user").fetchone() == ("postgres",)
        database.execute("create table kept as select 42 as answer")
    assert stat.S_IMODE((folder / "settings.json").stat().st_mode) == 0o600

    # A second one says where the first one is.
    code, out, err = serve("--data", folder, "--port", 0).end()
    assert (code, out) == (1, "")
    assert err == f"A local server is already running in {folder}, at {line['API_URL']}.\n"
    assert answers(line)

    code, out, err = server.end(signal.SIGTERM)
    assert (code, out) == (0, "")
    assert line["API_URL"] in err
    assert nobody_is_left(folder)

    # It comes back on the same port, with the same keys and data; beyond loopback it warns.
    server = serve("--data", folder, "--host", "0.0.0.0")
    after = server.line()
    same = ["API_URL", "ANON_KEY", "SERVICE_ROLE_KEY", "JWT_SECRET"]
    assert [after[key] for key in same] == [line[key] for key in same]
    with psycopg.connect(after["DB_URL"]) as database:
        assert database.execute("select answer from kept").fetchone() == (42,)
    assert answers(after)
    assert "traffic to 0.0.0.0 is not encrypted" in server.end(signal.SIGKILL)[2]

    # After SIGKILL it starts again at once; when PostgreSQL dies, it says so and ends.
    server = serve("--data", folder)
    assert answers(server.line())
    os.kill(int((folder / "pgdata" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    code, _, err = server.end()
    assert code == 1
    assert "PostgreSQL has stopped" in err


@pytest.mark.detail
@pytest.mark.parametrize(
    "moment",
    [
        "pgdata",
        *(
            pytest.param(file, marks=pytest.mark.long)
            for file in ("lock", "holders", "postgres.log", "password")
        ),
    ],
)
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


@pytest.mark.detail
def test_it_runs_as_long_as_a_program_holds_it(serve: Serve, practice: Path) -> None:
    server = serve("--data", practice, "--port", 0, "--held")
    line = server.line()
    assert list(line) == [*KEYS, "HOLD"]
    with hold(line) as first:
        assert json.loads(first.makefile().readline()) == line
        joined = serve("--data", practice, "--port", 0, "--held")
        assert joined.line() == line
        assert joined.end() == (0, "", "")
        second = hold(line)
    with second:
        # Longer than it would live alone: the first one's end was not the end.
        with pytest.raises(subprocess.TimeoutExpired):
            server.process.wait(0.5)
        assert answers(line)
    assert server.end()[0] == 0
    assert nobody_is_left(practice)

    # Nor does it wait for ever for its first holder.
    unheld = serve("--data", practice, "--held")
    unheld.line()
    assert unheld.end()[0] == 0


@pytest.mark.parametrize(
    "number", [signal.SIGKILL, pytest.param(signal.SIGTERM, marks=pytest.mark.long)]
)
def test_throwaway_data_leaves_nothing(
    serve: Serve, folder: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    monkeypatch.setenv("TMPDIR", str(folder))
    server = serve("--throwaway")
    assert answers(server.line())
    server.end(number)
    assert within(10, lambda: list(folder.iterdir()) == [])


@pytest.mark.detail
def test_a_port_that_is_taken_and_damaged_settings(serve: Serve, practice: Path) -> None:
    settings = practice / "settings.json"
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        code, _, err = serve("--data", practice, "--port", taken).end()
        assert (code, err) == (
            1,
            f"Cannot listen on 127.0.0.1, port {taken}: Address already in use.\n",
        )
        settings.write_text(json.dumps(json.loads(settings.read_text()) | {"port": taken}))
        server = serve("--data", practice)
        assert answers(server.line())
        assert f"Port {taken} is in use" in server.end(signal.SIGTERM)[2]
    settings.write_text("{")
    with pytest.raises(LocalError, match=f"{settings} cannot be read"):
        ServerSettings.of(practice)


@pytest.mark.detail
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


@pytest.mark.detail
@pytest.mark.parametrize(
    "options",
    [
        pytest.param([], id="plain"),
        pytest.param(["--invite"], id="invite", marks=pytest.mark.long),
        pytest.param(["--json"], id="json", marks=pytest.mark.long),
    ],
)
async def test_a_terminal_shows_no_secret_unless_asked(practice: Path, options: list[str]) -> None:
    data = practice
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
