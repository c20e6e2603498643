"""The REST interface: PostgREST's, as far as the clients' plain methods use it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from typing import Any

import jwt
import psycopg
from psycopg import AsyncConnection, AsyncCursor
from starlette.requests import Request
from starlette.responses import Response

from medtui.local.connection import SharedPool, Turns
from medtui.local.db_role import Claims, bearer, become, role_of
from medtui.local.keys import ServerKeys
from medtui.local.rest.catalogue import Catalogue
from medtui.local.rest.errors import RestError, from_postgres, invalid_token, not_supported
from medtui.local.rest.inputs import Call, call_of, read_body
from medtui.local.rest.query import Pairs, Query, parse, split
from medtui.local.rest.sql import QueryResult, Select, Statement
from medtui.local.rest.write import Write, find, invoke

MAX_ROWS = 1_000
"""Rows in one answer, as a hosted project has it: who wants more reads page by page."""

CLOCK_SKEW = 30  # Seconds by which a token may be older, or younger, than it says.

NEWER = {"42P01", "42883", "PGRST200", "PGRST202", "PGRST204"}
"""Errors after which the schema is read again: it may have changed since."""


class Rest:
    """The endpoints, over a pool of connections; `dsn` is how to connect as `authenticator`."""

    def __init__(self, dsn: str, keys: ServerKeys, *, most: int = MAX_ROWS) -> None:
        self.pool: SharedPool[Any] = SharedPool.raw(dsn, 10, "-c search_path=public,extensions")
        self._keys, self._most = keys, most
        self._catalogue: Catalogue | None = None
        self._costly = Turns(1)

    async def endpoint(self, request: Request) -> Response:
        """Every request below `/rest/v1`: to a table, or to a function below `rpc`."""
        claims, known = self._claims(request), self._catalogue
        try:
            return await self._route(request, claims)
        except RestError as error:
            # Perhaps the schema is newer than what we know of it.
            if error.body["code"] not in NEWER:
                raise
            self._catalogue = None
            if await self._known() == known:
                raise
            return await self._route(request, claims)

    async def _route(self, request: Request, claims: Claims) -> Response:
        # The API key in the query string is the gateway's, and goes no further.
        pairs = [pair for pair in split(request.scope["query_string"]) if pair[0] != "apikey"]
        call, path = call_of(request, claims), request.path_params["path"]
        match path.split("/"):
            case ["rpc", name]:
                return await self._function(name, call, pairs)
            case [name] if name:
                return await self._table(name, call, parse(pairs))
        raise not_supported(f"the path /{path}")

    def _claims(self, request: Request) -> Claims:
        """Who asks: the bearer's claims, or the API key's when there is no bearer."""
        token = bearer(request) or request.headers.get("apikey", "")
        try:
            claims = self._keys.verify(token, leeway=CLOCK_SKEW)
        except jwt.InvalidTokenError as error:
            raise invalid_token(error) from None
        return {**claims, "role": claims.get("role", "anon")}

    async def _table(self, table: str, call: Call, query: Query) -> Response:
        method, catalogue = call.request.method, await self._known()
        if table not in catalogue.tables:
            raise RestError(404, "42P01", f'relation "public.{table}" does not exist')
        if method in ("GET", "HEAD"):
            select = Select(catalogue, self._most)
            read = select.read(table, query, count=call.count, single=call.single)
            return _page(query.offset, await self._run(call, read, costly=query.is_costly), call)
        write = Write(catalogue, table, query, call)
        match method:
            case "POST" | "PATCH":
                body = await read_body(call.request, may_differ=query.written is not None)
                statement = write.insert(body) if method == "POST" else write.update(body)
            case "DELETE":
                statement = write.delete()
            case _:
                raise RestError(405, "PGRST117", f"Unsupported HTTP method: {method}")
        result = await self._run(call, statement, costly=query.is_costly, reading=False)
        rows = result.rows if method == "PATCH" else 0
        headers = _content_range(0, rows, result.rows if call.count else None)
        status = 201 if method == "POST" else 200 if call.represent else 204
        if not call.represent:
            return Response(None, status, headers)
        return Response(result.body, status, headers, call.media)

    async def _function(self, name: str, call: Call, pairs: Pairs) -> Response:
        if call.request.method != "POST":
            raise not_supported(f"{call.request.method} of a function")
        given = await read_body(call.request)
        if pairs or call.count or given.is_array:
            raise not_supported("more than arguments for a function")
        function = find(await self._known(), name, given)
        statement = invoke(function, given, single=call.single, most=self._most)
        result = await self._run(call, statement, reading=not function.volatile)
        if function.returns_void:
            return Response(None, 204, {"Content-Range": "0-0/*"})
        return _page(0, result, call)

    async def _run(
        self, call: Call, statement: Statement, *, costly: bool = False, reading: bool = True
    ) -> QueryResult:
        """Run a statement as the caller, in one round trip where nothing can be undone.

        Costly ones of an address run one at a time, so that its others need not wait for them.
        """
        # Statements are prepared, each role's apart: a plan into which a function has gone is not
        # planned again for a role that may not call it. A role is any text, so it is not put in.
        text = f"/* {role_of(call.claims).encode().hex()} */ {statement.sql}".encode()
        turn = self._costly.take(self.pool.timeout) if costly else nullcontext()
        try:
            async with turn, self.pool.connection() as connection, _sound(connection):
                # Statements between two synchronisations are one transaction.
                whole = nullcontext() if reading else connection.transaction()
                async with connection.pipeline(), whole:
                    await become(connection, call.claims, reading=reading)
                    cursor = await connection.execute(text, statement.parameters)
                    if not reading:
                        return await _checked(cursor, call)
                return await _checked(cursor, call)
        except psycopg.Error as error:
            raise from_postgres(error, anonymous=call.claims["role"] == "anon") from error

    async def _known(self) -> Catalogue:
        """What the schema has, as it was when it was last read."""
        if self._catalogue is None:
            async with self.pool.connection() as connection:
                self._catalogue = await Catalogue.read(connection)
        return self._catalogue


async def _checked(cursor: AsyncCursor[Any], call: Call) -> QueryResult:
    row = await cursor.fetchone()
    assert row is not None  # noqa: S101  # every statement gives one row
    result = QueryResult(*row)
    if call.single and result.rows != 1:
        message = "JSON object requested, multiple (or no) rows returned"
        details = f"The result contains {result.rows} rows"
        raise RestError(406, "PGRST116", message, details=details)
    return result


def _content_range(start: int, rows: int, total: int | None) -> dict[str, str]:
    shown = f"{start}-{start + rows - 1}" if rows > 0 and total != 0 else "*"
    return {"Content-Range": f"{shown}/{'*' if total is None else total}"}


def _page(start: int, result: QueryResult, call: Call) -> Response:
    total, headers = result.total, _content_range(start, result.rows, result.total)
    if total is not None and start > total:
        message = "Requested range not satisfiable"
        details = f"An offset of {start} was requested, but there are only {total} rows."
        raise RestError(416, "PGRST103", message, details=details, headers=headers)
    status = 206 if total is not None and result.rows < total else 200
    return Response(result.body, status, headers, call.media)


@asynccontextmanager
async def _sound(connection: AsyncConnection[Any]) -> AsyncIterator[None]:
    """Give up the connection where a statement did not suit the schema.

    psycopg takes one for prepared whose preparing has failed in a pipeline.
    """
    try:
        yield
    except psycopg.ProgrammingError as error:
        if not isinstance(error, psycopg.errors.InsufficientPrivilege):
            await connection.close()
        raise
