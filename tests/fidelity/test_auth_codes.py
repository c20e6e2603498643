"""One-time codes: for a sign-up, to get back in, to change one's e-mail. Each works once."""

from __future__ import annotations

import asyncio
from typing import Any

import psycopg
import pytest

from medtui.local.install import PLATFORM
from medtui.local.postgres import SUPERUSER
from tests.helpers.auth_door import AuthDoor, said
from tests.helpers.stack import PASSWORD, Stack

NEW = {"email": "new@example.org", "password": "correct horse"}


@pytest.fixture
async def by_code(stack: Stack, auth: AuthDoor) -> AuthDoor:
    """A server on which a sign-up waits for a code."""
    stack.autoconfirm = False
    await stack.restart_gateway()
    return auth


async def sign_in(auth: AuthDoor, email: str, password: str = PASSWORD) -> Any:
    login = {"email": email, "password": password}
    return (await auth("POST", "token?grant_type=password", login)).json()


async def test_a_sign_up_waits_for_its_code(by_code: AuthDoor) -> None:
    answer = await by_code("POST", "signup", NEW)
    assert answer.status_code == 200
    assert "access_token" not in answer.json()
    assert answer.json()["identities"], "an account that was made has one"
    refused = await by_code("POST", "token?grant_type=password", NEW)
    assert said(refused) == (400, "email_not_confirmed")
    code = await by_code.code(NEW["email"], "signup")
    wrong = f"{(int(code) + 1) % 10**6:06}"
    verify = {"type": "signup", "email": NEW["email"]}
    assert said(await by_code("POST", "verify", verify | {"token": wrong})) == (403, "otp_expired")
    session = (await by_code("POST", "verify", verify | {"token": code})).json()
    assert session["user"]["email_confirmed_at"]
    assert said(await by_code("POST", "verify", verify | {"token": code})) == (403, "otp_expired")
    assert (await sign_in(by_code, NEW["email"], NEW["password"]))["access_token"]


async def test_nobody_learns_who_has_an_account(stack: Stack, by_code: AuthDoor) -> None:
    person = await stack.person()
    await stack.sql("update auth.users set raw_user_meta_data = '{\"ward\": 7}'")
    answer = await by_code("POST", "signup", {"email": person.email, "password": "something"})
    assert answer.status_code == 200
    shown = answer.json()
    assert (shown["email"], shown["identities"], shown["user_metadata"]) == (person.email, [], {})
    assert shown["id"] != str(person.id)
    assert (await by_code("POST", "recover", {"email": "nobody@example.org"})).json() == {}
    again = {"email": "nobody@example.org", "type": "signup"}
    assert (await by_code("POST", "resend", again)).json() == {}
    assert await stack.sql("select 1 from auth.one_time_codes") == []


async def test_of_two_sign_ups_neither_password_is_good_until_one_is_set(
    stack: Stack, by_code: AuthDoor
) -> None:
    """The server cannot tell who of them owns the mailbox: who enters the code sets a password."""
    await by_code("POST", "signup", NEW)
    again = await by_code("POST", "signup", NEW | {"password": "the other's"})
    assert said(again) == (429, "over_email_send_rate_limit")  # the code is on its way already
    verify = {"type": "signup", "email": NEW["email"]}
    code = await by_code.code(NEW["email"], "signup")
    session = (await by_code("POST", "verify", verify | {"token": code})).json()
    for password in (NEW["password"], "the other's"):
        assert "access_token" not in await sign_in(by_code, NEW["email"], password)
    mine = {"password": "the other's"}
    answer = await by_code("PUT", "user", mine, token=session["access_token"])
    assert answer.status_code == 200
    assert "access_token" in await sign_in(by_code, NEW["email"], "the other's")
    assert "access_token" not in await sign_in(by_code, NEW["email"], NEW["password"])


async def test_the_same_sign_up_twice_keeps_its_password(stack: Stack, by_code: AuthDoor) -> None:
    await by_code("POST", "signup", NEW)
    await by_code.minutes_later()
    await by_code("POST", "signup", NEW)
    code = await by_code.code(NEW["email"], "signup")
    await by_code("POST", "verify", {"type": "signup", "email": NEW["email"], "token": code})
    assert "access_token" in await sign_in(by_code, NEW["email"], NEW["password"])


@pytest.mark.parametrize(
    ("path", "kind", "purpose"),
    [("otp", "email", "recovery"), ("otp", "magiclink", "recovery"), ("recover", "recovery",
     "recovery")],
)  # fmt: skip
async def test_a_code_without_a_password_voids_the_one_of_an_earlier_sign_up(
    path: str, kind: str, purpose: str, stack: Stack, by_code: AuthDoor
) -> None:
    await by_code("POST", "signup", NEW | {"password": "the thief's"})
    await by_code.minutes_later()
    assert (await by_code("POST", path, {"email": NEW["email"]})).json() == {}
    code = await by_code.code(NEW["email"], purpose)
    verify = {"type": kind, "email": NEW["email"], "token": code}
    assert (await by_code("POST", "verify", verify)).status_code == 200
    assert "access_token" not in await sign_in(by_code, NEW["email"], "the thief's")


async def test_logins_from_before_an_account_was_confirmed_end(
    stack: Stack, auth: AuthDoor
) -> None:
    early = (await auth("POST", "signup", NEW)).json()
    await stack.sql("update auth.users set email_confirmed_at = null")
    stack.autoconfirm = False
    await stack.restart_gateway()
    await auth("POST", "otp", {"email": NEW["email"]})
    code = await auth.code(NEW["email"], "recovery")
    verify = {"type": "email", "email": NEW["email"], "token": code}
    assert (await auth("POST", "verify", verify)).status_code == 200
    refresh = {"refresh_token": early["refresh_token"]}
    old = await auth("POST", "token?grant_type=refresh_token", refresh)
    assert said(old) == (400, "refresh_token_not_found")


async def test_where_nothing_is_confirmed_an_unconfirmed_account_is_the_next_ones(
    stack: Stack, by_code: AuthDoor
) -> None:
    await by_code("POST", "signup", NEW | {"password": "the thief's"})
    stack.autoconfirm = True
    await stack.restart_gateway()
    assert "access_token" in (await by_code("POST", "signup", NEW)).json()
    assert "access_token" in await sign_in(by_code, NEW["email"], NEW["password"])
    assert "access_token" not in await sign_in(by_code, NEW["email"], "the thief's")


async def test_of_many_sign_ups_at_once_one_has_the_account(stack: Stack, auth: AuthDoor) -> None:
    passwords = [f"password {n}" for n in range(8)]
    answers = await asyncio.gather(
        *(auth("POST", "signup", NEW | {"password": password}) for password in passwords)
    )
    assert sorted(a.status_code for a in answers) == [200] + [422] * 7
    winner = next(
        p for p, answer in zip(passwords, answers, strict=True) if answer.status_code == 200
    )
    assert "access_token" in await sign_in(auth, NEW["email"], winner)


async def test_codes_are_sent_no_more_than_once_a_minute(by_code: AuthDoor) -> None:
    await by_code("POST", "signup", NEW)
    again = {"type": "signup", "email": NEW["email"]}
    refused = await by_code("POST", "resend", again)
    assert said(refused) == (429, "over_email_send_rate_limit")
    words = "For security purposes, you can only request this after "
    assert refused.json()["message"].startswith(words)
    seconds = int(refused.json()["message"].removeprefix(words).split()[0])
    assert 50 <= seconds <= 60
    before = await by_code.code(NEW["email"], "signup")
    await by_code.minutes_later()
    assert (await by_code("POST", "resend", again)).json() == {}
    if (after := await by_code.code(NEW["email"], "signup")) != before:
        verify = {"type": "signup", "email": NEW["email"]}
        stale = await by_code("POST", "verify", verify | {"token": before})
        assert said(stale) == (403, "otp_expired")
        assert (await by_code("POST", "verify", verify | {"token": after})).status_code == 200


async def test_an_old_code_is_no_good(stack: Stack, auth: AuthDoor) -> None:
    person = await stack.person()
    await auth("POST", "recover", {"email": person.email})
    await stack.sql("update auth.one_time_codes set sent_at = now() - interval '61 minutes'")
    code = await auth.code(person.email, "recovery")
    answer = await auth(
        "POST", "verify", {"type": "recovery", "email": person.email, "token": code}
    )
    assert said(answer) == (403, "otp_expired")


async def test_a_code_gets_one_back_in_to_set_a_new_password(stack: Stack, auth: AuthDoor) -> None:
    person = await stack.person()
    elsewhere = await sign_in(auth, person.email)
    assert (await auth("POST", "recover", {"email": person.email})).json() == {}
    code = await auth.code(person.email, "recovery")
    back = {"type": "recovery", "email": person.email, "token": code}
    token = (await auth("POST", "verify", back)).json()["access_token"]
    same = await auth("PUT", "user", {"password": PASSWORD}, token=token)
    assert said(same) == (422, "same_password")
    weak = await auth("PUT", "user", {"password": "abc"}, token=token)
    assert said(weak) == (422, "weak_password")
    assert weak.json()["weak_password"] == {"reasons": ["length"]}
    changed = await auth("PUT", "user", {"password": "a new one"}, token=token)
    assert changed.status_code == 200
    assert "access_token" in await sign_in(auth, person.email, "a new one")
    assert "access_token" not in await sign_in(auth, person.email)
    # Logins by the old password have ended; the one that set the new password has not.
    gone = await auth("GET", "user", token=elsewhere["access_token"])
    assert said(gone) == (403, "session_not_found")
    assert (await auth("GET", "user", token=token)).status_code == 200


async def test_a_code_is_good_for_what_it_was_sent_for(stack: Stack, auth: AuthDoor) -> None:
    person = await stack.person()
    await auth("POST", "otp", {"email": person.email, "create_user": False})
    code = await auth.code(person.email, "recovery")
    for kind in ("signup", "invite", "email_change", "sms", "nonsense"):
        wrong = {"type": kind, "email": person.email, "token": code}
        assert said(await auth("POST", "verify", wrong)) == (403, "otp_expired")
    right = {"type": "email", "email": person.email, "token": code}
    assert (await auth("POST", "verify", right)).json()["user"]["id"] == str(person.id)


async def test_no_account_is_made_by_a_code_alone(stack: Stack, auth: AuthDoor) -> None:
    for wanted in ({"create_user": False}, {}):
        refused = await auth("POST", "otp", {"email": "new@example.org", **wanted})
        assert said(refused) == (422, "otp_disabled")
    assert await stack.sql("select 1 from auth.users") == []


async def test_a_new_email_takes_a_code_from_each_address(stack: Stack, by_code: AuthDoor) -> None:
    person, other = await stack.person(), await stack.person("Mei")
    token = (await sign_in(by_code, person.email))["access_token"]
    taken = await by_code("PUT", "user", {"email": other.email}, token=token)
    assert said(taken) == (422, "email_exists")
    asked = await by_code("PUT", "user", {"email": "moved@example.org"}, token=token)
    assert (asked.json()["email"], asked.json()["new_email"]) == (person.email, "moved@example.org")
    change = {"type": "email_change"}
    old = await by_code.code(person.email, "email_change_current")
    new = await by_code.code("moved@example.org", "email_change_new")
    half = await by_code("POST", "verify", change | {"email": "moved@example.org", "token": new})
    assert half.json()["msg"].startswith("Confirmation link accepted.")
    assert (await by_code("GET", "user", token=token)).json()["email"] == person.email
    whole = await by_code("POST", "verify", change | {"email": person.email, "token": old})
    assert whole.json()["user"]["email"] == "moved@example.org"
    assert "new_email" not in whole.json()["user"]
    assert "access_token" in await sign_in(by_code, "moved@example.org")
    assert "access_token" not in await sign_in(by_code, person.email)


async def test_an_old_login_takes_a_code_to_change_the_password(
    stack: Stack, by_code: AuthDoor
) -> None:
    person = await stack.person()
    token = (await sign_in(by_code, person.email))["access_token"]
    wish = {"password": "a new one"}
    assert (await by_code("PUT", "user", wish, token=token)).status_code == 200, "it is recent"
    await stack.sql("update auth.sessions set created_at = now() - interval '25 hours'")
    wish = {"password": "another one"}
    refused = await by_code("PUT", "user", wish, token=token)
    assert said(refused) == (400, "reauthentication_needed")
    assert said(await by_code("GET", "reauthenticate")) == (401, "no_authorization")
    assert (await by_code("GET", "reauthenticate", token=token)).json() == {}
    again = await by_code("GET", "reauthenticate", token=token)
    assert said(again) == (429, "over_email_send_rate_limit")
    code = await by_code.code(person.email, "reauthentication")
    wrong = wish | {"nonce": f"{(int(code) + 1) % 10**6:06}"}
    for body in (wrong, wish | {"nonce": code, "password": "abc"}):
        assert (await by_code("PUT", "user", body, token=token)).status_code == 422
    verify = {"type": "reauthentication", "email": person.email, "token": code}
    assert said(await by_code("POST", "verify", verify)) == (403, "otp_expired"), "opens no login"
    right = wish | {"nonce": code}
    assert (await by_code("PUT", "user", right, token=token)).status_code == 200
    assert "access_token" in await sign_in(by_code, person.email, "another one")
    used = await by_code("PUT", "user", right | {"password": "a third one"}, token=token)
    assert said(used) == (422, "reauthentication_not_valid")


async def test_where_nothing_is_confirmed_an_old_login_changes_its_password(
    stack: Stack, auth: AuthDoor
) -> None:
    person = await stack.person()
    token = (await sign_in(auth, person.email))["access_token"]
    await stack.sql("update auth.sessions set created_at = now() - interval '25 hours'")
    changed = await auth("PUT", "user", {"password": "a new one"}, token=token)
    assert changed.status_code == 200


async def test_where_nothing_is_confirmed_one_code_moves_an_email(
    stack: Stack, auth: AuthDoor
) -> None:
    person = await stack.person()
    token = (await sign_in(auth, person.email))["access_token"]
    await auth("PUT", "user", {"email": "moved@example.org"}, token=token)
    code = await auth.code("moved@example.org", "email_change_new")
    moved = {"type": "email_change", "email": "moved@example.org", "token": code}
    assert (await auth("POST", "verify", moved)).json()["user"]["email"] == "moved@example.org"
    assert await stack.sql("select 1 from auth.one_time_codes where code is not null") == []


async def test_guessing_codes_is_slowed_down(stack: Stack, auth: AuthDoor) -> None:
    person = await stack.person()
    guess = {"type": "recovery", "email": person.email, "token": "0"}
    answers = {said(await auth("POST", "verify", guess)) for _ in range(31)}
    assert answers == {(403, "otp_expired"), (429, "over_request_rate_limit")}
    # Not even the right one helps now.
    await auth("POST", "recover", {"email": person.email})
    right = guess | {"token": await auth.code(person.email, "recovery")}
    assert said(await auth("POST", "verify", right)) == (429, "over_request_rate_limit")


async def test_the_tables_of_earlier_versions_are_brought_up_to_date(
    stack: Stack, auth: AuthDoor
) -> None:
    person = await stack.person()
    await auth("POST", "recover", {"email": person.email})
    admin = stack.cluster.dsn(SUPERUSER, stack.database)
    async with await psycopg.AsyncConnection.connect(admin) as connection:
        await connection.execute(
            """
            drop table auth.one_time_codes;
            alter table auth.users drop email_change, drop email_change_confirm_status;
            alter table auth.sessions drop method;
            create table auth.one_time_codes (
              email varchar(255) not null,
              purpose text not null check (purpose in ('signup', 'recovery')),
              code varchar(6) not null,
              sent_at timestamptz not null default now(),
              primary key (email, purpose)
            );
            """
        )
        for _ in range(2):
            await connection.execute((PLATFORM / "2_auth.sql").read_bytes())
    await auth("POST", "recover", {"email": person.email})
    back = {"type": "recovery", "email": person.email}
    back["token"] = await auth.code(person.email, "recovery")
    assert (await auth("POST", "verify", back)).json()["user"]["id"] == str(person.id)
