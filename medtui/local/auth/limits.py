"""Limits on attempts: counted in memory, forgotten after five minutes."""

from __future__ import annotations

import asyncio

from starlette.requests import Request

from medtui.local.address import address_of
from medtui.local.auth.errors import AuthError
from medtui.local.auth.passwords import AT_A_TIME
from medtui.local.limiter import Limiter

SECONDS = 300.0
GUESSES = 30
"""So many wrong passwords for one account from one address in that time; and as many codes."""
CODES = 300
"""So many wrong codes for one account from all addresses together: a code has six digits alone."""
REQUESTS = 300
"""So many requests that cost something (a hash, a code) from one address in that time.

A class may sit behind one address, so this is ten times what a hosted project allows.
"""


class Guesses:
    """Wrong passwords, or wrong codes, for an account from an address.

    Names without an account are counted apart: made-up ones make the counts of real ones be
    forgotten as little as they can be told from them. `together` limits all addresses together.
    """

    def __init__(self, *, together: int | None = None) -> None:
        self._known, self._unknown = Limiter(GUESSES, SECONDS), Limiter(GUESSES, SECONDS)
        self._together = Limiter(together, SECONDS) if together else None

    def check(self, request: Request, email: str) -> None:
        """Raise 429 when there were too many for this account."""
        key = _key(request, email)
        spent = self._known.is_spent(key) or self._unknown.is_spent(key)
        if spent or (self._together and self._together.is_spent(email)):
            raise AuthError("over_request_rate_limit")

    def count(self, request: Request, email: str, *, is_known: bool) -> None:
        """One more was wrong; `is_known`: there is an account."""
        (self._known if is_known else self._unknown).count(_key(request, email))
        if self._together and is_known:
            self._together.count(email)

    def forget(self, request: Request, email: str) -> None:
        """It was right this time. What all addresses together have tried still counts."""
        self._known.forget(_key(request, email))


class Limits:
    """What of one auth server is limited. `trust_proxy`: see `admit`."""

    def __init__(self, *, trust_proxy: bool = False) -> None:
        self.passwords = Guesses()
        self.codes = Guesses(together=CODES)
        self.guessing = asyncio.Semaphore(AT_A_TIME)
        """Passwords are checked no more at a time than are hashed: a thousand guesses wait."""
        self._requests = Limiter(REQUESTS, SECONDS)
        self._trust_proxy = trust_proxy

    def admit(self, request: Request) -> None:
        """Count a costly request, or raise 429.

        This machine's own are not counted, unless a proxy on it passes on what comes from others.
        """
        address = address_of(request.client)
        is_here = address == "::1" or address.startswith("127.")
        if is_here and not self._trust_proxy:
            return
        if self._requests.is_spent(address):
            raise AuthError("over_request_rate_limit")
        self._requests.count(address)


def _key(request: Request, email: str) -> str:
    return f"{address_of(request.client)} {email}"
