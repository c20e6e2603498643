"""The cards with which one signs in, and those of one's account, at two sizes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.account.test_codes import Hands, by_code, code_of, hands, says, stack
from tests.board.test_pictures import SIZES, Compare, at
from tests.helpers.stack import Stack

__all__ = ["by_code", "hands", "stack"]


@pytest.mark.parametrize("size", SIZES)
async def test_the_ways_in(
    size: tuple[int, int], by_code: Stack, seat: Any, hands: Hands, picture: Compare
) -> None:
    here = await seat(size=size)
    await here.until_text("E-mail me a code", "Another server")
    await here.press("ctrl+t")
    await here.fill("email", "nia@example.org")
    await here.fill("password", "correct horse")
    await here.press("enter")
    await here.until_screen("CodeScreen")
    await here.fill("code", "123 45")
    await here.press("enter")
    await here.until_text("6 to 10 digits", "again in 60 s")
    picture(here, at(size, "code"))
    await here.press("escape", "ctrl+t")
    await here.fill("password", "correct horse")
    await here.press("enter")
    await says(here, "has signed up, but not been confirmed")
    picture(here, at(size, "code-unconfirmed"))


@pytest.mark.parametrize("size", SIZES)
async def test_ones_account(
    size: tuple[int, int], by_code: Stack, seat: Any, hands: Hands, picture: Compare
) -> None:
    person = await by_code.person()
    await by_code.sql("update auth.users set email = 'amara@example.org'")
    here = await seat(size=size)
    await here.fill("email", "amara@example.org")
    await here.fill("password", person.password)
    await here.press("enter")
    await here.until_text("● LIVE")
    await here.press("A")
    await here.until_screen("AccountScreen")
    picture(here, at(size, "account"))
    await here.press("1")
    await here.until_screen("PasswordScreen")
    picture(here, at(size, "password"))
    await by_code.sql("update auth.sessions set created_at = now() - interval '25 hours'")
    await here.fill("password", "a new password")
    await here.press("enter")
    await says(here, "a code was e-mailed to", "again in 60 s")
    picture(here, at(size, "password-code"))
    await here.press("escape", "2")
    await here.until_screen("EmailScreen")
    await here.fill("email", "amara.okafor@example.org")
    await here.press("enter")
    await here.until_screen("ChangeCodeScreen")
    await here.fill("code", await code_of(by_code, "amara@example.org", "email_change_current"))
    await here.press("enter")
    await says(here, "One of two is done")
    picture(here, at(size, "email-code"))
    await here.press("escape")
    await says(here, "waits for its codes")
    picture(here, at(size, "email"))
