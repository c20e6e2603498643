"""PostgREST's errors: its own (PGRST…), and Postgres' with the status that each gets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jwt
import psycopg

from medtui.local.bodies import RefusedRequest
from medtui.local.db_role import DELETED

JSON = "application/json"


class RestError(RefusedRequest):
    """An error for the client, in PostgREST's shape."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        details: Any = None,
        hint: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        body = {"code": code, "details": details, "hint": hint, "message": message}
        super().__init__(status, body, headers)


# https://postgrest.org/en/v12/references/errors.html: of single errors, and of classes.
_CODES = {
    400: ("P0001",),
    403: ("0L", "0P", "28", "42501"),
    404: ("42883", "42P01"),
    405: ("25006",),
    409: ("23503", "23505"),
    500: ("25", "2D", "38", "39", "3B", "40", "54", "55", "57", "58", "P0", "XX"),
    503: ("08", "53", "57P01"),
}
_STATUSES = {code: status for status, codes in _CODES.items() for code in codes}


def from_postgres(error: psycopg.Error, *, anonymous: bool) -> RestError:
    """Postgres' refusal as PostgREST passes it on; an anonymous 42501 asks to sign in (401)."""
    # What psycopg itself does not send is a null character.
    code = error.sqlstate or ("22021" if isinstance(error, psycopg.DataError) else "")
    if code == DELETED:
        return _refused_token(str(error.diag.message_primary))
    status = _STATUSES.get(code) or _STATUSES.get(code[:2], 400 if code else 503)
    headers: dict[str, str] = {}
    if code == "42501" and anonymous:
        status, headers = 401, {"WWW-Authenticate": "Bearer"}
    diag, own = error.diag, "Database client error. Retrying the connection."
    return RestError(
        status,
        code or "PGRST001",
        diag.message_primary or (str(error) if code else own),
        details=diag.message_detail,
        hint=diag.message_hint,
        headers=headers,
    )


def not_supported(what: str) -> RestError:
    """Not spoken here, by PostgREST or at all."""
    return RestError(400, "PGRST100", f"The local server does not support {what}")


def bad_body(message: str = "Empty or invalid json") -> RestError:
    return RestError(400, "PGRST102", message)


_BAD_TOKENS = {
    jwt.ExpiredSignatureError: "JWT expired",
    jwt.InvalidSignatureError: "JWSError JWSInvalidSignature",
}


def invalid_token(error: jwt.InvalidTokenError) -> RestError:
    """Why a token does not count."""
    unreadable = 'JWSError (JSONDecodeError "Not valid base64url")'
    return _refused_token(_BAD_TOKENS.get(type(error), unreadable))


def _refused_token(message: str) -> RestError:
    quoted = message.replace('"', '\\"')
    challenge = f'Bearer error="invalid_token", error_description="{quoted}"'
    return RestError(401, "PGRST301", message, headers={"WWW-Authenticate": challenge})
