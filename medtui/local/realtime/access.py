"""Who a token is, and what the policies on `realtime.messages` let them do on a topic."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection, Sequence
from typing import Any, Literal

import jwt
import psycopg
from psycopg import AsyncConnection, sql

from medtui.local.connection import OwnConnection
from medtui.local.db_role import ROLES
from medtui.local.keys import ServerKeys
from medtui.local.realtime.join_config import Refused

Query = str | sql.Composed
Parameters = Sequence[Any] | dict[str, Any]
Caller = tuple[str, str]  # A role, and its claims as JSON.

TIMEOUT = "10s"
"""A policy that takes longer is a refusal: it would hold up everybody else who joins."""

GONE = "User from sub claim in JWT does not exist"
EXPIRED = "Token has expired"


class Database:
    """Opened when it is needed, and again after it has died. Every statement is a transaction."""

    def __init__(self, dsn: str, *, options: str = "") -> None:
        self._dsn = dsn
        self._options = options
        self._connection: AsyncConnection[Any] | None = None
        self._opening = asyncio.Lock()

    @property
    def is_open(self) -> bool:
        return self._connection is not None and not self._connection.closed

    async def rows(self, query: Query, parameters: Parameters = ()) -> list[tuple[Any, ...]]:
        """What a statement gives. Raises psycopg.Error."""
        connection = await self._opened()
        text = query.encode() if isinstance(query, str) else query
        cursor = await connection.execute(text, parameters or None)
        return await cursor.fetchall()

    async def row(self, query: Query, parameters: Parameters = ()) -> tuple[Any, ...]:
        """The one row that a statement gives."""
        [row] = await self.rows(query, parameters)
        return row

    async def close(self) -> None:
        """Close it; it opens again when it is asked."""
        if self._connection is not None:
            await self._connection.close()

    async def _opened(self) -> AsyncConnection[Any]:
        async with self._opening:
            if self._connection is None or self._connection.closed:
                self._connection = await OwnConnection.connect(
                    self._dsn, autocommit=True, options=self._options
                )
            return self._connection


class Access:
    """Asks over a connection of its own: a slow policy holds up no change."""

    def __init__(self, dsn: str, keys: ServerKeys) -> None:
        self._database = Database(dsn, options=f"-c statement_timeout={TIMEOUT}")
        self._keys = keys

    async def caller(self, token: object) -> tuple[Caller, float]:
        """Who a token is, and when it expires. Raises Refused, also for a deleted account."""
        try:
            claims = self._keys.verify(str(token))
        except jwt.ExpiredSignatureError as error:
            raise Refused("InvalidJWTToken", EXPIRED) from error
        except jwt.InvalidSignatureError as error:
            raise Refused("JwtSignatureError", "Failed to validate JWT signature") from error
        except jwt.InvalidTokenError as error:
            raise Refused("MalformedJWT", "The token provided is not a valid JWT") from error
        role = claims.get("role")
        if role not in ROLES or "exp" not in claims:
            raise Refused("InvalidJWTToken", "Fields `role` and `exp` are required in JWT")
        caller = role, json.dumps(claims, sort_keys=True)
        if role == "authenticated":
            try:
                await self._ask("select auth.refuse_deleted(%s)", caller[1])
            except (psycopg.Error, ValueError) as error:
                raise Refused("Unauthorized", GONE) from error
        return caller, float(claims["exp"])

    async def permitted(
        self, action: Literal["receive", "send"], topic: str, caller: Caller, asked: Collection[str]
    ) -> frozenset[str]:
        """Those of the asked extensions that the caller may use so on a private topic."""
        role, claims = caller
        query = "select realtime.permitted(%s, %s, %s, %s, %s)"
        try:
            found = await self._ask(query, action, topic, list(asked), role, claims)
        except (psycopg.Error, ValueError):  # a text that Postgres cannot hold
            return frozenset()
        return frozenset(found)

    async def close(self) -> None:
        await self._database.close()

    async def _ask(self, query: str, *parameters: Any) -> Any:
        """The value that a query gives. Raises Refused when the database is out of reach."""
        try:
            try:
                [value] = await self._database.row(query, parameters)
            except psycopg.OperationalError:
                if self._database.is_open:
                    raise
                [value] = await self._database.row(query, parameters)  # over a new connection
        except psycopg.OperationalError as error:
            message = "Realtime was unable to connect to the project database"
            raise Refused("UnableToConnectToProject", message) from error
        return value
