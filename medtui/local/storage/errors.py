"""The storage server's errors. The HTTP status is nearly always 400: the body says what it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psycopg
from starlette.responses import Response

from medtui.local import db_role
from medtui.local.bodies import dump


def answer(value: Any, status: int = 200, *, headers: Mapping[str, str] | None = None) -> Response:
    """An answer in JSON, as the storage server writes it."""
    return Response(dump(value), status, dict(headers or {}), "application/json; charset=utf-8")


class StorageError(Exception):
    """An error for the client: the body's `statusCode`, `error`, `message` and `code`."""

    def __init__(
        self, status: int, error: str, message: str, code: str, *, http: int | None = None
    ) -> None:
        super().__init__(message)
        self.http = http or (500 if status == 500 else 400)
        self.body = {"statusCode": str(status), "error": error, "message": message, "code": code}

    def response(self) -> Response:
        return answer(self.body, self.http)


class Uncertain(StorageError):
    """The connection to Postgres went: whether it has committed is not known."""


def no_bucket() -> StorageError:
    return StorageError(404, "Bucket not found", "Bucket not found", "NoSuchBucket")


def refused(message: str = "new row violates row-level security policy") -> StorageError:
    return StorageError(403, "Unauthorized", message, "AccessDenied")


def invalid_key(key: str) -> StorageError:
    return StorageError(400, "InvalidKey", f"Invalid key: {key}", "InvalidKey")


def invalid_request(message: str) -> StorageError:
    return StorageError(400, "Error", message, "InvalidRequest")


def too_large() -> StorageError:
    message = "The object exceeded the maximum allowed size"
    return StorageError(413, "Payload too large", message, "EntityTooLarge")


def not_supported(what: str) -> StorageError:
    """Spoken by the real server, but not here."""
    message = f"The local server does not support {what}"
    return StorageError(409, "NotSupported", message, "NotSupported")


def from_postgres(error: psycopg.Error) -> StorageError:
    """What Postgres refused, as the storage server passes it on."""
    state = error.sqlstate or ""
    message = error.diag.message_primary or "Internal server error"
    if isinstance(error, psycopg.DataError):  # of a NUL, which is never sent, there is no state
        return invalid_request(message)
    if not state or state.startswith(("08", "57P")):
        return Uncertain(500, "DatabaseError", message, "DatabaseError")
    match state:
        case db_role.DELETED:
            return refused(message)
        case "42501":
            return refused()
        case "23505":
            message = "The resource already exists"
            return StorageError(409, "Duplicate", message, "KeyAlreadyExists")
        case "57014":
            message = "The connection to the database timed out"
            return StorageError(544, "DatabaseTimeout", message, "DatabaseTimeout", http=544)
    return StorageError(500, "DatabaseError", message, "DatabaseError")
