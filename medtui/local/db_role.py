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
    b" set_config('transaction_read_only', $3, true), set_config('statement_timeout', $4, true),"
    b" auth.refuse_deleted($2)"
)
DELETED = "MT401"
"""The SQLSTATE with which `become` fails where the caller's account is not there any more."""

# How long a statement may take, as a hosted project has it.
_ANON_SECONDS, _OTHER_SECONDS = "3s", "8s"


def bearer(request: Request) -> str:
    """The token of the `Authorization` header; empty without one."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else ""


def role_of(claims: Claims) -> str:
    """The role that a token names, whatever it is; Postgres knows who may be it."""
    return str(claims["role"]).replace("\x00", "").encode(errors="replace").decode()


async def become(db: AsyncConnection[Any], claims: Claims, *, reading: bool = False) -> None:
    """Be the caller, until the end of the open transaction.

    `db` takes numbered parameters. `reading`: nothing can be written.
    """
    settings = [
        role_of(claims),
        json.dumps(dict(claims)),
        "on" if reading else "off",
        _ANON_SECONDS if claims["role"] == "anon" else _OTHER_SECONDS,
    ]
    await db.execute(_SETTINGS, settings)
