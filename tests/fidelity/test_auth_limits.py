"""Guessing is slowed down for the one who guesses, and does not lock out the owner."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.requests import Request

from medtui.local.address import UNKNOWN, address_of
from medtui.local.auth import limits
from medtui.local.auth.errors import AuthError
from medtui.local.auth.limits import CODES, REQUESTS, Guesses, Limits
from medtui.local.gateway import Gateway
from medtui.local.limiter import MOST_KEYS
from tests.helpers.auth_door import AuthDoor, said
from tests.helpers.stack import PASSWORD, Person, Stack

TOO_MANY = (429, "over_request_rate_limit")
GUESSES = 5
"""So many as there are of most things here: every password that is tried takes its time."""


@pytest.fixture(autouse=True)
def few_guesses(monkeypatch: pytest.MonkeyPatch) -> None:
    assert limits.GUESSES == 30
    monkeypatch.setattr(limits, "GUESSES", GUESSES)


class Door(AuthDoor):
    """Requests that come from another address, or are passed on by a proxy."""

    async def guess(self, person: Person, password: str, **headers: str) -> tuple[int, str]:
        login = {"email": person.email, "password": password}
        self.http.headers = httpx.Headers(headers)
        return said(await self("POST", "token?grant_type=password", login))

    async def code_guess(self, person: Person, code: str) -> tuple[int, str]:
        body = {"type": "recovery", "email": person.email, "token": code}
        return said(await self("POST", "verify", body))


@contextlib.asynccontextmanager
async def door_from(stack: Stack, address: str = "127.0.0.1") -> AsyncIterator[Door]:
    way = httpx.AsyncHTTPTransport(local_address=address)
    async with httpx.AsyncClient(transport=way) as http:
        yield Door(stack, http)


@contextlib.asynccontextmanager
async def trusting(stack: Stack) -> AsyncIterator[Door]:
    """The stack's server, with a proxy before it that is trusted."""
    await stack.stop_gateway()
    gateway = await Gateway.start(
        lambda role: stack.cluster.dsn(role, stack.database),
        stack.keys,
        files=stack.files,
        port=int(stack.url.rpartition(":")[2]),
        trust_proxy=True,
    )
    try:
        async with door_from(stack) as door:
            yield door
    finally:
        await gateway.stop()


async def test_wrong_passwords_lock_out_their_own_address_alone(stack: Stack) -> None:
    person = await stack.person()
    async with door_from(stack, "127.0.0.2") as thief, door_from(stack, "127.0.0.3") as owner:
        for _ in range(GUESSES):
            assert await thief.guess(person, "wrong!") == (400, "invalid_credentials")
        assert await thief.guess(person, PASSWORD) == TOO_MANY
        assert await owner.guess(person, PASSWORD) == (200, None)
        assert await thief.guess(person, PASSWORD) == TOO_MANY, "her own sign-in is not the thief's"


async def test_wrong_codes_are_counted_apart_from_passwords(stack: Stack) -> None:
    person = await stack.person()
    async with door_from(stack) as here, door_from(stack, "127.0.0.3") as elsewhere:
        for _ in range(GUESSES):
            assert await here.code_guess(person, "0") == (403, "otp_expired")
        assert await here.code_guess(person, "0") == TOO_MANY
        assert await here.guess(person, PASSWORD) == (200, None)
        assert await elsewhere.code_guess(person, "0") == (403, "otp_expired")
        await elsewhere("POST", "recover", {"email": person.email})
        right = await elsewhere.code(person.email, "recovery")
        assert await elsewhere.code_guess(person, right) == (200, None)


async def test_wrong_passwords_do_not_use_up_the_codes(stack: Stack) -> None:
    person = await stack.person()
    async with door_from(stack) as here:
        for _ in range(GUESSES + 1):
            await here.guess(person, "wrong!")
        await here("POST", "recover", {"email": person.email})
        right = await here.code(person.email, "recovery")
        assert await here.code_guess(person, right) == (200, None)


async def test_a_name_without_an_account_is_not_told_from_one(stack: Stack) -> None:
    person = await stack.person()
    nobody = Person(person.id, "nobody@example.org", "", "", "")
    async with door_from(stack) as here:
        for guess in (here.guess, here.code_guess):
            known = [await guess(person, "wrong!") for _ in range(GUESSES + 1)]
            unknown = [await guess(nobody, "wrong!") for _ in range(GUESSES + 1)]
            assert known == unknown


def request(address: str = "192.0.2.1") -> Request:
    return Request({"type": "http", "client": (address, 1), "headers": []})


def test_made_up_names_make_no_count_be_forgotten() -> None:
    guesses = Guesses()
    for _ in range(GUESSES):
        guesses.count(request(), "victim@example.org", is_known=True)
    for number in range(2 * MOST_KEYS):
        guesses.count(request(), f"{number}@example.org", is_known=False)
    with pytest.raises(AuthError):
        guesses.check(request(), "victim@example.org")


def test_of_a_code_all_addresses_together_guess_so_much() -> None:
    codes = Guesses(together=CODES)
    for number in range(CODES):
        codes.check(request(f"192.0.2.{number % 250}"), "victim@example.org")
        codes.count(request(f"192.0.2.{number % 250}"), "victim@example.org", is_known=True)
    with pytest.raises(AuthError):
        codes.check(request("198.51.100.1"), "victim@example.org")


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8::ffff:1", "2001:db8::/64"),
        ("::1", "::1"),
        ("unknown", UNKNOWN),
        ("", UNKNOWN),
        ("192.0.2.7\n", UNKNOWN),
    ],
)
def test_an_address_is_a_machines(host: str, address: str) -> None:
    assert address_of((host, 1)) == address
    assert address_of(None) == UNKNOWN


async def test_a_client_cannot_choose_its_own_address(stack: Stack) -> None:
    person = await stack.person()
    async with door_from(stack) as thief:
        seen = [
            await thief.guess(person, "wrong!", **{"X-Forwarded-For": f"192.0.2.{number}"})
            for number in range(GUESSES + 1)
        ]
    assert seen[-1] == TOO_MANY


async def test_a_trusted_proxy_says_where_requests_come_from(stack: Stack) -> None:
    person = await stack.person()
    thief, owner = {"X-Forwarded-For": "192.0.2.1"}, {"X-Forwarded-For": "192.0.2.2"}
    async with trusting(stack) as door, door_from(stack, "127.0.0.2") as direct:
        for number in range(GUESSES):
            # What the client has sent itself comes before what the proxy has added.
            claimed = {"X-Forwarded-For": f"198.51.100.{number}, {thief['X-Forwarded-For']}"}
            assert await door.guess(person, "wrong!", **claimed) == (400, "invalid_credentials")
        assert await door.guess(person, PASSWORD, **thief) == TOO_MANY
        assert await door.guess(person, PASSWORD, **owner) == (200, None)
        # Who is not the proxy cannot say it: all of these are one address.
        seen = [
            await direct.guess(person, "wrong!", **{"X-Forwarded-For": f"192.0.2.{number}"})
            for number in range(GUESSES + 1)
        ]
        assert seen[-1] == TOO_MANY
        odd = {"X-Forwarded-For": "unknown, [::1]x, 10.0.0.1:x"}
        assert await door.guess(person, PASSWORD, **odd) == (200, None)


@pytest.mark.parametrize("host", ["192.0.2.1", "127.0.0.1", "::1", "unknown"])
def test_behind_a_trusted_proxy_every_address_has_its_limit(host: str) -> None:
    limited = Limits(trust_proxy=True)
    for _ in range(REQUESTS):
        limited.admit(request(host))
    with pytest.raises(AuthError):
        limited.admit(request(host))
    limited.admit(request("192.0.2.99"))
