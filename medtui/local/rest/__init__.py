"""The REST interface: PostgREST's, as far as the clients' plain methods use it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any
from urllib.parse import quote as quoted

import jwt
import psycopg
from psycopg import AsyncConnection, AsyncRawCursor
from psycopg_pool import AsyncConnectionPool
from starlette.requests import Request
from starlette.responses import Response

from medtui.local.db_role import Claims, bearer, become, role_of
from medtui.local.keys import ServerKeys
from medtui.local.pools import Turns
from medtui.local.rest import payload
from medtui.local.rest import preferences as wishes
from medtui.local.rest.call import call, find
from medtui.local.rest.catalogue import Catalogue
from medtui.local.rest.errors import RestError, from_postgres, invalid_token, not_supported
from medtui.local.rest.parse import Pairs, canonical, out_of_range, parse, split
from medtui.local.rest.preferences import OBJECT, Preferences
from medtui.local.rest.query import Parameters, Query
from medtui.local.rest.sql import QueryResult, Select, Statement
from medtui.local.rest.write import Write

MAX_ROWS = 1_000
"""Rows in one answer, as a hosted project has it: who wants more reads page by page."""

CLOCK_SKEW = 30
"""Seconds by which a token may be older, or younger, than it says."""

METHODS = ["GET", "HEAD", "POST", "PATCH", "DELETE", "PUT", "OPTIONS"]
CONNECTION = {
    "autocommit": True,
    "cursor_factory": AsyncRawCursor,
    "options": "-c search_path=public,extensions",
}
_READING = ("GET", "HEAD")

Pool = AsyncConnectionPool[AsyncConnection[Any]]


class Rest:
    """The endpoints, over a pool of connections as `authenticator`."""

    def __init__(self, pool: Pool, keys: ServerKeys, *, most: int = MAX_ROWS) -> None:
        self._pool = pool
        self._keys = keys
        self._most = most
        self._catalogue: Catalogue | None = None
        self._costly = Turns(1)

    async def table(self, request: Request) -> Response:
        """GET, HEAD, POST, PATCH and DELETE on a table."""
        return await self._answer(request, self._table)

    async def function(self, request: Request) -> Response:
        """GET, HEAD and POST on `rpc/…`."""
        return await self._answer(request, self._function)

    async def other(self, request: Request) -> Response:
        """What is neither: the description of the interface, and paths that lead nowhere."""
        return await self._answer(request, self._other)

    async def _answer(self, request: Request, handle: Any) -> Response:
        try:
            claims = self._claims(request)
            # The API key in the query string is the gateway's, and goes no further.
            pairs = [pair for pair in split(request.scope["query_string"]) if pair[0] != "apikey"]
            known = self._catalogue
            try:
                response: Response = await handle(request, claims, pairs)
            except RestError as error:
                # Perhaps the schema is newer than what we know of it.
                codes = ("PGRST200", "PGRST202", "PGRST204")
                if error.body["code"] not in codes or await self._read_catalogue() == known:
                    raise
                response = await handle(request, claims, pairs)
        except RestError as error:
            response = error.response()
        if request.method == "HEAD":
            response.body = b""
        return response

    def _claims(self, request: Request) -> Claims:
        """Who asks: the bearer's claims, or the API key's when there is no bearer."""
        token = bearer(request) or request.headers.get("apikey", "")
        try:
            claims = self._keys.verify(token, leeway=CLOCK_SKEW)
        except jwt.InvalidTokenError as error:
            raise invalid_token(error, token) from None
        return {**claims, "role": claims.get("role", "anon")}

    async def _other(self, request: Request, claims: Claims, pairs: Pairs) -> Response:
        if not request.path_params["path"]:
            raise not_supported("describing itself")
        return Response("{}", 404, media_type="application/json; charset=utf-8")

    async def _table(self, request: Request, claims: Claims, pairs: Pairs) -> Response:
        table, method = request.path_params["table"], request.method
        asked = wishes.read(request)
        parameters = parse(pairs)
        catalogue = await self._known(lambda known: table in known.tables)
        if method in _READING:
            return await self._read(request, claims, table, parameters, asked, catalogue, pairs)
        body = None
        if method in ("POST", "PATCH"):
            body = await payload.read(request, columns=parameters.columns is not None)
        elif method != "DELETE":
            raise RestError(405, "PGRST117", f"Unsupported HTTP method: {method}")
        if table not in catalogue.tables:
            raise _no_table(table)
        write = Write(catalogue, table, parameters, asked)
        if method != "POST":
            write.refuse_pages()
        if body is None:
            statement = write.delete()
        else:
            statement = write.insert(body) if method == "POST" else write.update(body)
        result = await self._run(request, claims, statement, asked, parameters.query)
        return _written(request, table, result, asked, resolves=write.resolves)

    async def _read(
        self,
        request: Request,
        claims: Claims,
        table: str,
        parameters: Parameters,
        asked: Preferences,
        catalogue: Catalogue,
        pairs: Pairs,
    ) -> Response:
        query = wishes.within_range(request, parameters.query)
        select = Select(catalogue, self._most)
        statement = select.read(table, query, count=asked.count, single=asked.single)
        if table not in catalogue.tables:
            raise _no_table(table)
        result = await self._run(request, claims, statement, asked, query)
        where = canonical(pairs)
        headers = {"Content-Location": f"/{table}?{where}" if where else f"/{table}"}
        return _page(query.offset, result, asked, headers)

    async def _function(self, request: Request, claims: Claims, pairs: Pairs) -> Response:
        name = request.path_params["function"]
        posted = request.method == "POST"
        if not posted and request.method not in _READING:
            message = f"Cannot use the {request.method} method on RPC"
            raise RestError(405, "PGRST101", message)
        asked = wishes.read(request)
        parameters = parse(pairs, arguments=not posted)
        given: Any = parameters.arguments
        if posted:
            given = await payload.read(request, columns=parameters.columns is not None, empty="{}")
            if parameters.columns is not None:
                given = given.with_names(frozenset(parameters.columns))
        catalogue = await self._known(lambda known: any(f.name == name for f in known.functions))
        function = find(catalogue, name, given.keys(), posted=posted)
        query = wishes.within_range(request, parameters.query)
        statement = call(
            catalogue,
            function,
            given,
            query,
            count=asked.count,
            single=asked.single,
            most=self._most,
        )
        reading = not (posted and function.volatile)
        result = await self._run(request, claims, statement, asked, query, reading=reading)
        if function.returns_void:
            total = "*" if result.total is None else result.total
            return Response(None, 204, {"Content-Range": f"0-0/{total}", **asked.applied()})
        return _page(query.offset, result, asked, {})

    async def _run(
        self,
        request: Request,
        claims: Claims,
        statement: Statement,
        asked: Preferences,
        query: Query,
        *,
        reading: bool | None = None,
    ) -> QueryResult:
        """Run a statement as the caller, in one round trip where nothing can be undone.

        Costly ones of an address run one at a time, so that its others need not wait for them.
        """
        asked.check()
        if reading is None:
            reading = request.method in _READING
        role = role_of(claims)
        # Statements are prepared, each role's apart: a plan into which a function has gone is not
        # planned again for a role that may not call it.
        prepare = None if role.isidentifier() else False
        text = (f"/* {role} */ {statement.sql}" if prepare is None else statement.sql).encode()
        values = statement.parameters
        turn = self._costly.take(self._pool.timeout) if query.is_costly else nullcontext()
        try:
            async with turn, self._pool.connection() as connection:
                if reading:
                    # Statements between two synchronisations are one transaction.
                    async with connection.pipeline():
                        await become(connection, claims, request, reading=reading)
                        cursor = await connection.execute(text, values, prepare=prepare)
                    return _checked(await cursor.fetchone(), asked)
                async with connection.pipeline(), connection.transaction():
                    await become(connection, claims, request, reading=reading)
                    cursor = await connection.execute(text, values, prepare=prepare)
                    return _checked(await cursor.fetchone(), asked)
        except psycopg.Error as error:
            raise from_postgres(error, anonymous=claims["role"] == "anon") from error

    async def _known(self, suffices: Callable[[Catalogue], bool]) -> Catalogue:
        """The catalogue; read again when it does not have what is asked for."""
        if self._catalogue is None or not suffices(self._catalogue):
            return await self._read_catalogue()
        return self._catalogue

    async def _read_catalogue(self) -> Catalogue:
        async with self._pool.connection() as connection:
            self._catalogue = await Catalogue.read(connection)
        return self._catalogue


def _checked(row: tuple[Any, ...] | None, asked: Preferences) -> QueryResult:
    assert row is not None  # noqa: S101  # every statement gives one row
    result = QueryResult(*row)
    if asked.single and result.rows != 1:
        raise RestError(
            406,
            "PGRST116",
            "JSON object requested, multiple (or no) rows returned",
            details=f"The result contains {result.rows} rows",
            media=OBJECT,
        )
    return result


def _no_table(table: str) -> RestError:
    return RestError(404, "42P01", f'relation "public.{table}" does not exist')


def _content_range(start: int, rows: int, total: int | None) -> dict[str, str]:
    shown = f"{start}-{start + rows - 1}" if rows > 0 and total != 0 else "*"
    return {"Content-Range": f"{shown}/{'*' if total is None else total}"}


def _page(start: int, result: QueryResult, asked: Preferences, headers: dict[str, str]) -> Response:
    total = result.total
    headers = {**_content_range(start, result.rows, total), **headers, **asked.applied()}
    if total is not None and start > total:
        raise out_of_range(
            f"An offset of {start} was requested, but there are only {total} rows.", headers
        )
    status = 206 if total is not None and result.rows < total else 200
    return _response(result, status, headers, asked)


def _written(
    request: Request, table: str, result: QueryResult, asked: Preferences, *, resolves: bool
) -> Response:
    counted = result.rows if asked.count else None
    status = 200 if asked.returned == "representation" else 204
    start, rows, preferences = 0, 0, ["return"]
    if request.method == "POST":
        merges = asked.preferences.get("resolution") == "merge-duplicates"
        status = 200 if merges and not result.inserted else 201
        preferences += ["missing", "resolution"] if resolves else ["missing"]
    elif request.method == "PATCH":
        rows = result.rows
        preferences.append("missing")
    headers = _content_range(start, rows, counted)
    if result.location and result.rows == 1:
        keys = zip(result.location[::2], result.location[1::2], strict=True)
        where = "&".join(
            f"{quoted(key)}={quoted('is.null' if value is None else f'eq.{value}')}"
            for key, value in keys
        )
        headers["Location"] = f"/{table}?{where}"
    headers |= asked.applied(*preferences)
    if asked.returned != "representation":
        return Response(None, status, headers)
    return _response(result, status, headers, asked)


def _response(
    result: QueryResult, status: int, headers: dict[str, str], asked: Preferences
) -> Response:
    if asked.profile:
        headers["Content-Profile"] = asked.profile
    return Response(result.body, status, headers, f"{asked.media}; charset=utf-8")
