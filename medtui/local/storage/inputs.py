"""What a request names and carries: an object, what is asked of it, or a file."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Annotated, Literal, TypeVar

from pydantic import Field, NonNegativeInt, PositiveInt, TypeAdapter
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from medtui.local.bodies import TooLarge, json_object, limited
from medtui.local.storage.errors import StorageError, not_supported
from medtui.local.storage.files import CHUNK, NewFile

Asked = TypeVar("Asked")

# What Amazon S3, which a hosted project keeps its files in, calls safe, and can be made safe.
_KEY = re.compile(r"[A-Za-z0-9_!\-.*'() &$@=;:+,?/]+")
_LONGEST_KEY = 1024

MAX_FIELDS, MAX_FIELD = 10, 1024 * 1024
FORM_BYTES = 2 * MAX_FIELD  # What a form may have beside its file.
OWN_METADATA = "metadata of a file's own"


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
        raise StorageError("InvalidRequest") from None


def check_key(name: str) -> None:
    """Refuse a name that no object can have."""
    if not _KEY.fullmatch(name) or len(name) > _LONGEST_KEY:
        raise StorageError("InvalidKey", f"Invalid key: {name}")


def check_path(name: str, bucket: str, version: str) -> None:
    """Refuse a name that would lead out of its folder. Called once the caller may write there."""
    if any(part in (".", "..") for part in name.split("/")):
        path = f"stub/stub/{bucket}/{name}/{version}"
        raise StorageError("InvalidKey", f"Invalid key: {path} contains dot path segment")


def check_type(mime: str, allowed: Iterable[str] | None) -> None:
    """Refuse a kind of file that is not on the bucket's list; without a list, none is refused."""
    if allowed and not {mime, mime.partition("/")[0] + "/*"} & set(allowed):
        raise StorageError("InvalidMimeType", f"mime type {mime} is not supported")


@dataclass(frozen=True)
class BodyKind:
    """What is kept of a file beside its bytes. StorageError where a header could not carry it."""

    mime: str
    cache_control: str

    def __post_init__(self) -> None:
        if not is_header(self.mime + self.cache_control):
            raise StorageError("InvalidRequest", "Invalid character in header content")


async def receive(
    request: Request, file: NewFile, limit: int, allowed: Iterable[str] | None
) -> BodyKind:
    """Write the request's file. StorageError before a byte is written if its kind is not `allowed`.

    StorageError, too, when it is larger than `limit` bytes, or there is none.
    """
    mime = request.headers.get("content-type", "application/octet-stream")
    try:
        if mime.startswith("multipart/form-data"):
            return await _receive_form(limited(request, limit + FORM_BYTES), file, limit, allowed)
        if "x-metadata" in request.headers:
            raise not_supported(OWN_METADATA)
        kind = BodyKind(mime, request.headers.get("cache-control", "no-cache"))
        check_type(kind.mime, allowed)
        async for data in limited(request, limit).stream():
            await asyncio.to_thread(file.write, data)
    except TooLarge:
        raise StorageError("EntityTooLarge") from None
    return kind


async def _receive_form(
    request: Request, file: NewFile, limit: int, allowed: Iterable[str] | None
) -> BodyKind:
    limits = {"max_files": 1, "max_fields": MAX_FIELDS, "max_part_size": MAX_FIELD}
    try:
        async with request.form(**limits) as form:
            sent = next((part for part in form.values() if isinstance(part, UploadFile)), None)
            if sent is None:
                raise StorageError("InvalidRequest", "No content provided")
            if (sent.size or 0) > limit:
                raise StorageError("EntityTooLarge")
            if "metadata" in form or "userMetadata" in form:
                raise not_supported(OWN_METADATA)
            seconds = _first(form, "cacheControl")
            mime = (sent.content_type or "text/plain").partition(";")[0].strip().lower()
            kind = BodyKind(
                _first(form, "contentType") or mime,
                f"max-age={seconds}" if seconds else "no-cache",
            )
            check_type(kind.mime, allowed)
            while data := await sent.read(CHUNK):
                await asyncio.to_thread(file.write, data)
            return kind
    except HTTPException as error:
        raise StorageError("InvalidRequest", error.detail) from error


def _first(form: FormData, name: str) -> str:
    return next((part for part in form.getlist(name) if isinstance(part, str)), "")


def is_header(text: str) -> bool:
    """Whether a text can stand in a header: rows are also made by others."""
    return text.isascii() and text.isprintable()
