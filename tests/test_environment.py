"""What a shell may have set × each of our programs: this machine's server always works.

The suite runs each program with all of it at once; `-m long` one variable at a time.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import httpx
import pytest

from medtui.store.environment import forget_network
from tests.helpers.forwarder import HOST
from tests.helpers.process import KEYS
from tests.helpers.stack import Stack
from tests.test_end_to_end import environment, medtui, server, sign_in

CASES = Path(__file__).parents[1] / "medtui" / "documents" / "cases" / "examples" / "cases.yaml"
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")
PLACES = (
    *("foo", "http://", "::", "socks9://x", "http://127.0.0.1:1", "https://127.0.0.1:1"),
    *("socks5://127.0.0.1:1", "socks://127.0.0.1:1/", "user:word@127.0.0.1:1", "  ", '"http://x"'),
)
EXCEPTIONS = ("*", "", " , ", "[", "::1", "[::1]:1", ".example.org", "10.0.0.0/8", "127.0.0.1:1")
CERTIFICATES = {"SSL_CERT_FILE": "/nowhere/ca.pem", "SSL_CERT_DIR": "/nowhere"}
POSTGRES = {
    "PGHOST": "nowhere.invalid",
    "PGHOSTADDR": "192.0.2.1",
    "PGPORT": "1",
    "PGUSER": "somebody",
    "PGPASSWORD": "else",
    "PGDATABASE": "nothing",
    "PGSERVICE": "none",
    "PGSERVICEFILE": "/nowhere/services",
    "PGSYSCONFDIR": "/nowhere",
    "PGPASSFILE": "/nowhere/passwords",
    "PGDATA": "/nowhere",
    "PGOPTIONS": "-c no_such_setting=1",
    "PGSSLMODE": "verify-full",
    "PGSSLROOTCERT": "/nowhere/root.crt",
    "PGSSLNEGOTIATION": "direct",
    "PGGSSENCMODE": "require",
    "PGREQUIREAUTH": "none",
    "PGCHANNELBINDING": "require",
    "PGTARGETSESSIONATTRS": "standby",
    "PGCONNECT_TIMEOUT": "never",
    "PGCLIENTENCODING": "no_such_encoding",
    "PGTZ": "Nowhere/Nowhere",
    "PGDATESTYLE": "no such style",
    "PGAPPNAME": "x" * 500,
    "PGMAXPROTOCOLVERSION": "nonsense",
    "PG_COLOR": "always",
}
SECRETS = {"SUPABASE_SERVICE_ROLE_KEY": "sb_secret_of_another_project", "SUPABASE_DB_URL": "x"}

ONE_AT_A_TIME = [
    *({name: place} for name in PROXIES for place in PLACES),
    *({"ALL_PROXY": "http://127.0.0.1:1", "NO_PROXY": listed} for listed in EXCEPTIONS),
    *({"http_proxy": "::", "no_proxy": listed} for listed in EXCEPTIONS),
    *({name: value} for name, value in (CERTIFICATES | POSTGRES | SECRETS).items()),
]
ALL_AT_ONCE = {
    "shouted": {
        "HTTP_PROXY": "foo",
        "HTTPS_PROXY": "http://",
        "ALL_PROXY": "socks9://x",
        "NO_PROXY": "example.org",
        **CERTIFICATES,
        **POSTGRES,
        **SECRETS,
    },
    "whispered": {
        "http_proxy": "::",
        "https_proxy": "foo",
        "all_proxy": "socks5://127.0.0.1:1",
        "no_proxy": "[",
        "PGHOSTADDR": "127.0.0.1",
        "PGOPTIONS": "-c role=nobody",
    },
}


@pytest.fixture(autouse=True)
def nothing_of_this_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy") or name.startswith(("PG", "SSL_CERT", "SUPABASE_")):
            monkeypatch.delenv(name)


async def said(home: Path, *arguments: object, **env: str) -> tuple[int, str, str]:
    """The exit code of `medtui arguments…`, and what it said on both outputs."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "medtui", *map(str, arguments)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **environment(home, **env)},
    )
    out, err = await asyncio.wait_for(process.communicate(), 90)
    assert process.returncode is not None
    assert "Traceback" not in (both := out.decode() + err.decode())
    assert "fault" not in both
    return process.returncode, out.decode(), err.decode()


async def app(stack: Stack, home: Path, env: dict[str, str]) -> None:
    person = await stack.person()
    async with medtui(home, **(env | server(stack))) as terminal:
        await sign_in(terminal, person)


async def board(stack: Stack, home: Path, env: dict[str, str]) -> None:
    async with medtui(home, "board", **(env | server(stack))) as terminal:
        await terminal.until("LIVE", seconds=30)


async def once(stack: Stack, home: Path, env: dict[str, str]) -> None:
    code, out, _ = await said(home, "board", "--once", **(env | server(stack)))
    assert (code, "PRACTICE BOARD" in out) == (0, True)


async def doctor(stack: Stack, home: Path, env: dict[str, str]) -> None:
    _, out, _ = await said(home, "doctor", "--json", **(env | server(stack)))
    states = {line["name"]: line["state"] for line in json.loads(out)["checks"]}
    assert not [name for name, state in states.items() if state == "failed"]
    assert states["live feed"] == "ok"


async def case_import(stack: Stack, home: Path, env: dict[str, str]) -> None:
    env = env | server(stack) | {"SUPABASE_SERVICE_ROLE_KEY": stack.service_key}
    code, _, err = await said(home, "cases", "import", CASES, **env)
    assert (code, err) == (0, "")
    assert len(await stack.sql("select from cases")) == 2


async def local_run(stack: Stack, home: Path, env: dict[str, str]) -> None:
    """From nothing: a cluster is made, the migrations run, people and sessions are put there."""
    data = home / "local"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "medtui", "local", "run", "--sample", "--data", str(data)),
        *("--port", "0"),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, **environment(home, **env)},
    )  # fmt: skip
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), 90)
    assert line, (await process.communicate())[1].decode()
    found = json.loads(line)
    assert list(found) == KEYS
    async with httpx.AsyncClient(trust_env=False, headers={"apikey": found["ANON_KEY"]}) as http:
        rows = await http.get(f"{found['API_URL']}/rest/v1/profiles?select=user_id")
        files = await http.get(f"{found['API_URL']}/auth/v1/settings")
    assert len(rows.json()) > 5
    assert files.status_code == 200
    process.send_signal(signal.SIGTERM)
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert (process.returncode, b"Traceback" in out + err) == (0, False)


def test_clients_that_ask_the_environment_are_spared_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo's colleagues use the plain client, which ends where a certificate is not there."""
    for kind in ALL_AT_ONCE.values():
        for name, value in kind.items():
            monkeypatch.setenv(name, value)
        forget_network()
        assert httpx.AsyncClient().trust_env
        assert not any(name.lower().endswith("_proxy") for name in os.environ)


Program = Callable[[Stack, Path, dict[str, str]], Coroutine[Any, Any, None]]
PROGRAMS = (app, board, once, doctor, case_import, local_run)


@pytest.mark.detail
@pytest.mark.short(6)
@pytest.mark.parametrize("kind", ALL_AT_ONCE)
@pytest.mark.parametrize("program", PROGRAMS)
async def test_the_server_of_this_machine_works_whatever_is_set(
    stack: Stack, folder: Path, program: Program, kind: str
) -> None:
    await program(stack, folder, ALL_AT_ONCE[kind])


@pytest.mark.long
@pytest.mark.parametrize("env", ONE_AT_A_TIME, ids=lambda env: " ".join(map("=".join, env.items())))
@pytest.mark.parametrize("program", PROGRAMS)
async def test_the_server_of_this_machine_works_with_each(
    stack: Stack, folder: Path, program: Program, env: dict[str, str]
) -> None:
    await program(stack, folder, env)


FAR = {"SUPABASE_URL": f"http://{HOST}", "SUPABASE_ANON_KEY": "sb_publishable_x"}
FAULTS = [
    pytest.param(name, value, marks=[] if value == "socks9://x" else pytest.mark.long)
    for name in ("HTTP_PROXY", "all_proxy")
    for value in PLACES
    if value.strip() and value != "foo"  # whose name is asked of a resolver
]


@pytest.mark.detail
@pytest.mark.short(1)
@pytest.mark.parametrize(("name", "value"), FAULTS)
async def test_a_server_elsewhere_is_refused_with_the_variables_name(
    name: str, value: str, tmp_path: Path
) -> None:
    env = {**FAR, name: value}
    secret = {"SUPABASE_SERVICE_ROLE_KEY": "sb_secret_x"}
    for arguments, more in (
        (["board", "--once"], {}),
        (["cases", "import", CASES], secret),
    ):
        code, out, err = await said(tmp_path, *arguments, **env, **more)
        assert (code, out) == (1, "")
        # Before it, the import warns that the service key goes unencrypted.
        assert err.splitlines()[-1].startswith("medtui: ")
        assert name in err.splitlines()[-1]
        assert "word" not in err
    code, out, _ = await said(tmp_path, "doctor", **env)
    assert (code, name in out) == (1, True)


@pytest.mark.detail
@pytest.mark.short(1)
@pytest.mark.parametrize("program", ["app", "board"])
async def test_the_screens_say_the_variables_name(program: str, tmp_path: Path) -> None:
    env = {**FAR, "HTTP_PROXY": "socks9://x"}
    arguments = ["board"] if program == "board" else []
    async with medtui(tmp_path, *arguments, columns=160, **env) as terminal:
        if program == "app":
            await terminal.until("E-mail", "Password")
            await terminal.quiet(0.2)
            terminal.press("a@example.org")
            await terminal.until("a@example.org")
            terminal.press("\t")
            await terminal.quiet(0.2)
            terminal.press("password\r")
        await terminal.until("HTTP_PROXY does not name a proxy", seconds=30)
        assert "fault" not in terminal.text
