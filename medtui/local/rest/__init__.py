"""The REST interface: PostgREST's, as far as the clients' plain methods use it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import jwt
import psycopg
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool
from starlette.requests import Request
from starlette.responses import Response

from medtui.local.keys import Keys
from medtui.local.rest.catalogue import Catalogue, Function
from medtui.local.rest.errors import (
    RestError,
    bad_body,
    from_postgres,
    invalid_token,
    not_supported,
)
from medtui.local.rest.parse import Query, parse_query
from medtui.local.rest.sql import Builder, Row, Statement

ROLES = frozenset({"anon", "authenticated", "service_role"})
JSON = "application/json"
OBJECT = "application/vnd.pgrst.object+json"
_WRITE_PARAMETERS = ("columns", "on_conflict")

Pool = AsyncConnectionPool[AsyncConnection[Any]]


class Rest:
    """The endpoints, over a pool of connections as `authenticator`."""

    def __init__(self, pool: Pool, keys: Keys) -> None:
        self._pool = pool
        self._keys = keys
        self._catalogue: Catalogue | None = None

    async def table(self, request: Request) -> Response:
        """GET, HEAD, POST, PATCH and DELETE on a table."""
        return await self._answer(request, self._table)

    async def function(self, request: Request) -> Response:
        """GET and POST on `rpc/…`."""
        return await self._answer(request, self._function)

    async def _answer(self, request: Request, handle: Any) -> Response:
        try:
            claims = self._claims(request)
            _refuse_other_schemas(request)
            response: Response = await handle(request, claims)
        except RestError as error:
            response = error.response()
        if request.method == "HEAD":
            response.body = b""
        return response

    def _claims(self, request: Request) -> dict[str, Any]:
        """Who asks: the bearer's claims, or the API key's when there is no bearer."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            token = request.headers.get("apikey", "")
        try:
            claims = self._keys.verify(token)
        except jwt.ExpiredSignatureError:
            raise invalid_token("JWT expired") from None
        except jwt.InvalidSignatureError:
            raise invalid_token("JWSError JWSInvalidSignature") from None
        except jwt.InvalidTokenError:
            reason = 'JWSError (JSONDecodeError "Not valid base64url")'
            raise invalid_token(reason) from None
        role = claims.get("role", "anon")
        if role not in ROLES:
            raise RestError(403, "42501", f'permission denied to set role "{role}"')
        return {**claims, "role": role}

    async def _table(self, request: Request, claims: dict[str, Any]) -> Response:
        table = request.path_params["table"]
        catalogue = await self._known(lambda known: table in known.tables)
        if table not in catalogue.tables:
            raise RestError(404, "42P01", f'relation "public.{table}" does not exist')
        preferences = _preferences(request)
        query = parse_query(request.query_params.multi_items(), reserved=_WRITE_PARAMETERS)
        try:
            return await self._on_table(request, claims, table, query, preferences, catalogue)
        except RestError as error:
            # Perhaps the schema is newer than what we know of it.
            if error.body["code"] in ("PGRST200", "PGRST204"):
                fresh = await self._read_catalogue()
                if fresh != catalogue:
                    return await self._on_table(request, claims, table, query, preferences, fresh)
            raise

    async def _on_table(
        self,
        request: Request,
        claims: dict[str, Any],
        table: str,
        query: Query,
        preferences: Mapping[str, str],
        catalogue: Catalogue,
    ) -> Response:
        build = Builder(catalogue)
        returned = preferences.get("return", "minimal")
        represent = returned == "representation"
        count = preferences.get("count") == "exact"
        match request.method:
            case "GET" | "HEAD":
                query = _with_range(request, query)
                statement = build.read(table, query, count=count)
                body, rows, total = await self._run(request, claims, statement)
                return _page(request, query, body, rows, total)
            case "POST":
                payload = await _json(request)
                rows_in = payload if isinstance(payload, list) else [payload]
                if not all(isinstance(row, dict) for row in rows_in):
                    raise bad_body()
                resolution = preferences.get("resolution")
                shown = query
                if returned == "headers-only":
                    primary = catalogue.primary.get(table, ())
                    shown = parse_query([("select", ",".join(primary))])
                statement = build.insert(
                    table,
                    rows_in,
                    shown if returned != "minimal" else None,
                    columns=_names(request, "columns"),
                    conflict=_names(request, "on_conflict"),
                    merge=None if resolution is None else resolution == "merge-duplicates",
                )
                body, rows, _ = await self._run(request, claims, statement)
                headers = _written(request, preferences, rows if count else None)
                if returned == "headers-only":
                    where = "&".join(f"{k}=eq.{v}" for k, v in json.loads(body)[0].items())
                    return Response(None, 201, {"Location": f"/{table}?{where}", **headers})
                return _response(request, body if represent else None, 201, headers)
            case "PATCH":
                payload = await _json(request)
                if not isinstance(payload, dict):
                    raise bad_body()
                _refuse_pages(query)
                statement = build.update(table, payload, query, represent=represent)
            case _:
                _refuse_pages(query)
                statement = build.delete(table, query, represent=represent)
        body, rows, _ = await self._run(request, claims, statement)
        headers = _written(request, preferences, rows if count else None)
        if request.method == "PATCH" and rows:
            headers["Content-Range"] = f"0-{rows - 1}/{rows if count else '*'}"
        return _response(request, body if represent else None, 200 if represent else 204, headers)

    async def _function(self, request: Request, claims: dict[str, Any]) -> Response:
        name = request.path_params["function"]
        if request.method == "POST":
            payload = await _json(request, empty={})
            if not isinstance(payload, dict):
                raise not_supported("functions with a single unnamed parameter")
            arguments, rest = payload, request.query_params.multi_items()
        else:
            arguments, rest = {}, []
            for key, value in request.query_params.multi_items():
                if key in ("select", "order", "limit", "offset", "and", "or"):
                    rest.append((key, value))
                else:
                    arguments[key] = value

        def matches(function: Function) -> bool:
            return function.name == name and function.takes(set(arguments))

        catalogue = await self._known(lambda known: any(map(matches, known.functions)))
        found = [function for function in catalogue.functions if matches(function)]
        if not found:
            raise _no_function(name, list(arguments))
        query = parse_query(rest)
        statement = Builder(catalogue).call(found[0], arguments, query)
        body, rows, _ = await self._run(request, claims, statement)
        if found[0].returns_void:
            return Response(None, 204)
        single = _wants_object(request) and found[0].returns_set
        headers = {"Content-Range": f"0-{rows - 1}/*" if rows else "*/*"}
        return _response(request, body, 200, headers, is_array=single)

    async def _run(
        self, request: Request, claims: dict[str, Any], statement: Statement
    ) -> tuple[str, int, int | None]:
        """Run a statement as the caller: body, rows in it, rows behind the filter."""
        role = claims["role"]
        try:
            async with self._pool.connection() as connection, connection.transaction():
                await connection.execute(
                    "select set_config('role', %s, true),"
                    " set_config('request.jwt.claims', %s, true),"
                    " set_config('request.method', %s, true)",
                    [role, json.dumps(claims), request.method],
                )
                cursor = await connection.execute(
                    statement.sql.encode(), statement.parameters or None
                )
                row = await cursor.fetchone()
                assert row is not None  # noqa: S101  # every statement gives one row
                body, rows, total = row
                if _wants_object(request) and body.startswith("[") and rows != 1:
                    raise RestError(
                        406,
                        "PGRST116",
                        "JSON object requested, multiple (or no) rows returned",
                        details=f"The result contains {rows} rows",
                    )
                return body, rows, total
        except psycopg.Error as error:
            raise from_postgres(error, anonymous=role == "anon") from error
        except UnicodeEncodeError as error:
            raise RestError(400, "22021", "invalid byte sequence for encoding UTF8") from error

    async def _known(self, suffices: Any) -> Catalogue:
        """The catalogue; read again when it does not have what is asked for."""
        if self._catalogue is None or not suffices(self._catalogue):
            return await self._read_catalogue()
        return self._catalogue

    async def _read_catalogue(self) -> Catalogue:
        async with self._pool.connection() as connection:
            self._catalogue = await Catalogue.read(connection)
        return self._catalogue


def _refuse_other_schemas(request: Request) -> None:
    for header in ("accept-profile", "content-profile"):
        if request.headers.get(header, "public") != "public":
            raise RestError(406, "PGRST106", "The schema must be one of the following: public")
    accepted = request.headers.get("accept", "*/*")
    if not any(kind in accepted for kind in ("*/*", JSON, "application/*", OBJECT)):
        raise RestError(415, "PGRST107", f"None of these media types are available: {accepted}")


def _refuse_pages(query: Query) -> None:
    if query.limit is not None or query.offset:
        raise not_supported("limits on updates and deletions")


def _wants_object(request: Request) -> bool:
    return OBJECT in request.headers.get("accept", "")


def _preferences(request: Request) -> dict[str, str]:
    found: dict[str, str] = {}
    for header in request.headers.getlist("prefer"):
        for item in header.split(","):
            name, _, value = item.strip().partition("=")
            found.setdefault(name, value)
    return found


_APPLICABLE = {
    "resolution": ("merge-duplicates", "ignore-duplicates"),
    "missing": ("default", "null"),
    "return": ("representation", "minimal", "headers-only"),
    "count": ("exact",),
}


def _applied(preferences: Mapping[str, str], *names: str) -> dict[str, str]:
    applied = [
        f"{name}={preferences[name]}"
        for name in _APPLICABLE
        if name in names and preferences.get(name) in _APPLICABLE[name]
    ]
    return {"Preference-Applied": ", ".join(applied)} if applied else {}


def _written(request: Request, preferences: Mapping[str, str], count: int | None) -> dict[str, str]:
    names = ("resolution", "return", "count") if request.method == "POST" else ("return", "count")
    total = "*" if count is None else count
    return {"Content-Range": f"*/{total}", **_applied(preferences, *names)}


def _page(request: Request, query: Query, body: str, rows: int, total: int | None) -> Response:
    if total is not None and query.offset > total:
        raise RestError(
            416,
            "PGRST103",
            "Requested range not satisfiable",
            details=f"An offset of {query.offset} was requested, but there are only {total} rows.",
            headers={"Content-Range": f"*/{total}"},
        )
    shown = f"{query.offset}-{query.offset + rows - 1}" if rows else "*"
    headers = {
        "Content-Range": f"{shown}/{'*' if total is None else total}",
        **_applied(_preferences(request), "count"),
    }
    status = 206 if total is not None and rows < total else 200
    return _response(request, body, status, headers)


def _response(
    request: Request,
    body: str | None,
    status: int,
    headers: dict[str, str],
    *,
    is_array: bool = True,
) -> Response:
    if body is None:
        return Response(None, status, headers)
    kind = JSON
    if _wants_object(request):
        kind = OBJECT
        if is_array:
            body = body[1:-1].strip()  # an array of one, checked before the commit
    return Response(body, status, headers, f"{kind}; charset=utf-8")


def _with_range(request: Request, query: Query) -> Query:
    """The `Range` header, which narrows what the query string says."""
    match = re.fullmatch(r"(?:items=)?(\d+)-(\d*)", request.headers.get("range", ""))
    if not match:
        return query
    start = int(match[1])
    limit = int(match[2]) - start + 1 if match[2] else None
    if limit is not None and limit < 0:
        raise RestError(
            416, "PGRST103", "Requested range not satisfiable",
            details="The lower boundary must be lower than or equal to the upper boundary"
            " in the Range header.",
        )  # fmt: skip
    limits = [bound for bound in (limit, query.limit) if bound is not None]
    return replace(query, offset=query.offset + start, limit=min(limits) if limits else None)


def _names(request: Request, parameter: str) -> list[str] | None:
    value = request.query_params.get(parameter)
    return [name.strip('"') for name in value.split(",")] if value else None


async def _json(request: Request, *, empty: Row | None = None) -> Any:
    raw = await request.body()
    if not raw and empty is not None:
        return empty
    try:
        return json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise bad_body() from error


def _no_function(name: str, arguments: list[str]) -> RestError:
    if not arguments:
        called, searched = "without parameters", "without parameters"
        message = f"Could not find the function public.{name} {called} in the schema cache"
    else:
        listed = ", ".join(arguments)
        plural = "s" if len(arguments) > 1 else ""
        searched = f"with parameter{plural} {listed}"
        message = f"Could not find the function public.{name}({listed}) in the schema cache"
    return RestError(
        404,
        "PGRST202",
        message,
        details=f"Searched for the function public.{name} {searched} or with a single unnamed "
        "json/jsonb parameter, but no matches were found in the schema cache.",
    )
