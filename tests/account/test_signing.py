"""Signing in without the form, signing out here and everywhere, and being asked to wait."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from medtui.account import cooldown_button
from medtui.data import MemoryTokens
from medtui.launcher import Login
from medtui.store import log
from tests.data.test_auth import expire
from tests.helpers.proxy import Proxy, proxied
from tests.helpers.seats import login_of
from tests.helpers.stack import PASSWORD, Person, Stack


async def sessions(stack: Stack, person: Person) -> int:
    (row,) = await stack.sql("select count(*) from auth.sessions where user_id = %s", person.id)
    return int(row["count"])


# Without the form


@pytest.mark.detail
async def test_a_script_signs_in_without_the_form_and_leaves_no_login_behind(
    stack: Stack, seat: Any, tmp_path: Path
) -> None:
    person, other = await stack.person(), await stack.person("Mei")
    tokens, kept = MemoryTokens(), login_of(other)
    await tokens.write(kept)
    with log.logged(tmp_path / "state"):
        here = await seat(
            tokens=tokens, login=Login(person.email, PASSWORD, "Others may read the file.")
        )
        await here.until_text("● LIVE", "Others may read the file")
    assert here.app.backend.auth.user.id == person.id
    assert await tokens.read() == kept, "whose login this machine keeps stays"
    written = (tmp_path / "state" / "medtui.log").read_text()
    assert PASSWORD not in written
    assert person.email not in written
    await here.press("S")
    await here.until_text("You are signed out")


@pytest.mark.detail
async def test_what_a_script_has_wrong_is_said_on_the_form(stack: Stack, seat: Any) -> None:
    person = await stack.person()
    here = await seat(login=Login(person.email, "wrong password"))
    await here.until_text("do not match", "Sign in")
    assert here.app.screen.email.value == person.email
    assert here.app.screen.password.value == ""
    assert here.app.focused is here.app.screen.password.input
    await here.type(PASSWORD)
    await here.press("enter")
    await here.until_text("● LIVE")


@pytest.mark.detail
async def test_a_script_waits_for_a_server_that_is_away(stack: Stack, seat: Any) -> None:
    person = await stack.person()
    await stack.stop_gateway()
    here = await seat(login=Login(person.email, PASSWORD))
    await here.until_text("cannot be reached", "Try again")
    await stack.start_gateway()
    await here.press("r")
    await here.until_text("● LIVE")


@pytest.mark.long
async def test_a_script_is_never_signed_in_at_another_server(stack: Stack, seat: Any) -> None:
    person = await stack.person()
    await stack.stop_gateway()
    here = await seat(login=Login(person.email, PASSWORD))
    await here.until_text("cannot be reached")
    await stack.start_gateway()
    await here.press("escape", "3")
    await here.until_screen("ConnectScreen")
    await here.fill("url", stack.url)
    await here.fill("key", stack.anon_key)
    await here.press("ctrl+s")
    await here.until_screen("LoginScreen")


async def test_a_script_that_has_not_confirmed_is_asked_for_the_code(
    stack: Stack, seat: Any
) -> None:
    stack.autoconfirm = False
    await stack.restart_gateway()
    client = await stack.client()
    await client.auth.sign_up({"email": "new@example.org", "password": PASSWORD})
    here = await seat(login=Login("new@example.org", PASSWORD))
    await here.until_screen("CodeScreen")
    await here.until_text("new@example.org has signed up")


# Signing out


@pytest.mark.detail
async def test_signing_out_here_leaves_other_machines_alone(stack: Stack, seat: Any) -> None:
    person = await stack.person()
    await stack.client(person)
    here = await seat()
    await here.board(person)
    assert await sessions(stack, person) == 2
    await here.press("A", "3")
    await here.until_text("You are signed out.")
    assert await sessions(stack, person) == 1
    assert here.app.screen.email.value == "", "nobody else is told who was here"


async def test_while_a_server_takes_its_time_nothing_is_live(
    stack: Stack, seat: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = await seat()
    await here.board(await stack.person())
    auth, answered = here.app.backend.auth, asyncio.Event()
    sign_out = auth.sign_out

    async def sign_out_late(*, everywhere: bool = False) -> bool:
        await answered.wait()
        return bool(await sign_out(everywhere=everywhere))

    monkeypatch.setattr(auth, "sign_out", sign_out_late)
    await here.press("S")
    await here.until_text("Signing out…")
    assert "LIVE" not in here.text
    answered.set()
    await here.until_text("You are signed out.")


@pytest.mark.detail
async def test_signing_out_everywhere_asks_and_then_ends_every_login(
    stack: Stack, seat: Any
) -> None:
    person = await stack.person()
    await stack.client(person)
    tokens = MemoryTokens()
    here = await seat(tokens=tokens)
    await here.board(person)
    await here.press("A", "4")
    await here.until_text("Sign out here and on all your other devices?")
    await here.press("n")
    await here.until_screen("AccountScreen")
    await here.press("4", "y")
    await here.until_text("Signed out here. Your other devices")
    assert await sessions(stack, person) == 0
    assert await tokens.read() is None


@pytest.mark.detail
async def test_signing_out_everywhere_offline_says_what_was_not_done(
    stack: Stack, seat: Any
) -> None:
    person = await stack.person()
    tokens = MemoryTokens()
    here = await seat(tokens=tokens)
    await here.board(person)
    await stack.stop_gateway()
    here.app.login.sign_out(everywhere=True)
    await here.until_text("Signed out here, but not elsewhere")
    assert await tokens.read() is None
    assert here.app.backend.auth.user is None
    assert await sessions(stack, person) == 1
    # What was left undone can be done.
    await stack.start_gateway()
    await here.sign_in(person)
    here.app.login.sign_out(everywhere=True)
    await here.until_text("Signed out here. Your other devices")
    assert await sessions(stack, person) == 0


@pytest.mark.long
async def test_the_account_is_in_the_palette_of_every_screen_once_one_is_in(
    stack: Stack, seat: Any
) -> None:
    here = await seat()
    await here.until_text("Sign in", "E-mail me a code")
    await here.press("ctrl+p")
    await here.until_screen("CommandPalette")
    await here.type("Sign")
    await here.until_text("Sign in with an e-mailed code")
    assert "Sign out" not in here.text
    await here.press("escape")
    await here.until_screen("LoginScreen")
    await here.board(await stack.person())
    await here.press("p")
    await here.until_screen("ProfileScreen")
    await here.press("ctrl+p")
    await here.until_screen("CommandPalette")
    await here.type("Sign out every")
    await here.until_text("Sign out everywhere", "Your other devices follow")
    await here.press("enter")
    await here.until_text("Sign out here and on all your other devices?")


@pytest.mark.detail
async def test_the_account_is_reached_from_the_profile(stack: Stack, seat: Any) -> None:
    person = await stack.person()
    here = await seat()
    await here.board(person)
    await here.press("p")
    await here.until_screen("ProfileScreen")
    await here.press("ctrl+o")
    await here.until_text("Your account", "is signed in at 127.0.0.1", "Sign out everywhere")
    await here.press("j", "enter")
    await here.until_screen("EmailScreen")


# Logins that end


@pytest.mark.detail
async def test_a_login_that_has_ended_is_refreshed_once_or_asked_for(
    stack: Stack, seat: Any
) -> None:
    person = await stack.person()
    here = await seat()
    await here.board(person)
    await here.press("A", "1")
    await here.until_screen("PasswordScreen")
    await stack.sql("delete from auth.sessions")
    await here.fill("password", "a new password")
    await here.press("enter")
    await here.until_text("Your login has ended", "Sign in")
    assert here.app.screen.email.value == person.email
    await here.type(PASSWORD)
    await here.press("enter")
    await here.until_text("● LIVE")


@pytest.mark.detail
async def test_a_form_that_a_login_ended_under_is_offered_to_its_owner_alone(
    stack: Stack, seat: Any
) -> None:
    person, other = await stack.person(), await stack.person("Mei")
    here = await seat()
    await here.board(person)
    await here.press("n")
    await here.until_screen("SessionForm")
    await here.fill("link", "https://example.org/typed")
    await stack.sql("delete from auth.sessions")
    await expire(here.app.backend, stack, person)
    await here.press("ctrl+s")
    await here.until_text("Your login has ended", "Sign in")
    assert await stack.sql("select 1 from practice_sessions") == []

    await here.sign_in(other)
    await here.until_text("● LIVE")
    await here.press("n")
    await here.until_screen("SessionForm")
    assert here.app.screen.query_one("#link").value != "https://example.org/typed"
    await here.press("escape", "S")
    await here.until_text("You are signed out")

    await here.sign_in(person)
    await here.until_text("● LIVE", "Unfinished session")
    await here.press("n")
    await here.until_text("https://example.org/typed")
    await here.press("ctrl+s")
    await here.until_text("○ open")


@pytest.mark.detail
async def test_a_second_factor_that_medtui_cannot_ask_for_is_told(stack: Stack, seat: Any) -> None:
    person = await stack.person()
    stored = json.loads(login_of(person))
    factor = {"id": "f", "status": "verified", "factor_type": "phone", "friendly_name": "phone"}
    moments = dict.fromkeys(("created_at", "updated_at"), "2026-01-01T00:00:00Z")
    stored["user"]["factors"] = [factor | moments]
    tokens = MemoryTokens()
    await tokens.write(json.dumps(stored))
    here = await seat(tokens=tokens)
    await here.until_text("● LIVE", "second factor of a kind that medtui cannot ask for")


# Pauses


@pytest.mark.long
async def test_too_many_guesses_count_down_and_then_the_button_works_again(
    stack: Stack, seat: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = await stack.person()
    client = await stack.client()
    guess = {"email": person.email, "password": "wrong password"}
    guesses = (client.auth.sign_in_with_password(guess) for _ in range(30))  # type: ignore[arg-type]
    await asyncio.gather(*guesses, return_exceptions=True)
    at = 0.0
    monkeypatch.setattr(cooldown_button, "now", lambda: at)

    here = await seat()
    await here.fill("email", person.email)
    await here.fill("password", PASSWORD)
    await here.press("enter")
    await here.until_text("Too many attempts", "Again in 60 s")
    at = 18.0
    await here.press("enter")
    await here.until_text("Try again in 42 s", "Again in 42 s")
    assert here.app.screen.password.value == PASSWORD
    await stack.restart_gateway()  # which forgets who has guessed
    at = 60.0
    await here.press("enter")
    await here.until_text("● LIVE")


# One code is enough where nothing is confirmed


@pytest.mark.long
async def test_where_nothing_is_confirmed_one_code_changes_an_email(
    stack: Stack, seat: Any
) -> None:
    here = await seat()
    await here.board(await stack.person())
    await here.press("A", "2")
    await here.until_screen("EmailScreen")
    await here.fill("email", "moved@example.org")
    await here.press("enter")
    await here.until_screen("ChangeCodeScreen")
    (row,) = await stack.sql(
        "select code from auth.one_time_codes where purpose = 'email_change_new'"
    )
    await here.fill("code", row["code"])
    await here.press("enter")
    await here.until_text("Your e-mail is moved@example.org now")


# What only other servers say


def answering(proxy: Proxy, request: str, status: str, body: str, *headers: str) -> None:
    """Have every request of this kind answered so."""
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    answer = ("\r\n".join(head) + body).encode()
    proxy.spoil = lambda data: answer if proxy.asked[-1].startswith(request) else data


@pytest.mark.long
async def test_a_pause_that_stands_in_a_header_counts_down(stack: Stack, seat: Any) -> None:
    person = await stack.person()
    async with proxied(stack.url) as proxy:
        here = await seat(server=proxy.url, key=stack.anon_key)
        await here.fill("email", person.email)
        await here.fill("password", PASSWORD)
        request = "POST /auth/v1/token"
        answering(proxy, request, "429 Slow", "<b>\x1b[2J[red]slow", "Retry-After: 3")
        await here.press("enter")
        await here.until_text("Too many attempts", "Again in 3 s")
        assert "slow" not in here.text
        proxy.spoil = bytes
        await here.until(lambda: "Again in" not in here.text)
        await here.press("enter")
        await here.until_text("● LIVE")


@pytest.mark.long
async def test_a_server_may_ask_for_the_present_password(stack: Stack, seat: Any) -> None:
    person = await stack.person()
    async with proxied(stack.url) as proxy:
        here = await seat(server=proxy.url, key=stack.anon_key)
        await here.board(person)
        await here.press("A", "1")
        await here.until_screen("PasswordScreen")
        body = '{"code": 400, "error_code": "current_password_required", "msg": "…"}'
        answering(proxy, "PUT /auth/v1/user", "400 Bad", body.replace("…", "[red]"))
        await here.fill("password", "a new password")
        await here.press("enter")
        await here.until_text("Current password", "asks for your current password")
        assert here.app.focused is here.app.screen.present.input
        await here.press("enter")
        await here.until_text("Enter your current password")
        proxy.spoil = bytes
        await here.type(PASSWORD)
        await here.fill("password", "another new password")  # the server has taken the first
        assert PASSWORD not in here.text
        await here.press("enter")
        await here.until_text("Your new password is set")
