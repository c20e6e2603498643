"""The local auth server answers as GoTrue does: statuses, codes, bodies."""

from __future__ import annotations

from typing import Any

import httpx
import jwt
import pytest
from starlette.requests import Request

from medtui.local.auth.errors import AuthError
from medtui.local.auth.limits import REQUESTS, Limits
from medtui.local.limiter import MOST_KEYS, Limiter
from tests.helpers.auth_door import AuthDoor, said
from tests.helpers.http_clients import http_client
from tests.helpers.stack import PASSWORD, Stack

NEW = {"email": "new@example.org", "password": "correct horse"}


async def test_a_sign_up_is_a_session_with_gotrues_claims(stack: Stack, auth: AuthDoor) -> None:
    answer = await auth("POST", "signup", {"email": "A@Example.org", "password": "correct horse"})
    assert answer.status_code == 200
    session = answer.json()
    assert session["token_type"] == "bearer"
    assert session["user"]["email"] == "a@example.org"
    assert "T" in session["user"]["created_at"], "a space makes the Python client refuse it"
    claims = jwt.decode(
        session["access_token"], stack.jwt_secret, ["HS256"], audience="authenticated"
    )
    assert claims["role"] == "authenticated"
    assert claims["sub"] == session["user"]["id"]
    assert claims["exp"] - claims["iat"] == session["expires_in"] == 3600
    (row,) = await stack.sql("select encrypted_password from auth.users")
    assert row["encrypted_password"].startswith("$argon2id$")


REFUSALS: list[tuple[str, str, Any, int, str]] = [
    ("POST", "signup", {"email": "known@example.org", "password": "correct horse"}, 422,
     "user_already_exists"),
    ("POST", "signup", {"email": "b@example.org", "password": "abc"}, 422, "weak_password"),
    ("POST", "signup", {"email": "nonsense", "password": "correct horse"}, 400,
     "validation_failed"),
    ("POST", "signup", ["no", "object"], 400, "bad_json"),
    ("POST", "token?grant_type=password", {"email": "known@example.org", "password": "wrong!"},
     400, "invalid_credentials"),
    ("POST", "token?grant_type=password", {"email": "x@example.org", "password": "wrong!"},
     400, "invalid_credentials"),
    ("POST", "token?grant_type=refresh_token", {"refresh_token": "nope"}, 400,
     "refresh_token_not_found"),
    ("POST", "token?grant_type=magic", {}, 400, "validation_failed"),
    ("GET", "user", None, 401, "no_authorization"),
    ("POST", "verify", {"email": "known@example.org", "token": "1", "type": "signup"}, 403,
     "otp_expired"),
]  # fmt: skip


async def test_refusals(stack: Stack, auth: AuthDoor) -> None:
    await auth("POST", "signup", {"email": "known@example.org", "password": "correct horse"})
    for method, path, body, status, code in REFUSALS:
        answer = await auth(method, path, body)
        assert said(answer) == (status, code)
        assert answer.headers["x-sb-error-code"] == code
    assert (await auth("POST", "sso", {})).status_code == 404


async def test_a_refresh_token_rotates(stack: Stack, auth: AuthDoor) -> None:
    person = await stack.person()
    login = {"email": person.email, "password": PASSWORD}
    first = (await auth("POST", "token?grant_type=password", login)).json()

    async def refresh(token: str) -> httpx.Response:
        return await auth("POST", "token?grant_type=refresh_token", {"refresh_token": token})

    second = (await refresh(first["refresh_token"])).json()
    assert second["refresh_token"] != first["refresh_token"]
    # The answer may have got lost: the parent of the active token may come again.
    again = (await refresh(first["refresh_token"])).json()
    assert again["refresh_token"] == second["refresh_token"]
    third = (await refresh(second["refresh_token"])).json()
    await stack.sql("update auth.refresh_tokens set revoked_at = revoked_at - interval '1 minute'")
    stolen = await refresh(first["refresh_token"])
    assert said(stolen) == (400, "refresh_token_already_used")
    # And the whole session is over, for the thief and for its owner.
    assert said(await refresh(third["refresh_token"])) == (400, "refresh_token_not_found")


async def test_a_logout_ends_the_session_that_its_scope_says(stack: Stack, auth: AuthDoor) -> None:
    person = await stack.person()
    login = {"email": person.email, "password": PASSWORD}
    here, there, third = [
        (await auth("POST", "token?grant_type=password", login)).json()["access_token"]
        for _ in range(3)
    ]
    assert (await auth("POST", "logout?scope=local", token=third)).status_code == 204
    assert said(await auth("GET", "user", token=third)) == (403, "session_not_found")
    assert (await auth("POST", "logout?scope=others", token=here)).status_code == 204
    assert said(await auth("GET", "user", token=there)) == (403, "session_not_found")
    assert (await auth("GET", "user", token=here)).json()["email"] == person.email
    assert (await auth("POST", "logout", token=here)).status_code == 204
    assert said(await auth("GET", "user", token=here)) == (403, "session_not_found")


async def test_forged_and_expired_tokens_are_bad(stack: Stack, auth: AuthDoor) -> None:
    person = await stack.person()
    forged = jwt.encode({"sub": str(person.id), "role": "authenticated"}, "x" * 40, "HS256")
    for token in (forged, stack.token(person, expires_in=-5), "nonsense"):
        assert said(await auth("GET", "user", token=token)) == (403, "bad_jwt")


async def test_what_cannot_be_read_is_refused(auth: AuthDoor) -> None:
    url, headers = f"{auth.stack.url}/auth/v1/signup", {"apikey": auth.stack.anon_key}
    for body, status in (
        (b"{", 400),
        (b'{"email": "a@example.org", "password": "\\ud800 and more"}', 400),
        (b'{"a":' * 100_000, 400),
        (b'"' + b"x" * 1024 * 1024 + b'"', 413),
    ):
        answer = await auth.http.post(url, headers=headers, content=body)
        assert answer.status_code == status, body[:20]
    nul = await auth("POST", "signup", {**NEW, "data": {"ward": "\0"}})
    assert said(nul) == (500, "unexpected_failure")
    assert (await auth("POST", "signup", NEW)).status_code == 200


async def test_it_says_how_it_is_set_up(stack: Stack, auth: AuthDoor) -> None:
    assert (await auth("GET", "health")).json()["name"] == "GoTrue"
    assert (await auth("GET", "settings")).json()["mailer_autoconfirm"] is True
    stack.autoconfirm = False
    await stack.restart_gateway()
    assert (await auth("GET", "settings")).json()["mailer_autoconfirm"] is False


def test_an_address_is_limited_and_this_machine_is_not() -> None:
    limits = Limits()

    def come(address: str) -> None:
        limits.admit(Request({"type": "http", "client": (address, 1), "headers": []}))

    for _ in range(REQUESTS):
        come("192.0.2.7")
    with pytest.raises(AuthError) as refusal:
        come("192.0.2.7")
    assert (refusal.value.status, refusal.value.code) == (429, "over_request_rate_limit")
    come("192.0.2.8")
    for _ in range(REQUESTS + 1):
        come("127.0.0.1")
        come("::1")


def test_what_is_counted_is_forgotten_in_time_and_takes_no_end_of_memory() -> None:
    now = 0.0
    limiter = Limiter(3, 60, clock=lambda: now)
    for _ in range(3):
        assert not limiter.is_spent("a")
        limiter.count("a")
    assert limiter.is_spent("a")
    now = 61.0
    assert not limiter.is_spent("a")
    for number in range(MOST_KEYS + 100):
        limiter.count(str(number))
    assert len(limiter._events) <= MOST_KEYS


def test_who_is_at_the_limit_is_forgotten_last() -> None:
    """Also by guesses at real accounts, from addresses without end."""
    limiter = Limiter(30, 300)
    for _ in range(30):
        limiter.count("victim")
    for number in range(2 * MOST_KEYS):
        limiter.count(str(number))
    assert len(limiter._events) <= MOST_KEYS
    assert limiter.is_spent("victim")


async def test_no_key_no_entry(stack: Stack) -> None:
    async with http_client() as http:
        for path in ("auth/v1/settings", "rest/v1/profiles"):
            missing = await http.get(f"{stack.url}/{path}")
            assert (missing.status_code, missing.json()["message"]) == (
                401,
                "No API key found in request",
            )
            wrong = await http.get(f"{stack.url}/{path}", headers={"apikey": "x"})
            assert (wrong.status_code, wrong.json()["message"]) == (401, "Invalid API key")
        lost = await http.get(f"{stack.url}/nowhere", headers={"apikey": stack.anon_key})
        assert (lost.status_code, lost.json()) == (
            404,
            {"message": "no Route matched with those values"},
        )
