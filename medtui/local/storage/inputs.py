"""The JSON of a request's body, and what is wrong with it in the real server's words."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request

from medtui.local.storage.errors import StorageError, invalid_request
from medtui.local.storage.objects import SORTABLE

MAX_JSON = 1024 * 1024

Body = dict[str, Any]


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


def text(body: Body, name: str, *, required: bool = False) -> str:
    value = body.get(name)
    if value is None and not required:
        return ""
    if value is None:
        raise invalid_request(f"body must have required property '{name}'")
    if not isinstance(value, str):
        raise invalid_request(f"body/{name} must be string")
    return value


def number(body: Body, name: str, default: int, *, least: int) -> int:
    value = body.get(name)
    if value is None:
        return default
    if not isinstance(value, int) or isinstance(value, bool):
        raise invalid_request(f"body/{name} must be integer")
    if value < least:
        raise invalid_request(f"body/{name} must be >= {least}")
    return min(value, 2**31)


def names(body: Body) -> list[str]:
    """The names of the objects to remove."""
    found = body.get("prefixes")
    if found is None:
        raise invalid_request("body must have required property 'prefixes'")
    if not isinstance(found, list):
        raise invalid_request("body/prefixes must be array")
    if not found:
        raise invalid_request("body/prefixes must NOT have fewer than 1 items")
    for at, name in enumerate(found):
        if not isinstance(name, str):
            raise invalid_request(f"body/prefixes/{at} must be string")
    return [name for name in found if "\0" not in name]


def sorting(body: Body) -> tuple[str, str]:
    """The column to sort a list by, and `asc` or `desc`."""
    wanted = body.get("sortBy") or {}
    if not isinstance(wanted, dict):
        raise invalid_request("body/sortBy must be object")
    column, order = wanted.get("column") or "name", wanted.get("order") or "asc"
    for name, value, allowed in (
        ("column", column, SORTABLE),
        ("order", order, ("asc", "desc")),
    ):
        if value not in allowed:
            message = f"body/sortBy/{name} must be equal to one of the allowed values"
            raise invalid_request(message)
    return column, order
