"""Several servers: invitations on the form, the list, a login for each, and where one is."""

from __future__ import annotations

import asyncio
import contextlib
import tomllib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from textual import events

from medtui.config import load
from medtui.data import MemoryTokens
from medtui.local.keys import ServerKeys
from medtui.local.postgres import Cluster
from tests.account.test_login import FakeLauncher
from tests.helpers.seats import Seat
from tests.helpers.stack import Stack, stacked


@pytest.fixture
async def other(template: Cluster) -> AsyncIterator[Stack]:
    """Another server, with keys of its own."""
    async with stacked(template, ServerKeys.new()) as stack:
        yield stack


class Logins(dict[str, MemoryTokens]):
    """A store for each server's login."""

    def __call__(self, url: str) -> MemoryTokens:
        return self.setdefault(url, MemoryTokens())


def line_of(stack: Stack) -> str:
    return f"medtui join http://{stack.keys.publishable_key}@{stack.url.removeprefix('http://')}"


def saved(tmp_path: Path) -> dict[str, Any]:
    return tomllib.loads((tmp_path / "config.toml").read_text())


async def paste(here: Seat, text: str) -> None:
    with here.app._context():
        here.app.screen.post_message(events.Paste(text))
    await here.pause()


async def join(here: Seat, stack: Stack) -> None:
    """From the sign-in form to another server by an invitation."""
    await here.press("escape")
    await here.until_screen("WelcomeScreen")
    await here.press("4")
    await here.until_text("Join with an invitation")
    await here.until(lambda: here.app.focused is here.app.screen.url.input)
    await paste(here, line_of(stack))
    await here.press("enter")


@pytest.mark.detail
@pytest.mark.short(4)
@pytest.mark.parametrize("field", ["url", "key"])
@pytest.mark.parametrize(
    "as_sent", ["{line}", "“{line}”", " {url} ", "medtui join\r\n{url}", "{broken}"]
)
async def test_both_fields_take_an_invitation(
    field: str, as_sent: str, stack: Stack, seat: Any, tmp_path: Path
) -> None:
    line = line_of(stack)
    url = line.removeprefix("medtui join ")
    here = await seat(server="")
    await here.press("3")
    await here.until_screen("ConnectScreen")
    await here.until(lambda: here.app.focused is here.app.screen.url.input)
    if field == "key":
        await here.press("tab")
    await paste(here, as_sent.format(line=line, url=url, broken=f"{line[:45]}\n  {line[45:]}"))
    await here.press("enter")
    await here.until_text("Sign in")
    assert saved(tmp_path)["server"] == stack.url
    assert saved(tmp_path)["key"] == stack.keys.publishable_key


@pytest.mark.detail
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("medtui join http://{secret}@127.0.0.1", "holds a secret key"),
        ("http://{public}@evil.example#@127.0.0.1:54321", "This is not an invitation"),
        ("http://{public}@127.0.0.1:1", "No answer from"),
    ],
    ids=["secret", "fragment", "away"],
)
async def test_what_is_wrong_with_an_invitation_is_said_and_nothing_is_kept(
    text: str, words: str, stack: Stack, seat: Any, tmp_path: Path
) -> None:
    secret = stack.keys.secret_key
    here = await seat(server="")
    await here.press("4")
    await here.until_text("Join with an invitation")
    typed = text.format(secret=secret, public=stack.keys.publishable_key)
    await here.fill("url", typed)
    await here.press("enter")
    await here.until(lambda: words in " ".join(here.text.split()))
    assert here.app.screen.url.value == typed, "what was typed stays"
    assert not (tmp_path / "config.toml").exists()
    await here.app.drafts.written()
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path for path in kept if secret.encode() in path.read_bytes()] == []


@pytest.mark.detail
async def test_a_server_that_was_used_is_gone_back_to_and_still_knows_who_one_is(
    stack: Stack, other: Stack, seat: Any, tmp_path: Path
) -> None:
    amara, mei = await stack.person("Amara", "Okafor"), await other.person("Mei", "Tanaka")
    logins = Logins()
    here = await seat(tokens=logins)
    await here.board(amara)
    await here.press("S")
    await here.until_text("You are signed out")
    await join(here, other)
    await here.until(lambda: here.app.servers.url == other.url)
    await here.press("ctrl+t")  # after an invitation an account is made
    await here.board(mei)
    assert [server.url for server in load().servers] == [other.url]

    await here.press("A", "5")  # older settings did not list the first one
    await here.until_text("Servers", "you are here")
    with here.app._context():
        here.app.settings = here.app.settings.with_server(stack.url, stack.anon_key)
        here.app.settings = here.app.settings.with_server(other.url, other.anon_key)
    await here.press("escape", "5")
    await here.until_screen("ServersScreen")
    await here.press("down", "enter")
    await here.until_text("Sign in ·")
    assert saved(tmp_path)["server"] == stack.url
    await here.board(amara)
    await here.press("A", "5")
    await here.until_screen("ServersScreen")
    await here.press("up", "enter")
    await here.until_text("● LIVE")
    assert here.app.me == mei.id, "without a password: the login was kept"
    assert saved(tmp_path)["server"] == other.url


async def test_a_server_that_is_away_is_not_gone_to(
    stack: Stack, other: Stack, seat: Any, tmp_path: Path
) -> None:
    amara = await stack.person("Amara", "Okafor")
    here = await seat()
    with here.app._context():
        here.app.settings = here.app.settings.with_server(other.url, other.anon_key)
        here.app.settings = here.app.settings.with_server(stack.url, stack.anon_key)
    before = (tmp_path / "config.toml").read_bytes()
    await other.stop_gateway()
    await here.board(amara)
    await here.press("A", "5")
    await here.until_text("Servers", "you are here")
    await here.press("up", "enter")
    await here.until_text("No answer from this address")
    assert (tmp_path / "config.toml").read_bytes() == before
    await here.press("escape", "escape")
    await here.until_text("● LIVE")


@pytest.mark.detail
async def test_a_server_that_answers_without_end_is_waited_for_no_longer(
    seat: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 999999\r\n\r\n")
        with contextlib.suppress(OSError):
            while not writer.is_closing():
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.1)

    monkeypatch.setattr("medtui.data.server_address.PROBE_SECONDS", 1)
    here = await seat(server="")
    await here.press("3")
    await here.until_screen("ConnectScreen")
    async with await asyncio.start_server(drip, "127.0.0.1", 0) as server:
        await here.fill("url", f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        await here.fill("key", "sb_publishable_x")
        await here.press("enter")
        await here.until_text("did not answer in time")


@pytest.mark.detail
async def test_a_server_has_the_name_that_it_is_given(
    stack: Stack, seat: Any, tmp_path: Path
) -> None:
    (tmp_path / "config.toml").write_text(
        'colour = "blue"\n\n[[servers]]\nurl = "https://old.example"\nkey = "k"\nnote = "mine"\n'
    )
    here = await seat()
    with here.app._context():
        here.app.settings = load().with_server(stack.url, stack.anon_key)
    await here.until_text("Sign in · 127.0.0.1")
    await here.press("ctrl+g")
    await here.until_text("old.example", "127.0.0.1 (you are here)")
    await here.press("r")
    await here.until_screen("AskScreen")
    await here.type("Ward [b]7[/]")
    await here.press("enter")
    await here.until_text("Ward [b]7[/] (you are here)")
    written = saved(tmp_path)
    assert written["colour"] == "blue"
    assert written["servers"][0]["note"] == "mine"
    assert written["servers"][1]["name"] == "Ward [b]7[/]"


@pytest.mark.detail
@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
async def test_the_header_says_where_one_is(size: tuple[int, int], stack: Stack, seat: Any) -> None:
    amara = await stack.person("Amara", "Okafor")
    here = await seat(size=size)
    name = "St Elsewhere's long\x1b[31m\u202e name of a teaching hospital"
    with here.app._context():
        here.app.settings = here.app.settings.with_server(stack.url, stack.anon_key, name)
    await here.board(amara)
    header = here.text.splitlines()[0]
    assert "St Elsewhere's" in header
    assert "\x1b" not in header
    assert "\u202e" not in header
    assert "● LIVE" in header


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://abc.supabase.co", "abc.supabase.co"),
        ("http://user@192.168.1.20:54321/", "192.168.1.20"),
        ("http://[::1]:1", "::1"),
        ("local", "this computer"),
        ("https://z\u043e\u043em.us", "xn--zm-fmca.us"),
        ("no url", "no url"),
        ("https://[", "https://["),
    ],
)
async def test_a_server_is_called_by_its_host(
    url: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDTUI_CONFIG", str(tmp_path / "config.toml"))
    assert load().name_of(url) == name


# The server of this computer


@pytest.mark.detail
async def test_a_group_without_accounts_begins_with_the_first_one(stack: Stack, seat: Any) -> None:
    here = await seat(server="local", launcher=FakeLauncher(stack))
    await here.until_text("Create the first account · this computer", "I have an account")
    await here.fill("email", "first@example.org")
    await here.fill("password", "correct horse")
    await here.press("enter")
    await here.until_screen("ProfileScreen")
    (row,) = await stack.sql("select email from auth.users")
    assert row["email"] == "first@example.org"


@pytest.mark.detail
async def test_a_group_of_this_computer_says_where_its_data_is(stack: Stack, seat: Any) -> None:
    launcher = FakeLauncher(stack)
    launcher.folder = "/var/lib/medtui"
    here = await seat(server="local", launcher=launcher)
    await here.until_text("The data of this group is in /var/lib/medtui.")


async def test_a_group_that_e_mails_nothing_offers_no_code(stack: Stack, seat: Any) -> None:
    person = await stack.person(profile=False)
    here = await seat(server="local", launcher=FakeLauncher(stack))
    await here.until_text("Sign in · this computer", "I forgot my password")
    await here.press("ctrl+o")
    await here.fill("email", person.email)
    await here.press("ctrl+l")
    await here.until(lambda: "medtui local password" in " ".join(here.text.split()))
    assert here.screen == "LoginScreen"
    assert "E-mail me a code" not in here.text


@pytest.mark.detail
async def test_a_group_that_does_not_start_takes_no_place(seat: Any, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('server = "https://works.example"\nkey = "k"\n')
    before = file.read_bytes()
    here = await seat(server="", launcher=FakeLauncher(None))
    await here.press("2")
    await here.until_text("PostgreSQL is missing")
    assert file.read_bytes() == before
