"""The cards with which one signs in, and those of one's account, at two sizes."""

from __future__ import annotations

from typing import Any

import pytest

from medtui.data.factors import Factors, NewFactor
from tests.account.test_codes import Hands, by_code, code_of, hands, says, stack
from tests.helpers.seats import Pictures
from tests.helpers.stack import Stack

__all__ = ["by_code", "hands", "stack"]


async def test_the_ways_in(by_code: Stack, seat: Any, hands: Hands, pictures: Pictures) -> None:
    here = await seat()
    await here.until_text("E-mail me a code", "Another server")
    await here.press("ctrl+t")
    await here.fill("email", "nia@example.org")
    await here.fill("password", "correct horse")
    await here.press("enter")
    await here.until_screen("CodeScreen")
    await here.fill("code", "123 45")
    await here.press("enter")
    await here.until_text("6 to 10 digits", "again in 60 s")
    await pictures(here, "code")
    await here.press("escape", "ctrl+t")
    await here.fill("password", "correct horse")
    await here.press("enter")
    await says(here, "has signed up, but is not confirmed")
    await pictures(here, "code-unconfirmed")


async def test_ones_account(by_code: Stack, seat: Any, hands: Hands, pictures: Pictures) -> None:
    person = await by_code.person()
    await by_code.sql("update auth.users set email = 'amara@example.org'")
    here = await seat()
    await here.fill("email", "amara@example.org")
    await here.fill("password", person.password)
    await here.press("enter")
    await here.until_text("● LIVE")
    await here.press("A")
    await here.until_screen("AccountScreen")
    await pictures(here, "account")
    await here.press("1")
    await here.until_screen("PasswordScreen")
    await pictures(here, "password")
    await by_code.sql("update auth.sessions set created_at = now() - interval '25 hours'")
    await here.fill("password", "a new password")
    await here.press("enter")
    await says(here, "the code that was e-mailed to", "again in 60 s")
    await pictures(here, "password-code")
    await here.press("escape", "2")
    await here.until_screen("EmailScreen")
    await here.fill("email", "amara.okafor@example.org")
    await here.press("enter")
    await here.until_screen("ChangeCodeScreen")
    await here.fill("code", await code_of(by_code, "amara@example.org", "email_change_current"))
    await here.press("enter")
    await says(here, "One of two is done")
    await pictures(here, "email-code")
    await here.press("escape")
    await says(here, "is waiting for its")
    await pictures(here, "email")


async def test_the_second_factor(
    by_code: Stack, seat: Any, pictures: Pictures, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = await by_code.person()
    await by_code.sql("update auth.users set email = 'amara@example.org'")

    async def the_same(factors: Factors) -> NewFactor:
        return NewFactor("the one", "MZXW6YTBOI" * 3 + "AA", "amara@example.org")

    monkeypatch.setattr(Factors, "begin", the_same)
    here = await seat()
    await here.fill("email", "amara@example.org")
    await here.fill("password", person.password)
    await here.press("enter")
    await here.until_text("● LIVE")
    await here.press("A", "6")
    await here.until_text("Scan this with")
    await pictures(here, "second-factor")
    await here.resize(40, 12)  # where a QR code has no room, the key and the field have
    await here.until_text("A second factor", "Give an authenticator", "MZXW 6YTB", "Digits")
    await here.resize(80, 24)
    await here.until_text("Scan this with")
    await here.press("escape")
    with here.app._context():
        here.app.login._ask_for_digits()
    await here.until_screen("DigitsScreen")
    await pictures(here, "second-factor-digits")
