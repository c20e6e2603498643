"""Who a token is, and what the policies on `realtime.messages` let them do on a topic."""

from __future__ import annotations

import json
import time
from collections.abc import Collection
from typing import Literal

import jwt
import psycopg

from medtui.local.db_role import ROLES
from medtui.local.keys import ServerKeys
from medtui.local.realtime.database import Database

Caller = tuple[str, str]
"""A role, and its claims as JSON."""


TIMEOUT = "10s"
"""A policy that takes longer is a refusal: it would hold up everybody else who joins."""


GONE = "User from sub claim in JWT does not exist"


class Refused(Exception):
    """What is not granted: the code and the message are Realtime's, or Phoenix's without code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}" if code else message)
        self.message = message


class Access:
    """Asks over a connection of its own: a slow policy holds up no change."""

    def __init__(self, dsn: str, keys: ServerKeys) -> None:
        self._database = Database(dsn, options=f"-c statement_timeout={TIMEOUT}")
        self._keys = keys

    def caller(self, token: object) -> tuple[Caller, float]:
        """Who a token is, and when it expires. Raises Refused."""
        try:
            claims = self._keys.verify(str(token))
        except jwt.ExpiredSignatureError as error:
            claims = jwt.decode(str(token), options={"verify_signature": False})
            ago = int(time.time() - claims["exp"])
            raise Refused("InvalidJWTToken", f"Token has expired {ago} seconds ago") from error
        except jwt.InvalidSignatureError as error:
            raise Refused("JwtSignatureError", "Failed to validate JWT signature") from error
        except jwt.InvalidTokenError as error:
            raise Refused("MalformedJWT", "The token provided is not a valid JWT") from error
        role = claims.get("role")
        if role not in ROLES or "exp" not in claims:
            raise Refused("InvalidJWTToken", "Fields `role` and `exp` are required in JWT")
        return (role, json.dumps(claims, sort_keys=True)), float(claims["exp"])

    async def exists(self, caller: Caller) -> None:
        """Raises Refused when the caller's account is not there any more."""
        role, claims = caller
        if role != "authenticated":
            return
        query = "select auth.refuse_deleted(%s)"
        try:
            try:
                await self._database.row(query, [claims])
            except psycopg.OperationalError:  # found to be dead: the next one is a new one
                await self._database.row(query, [claims])
        except psycopg.OperationalError as error:
            raise _unreachable() from error
        except (psycopg.Error, ValueError) as error:
            raise Refused("Unauthorized", GONE) from error

    async def permitted(
        self,
        action: Literal["receive", "send"],
        topic: str,
        caller: Caller,
        extensions: Collection[str],
    ) -> frozenset[str]:
        """Those of the extensions that the caller may receive or send on a private topic."""
        role, claims = caller
        try:
            [permitted] = await self._database.row(
                "select realtime.permitted(%s, %s, %s, %s, %s)",
                [action, topic, list(extensions), role, claims],
            )
        except psycopg.OperationalError as error:
            raise _unreachable() from error
        except (psycopg.Error, ValueError):  # a text that Postgres cannot hold
            return frozenset()
        return frozenset(permitted)

    async def close(self) -> None:
        await self._database.close()


def _unreachable() -> Refused:
    return Refused(
        "UnableToConnectToProject", "Realtime was unable to connect to the project database"
    )
