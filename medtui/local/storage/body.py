"""What an upload's request carries: a form with the file in it, or the file as it is."""

from __future__ import annotations

import json
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from medtui.local.bodies import counted
from medtui.local.storage.errors import no_content, too_large
from medtui.local.storage.files import CHUNK, NewFile
from medtui.local.storage.shapes import is_header

MAX_FIELDS, MAX_FIELD = 10, 1024 * 1024
FORM_BYTES = 2 * MAX_FIELD
"""What a form may have beside its file."""


@dataclass(frozen=True)
class BodyKind:
    """What is kept of a file beside its bytes. StorageError where a header could not carry it."""

    mime: str
    cache_control: str
    metadata: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not is_header(self.mime + self.cache_control):
            raise no_content("Invalid character in header content")


async def receive(
    request: Request, file: NewFile, *, limit: int, check: Callable[[str], None]
) -> BodyKind:
    """Write the request's file. `check` may refuse its MIME type, before a byte is written.

    StorageError or TooLarge when it is larger than `limit` bytes; StorageError if there is none.
    """
    mime = request.headers.get("content-type", "application/octet-stream")
    is_form = mime.startswith("multipart/form-data")
    most = limit + FORM_BYTES if is_form else limit
    if int(request.headers.get("content-length", 0)) > most:
        raise too_large()
    request = Request(request.scope, counted(request.receive, most))
    if is_form:
        return await _receive_form(request, file, limit, check)
    kind = BodyKind(
        mime,
        request.headers.get("cache-control", "no-cache"),
        _decoded(request.headers.get("x-metadata", "")),
    )
    check(kind.mime)
    async for data in request.stream():
        await file.write(data)
    return kind


async def _receive_form(
    request: Request, file: NewFile, limit: int, check: Callable[[str], None]
) -> BodyKind:
    limits = {"max_files": 1, "max_fields": MAX_FIELDS, "max_part_size": MAX_FIELD}
    try:
        async with request.form(**limits) as form:
            sent = next((part for part in form.values() if isinstance(part, UploadFile)), None)
            if sent is None:
                raise no_content()
            if (sent.size or 0) > limit:
                raise too_large()
            seconds = _first(form, "cacheControl")
            mime = (sent.content_type or "text/plain").partition(";")[0].strip().lower()
            kind = BodyKind(
                _first(form, "contentType") or mime,
                f"max-age={seconds}" if seconds else "no-cache",
                _object(_first(form, "metadata") or _first(form, "userMetadata")),
            )
            check(kind.mime)
            while data := await sent.read(CHUNK):
                await file.write(data)
            return kind
    except HTTPException as error:
        raise no_content(error.detail) from error


def _first(form: FormData, name: str) -> str:
    return next((part for part in form.getlist(name) if isinstance(part, str)), "")


def _decoded(header: str) -> dict[str, Any]:
    try:
        return _object(b64decode(header))
    except NotBase64:
        return {}


def _object(text: str | bytes) -> dict[str, Any]:
    """A file's own metadata: what is no JSON object is ignored, as the real server does."""
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _no_constant(name: str) -> None:
    raise ValueError(name)  # NaN and the infinities are not JSON.
