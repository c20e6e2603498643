"""What an upload's request carries: a form with the file in it, or the file as it is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from medtui.local.bodies import TooLarge, limited
from medtui.local.storage.errors import invalid_request, not_supported, too_large
from medtui.local.storage.files import CHUNK, NewFile
from medtui.local.storage.shapes import is_header

MAX_FIELDS, MAX_FIELD = 10, 1024 * 1024
FORM_BYTES = 2 * MAX_FIELD  # What a form may have beside its file.
OWN_METADATA = "metadata of a file's own"


@dataclass(frozen=True)
class BodyKind:
    """What is kept of a file beside its bytes. StorageError where a header could not carry it."""

    mime: str
    cache_control: str

    def __post_init__(self) -> None:
        if not is_header(self.mime + self.cache_control):
            raise invalid_request("Invalid character in header content")


async def receive(
    request: Request, file: NewFile, *, limit: int, check: Callable[[str], None]
) -> BodyKind:
    """Write the request's file. `check` may refuse its MIME type, before a byte is written.

    StorageError when it is larger than `limit` bytes, or there is none.
    """
    mime = request.headers.get("content-type", "application/octet-stream")
    try:
        if mime.startswith("multipart/form-data"):
            return await _receive_form(limited(request, limit + FORM_BYTES), file, limit, check)
        if "x-metadata" in request.headers:
            raise not_supported(OWN_METADATA)
        kind = BodyKind(mime, request.headers.get("cache-control", "no-cache"))
        check(kind.mime)
        async for data in limited(request, limit).stream():
            await asyncio.to_thread(file.write, data)
    except TooLarge:
        raise too_large() from None
    return kind


async def _receive_form(
    request: Request, file: NewFile, limit: int, check: Callable[[str], None]
) -> BodyKind:
    limits = {"max_files": 1, "max_fields": MAX_FIELDS, "max_part_size": MAX_FIELD}
    try:
        async with request.form(**limits) as form:
            sent = next((part for part in form.values() if isinstance(part, UploadFile)), None)
            if sent is None:
                raise invalid_request("No content provided")
            if (sent.size or 0) > limit:
                raise too_large()
            if "metadata" in form or "userMetadata" in form:
                raise not_supported(OWN_METADATA)
            seconds = _first(form, "cacheControl")
            mime = (sent.content_type or "text/plain").partition(";")[0].strip().lower()
            kind = BodyKind(
                _first(form, "contentType") or mime,
                f"max-age={seconds}" if seconds else "no-cache",
            )
            check(kind.mime)
            while data := await sent.read(CHUNK):
                await asyncio.to_thread(file.write, data)
            return kind
    except HTTPException as error:
        raise invalid_request(error.detail) from error


def _first(form: FormData, name: str) -> str:
    return next((part for part in form.getlist(name) if isinstance(part, str)), "")
