"""Several windows of one login, over many rotations of its tokens: nobody is logged out."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import keyring
import keyring.backends.fail
import pytest

from medtui.data import Backend, Server, StoredTokens
from medtui.local.auth import sessions
from tests.data.folder_keyring import FolderKeyring
from tests.proxy import Proxy, proxied
from tests.stack import Person, Stack

LIFE = 3
"""Seconds that a token lives here."""

REFRESH = "grant_type=refresh_token"
KEYRINGS = {
    "file": "keyring.backends.fail.Keyring",
    "keyring": "tests.data.folder_keyring.FolderKeyring",
}


async def rotations(stack: Stack) -> int:
    """How often a token was replaced by another."""
    (row,) = await stack.sql("select count(*) from auth.refresh_tokens where parent is not null")
    return int(row["count"])


async def sign_in(proxy: Proxy, stack: Stack, person: Person, folder: Path) -> None:
    server = Server(proxy.url, stack.anon_key)
    async with Backend.open(server, tokens=StoredTokens(proxy.url, folder), notify=print) as first:
        await first.auth.sign_in(person.email, person.password)


async def windows(
    proxy: Proxy, stack: Stack, folder: Path, env: dict[str, str], *, count: int, turns: int
) -> list[dict[str, Any]]:
    """Run so many windows until the tokens have been replaced so often; what each tells."""
    command = [sys.executable, "-m", "tests.data.window", proxy.url, stack.anon_key, str(folder)]
    pipe = asyncio.subprocess.PIPE
    running = [
        await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, env=env)
        for _ in range(count)
    ]
    try:
        for window in running:
            assert window.stdout is not None
            assert await window.stdout.readline() == b"ready\n"
        async with asyncio.timeout(turns * LIFE * 3 + 20):
            while await rotations(stack) < turns:
                await asyncio.sleep(0.05)
        async with asyncio.timeout(20):
            told = await asyncio.gather(*(window.communicate(b"") for window in running))
    finally:
        for window in running:
            if window.returncode is None:
                window.kill()
                await window.wait()
    return [json.loads(line) for line, _ in told]


@pytest.fixture
def place(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, str]:
    """Where logins are kept, for this process and, as an environment, for others."""
    (tmp_path / "keyring").mkdir()
    added = {
        "PYTHON_KEYRING_BACKEND": KEYRINGS[request.param],
        "MEDTUI_TEST_KEYRING": str(tmp_path / "keyring"),
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    monkeypatch.setenv("MEDTUI_TEST_KEYRING", added["MEDTUI_TEST_KEYRING"])
    backend = FolderKeyring if request.param == "keyring" else keyring.backends.fail.Keyring
    monkeypatch.setattr(keyring, "get_keyring", backend)
    return os.environ | added


@pytest.mark.parametrize(
    ("place", "turns"),
    [
        ("file", 3),
        pytest.param("file", 20, marks=pytest.mark.long),
        pytest.param("keyring", 20, marks=pytest.mark.long),
    ],
    indirect=["place"],
)
async def test_four_windows_of_one_login_refresh_it_once_for_all(
    turns: int,
    stack: Stack,
    place: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sessions, "TOKEN_SECONDS", LIFE)
    person = await stack.person()
    async with proxied(stack.url) as proxy:
        start = time.monotonic()
        await sign_in(proxy, stack, person, tmp_path)
        told = await windows(proxy, stack, tmp_path, place, count=4, turns=turns)
        took = time.monotonic() - start
        asked, turned = len(proxy.requests(REFRESH)), await rotations(stack)
    print(f"{turned} rotations, {asked} refreshes in {took:.1f} s: {told}")
    for window in told:
        assert window["user"] == str(person.id)
        assert window["errors"] == {}
        assert window["answered"] > turns
        assert "SignedOut" not in window["told"]
    assert len(await stack.sql("select id from auth.sessions")) == 1
    assert asked == turned, "each rotation has one refresh, and each refresh is one rotation"
    assert turned <= took / (LIFE * 0.4), "no storm"
