"""What a request names and carries, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Annotated, Literal, TypeVar

from pydantic import Field, NonNegativeInt, PositiveInt, TypeAdapter
from starlette.requests import Request

from medtui.local.bodies import json_object
from medtui.local.storage.errors import StorageError, invalid_key, invalid_request

Asked = TypeVar("Asked")

# What Amazon S3, which a hosted project keeps its files in, calls safe, and can be made safe.
_KEY = re.compile(r"[A-Za-z0-9_!\-.*'() &$@=;:+,?/]+")
_LONGEST_KEY = 1024


@dataclass(frozen=True)
class Sort:
    column: Literal["name", "updated_at", "created_at", "last_accessed_at"] = "name"
    order: Literal["asc", "desc"] = "asc"


@dataclass(frozen=True)
class Listing:
    """What of a folder to list, and in which order."""

    prefix: str
    search: str = ""
    limit: PositiveInt = 100
    offset: NonNegativeInt = 0
    sort: Annotated[Sort, Field(alias="sortBy")] = field(default_factory=Sort)


@dataclass(frozen=True)
class Removal:
    """The names of the objects to remove."""

    prefixes: Annotated[list[str], Field(min_length=1)]


LISTING, REMOVAL = TypeAdapter(Listing), TypeAdapter(Removal)


async def asked(request: Request, kind: TypeAdapter[Asked]) -> Asked:
    """What a body asks for. StorageError when it is not asked for properly."""
    try:
        return kind.validate_python(await json_object(request))
    except ValueError:
        raise invalid_request("The body is not what this route takes") from None


def check_key(name: str) -> None:
    """Refuse a name that no object can have."""
    if not _KEY.fullmatch(name) or len(name) > _LONGEST_KEY:
        raise invalid_key(name)


def check_path(name: str, bucket: str, version: str) -> None:
    """Refuse a name that would lead out of its folder. Called once the caller may write there."""
    if any(part in (".", "..") for part in name.split("/")):
        raise invalid_key(f"stub/stub/{bucket}/{name}/{version} contains dot path segment")


def check_type(mime: str, allowed: Iterable[str] | None) -> None:
    """Refuse a kind of file that is not on the bucket's list; without a list, none is refused."""
    if allowed and not {mime, mime.partition("/")[0] + "/*"} & set(allowed):
        message = f"mime type {mime} is not supported"
        raise StorageError(415, "invalid_mime_type", message, "InvalidMimeType")
