"""The second factor on screens: set up, asked for at a sign-in, and removed."""

from __future__ import annotations

import base64
import time
from typing import Any

import pytest

from medtui.data import MemoryTokens
from medtui.local.auth.factors import digits
from medtui.ui.dialogs.link import qr_code
from tests.helpers.mails import LINKS, copied, mail
from tests.helpers.seats import Seat
from tests.helpers.stack import Person, Stack


def app(secret: str) -> str:
    """What the app on a phone shows now."""
    return digits(base64.b32decode(secret), time.time())


async def says(here: Seat, *texts: str) -> None:
    await here.until(lambda: all(text in " ".join(here.text.split()) for text in texts))


async def with_factor(stack: Stack) -> tuple[Person, str]:
    """A person whose account has a second factor, and its secret."""
    person, secret = await stack.person(), base64.b32encode(b"s" * 20).decode()
    await stack.sql(
        "insert into auth.mfa_factors (user_id, friendly_name, status, secret)"
        " values (%s, 'phone', 'verified', %s)",
        person.id,
        b"s" * 20,
    )
    return person, secret


async def sign_in(here: Seat, person: Person) -> None:
    await here.fill("email", person.email)
    await here.fill("password", person.password)
    await here.press("enter")
    await here.until_screen("DigitsScreen")


async def test_a_second_factor_is_set_up_and_removed(stack: Stack, seat: Any) -> None:
    person = await stack.person()
    tokens = MemoryTokens()
    here = await seat(tokens=tokens, size=(100, 30))
    await here.board(person)
    await here.press("A", "6")
    await here.until_text("Scan this with an authenticator", "Then enter the six digits that it")
    new = here.app.screen._new
    assert f"secret={new.secret}" in new.uri
    assert all(line.strip() in here.text for line in qr_code(new.uri).splitlines())
    for typed, words in (("12345", "Enter the six digits"), ("000000", "digits are not current")):
        if typed == app(new.secret):
            continue
        await here.fill("code", typed)
        await here.press("enter")
        await here.until_text(words)
    await here.press("escape")
    await here.until_screen("AccountScreen")
    await here.press("6")  # what was begun and left is no obstacle
    await here.until(lambda: getattr(here.app.screen, "_new", None) not in (None, new))
    secret = here.app.screen._new.secret
    await here.fill("code", app(secret))
    await here.press("enter")
    await here.until_text("Your second factor is on")
    [row] = await stack.sql("select status from auth.mfa_factors where user_id = %s", person.id)
    assert row["status"] == "verified"
    assert secret not in (await tokens.read() or "")

    again = await seat(tokens=tokens)
    await again.until_text("● LIVE")  # this login has proven it
    await again.press("A", "6")
    await says(again, "Remove it, so that the password alone is enough?")
    await again.press("y")
    await again.until_text("Your second factor is removed")
    assert await stack.sql("select from auth.mfa_factors") == []


async def test_a_sign_in_asks_for_the_digits(stack: Stack, seat: Any) -> None:
    person, secret = await with_factor(stack)
    tokens = MemoryTokens()
    before = await seat(tokens=tokens)
    await sign_in(before, person)
    here = await seat(tokens=tokens)  # it was closed at the question
    await here.until_screen("DigitsScreen")
    await says(here, "has a second factor", "ask the administrator of")
    code = app(secret)
    await here.fill("code", f"{code[:3]} {code[3:]}")
    await here.press("enter")
    await here.until_text("● LIVE")
    [row] = await stack.sql("select aal from auth.sessions")
    assert row["aal"] == "aal2"


async def test_escape_signs_out_again(stack: Stack, seat: Any) -> None:
    person, _ = await with_factor(stack)
    here = await seat()
    await sign_in(here, person)
    await here.press("escape")
    await says(here, "You are signed out")
    assert await stack.sql("select from auth.sessions") == []


@pytest.mark.detail
async def test_a_forgotten_password_is_replaced_after_the_digits(stack: Stack, seat: Any) -> None:
    stack.autoconfirm = False
    await stack.restart_gateway()
    person, secret = await with_factor(stack)
    here = await seat()
    await here.fill("email", person.email)
    await here.press("ctrl+l")
    await here.until_screen("CodeScreen")
    await here.fill("code", copied(await mail(stack, LINKS, "recovery", person.email)))
    await here.press("enter")
    await here.until_screen("DigitsScreen")
    await here.fill("code", app(secret))
    await here.press("enter")
    await says(here, "Choose a new password")
    await here.fill("password", "another password")
    await here.press("enter")
    await says(here, "Your new password is set")


@pytest.mark.detail
async def test_of_two_apps_either_opens(stack: Stack, seat: Any) -> None:
    person, _ = await with_factor(stack)
    await stack.sql(
        "insert into auth.mfa_factors (user_id, friendly_name, status, secret)"
        " values (%s, 'tablet', 'verified', %s)",
        person.id,
        b"t" * 20,
    )
    here = await seat()
    await sign_in(here, person)
    await here.fill("code", app(base64.b32encode(b"t" * 20).decode()))
    await here.press("enter")
    await here.until_text("● LIVE")


@pytest.mark.detail
async def test_a_kind_that_medtui_cannot_ask_for_is_named(stack: Stack, seat: Any) -> None:
    person = await stack.person()
    await stack.sql(
        "insert into auth.mfa_factors (user_id, status, factor_type, secret)"
        " values (%s, 'verified', 'webauthn', '')",
        person.id,
    )
    here = await seat()
    await here.sign_in(person)
    await here.until_text("a second factor of a kind that medtui cannot ask for")
