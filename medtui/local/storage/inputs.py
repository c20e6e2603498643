"""What a request names and carries, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from starlette.requests import Request

from medtui.local.bodies import Json, json_object
from medtui.local.storage.errors import StorageError, invalid_key, invalid_request

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


# What Amazon S3, which a hosted project keeps its files in, calls safe, and can be made safe.
_SAFE = r"A-Za-z0-9_!\-.*'() &$@=;:+,?"
_KEY = re.compile(f"[{_SAFE}/]+")
_BUCKET = re.compile(f"[{_SAFE}]+")
_LONGEST_KEY, _LONGEST_BUCKET = 1024, 100


def check_key(name: str) -> None:
    """Refuse a name that no object can have."""
    if not _KEY.fullmatch(name) or len(name) > _LONGEST_KEY:
        raise invalid_key(name)


def check_path(name: str, bucket: str, version: str) -> None:
    """Refuse a name that would lead out of its folder. Called once the caller may write there."""
    if any(part in (".", "..") for part in name.split("/")):
        raise invalid_key(f"stub/stub/{bucket}/{name}/{version} contains dot path segment")


def check_bucket(name: str) -> None:
    if not _BUCKET.fullmatch(name) or len(name) > _LONGEST_BUCKET:
        raise StorageError(400, "Invalid Input", "Bucket name invalid", "InvalidBucketName")


def check_type(mime: str, allowed: Iterable[str] | None) -> None:
    """Refuse a kind of file that is not on the bucket's list; without a list, none is refused."""
    if not allowed:
        return
    kind, _, rest = mime.partition("/")
    if f"{kind}/*" not in allowed and f"{kind}/{rest}" not in allowed:
        message = f"mime type {mime} is not supported"
        raise StorageError(415, "invalid_mime_type", message, "InvalidMimeType")
