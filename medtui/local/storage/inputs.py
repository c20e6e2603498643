"""The JSON of a request's body, and what is wrong with it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, TypeVar

from starlette.requests import Request

from medtui.local.storage.errors import StorageError, invalid_request

MAX_JSON = 1024 * 1024
SORTABLE = ("name", "updated_at", "created_at", "last_accessed_at")

Body = dict[str, Any]
Kind = TypeVar("Kind", str, int, list[Any], Body)


@dataclass(frozen=True)
class Listing:
    """What of a folder to list, by which column, `asc` or `desc`."""

    prefix: str
    search: str
    limit: int
    offset: int
    column: str
    order: str

    @classmethod
    def of(cls, body: Body) -> Listing:
        """What a body asks for. StorageError when it is not asked for properly."""
        sort = _member(body, "sortBy", dict, {})
        column, order = _member(sort, "column", str, "name"), _member(sort, "order", str, "asc")
        limit, offset = _member(body, "limit", int, 100), _member(body, "offset", int, 0)
        if limit < 1 or offset < 0 or column not in SORTABLE or order not in ("asc", "desc"):
            raise invalid_request("body/sortBy, limit or offset is not one of the allowed values")
        search = _member(body, "search", str, "")
        return cls(_member(body, "prefix", str), search, limit, offset, column, order)


def names(body: Body) -> list[str]:
    """The names of the objects to remove."""
    found = _member(body, "prefixes", list)
    if not found or not all(isinstance(name, str) for name in found):
        raise invalid_request("body/prefixes must be an array of names")
    return found


async def read_json(request: Request) -> Body:
    """The body's object. StorageError when it is none, or larger than any of ours would be."""
    raw = bytearray()
    async for data in request.stream():
        raw += data
        if len(raw) > MAX_JSON:
            raise StorageError(
                413, "Payload too large", "Request body is too large", "InvalidRequest", http=413
            )
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise invalid_request("Body is not valid JSON") from None
    if not isinstance(body, dict):
        raise invalid_request("body must be object")
    return body


def _member(body: Body, name: str, kind: type[Kind], default: Kind | None = None) -> Kind:
    value = default if body.get(name) is None else body[name]
    if type(value) is not kind:
        raise invalid_request(f"body/{name} must be {kind.__name__}")
    return value
