"""The unmodified client walks through the auth server: ten steps, five of them refusals."""

from __future__ import annotations

from typing import Any

import pytest
from supabase import AsyncClient
from supabase_auth.errors import AuthApiError, AuthWeakPasswordError

from tests.helpers.stack import Stack

EMAIL, FIRST, SECOND = "vera@example.org", "correct horse", "battery staple"


async def refused(call: Any) -> str:
    """The code with which a call is refused."""
    with pytest.raises((AuthApiError, AuthWeakPasswordError)) as refusal:
        await call
    return str(refusal.value.code)


async def test_ten_steps_through_an_account(stack: Stack) -> None:
    stack.autoconfirm = False
    await stack.restart_gateway()

    async def new_client(key: str = stack.keys.publishable_key) -> AsyncClient:
        return await stack.client(key=key)

    async def code(purpose: str) -> str:
        [row] = await stack.sql("select code from auth.one_time_codes where purpose = %s", purpose)
        return str(row["code"])

    vera, elsewhere = await new_client(), await new_client()
    login = {"email": EMAIL, "password": FIRST}

    # 1 A weak password is refused, with reasons.
    assert await refused(vera.auth.sign_up({"email": EMAIL, "password": "abc"})) == "weak_password"
    # 2 A sign-up waits for its code,
    answer = await vera.auth.sign_up(login)  # type: ignore[arg-type]
    assert answer.session is None
    assert answer.user is not None
    # 3 without which nobody gets in,
    assert await refused(vera.auth.sign_in_with_password(login)) == "email_not_confirmed"  # type: ignore[arg-type]
    # 4 and a second one is not sent at once.
    again = vera.auth.resend({"type": "signup", "email": EMAIL})
    assert await refused(again) == "over_email_send_rate_limit"
    # 5 The code opens the login.
    verified = await vera.auth.verify_otp(
        {"type": "signup", "email": EMAIL, "token": await code("signup")}
    )
    assert verified.session is not None
    assert verified.user is not None
    assert verified.user.id == answer.user.id
    # 6 A wrong password is refused elsewhere,
    wrong = elsewhere.auth.sign_in_with_password({"email": EMAIL, "password": SECOND})
    assert await refused(wrong) == "invalid_credentials"
    # 7 the right one is not; and its refresh token rotates.
    signed_in = await elsewhere.auth.sign_in_with_password(login)  # type: ignore[arg-type]
    refreshed = await elsewhere.auth.refresh_session()
    assert signed_in.session is not None
    assert refreshed.session is not None
    assert refreshed.session.refresh_token != signed_in.session.refresh_token
    assert refreshed.session.user.id == answer.user.id
    # 8 A user who has forgotten the password signs in by a code, and sets a new one.
    lost = await new_client()
    await lost.auth.reset_password_for_email(EMAIL)
    await lost.auth.verify_otp(
        {"type": "recovery", "email": EMAIL, "token": await code("recovery")}
    )
    await lost.auth.update_user({"password": SECOND, "data": {"ward": 7}})
    user = await lost.auth.get_user()
    assert user is not None
    assert user.user.user_metadata == {"ward": 7}
    # 9 All other logins are over.
    assert await refused(elsewhere.auth.refresh_session()) == "refresh_token_not_found"
    # 10 The service key lists the account; when it is deleted, its tokens are nobody's.
    operator = await new_client(stack.keys.secret_key)
    assert [user.email for user in await operator.auth.admin.list_users()] == [EMAIL]
    await stack.sql("delete from auth.users where id = %s", answer.user.id)
    assert await refused(lost.auth.get_user()) == "user_not_found"
    assert await stack.sql("select 1 as one from auth.users") == []
    assert await stack.sql("select 1 as one from auth.sessions") == []


async def test_signing_out_here_elsewhere_and_everywhere(stack: Stack) -> None:
    person = await stack.person()
    here, there, third = [await stack.client(person) for _ in range(3)]
    await here.auth.sign_out({"scope": "others"})
    assert await refused(there.auth.get_user()) == "session_not_found"
    assert (await here.auth.get_user()) is not None
    again = await stack.client(person)
    await again.auth.sign_out({"scope": "local"})
    assert (await here.auth.get_user()) is not None
    await here.auth.sign_out()
    assert await refused(third.auth.refresh_session()) == "refresh_token_not_found"
    assert await stack.sql("select 1 as one from auth.sessions") == []


async def test_a_code_instead_of_a_password(stack: Stack) -> None:
    person = await stack.person()
    client = await stack.client()
    await client.auth.sign_in_with_otp(
        {"email": person.email, "options": {"should_create_user": False}}
    )
    [row] = await stack.sql("select code from auth.one_time_codes")
    answer = await client.auth.verify_otp(
        {"type": "email", "email": person.email, "token": row["code"]}
    )
    assert answer.user is not None
    assert answer.user.id == str(person.id)
