"""The storage server's errors. The HTTP status is nearly always 400: the body says what it is."""

from __future__ import annotations

import psycopg

from medtui.local.bodies import RefusedRequest
from medtui.local.db_role import DELETED

ERRORS = {
    "AccessDenied": (403, "Unauthorized", "new row violates row-level security policy"),
    "DatabaseError": (500, "DatabaseError", "Internal server error"),
    "DatabaseTimeout": (544, "DatabaseTimeout", "The connection to the database timed out"),
    "EntityTooLarge": (413, "Payload too large", "The object exceeded the maximum allowed size"),
    "InternalError": (500, "InternalError", "Internal server error"),
    "InvalidKey": (400, "InvalidKey", "Invalid key"),
    "InvalidMimeType": (415, "invalid_mime_type", "mime type is not supported"),
    "InvalidRequest": (400, "Error", "The body is not what this route takes"),
    "KeyAlreadyExists": (409, "Duplicate", "The resource already exists"),
    "NoSuchBucket": (404, "Bucket not found", "Bucket not found"),
    "NoSuchKey": (404, "not_found", "Object not found"),
    "NotSupported": (409, "NotSupported", "The local server does not support this"),
}
"""The real server's codes: `statusCode`, `error`, and `message` unless there is more to say."""


class StorageError(RefusedRequest):
    """An error for the client: its code, and a message where the usual one does not say it all."""

    def __init__(self, code: str, message: str = "") -> None:
        status, error, usual = ERRORS[code]
        body = {"statusCode": str(status), "error": error, "message": message or usual}
        super().__init__(status if status >= 500 else 400, body | {"code": code})


class Uncertain(StorageError):
    """The connection to Postgres went: whether it has committed is not known."""


def not_supported(what: str) -> StorageError:
    """Spoken by the real server, but not here."""
    return StorageError("NotSupported", f"The local server does not support {what}")


def from_postgres(error: psycopg.Error) -> StorageError:
    """What Postgres refused, as the storage server passes it on."""
    state, message = error.sqlstate or "", error.diag.message_primary or ""
    if isinstance(error, psycopg.DataError):  # of a NUL, which is never sent, there is no state
        return StorageError("InvalidRequest", message or "Internal server error")
    if not state or state.startswith(("08", "57P")):
        return Uncertain("DatabaseError", message)
    if state == DELETED:
        return StorageError("AccessDenied", message)
    known = {"42501": "AccessDenied", "23505": "KeyAlreadyExists", "57014": "DatabaseTimeout"}
    return StorageError(known[state]) if state in known else StorageError("DatabaseError", message)
