"""The links that hosted projects e-mail: `/verify` by GET, and by the hash of a token."""

from __future__ import annotations

import hashlib
import signal
from pathlib import Path

import httpx
import pytest

from medtui.local.auth.limits import GUESSES
from medtui.local.operator import mail as mailbox
from tests.helpers.auth_door import AuthDoor, said
from tests.helpers.process import Serve
from tests.helpers.stack import Stack

NEW = {"email": "new@example.org", "password": "correct horse"}


@pytest.fixture
async def by_mail(stack: Stack, auth: AuthDoor) -> AuthDoor:
    stack.autoconfirm = False
    await stack.restart_gateway()
    await auth("POST", "signup", NEW)
    return auth


async def token_of(auth: AuthDoor) -> str:
    """GoTrue's hash: of the address and the code."""
    code = await auth.code(NEW["email"], "signup")
    return hashlib.sha224(f"{NEW['email']}{code}".encode()).hexdigest()


async def test_the_hash_of_a_token_signs_in_once(by_mail: AuthDoor) -> None:
    verify = {"type": "signup", "token_hash": await token_of(by_mail)}
    more = {"email": NEW["email"]}
    assert said(await by_mail("POST", "verify", verify | more)) == (400, "validation_failed")
    wrong = verify | {"type": "recovery"}
    assert said(await by_mail("POST", "verify", wrong)) == (403, "otp_expired")
    session = (await by_mail("POST", "verify", verify)).json()
    assert session["user"]["email"] == NEW["email"]
    assert said(await by_mail("POST", "verify", verify)) == (403, "otp_expired")


async def test_a_link_is_opened_without_a_key(stack: Stack, by_mail: AuthDoor) -> None:
    url = f"{stack.url}/auth/v1/verify?type=signup&token={await token_of(by_mail)}"
    answer = await by_mail.http.get(url)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("http://localhost:3000/#access_token=")
    again = await by_mail.http.get(url)
    assert "error_code=otp_expired" in again.headers["location"]
    assert (await by_mail.http.post(url)).status_code == 401


async def test_who_knows_the_address_cannot_try_all_codes_links(
    stack: Stack, by_mail: AuthDoor
) -> None:
    token = await token_of(by_mail)
    for number in range(GUESSES):
        wrong = {"type": "signup", "token_hash": f"{number:056x}"}
        assert said(await by_mail("POST", "verify", wrong)) == (403, "otp_expired")
    verify = {"type": "signup", "token_hash": token}
    assert said(await by_mail("POST", "verify", verify)) == (429, "over_request_rate_limit")
    answer = await by_mail.http.get(f"{stack.url}/auth/v1/verify?type=signup&token={token}")
    assert "error_code=over_request_rate_limit" in answer.headers["location"]


@pytest.mark.long
async def test_the_mailbox_shows_what_e_mails_hold(serve: Serve, practice: Path) -> None:
    for kind in ("link", "code"):
        server = serve("--data", practice, "--confirm-email", "--mail", kind, "--port", 0)
        line = server.line()
        async with httpx.AsyncClient(headers={"apikey": line["ANON_KEY"]}) as http:
            person = NEW | {"email": f"{kind}@example.org"}
            await http.post(f"{line['API_URL']}/auth/v1/signup", json=person)
            [shown] = [row for row in (await mailbox(practice)).splitlines() if kind + "@" in row]
            if kind == "link":
                link = shown.split()[0]
                assert "#access_token=" in (await http.get(link)).headers["location"]
            else:
                assert shown.split()[0].isdigit()
        server.end(signal.SIGTERM)
