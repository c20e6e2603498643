"""`medtui board --once` and `--json`: for banners and scripts."""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.stack import Stack
from tests.test_end_to_end import environment, server


async def board(home: Path, *options: str, **env: str) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "medtui", "board", *options),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**environment(home, **env), "PATH": ""},
    )
    out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


@pytest.mark.detail
async def test_it_prints_the_board_and_ends(stack: Stack, tmp_path: Path) -> None:
    amara, sam = await stack.person("Amara", "Okafor"), await stack.person("Sam", "Oduya")
    await stack.session(
        amara, starts_in=timedelta(hours=1), room_url="https://secret.example/r", note="In Spanish"
    )
    await stack.session(sam, starts_in=timedelta(days=2), guest=amara)
    code, out, _ = await board(tmp_path, "--once", **server(stack))
    assert code == 0
    assert "PRACTICE BOARD" in out
    assert "○ SEAT FREE" in out
    assert "Sam O." in out
    assert "● with Amara O." in out
    assert "secret" not in out
    assert "Spanish" not in out
    assert "Mock · In Spanish" in (await board(tmp_path, "--once", "--notes", **server(stack)))[1]
    code, out, _ = await board(tmp_path, "--json", "--names", "none", **server(stack))
    first, second = json.loads(out)["sessions"]
    assert (first["is_open"], first["note"], first["kept_until"]) == (True, None, None)
    until = datetime.now(UTC) + timedelta(hours=3)
    kept = "update practice_sessions set kept_for = %s, kept_until = %s, kept_as = 'invited'"
    await stack.sql(f"{kept} where guest_id is null", sam.id, until)
    code, out, _ = await board(tmp_path, "--json", "--names", "full", **server(stack))
    kept_one = json.loads(out)["sessions"][0]
    assert (kept_one["is_open"], kept_one["guest"]) == (False, None)
    assert datetime.fromisoformat(kept_one["kept_until"]) == until
    code, out, _ = await board(tmp_path, "--json", "--names", "none", **server(stack))
    assert (second["host"], second["guest"], second["stage"]) == ("ST1", "ST1", "prep")
    assert "Amara" not in out
    assert "secret" not in out


@pytest.mark.detail
async def test_a_server_that_is_away_is_an_error_of_one_sentence(tmp_path: Path) -> None:
    away = {"SUPABASE_URL": "http://127.0.0.1:9", "SUPABASE_ANON_KEY": "key"}
    code, out, err = await board(tmp_path, "--once", **away)
    assert (code, out) == (1, "")
    assert err == "medtui: The server cannot be reached: check the network and try again.\n"


@pytest.mark.detail
async def test_a_key_that_is_refused_is_named(stack: Stack, tmp_path: Path) -> None:
    wrong = {**server(stack), "SUPABASE_ANON_KEY": "sb_publishable_x"}
    code, out, err = await board(tmp_path, "--once", **wrong)
    assert (code, out) == (1, "")
    assert err == "medtui: The server refuses medtui's key: check it in the settings.\n"


@pytest.mark.detail
async def test_a_server_without_a_key_is_an_error_of_one_sentence(tmp_path: Path) -> None:
    code, out, err = await board(tmp_path, "--once", SUPABASE_URL="http://127.0.0.1:9")
    assert (code, out) == (1, "")
    assert err.startswith("medtui: There is no key for this server: set SUPABASE_ANON_KEY")


@pytest.mark.detail
@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--once"], "no server is configured"),
        (["--once", "--zone", "Mars/Olympus"], "there is no time zone 'Mars/Olympus'"),
        (["--days", "0"], "it must be 1 or more"),
        (["--names", "all"], "invalid choice"),
    ],
)
async def test_asked_wrongly(options: list[str], why: str, tmp_path: Path) -> None:
    code, _, err = await board(tmp_path, *options)
    assert code == 2
    assert why in err
    assert "Traceback" not in err


def test_names_of_options_are_those_of_the_wall(capsys: Any) -> None:
    from medtui.cli import _parser

    with pytest.raises(SystemExit):
        _parser().parse_args(["board", "--help"])
    shown = capsys.readouterr().out
    for option in ("zone", "days", "today", "type", "names", "page-seconds", "theme", "invite",
                   "once", "json", "web", "host", "port"):  # fmt: skip
        assert f"--{option}" in shown
