"""From nothing to the board: welcome, connecting, signing in and up, the code, the profile."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from medtui.core.models import TRAINING_LEVELS
from medtui.data import MemoryTokens
from medtui.launcher import LaunchFailed, Login, Started
from medtui.ui.vim_select import VimSelect
from tests.helpers.stack import Stack

FIRST_LEVEL = next(iter(TRAINING_LEVELS))


class FakeLauncher:
    """Starts no process: it hands out the stack of the test, or fails."""

    def __init__(self, stack: Stack | None, login: Login | None = None) -> None:
        self.stack, self.login = stack, login
        self.asked: list[str] = []
        self.folder = ""

    async def demo(self) -> Started:
        return self._started("demo")

    async def local(self) -> Started:
        return self._started("local")

    def _started(self, what: str) -> Started:
        self.asked.append(what)
        if self.stack is None:
            raise LaunchFailed(
                "PostgreSQL is missing: install it with pip install 'medtui[local]'."
            )
        started = Started(self.stack.url, self.stack.anon_key, self.login)
        started.folder = self.folder
        return started


@pytest.mark.detail
async def test_one_enter_on_the_first_screen_ends_before_the_sample_board(
    stack: Stack, seat: Any
) -> None:
    amara = await stack.person("Amara", "Okafor")
    launcher = FakeLauncher(stack, Login(amara.email, amara.password))
    here = await seat(server="", launcher=launcher)
    await here.press("enter")
    await here.until_text("● LIVE", "No sessions yet")
    assert launcher.asked == ["demo"]


async def test_a_practice_of_our_own_is_remembered(stack: Stack, seat: Any, tmp_path: Path) -> None:
    launcher = FakeLauncher(stack)
    here = await seat(server="", launcher=launcher)
    await here.press("j", "enter")
    await here.until_text("Sign in")
    assert launcher.asked == ["local"]
    assert 'server = "local"' in (tmp_path / "config.toml").read_text()


async def test_a_server_that_cannot_start_says_why_and_offers_a_way_on(seat: Any) -> None:
    launcher = FakeLauncher(None)
    here = await seat(server="local", launcher=launcher)
    await here.until_text("PostgreSQL is missing", "Try again", "Choose another server")
    await here.press("r")
    await here.until(lambda: launcher.asked == ["local", "local"])
    await here.until_text("PostgreSQL is missing")
    await here.press("escape")
    await here.until_screen("WelcomeScreen")


@pytest.mark.detail
async def test_what_failed_on_the_first_screen_can_be_tried_again(seat: Any) -> None:
    launcher = FakeLauncher(None)
    here = await seat(server="", launcher=launcher)
    await here.press("enter")
    await here.until_text("PostgreSQL is missing", "Try again")
    await here.press("r")
    await here.until(lambda: launcher.asked == ["demo", "demo"])


@pytest.mark.detail(after=1)
@pytest.mark.parametrize(
    ("server", "key", "why"),
    [
        ("http://127.0.0.1:1", "", "There is no key for this server"),
        ("http://127.0.0.1:1", "sb_publishable_x y", "This is not a key"),
        ("ftp://example.org", "key", "This is not a URL"),
        ("https://a..b", "key", "This is not a URL"),
    ],
)
async def test_settings_with_which_nothing_can_be_asked_are_told(
    server: str, key: str, why: str, seat: Any
) -> None:
    here = await seat(server=server, key=key)
    await here.until_text(why, "Try again", "Choose another server")
    await here.press("escape")
    await here.until_screen("WelcomeScreen")


@pytest.mark.detail
async def test_a_url_without_https_is_one(seat: Any) -> None:
    here = await seat(server="127.0.0.1:1", key="key")
    await here.until(lambda: here.app.servers.backend)
    assert here.app.backend.server.url == "https://127.0.0.1:1"


@pytest.mark.detail
async def test_a_password_for_another_server_never_goes_to_the_one_before(
    stack: Stack, seat: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = await seat()
    await here.until(lambda: here.app.servers.backend)
    before = here.app.backend
    await here.press("escape")
    await here.until_screen("WelcomeScreen")
    monkeypatch.setattr("medtui.account.server_session.OPEN_BEHIND_LOGIN", 60)  # it is not open yet
    with here.app._context():
        here.app.servers.open("http://other.invalid", "sb_publishable_other")
    await here.until_screen("LoginScreen")
    person = await stack.person()
    await here.fill("email", person.email)
    await here.fill("password", person.password)
    await here.press("enter")
    await here.until_text("Signing in…")
    await here.pause(0.5)
    assert here.screen == "LoginScreen"
    assert before.auth.user is None


@pytest.mark.detail
async def test_a_server_that_was_left_is_closed(stack: Stack, seat: Any) -> None:
    here = await seat()
    await here.until(lambda: here.app.servers.backend)
    before = here.app.backend
    await here.press("escape")
    await here.until_screen("WelcomeScreen")
    with here.app._context():
        here.app.servers.open(stack.url, stack.anon_key)
    await here.until(lambda: here.app.servers.backend not in (None, before))
    assert before.connection.http.is_closed
    await here.board(await stack.person())


async def test_connecting_checks_before_it_saves(stack: Stack, seat: Any, tmp_path: Path) -> None:
    here = await seat(server="")
    await here.press("3")
    await here.until_screen("ConnectScreen")

    async def answer(url: str, key: str, words: str) -> None:
        await here.fill("url", url)
        await here.fill("key", key)
        await here.press("ctrl+s")
        await here.until_text(words)
        assert not (tmp_path / "config.toml").exists()
        assert here.app.screen.url.value == url, "what was typed stays"

    await answer("not a url", stack.anon_key, "This is not a URL")
    await answer("http://127.0.0.1:9", stack.anon_key, "No answer from")
    await answer(stack.url, "", "Enter the project's public key")
    await answer(stack.url, "wrong", "refuses this key")
    await answer(stack.url, stack.service_key, "This is the secret key")

    await here.fill("key", stack.anon_key)
    await here.press("ctrl+s")
    await here.until_text("Sign in")
    saved = (tmp_path / "config.toml").read_text()
    assert stack.url in saved
    assert stack.anon_key in saved
    assert (tmp_path / "config.toml").stat().st_mode & 0o777 == 0o600


@pytest.mark.detail
@pytest.mark.parametrize("choice", ["local", "connect"])
async def test_settings_locked_by_another_program_do_not_block(
    choice: str, stack: Stack, seat: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = await seat(server="", launcher=FakeLauncher(stack))
    wrote: list[int] = []
    monkeypatch.setattr("medtui.config._write", lambda *_: wrote.append(threading.get_ident()))
    with here.app._context():
        here.app.screen.action_choose(choice)
    if choice == "connect":
        await here.until_screen("ConnectScreen")
        await here.fill("url", stack.url)
        await here.fill("key", stack.anon_key)
        await here.press("enter")
    await here.until_screen("LoginScreen")
    assert len(wrote) == 1
    assert wrote != [threading.get_ident()]


@pytest.mark.detail
async def test_a_wrong_password_keeps_the_email_and_says_so_under_the_password(
    stack: Stack, seat: Any
) -> None:
    person = await stack.person()
    here = await seat()
    await here.fill("email", person.email)
    await here.fill("password", "wrong password")
    await here.press("enter")
    await here.until_text("do not match")
    assert here.app.screen.email.value == person.email
    assert here.app.screen.password.has_class("-invalid")
    assert here.app.focused is here.app.screen.password.input


@pytest.mark.detail
async def test_an_unreachable_server_reads_differently(stack: Stack, seat: Any) -> None:
    person = await stack.person()
    here = await seat()
    await here.until(lambda: here.app.servers.backend)
    await stack.stop_gateway()
    await here.fill("email", person.email)
    await here.fill("password", person.password)
    await here.press("enter")
    await here.until_text("cannot be reached")
    assert not here.app.screen.password.has_class("-invalid")
    await stack.start_gateway()
    await here.press("enter")
    await here.until_text("● LIVE")


@pytest.mark.detail
@pytest.mark.parametrize(
    ("email", "password", "words"),
    [
        ("", "long enough", "Enter your e-mail"),
        ("nobody", "long enough", "not an e-mail address"),
        ("a@example.org", "", "Enter your password"),
        ("a@example.org", "short", "least 6 characters"),
    ],
)
async def test_what_cannot_be_right_is_said_without_asking_the_server(
    email: str, password: str, words: str, stack: Stack, seat: Any
) -> None:
    here = await seat()
    await here.press("ctrl+t")
    await stack.stop_gateway()
    await here.fill("email", email)
    await here.fill("password", password)
    await here.press("enter")
    await here.until_text(words)


@pytest.mark.detail
async def test_the_password_can_be_shown(seat: Any) -> None:
    here = await seat()
    await here.fill("password", "correct horse")
    assert "correct horse" not in here.text
    await here.press("ctrl+r")
    await here.until_text("correct horse")
    await here.press("ctrl+r")
    await here.until(lambda: "correct horse" not in here.text)


@pytest.mark.detail
async def test_nobody_reaches_the_board_without_a_profile_and_nobody_is_asked_twice(
    stack: Stack, seat: Any
) -> None:
    tokens = MemoryTokens()
    here = await seat(tokens=tokens)
    await here.press("ctrl+t")
    await here.fill("email", "new@example.org")
    await here.fill("password", "correct horse")
    await here.press("enter")
    await here.until_screen("ProfileScreen")
    await here.press("escape")
    await here.until_text("You need a profile")
    assert here.screen == "ProfileScreen"

    await here.fill("first_name", "Ana")
    await here.press("ctrl+s")
    await here.until_text("Enter something here")
    await here.fill("last_name", "García")
    await here.press("ctrl+s")
    await here.until_text("Choose your level,")
    assert await stack.sql("select from profiles") == []
    await here.press("enter", "j", "enter", "ctrl+s")
    await here.until_text("● LIVE")
    (row,) = await stack.sql("select first_name, last_name, training_level from profiles")
    assert row == {
        "first_name": "Ana",
        "last_name": "García",
        "training_level": "medical-student",
    }

    again = await seat(tokens=tokens)
    await again.until_text("● LIVE")


@pytest.mark.detail
async def test_enter_moves_on_in_the_profile_and_a_level_is_chosen_as_on_the_board(
    stack: Stack, seat: Any
) -> None:
    here = await seat()
    await here.sign_in(await stack.person(profile=False))
    await here.until_screen("ProfileScreen")
    await here.burst(*"Ana", "enter", *"García", "enter", "j", *"jjjkG", "g", "j", "enter")
    assert here.app.screen.query_one("#level", VimSelect).value == FIRST_LEVEL
    assert await stack.sql("select from profiles") == []
    await here.burst("tab", "enter", "enter")  # the avatar, then the button
    await here.until_text("● LIVE")
    (row,) = await stack.sql("select first_name, last_name, training_level from profiles")
    assert list(row.values()) == ["Ana", "García", FIRST_LEVEL]


@pytest.mark.detail
async def test_ones_own_new_name_is_on_the_board_at_once(stack: Stack, seat: Any) -> None:
    person, other = await stack.person("Amara", "Okafor"), await stack.person("Mei", "Tanaka")
    await stack.session(person, guest=other)
    await stack.session(other, guest=person)
    here = await seat(size=(120, 40), person=person)
    await here.until_text("● LIVE", "Tanaka")
    await here.burst("p", *"Zainab", "ctrl+s")
    await here.until_screen("BoardScreen")
    sessions = here.app.screen._board.agenda.sessions
    names = [person.name for session in sessions for person in (session.host, session.guest)]
    assert sorted(names) == ["Mei Tanaka"] * 2 + ["Zainab Okafor"] * 2
    (row,) = await stack.sql("select first_name from profiles where user_id = %s", person.id)
    assert row["first_name"] == "Zainab"


@pytest.mark.detail
async def test_a_profile_is_edited_and_a_level_of_ones_own_is_taken(
    stack: Stack, seat: Any
) -> None:
    person = await stack.person("Amara", "Okafor", "PGY2")
    here = await seat()
    await here.board(person)
    await here.press("p")
    await here.until_screen("ProfileScreen")
    await here.fill("first_name", "Amy")
    await here.press("escape")
    await here.until_text("Draft saved")
    await here.press("p")
    await here.until_screen("ProfileScreen")
    await here.until_text("Amy", "PGY2")
    await here.fill("own_level", "PGY3")
    await here.press("ctrl+s")
    await here.until_screen("BoardScreen")
    (row,) = await stack.sql("select first_name, training_level from profiles")
    assert row == {"first_name": "Amy", "training_level": "PGY3"}


@pytest.mark.detail
async def test_signing_out_leads_back_to_the_login(stack: Stack, seat: Any) -> None:
    here = await seat()
    await here.board(await stack.person())
    await here.press("S")
    await here.until_text("Sign in", "You are signed out")
    assert here.app.backend.auth.user is None
