"""What an upload's request carries: a form with the file in it, or the file as it is."""

from __future__ import annotations

import json
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from medtui.local.storage.errors import no_content, too_large
from medtui.local.storage.files import NewFile
from medtui.local.storage.shapes import is_header

MAX_FIELD = 1024 * 1024
MAX_FIELDS = 10


@dataclass(frozen=True)
class BodyKind:
    """What is known of a file before its first byte."""

    mime: str
    cache_control: str
    metadata: dict[str, Any] = field(default_factory=dict)

    def check(self) -> None:
        """Refuse a type or cache control that cannot be sent as a header with the file."""
        if not is_header(self.mime + self.cache_control):
            raise no_content("Invalid character in header content")


async def receive(
    request: Request, file: NewFile, *, limit: int, check: Callable[[str], None]
) -> BodyKind:
    """Write the request's file. `check` may refuse its MIME type, before a byte is written.

    StorageError when it is larger than `limit` bytes, or when there is none.
    """
    mime = request.headers.get("content-type", "application/octet-stream")
    if mime.startswith("multipart/form-data"):
        return await _receive_form(request, mime, file, limit, check)
    if int(request.headers.get("content-length", 0)) > limit:
        raise too_large()
    kind = BodyKind(
        mime,
        request.headers.get("cache-control", "no-cache"),
        _decoded(request.headers.get("x-metadata", "")),
    )
    kind.check()
    check(kind.mime)
    async for data in request.stream():
        await _append(file, data, limit)
    return kind


async def _receive_form(
    request: Request, kind: str, file: NewFile, limit: int, check: Callable[[str], None]
) -> BodyKind:
    form = _Form(parse_options_header(kind)[1].get(b"boundary", b""))
    found: BodyKind | None = None
    try:
        async for data in request.stream():
            if data:
                form.parser.write(data)
            if found is None and form.mime is not None:
                found = form.kind()
                found.check()
                check(found.mime)
            for piece in form.taken():
                await _append(file, piece, limit)
    except FormParserError as error:
        raise no_content(str(error)) from error
    if not form.complete:
        raise no_content("Unexpected end of form")
    if found is None:
        raise no_content()
    return found


async def _append(file: NewFile, data: bytes, limit: int) -> None:
    if file.size + len(data) > limit:
        raise too_large()
    await file.write(data)


class _Form:
    """A form as it comes in. Its first file counts, and the fields before it."""

    def __init__(self, boundary: bytes) -> None:
        if not boundary:
            raise no_content("Multipart: Boundary not found")
        self.mime: str | None = None
        self.complete = False
        self._fields: dict[str, bytes] = {}
        self._file: list[bytes] = []
        self._headers: dict[bytes, bytes] = {}
        self._name = self._value = b""
        self._into: Callable[[bytes], None] = _nowhere
        try:
            self.parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._headers.clear,
                    "on_header_begin": self._header_begins,
                    "on_header_field": self._header_name,
                    "on_header_value": self._header_value,
                    "on_header_end": self._header_ends,
                    "on_headers_finished": self._part_begins,
                    "on_part_data": self._part_data,
                    "on_end": self._end,
                },
            )
        except FormParserError as error:
            raise no_content(str(error)) from error

    def taken(self) -> list[bytes]:
        """What has come of the file since the last time."""
        taken, self._file = self._file, []
        return taken

    def kind(self) -> BodyKind:
        seconds = self._text("cacheControl")
        metadata = self._fields.get("metadata", self._fields.get("userMetadata", b""))
        return BodyKind(
            self._text("contentType") or self.mime or "",
            f"max-age={seconds}" if seconds else "no-cache",
            _object(metadata),
        )

    def _text(self, name: str) -> str:
        return self._fields.get(name, b"").decode(errors="replace")

    def _header_begins(self) -> None:
        self._name = self._value = b""

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_ends(self) -> None:
        self._headers[self._name.lower()] = self._value

    def _part_begins(self) -> None:
        disposition, options = _parsed(self._headers.get(b"content-disposition", b""))
        mime, _ = _parsed(self._headers.get(b"content-type", b"text/plain"))
        is_file = b"filename" in options or mime == "application/octet-stream"
        self._into = _nowhere
        if disposition != "form-data" or b"name" not in options or self.mime is not None:
            return
        if is_file:
            self.mime = mime
            self._into = lambda data: self._file.append(data)
        elif len(self._fields) < MAX_FIELDS:
            self._into = self._field(options[b"name"].decode(errors="replace"))

    def _field(self, name: str) -> Callable[[bytes], None]:
        self._fields[name] = b""

        def add(data: bytes) -> None:
            if len(self._fields[name]) + len(data) > MAX_FIELD:
                raise too_large("user_metadata" if name == "metadata" else "field")
            self._fields[name] += data

        return add

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        self._into(data[start:end])

    def _end(self) -> None:
        self.complete = True


def _nowhere(data: bytes) -> None:
    """What is not asked for is read and forgotten."""


def _parsed(header: bytes) -> tuple[str, dict[bytes, bytes]]:
    value, options = parse_options_header(header)
    return value.decode("latin-1"), options


def _decoded(header: str) -> dict[str, Any]:
    try:
        return _object(b64decode(header))
    except NotBase64:
        return {}


def _object(text: bytes) -> dict[str, Any]:
    """A file's own metadata: what is no JSON object is ignored, as the real server does."""
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _no_constant(name: str) -> None:
    raise ValueError(name)  # NaN and the infinities are not JSON.
