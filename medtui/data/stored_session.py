"""The login as it is kept: what the client stores, by this machine's clock."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Iterator
from contextvars import ContextVar
from typing import TYPE_CHECKING

from medtui.data.tokens import TokenStore

if TYPE_CHECKING:
    from supabase_auth.types import Session

log = logging.getLogger(__name__)

DAY = 86_400

_is_update: ContextVar[bool] = ContextVar("_is_update", default=False)


@contextlib.contextmanager
def updating() -> Iterator[None]:
    """Mark an `update_user` call, during which the client saves the session it started with again.

    That save is ignored if another process has refreshed the token meanwhile.
    """
    before = _is_update.set(True)
    try:
        yield
    finally:
        _is_update.reset(before)


class SessionStorage:
    """The storage that the `supabase` client asks for, over a `TokenStore`.

    `expires_at` is rewritten to this machine's clock when a token arrives, so that
    a clock that is wrong by hours makes no token look expired, or fresh. The client
    itself is never shown a token that is about to expire: it would refresh it by
    itself, as often as it is asked, or not use it at all.
    """

    def __init__(self, tokens: TokenStore) -> None:
        self._tokens = tokens

    async def get_item(self, key: str) -> str | None:
        session = parse(await self._tokens.read())
        if session is None:
            return None
        session.expires_at = round(time.time()) + DAY
        return session.model_dump_json()

    async def set_item(self, key: str, value: str) -> None:
        from supabase_auth.types import Session

        session = Session.model_validate_json(value)
        stored = parse(await self._tokens.read())
        tokens = (session.access_token, session.refresh_token)
        if stored and (stored.access_token, stored.refresh_token) == tokens:
            session.expires_at = stored.expires_at
        elif _is_update.get():
            return  # another process has newer tokens by now
        else:
            session.expires_at = round(time.time()) + session.expires_in
        if session != stored:
            await self._tokens.write(session.model_dump_json())

    async def remove_item(self, key: str) -> None:
        await self._tokens.clear()


def parse(raw: str | None) -> Session | None:
    """The stored session; None if there is none, or it cannot be read."""
    if raw is None:
        return None
    from pydantic import ValidationError
    from supabase_auth.types import Session

    try:
        return Session.model_validate_json(raw)
    except ValidationError:
        log.warning("the stored login could not be understood")
        return None


def seconds_left(session: Session) -> float:
    """Seconds until the session's access token expires, by this machine's clock.

    0 if they would be more than its lifetime: then the clock was set back since.
    """
    left = (session.expires_at or 0) - time.time()
    return left if left <= session.expires_in + 60 else 0


def margin(session: Session) -> float:
    """Seconds before its expiry at which a token is replaced: 120, less for short-lived ones."""
    return min(120.0, session.expires_in / 4)
