"""Who asks: a request's token, and Postgres taking us for its bearer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from psycopg import AsyncConnection
from starlette.requests import Request

Claims = Mapping[str, Any]

ROLES = frozenset({"anon", "authenticated", "service_role"})
"""Roles a token may select, for services whose own database role could assume others."""

_SETTINGS = (
    b"select set_config('role', $1, true), set_config('request.jwt.claims', $2, true),"
    b" set_config('request.method', $3, true), set_config('request.path', $4, true),"
    b" set_config('request.headers', $5, true), set_config('transaction_read_only', $6, true),"
    b" set_config('statement_timeout', $7, true), auth.refuse_deleted($2)"
)
DELETED = "MT401"
"""The SQLSTATE with which `become` fails where the caller's account is not there any more."""

_SECONDS = {"anon": "3s"}
_OTHER_SECONDS = "8s"
"""How long a statement may take, as a hosted project has it."""


def bearer(request: Request) -> str:
    """The token of the `Authorization` header; empty without one."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else ""


def role_of(claims: Claims) -> str:
    """The role that a token names, whatever it is; Postgres knows who may be it."""
    return str(claims["role"]).replace("\x00", "").encode(errors="replace").decode()


async def become(
    connection: AsyncConnection[Any], claims: Claims, request: Request, *, reading: bool = False
) -> None:
    """Be the caller, until the end of the open transaction; with what policies ask of a request.

    `connection` takes numbered parameters. `reading`: nothing can be written.
    """
    settings = [
        role_of(claims),
        json.dumps(dict(claims)),
        request.method,
        request.scope["raw_path"].decode("ascii", "replace"),
        json.dumps(dict(request.headers)),
        "on" if reading else "off",
        _SECONDS.get(str(claims["role"]), _OTHER_SECONDS),
    ]
    await connection.execute(_SETTINGS, settings)
