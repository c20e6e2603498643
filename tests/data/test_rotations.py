"""Several windows of one login, over many rotations of its tokens: none is logged out."""

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

from medtui.data import Backend, NotSignedIn, Server, StoredTokens, auth
from medtui.local.auth import sessions
from tests.data.folder_keyring import FolderKeyring
from tests.helpers.proxy import Proxy, proxied
from tests.helpers.stack import Person, Stack

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
) -> tuple[list[dict[str, Any]], int, int]:
    """Run so many windows until the tokens have been replaced so often.

    Returns what each tells, and how many refreshes and rotations there were until then: one that
    has begun when the windows end is cut off.
    """
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
        asked, turned = len(proxy.requests(REFRESH)), await rotations(stack)
        async with asyncio.timeout(20):
            told = await asyncio.gather(*(window.communicate(b"") for window in running))
    finally:
        for window in running:
            if window.returncode is None:
                window.kill()
                await window.wait()
    return [json.loads(line) for line, _ in told], asked, turned


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


@pytest.mark.detail
@pytest.mark.parametrize(
    ("place", "turns"),
    [
        ("file", 3),
        pytest.param("file", 20, marks=pytest.mark.long),
        pytest.param("keyring", 20, marks=pytest.mark.long),
    ],
    indirect=["place"],
)
@pytest.mark.stand_in("how long its tokens last")
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
        told, asked, turned = await windows(proxy, stack, tmp_path, place, count=4, turns=turns)
        took = time.monotonic() - start
    print(f"{turned} rotations, {asked} refreshes in {took:.1f} s: {told}")
    for window in told:
        assert window["user"] == str(person.id)
        assert window["errors"] == {}
        assert window["answered"] > turns
        assert "SignedOut" not in window["told"]
    assert len(await stack.sql("select id from auth.sessions")) == 1
    assert asked == turned, "each rotation has one refresh, and each refresh is one rotation"
    assert turned <= took / (LIFE * 0.4), "no storm"


@pytest.mark.detail(after=1)
@pytest.mark.parametrize("place", ["file", "keyring"], indirect=True)
@pytest.mark.stand_in("how long its tokens last")
async def test_a_kill_between_a_rotation_and_its_writing_ends_no_login(
    stack: Stack, place: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "REUSE_SECONDS", 0)  # as when it is started again much later
    person = await stack.person()
    server, folder = Server(stack.url, stack.anon_key), tmp_path / "state"
    async with Backend.open(server, tokens=StoredTokens(stack.url, folder), notify=print) as first:
        await first.auth.sign_in(person.email, person.password)
    kept = json.loads(await StoredTokens(stack.url, folder).read() or "")
    kept["expires_at"] = int(time.time()) - 60
    for _ in range(2):
        await StoredTokens(stack.url, folder).write(json.dumps(kept))
        # Started again with what was there before: nothing of the last rotation was written.
        events: list[object] = []
        tokens = StoredTokens(stack.url, folder)
        async with Backend.open(server, tokens=tokens, notify=events.append) as next_one:
            assert await next_one.profiles.mine() is not None
        assert events == []
    assert await rotations(stack) == 1
    assert len(await stack.sql("select id from auth.sessions")) == 1


@pytest.mark.detail
@pytest.mark.parametrize("left", [5, 5 * 3600, -7 * 3600])
async def test_a_login_with_seconds_left_or_of_a_clock_set_since_is_refreshed_once(
    left: int, stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client itself would not touch the first any more, and trust the second."""
    monkeypatch.setattr(keyring, "get_keyring", keyring.backends.fail.Keyring)
    person = await stack.person()
    tokens, server = StoredTokens(stack.url, tmp_path), Server(stack.url, stack.anon_key)
    async with Backend.open(server, tokens=tokens, notify=print) as first:
        await first.auth.sign_in(person.email, person.password)
    kept = json.loads(await tokens.read() or "")
    kept["expires_at"] = int(time.time()) + left
    await tokens.write(json.dumps(kept))
    async with Backend.open(server, tokens=tokens, notify=print) as second:
        async with asyncio.timeout(5):
            while await rotations(stack) == 0:
                await asyncio.sleep(0.01)
        assert await second.profiles.mine() is not None
        assert await rotations(stack) == 1


async def test_a_sign_in_in_another_window_does_not_change_the_user_of_this_one(
    stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyring, "get_keyring", keyring.backends.fail.Keyring)
    monkeypatch.setattr(auth, "WATCH_SECONDS", 0.2)
    amara, mei = await stack.person("Amara", "Okafor"), await stack.person("Mei", "Tanaka")
    server, events = Server(stack.url, stack.anon_key), []

    def stored() -> StoredTokens:
        return StoredTokens(stack.url, tmp_path)

    async with (
        Backend.open(server, tokens=stored(), notify=events.append) as hers,
        Backend.open(server, tokens=stored(), notify=print) as his,
    ):
        await hers.auth.sign_in(amara.email, amara.password)
        await his.auth.sign_in(mei.email, mei.password)
        async with asyncio.timeout(5):
            while not events:
                await asyncio.sleep(0.01)
        assert hers.auth.user is None
        assert [event.reason for event in events] == [auth.LOGIN_TAKEN]
        assert hers.connection.token == stack.anon_key
        mine = await his.profiles.mine()
        assert mine is not None
        assert mine.name == mei.name


async def test_a_change_of_an_account_does_not_reach_the_one_that_signed_in_since(
    stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyring, "get_keyring", keyring.backends.fail.Keyring)
    amara, mei = await stack.person("Amara", "Okafor"), await stack.person("Mei", "Tanaka")
    server, events = Server(stack.url, stack.anon_key), []

    def stored() -> StoredTokens:
        return StoredTokens(stack.url, tmp_path)

    async with (
        Backend.open(server, tokens=stored(), notify=events.append) as hers,
        Backend.open(server, tokens=stored(), notify=print) as too,
        Backend.open(server, tokens=stored(), notify=print) as his,
    ):
        for backend, person in (hers, amara), (too, amara), (his, mei):
            await backend.auth.sign_in(person.email, person.password)
        # Before the watchdogs have looked:
        with pytest.raises(NotSignedIn, match="in another window"):
            await hers.codes.set_password("a new password")
        assert not await too.auth.sign_out()
        assert too.auth.user is None
        assert [event.reason for event in events] == [auth.LOGIN_TAKEN]
        assert await his.profiles.mine() is not None
        assert await stored().read() is not None
        await his.auth.sign_in(mei.email, mei.password)
