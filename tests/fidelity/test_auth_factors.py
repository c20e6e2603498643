"""The second factor, as GoTrue's calls for it: with the unmodified client."""

from __future__ import annotations

import base64
import time
from typing import Any

import jwt
import pytest
from supabase import AsyncClient
from supabase_auth.errors import AuthApiError

from medtui.local.auth.factors import digits, is_right
from medtui.local.auth.limits import GUESSES
from tests.helpers.stack import Stack

TOTP: Any = {"factor_type": "totp", "friendly_name": "phone"}


def shown(secret: str) -> str:
    """What an app shows now."""
    return digits(base64.b32decode(secret), time.time())


def wrong(code: str) -> str:
    return f"{(int(code) + 500_000) % 10**6:06}"


def level(token: str) -> tuple[str, list[str]]:
    claims = jwt.decode(token, options={"verify_signature": False})
    return claims["aal"], [each["method"] for each in claims["amr"]]


async def enrolled(client: AsyncClient) -> tuple[str, str]:
    """A factor that is on: its id and secret."""
    made = await client.auth.mfa.enroll(TOTP)
    assert made.totp is not None
    code = shown(made.totp.secret)
    await client.auth.mfa.challenge_and_verify({"factor_id": made.id, "code": code})
    return made.id, made.totp.secret


async def refused(call: Any) -> tuple[int, str | None]:
    with pytest.raises(AuthApiError) as error:
        await call
    return error.value.status, error.value.code


@pytest.mark.parametrize(
    ("moment", "code"),
    [(1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_digits_are_those_of_the_standard(moment: int, code: str) -> None:
    secret = b"12345678901234567890"
    assert digits(secret, moment) == code
    assert [is_right(secret, code, moment + 30 * k) for k in (-2, -1, 0, 1, 2)] == [
        False, True, True, True, False
    ]  # fmt: skip


async def test_a_factor_is_set_up_used_and_removed(stack: Stack) -> None:
    person = await stack.person()
    client, elsewhere = await stack.client(person), await stack.client(person)
    made = await client.auth.mfa.enroll(TOTP)
    assert made.totp is not None
    assert f"secret={made.totp.secret}" in made.totp.uri
    code = shown(made.totp.secret)
    verify = {"factor_id": made.id, "code": wrong(code)}
    call = client.auth.mfa.challenge_and_verify(verify)  # type: ignore[arg-type]
    assert await refused(call) == (422, "mfa_verification_failed")
    assert (await client.auth.mfa.list_factors()).totp == []
    answer = await client.auth.mfa.challenge_and_verify({"factor_id": made.id, "code": code})
    assert level(answer.access_token) == ("aal2", ["password", "totp"])
    assert [factor.id for factor in (await client.auth.mfa.list_factors()).totp] == [made.id]
    assert (await refused(elsewhere.auth.refresh_session()))[0] == 400, "it had no second factor"
    session = (await client.auth.refresh_session()).session
    assert session is not None
    assert level(session.access_token)[0] == "aal2"

    await client.auth.mfa.unenroll({"factor_id": made.id})
    session = (await client.auth.refresh_session()).session
    assert session is not None
    assert level(session.access_token) == ("aal1", ["password"])
    assert session.user.factors is None


async def test_without_the_digits_the_account_cannot_be_changed(stack: Stack) -> None:
    person = await stack.person()
    factor_id, secret = await enrolled(await stack.client(person))
    client = await stack.client(person)
    session = await client.auth.get_session()
    assert session is not None
    assert level(session.access_token)[0] == "aal1"
    assert [factor.id for factor in session.user.factors or []] == [factor_id]
    aal = "insufficient_aal"
    assert await refused(client.auth.update_user({"password": "another one"})) == (401, aal)
    assert await refused(client.auth.update_user({"email": "new@example.org"})) == (401, aal)
    assert await refused(client.auth.mfa.unenroll({"factor_id": factor_id})) == (422, aal)
    more = TOTP | {"friendly_name": "another"}
    assert await refused(client.auth.mfa.enroll(more)) == (403, aal)
    code = shown(secret)
    await client.auth.mfa.challenge_and_verify({"factor_id": factor_id, "code": code})
    await client.auth.update_user({"password": "another one"})


async def test_what_is_not_ones_own_or_begun_twice_is_refused(stack: Stack) -> None:
    person, other = await stack.person(), await stack.person("Eve")
    factor_id, _ = await enrolled(await stack.client(person))
    theirs = await stack.client(other)
    challenge = theirs.auth.mfa.challenge({"factor_id": factor_id})
    assert await refused(challenge) == (404, "mfa_factor_not_found")
    assert (await refused(theirs.auth.mfa.unenroll({"factor_id": factor_id})))[0] == 404
    await theirs.auth.mfa.enroll(TOTP)
    assert await refused(theirs.auth.mfa.enroll(TOTP)) == (422, "mfa_factor_name_conflict")
    phone: Any = {"factor_type": "phone", "phone": "+44"}
    assert await refused(theirs.auth.mfa.enroll(phone)) == (422, "mfa_phone_enroll_not_enabled")


async def test_digits_are_not_guessed_for_long(stack: Stack) -> None:
    person = await stack.person()
    factor_id, secret = await enrolled(await stack.client(person))
    client = await stack.client(person)
    for _ in range(GUESSES):
        code = wrong(shown(secret))
        call = client.auth.mfa.challenge_and_verify({"factor_id": factor_id, "code": code})
        assert await refused(call) == (422, "mfa_verification_failed")
    call = client.auth.mfa.challenge_and_verify({"factor_id": factor_id, "code": shown(secret)})
    assert (await refused(call))[0] == 429
