"""The operator's commands, on one practice from its first day to its last."""

from __future__ import annotations

import asyncio
import io
import json
import re
import signal
import stat
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from medtui import cli
from medtui.local.folder import CONTENT
from medtui.local.postgres import SUPERUSER, Cluster
from tests.helpers.process import KEYS, Serve, nobody_is_left, within

EMAIL, PASSWORD = "vera@example.org", "correct horse"


def medtui(*arguments: object, typed: str = "") -> tuple[int, str, str]:
    """Run a command to its end: exit code and both outputs."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdin", io.StringIO(typed))
        with pytest.raises(SystemExit) as end:
            cli.main([*map(str, arguments)])
    return int(end.value.code or 0), out.getvalue(), err.getvalue()


def auth(line: dict[str, str], path: str, body: Any) -> httpx.Response:
    headers = {"apikey": line["ANON_KEY"], "X-Supabase-Api-Version": "2024-01-01"}
    return httpx.post(f"{line['API_URL']}/auth/v1/{path}", headers=headers, json=body)


def sign_in(line: dict[str, str], password: str) -> httpx.Response:
    return auth(line, "token?grant_type=password", {"email": EMAIL, "password": password})


def test_a_practice_from_its_first_day_to_its_last(serve: Serve, folder: Path) -> None:
    data = folder / "data"
    here = ("--data", data)
    # Before there is one.
    for command in (["env"], ["mail"], ["reset", "--yes"], ["password", EMAIL]):
        code, out, err = medtui("local", *command, *here)
        assert (code, out) == (1, "")
        assert err == f"There is no group's data in {data}: start one with medtui local run.\n"
    assert not data.exists()

    server = serve(*here, "--port", 0, "--confirm-email")
    line = server.line()
    assert "access_token" not in auth(line, "signup", {"email": EMAIL, "password": PASSWORD}).json()

    # Its settings, as a shell takes them.
    code, out, _ = medtui("local", "env", *here)
    program = (
        f'{out}\nexec {sys.executable} -c "import os, json; print(json.dumps(dict(os.environ)))"'
    )
    shell = subprocess.run(["/bin/sh", "-c", program], capture_output=True, text=True, check=True)
    seen = json.loads(shell.stdout)
    assert {name: seen[name] for name in KEYS} == line
    assert seen["SUPABASE_URL"] == line["API_URL"]
    assert seen["PUBLISHABLE_KEY"].startswith("sb_publishable_")

    # The code lies in the mailbox; used, it is gone.
    code, out, _ = medtui("local", "mail", *here)
    assert code == 0
    mailed = re.fullmatch(rf"(\d{{6}})  {EMAIL}  just now, for finishing the sign-up\n", out)
    assert mailed, out
    assert sign_in(line, PASSWORD).json()["code"] == "email_not_confirmed"
    verify = {"type": "signup", "email": EMAIL, "token": mailed[1]}
    session = auth(line, "verify", verify).json()
    assert medtui("local", "mail", *here)[1] == "No codes waiting.\n"

    # Setting a forgotten password while the server runs.
    code, _, err = medtui("local", "password", EMAIL, *here, typed="abc\n")
    assert (code, err) == (1, "Password should be at least 6 characters: nothing is changed.\n")
    code, _, err = medtui("local", "password", "who@example.org", *here, typed="battery\n")
    assert code == 1
    assert "There is no account for who@example.org" in err
    assert sign_in(line, PASSWORD).status_code == 200
    code, out, _ = medtui("local", "password", EMAIL.upper(), *here, typed="battery staple\n")
    assert (code, out) == (0, f"{EMAIL} has a new password, and is signed out everywhere.\n")
    assert sign_in(line, PASSWORD).json()["code"] == "invalid_credentials"
    assert sign_in(line, "battery staple").status_code == 200
    refresh = {"refresh_token": session["refresh_token"]}
    assert auth(line, "token?grant_type=refresh_token", refresh).status_code == 400

    # A phone is lost.
    for sentence in ("had no second factor", "no longer has a second factor"):
        code, out, _ = medtui("local", "password", EMAIL, "--remove-second-factor", *here)
        assert (code, out) == (0, f"{EMAIL} {sentence}.\n")
        with psycopg.connect(line["DB_URL"], autocommit=True) as db:
            db.execute(
                "insert into auth.mfa_factors (user_id, status, secret)"
                " select id, 'verified', '' from auth.users"
            )
    assert medtui("local", "password", EMAIL, "--remove-second-factor", *here)[0] == 0

    # Not while it runs.
    code, _, err = medtui("local", "reset", "--yes", *here)
    running = f"A local server is already running in {data}, at {line['API_URL']}. Stop it first.\n"
    assert (code, err) == (1, running)

    auth(line, "recover", {"email": EMAIL})
    server.end(signal.SIGTERM)

    # The same at rest.
    assert medtui("local", "env", *here)[0] == 1
    assert "for signing in without the password" in medtui("local", "mail", *here)[1]
    assert medtui("local", "password", EMAIL, *here, typed="third time\n")[0] == 0
    assert nobody_is_left(data)
    again = serve(*here)
    line = again.line()
    assert sign_in(line, "third time").status_code == 200
    other = auth(line, "signup", {"email": "other@example.org", "password": PASSWORD}).json()
    assert "access_token" not in other, "how people sign up is remembered"
    again.end(signal.SIGTERM)

    # Its last day. Without a word nothing is deleted; nor is what others have put there.
    code, _, err = medtui("local", "reset", *here)
    assert (code, err) == (
        1,
        "There is no terminal to ask at: add --yes to delete without asking.\n",
    )
    assert (data / "pgdata").exists()
    (data / "notes.txt").write_text("mine")
    unknown = [p.name for p in data.iterdir() if not any(p.match(name) for name in CONTENT)]
    assert unknown == ["notes.txt"]
    code, out, _ = medtui("local", "reset", "--yes", *here)
    assert (code, [path.name for path in data.iterdir()]) == (0, ["notes.txt"])
    assert "notes.txt is not medtui's, and stays" in out


@pytest.mark.parametrize(("word", "gone"), [("yes", True), ("no", False)])
async def test_a_reset_asks_first(folder: Path, word: str, gone: bool) -> None:
    from medtui.local import LocalError, operator
    from medtui.local.keys import ServerSettings

    data = folder / "data"
    data.mkdir()
    ServerSettings.of(data)
    asked: list[str] = []

    def answer(question: str) -> str:
        asked.append(question)
        return word

    if gone:
        await operator.reset(data, answer)
    else:
        with pytest.raises(LocalError, match="Nothing is deleted"):
            await operator.reset(data, answer)
    assert data.exists() != gone
    assert asked == [f"Delete every account, session and file in {data}? Type yes to do it: "]


@pytest.mark.detail
def test_its_log_says_what_happened_and_holds_no_secrets(serve: Serve, practice: Path) -> None:
    folder = practice
    server = serve("--data", folder, "--port", 0)
    line = server.line()
    user = {"email": EMAIL, "password": PASSWORD}
    session = auth(line, "signup", user).json()
    sign_in(line, "wrong one")
    profiles = f"{line['API_URL']}/rest/v1/profiles"
    for token in (session["access_token"], "eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ.c2ln"):
        headers = {"apikey": line["ANON_KEY"], "authorization": f"Bearer {token}"}
        httpx.get(f"{profiles}?nothing=eq.{session['refresh_token']}", headers=headers)
        row = {"user_id": "5a3b1e00-0000-4000-8000-000000000001", "first_name": PASSWORD}
        httpx.post(profiles, headers=headers, json=row)
    superuser = line["DB_URL"].replace("//postgres:", f"//{SUPERUSER}:")
    with psycopg.connect(superuser, autocommit=True) as database:
        database.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where pid <> pg_backend_pid() and backend_type in ('client backend', 'walsender')"
        )
    log = folder / "server.log"
    assert within(10, lambda: "the log was lost" in log.read_text())
    server.end(signal.SIGTERM)
    text = log.read_text()
    assert f"serves at {line['API_URL']}" in text
    assert "POST /auth/v1/token: 400" in text
    assert text.rstrip().endswith("stopped")
    for private in ("server.log", "postgres.log", "settings.json", "password", "holders"):
        assert stat.S_IMODE((folder / private).stat().st_mode) == 0o600
    for written in (text, (folder / "postgres.log").read_text()):
        secrets = [session["access_token"], session["refresh_token"], PASSWORD, "wrong one"]
        secrets += [line["ANON_KEY"], line["SERVICE_ROLE_KEY"], line["JWT_SECRET"], "eyJ"]
        secrets += [(folder / "password").read_text()]
        assert not [secret for secret in secrets if secret in written]


def test_the_log_is_scrubbed_and_does_not_grow_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import logging

    from medtui.local import run

    monkeypatch.setattr(run, "LOG_BYTES", 2000)
    with run.logged(tmp_path):
        library = logging.getLogger("some.library")
        library.warning("login failed: postgresql://postgres:hunter2@/db?host=x")
        library.warning('sent {"email": "a", "password": "correct \\"horse", "refresh_token":"r3"}')
        library.warning("with sb_secret_abc-def_123 and eyJhbGciOi.eyJpc3Mi.c2ln-n_x")
        library.info("and this is only chatter")
        text = ""
        for number in range(200):
            logging.getLogger("medtui.local").info("line %d", number)
    files = sorted(tmp_path.iterdir())
    assert [path.name for path in files] == ["server.log", *(f"server.log.{n}" for n in (1, 2, 3))]
    assert all(path.stat().st_size <= 2000 for path in files)
    monkeypatch.setattr(run, "LOG_BYTES", 20_000)
    with run.logged(tmp_path):
        library.warning("login failed: postgresql://postgres:hunter2@/db?host=x")
        library.warning('sent {"email": "a", "password": "correct \\"horse", "refresh_token":"r3"}')
        library.warning("with sb_secret_abc-def_123 and eyJhbGciOi.eyJpc3Mi.c2ln-n_x")
        library.info("and this is only chatter")
    text = (tmp_path / "server.log").read_text()
    assert "login failed: postgresql://…@/db" in text
    for secret in ("hunter2", "horse", "r3", "abc-def", "c2ln", "chatter"):
        assert secret not in text


@pytest.mark.detail
def test_where_the_local_server_cannot_run_it_says_so() -> None:
    program = (
        "import sys; from medtui import cli\n"
        "sys.modules['fcntl'] = None\n"
        "cli.main(['local', 'run'])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr == (
        "The local server runs on Linux and macOS only: on Windows use it in WSL, or connect to "
        "a Supabase project instead.\n"
    )
    program = (
        "import sys; from medtui import cli\n"
        "sys.modules['psycopg'] = None\n"
        "cli.main(['local', 'run', '--throwaway'])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr == (
        "The local server needs psycopg: install it with pip install 'medtui[local]'.\n"
    )


@pytest.mark.detail
async def test_data_of_a_newer_medtui_is_refused_and_kept(serve: Serve, practice: Path) -> None:
    cluster = await Cluster.start(practice)
    with psycopg.connect(cluster.dsn(SUPERUSER), autocommit=True) as database:
        database.execute(
            "insert into supabase_migrations.schema_migrations (version, name)"
            " values ('29991231000000', 'of_the_future')"
        )
    await cluster.stop()
    code, out, err = await asyncio.to_thread(serve("--data", practice).end)
    assert (code, out) == (1, "")
    assert err == (
        "The data was made by a newer medtui, or with another schema: migration 29991231000000 "
        "is not known here. Update medtui, or choose another folder with --data.\n"
    )
    assert nobody_is_left(practice)
    assert (practice / "pgdata").exists()
