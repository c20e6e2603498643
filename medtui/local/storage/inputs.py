"""The JSON of a request's body, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

from starlette.requests import Request

from medtui.local.bodies import Json, json_object
from medtui.local.storage.errors import invalid_request

SORTABLE = ("name", "updated_at", "created_at", "last_accessed_at")

Kind = TypeVar("Kind", str, int, list[Any], Json)


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
    async def of(cls, request: Request) -> Listing:
        """What a body asks for. StorageError when it is not asked for properly."""
        body = await _body(request)
        sort = _member(body, "sortBy", dict, {})
        column, order = _member(sort, "column", str, "name"), _member(sort, "order", str, "asc")
        limit, offset = _member(body, "limit", int, 100), _member(body, "offset", int, 0)
        if limit < 1 or offset < 0 or column not in SORTABLE or order not in ("asc", "desc"):
            raise invalid_request("body/sortBy, limit or offset is not one of the allowed values")
        search = _member(body, "search", str, "")
        return cls(_member(body, "prefix", str), search, limit, offset, column, order)


async def names(request: Request) -> list[str]:
    """The names of the objects to remove."""
    found = _member(await _body(request), "prefixes", list)
    if not found or not all(isinstance(name, str) for name in found):
        raise invalid_request("body/prefixes must be an array of names")
    return found


async def _body(request: Request) -> Json:
    try:
        return await json_object(request)
    except ValueError:
        raise invalid_request("body must be object") from None


def _member(body: Json, name: str, kind: type[Kind], default: Kind | None = None) -> Kind:
    value = default if body.get(name) is None else body[name]
    if type(value) is not kind:
        raise invalid_request(f"body/{name} must be {kind.__name__}")
    return value
