"""Bodies: of requests, given up when too long or too slow; of answers and refusals; and JSON."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NoReturn
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message

PATIENCE = 10.0
"""Seconds that we wait for a body, and a second more for each `BYTES_A_SECOND` that have come."""
BYTES_A_SECOND = 8 * 1024
MAX_JSON = 1024 * 1024
"""Bytes of the JSON that auth and Storage take: many times the longest that medtui sends."""

Json = dict[str, Any]


def answer(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """An answer in JSON."""
    return Response(dump(value), status, headers, "application/json; charset=utf-8")


class RefusedRequest(Exception):
    """What a request is answered with instead: each service words it as the real one does."""

    def __init__(
        self, status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(body["message"])
        self.status, self.body, self.headers = status, body, headers

    def response(self) -> Response:
        return answer(self.body, self.status, self.headers)


class TooLarge(RefusedRequest):
    """More has come than this service takes, whatever the header has said."""

    def __init__(self) -> None:
        super().__init__(413, {"message": "Request size limit exceeded"})


def limited(request: Request, most: int) -> Request:
    """The request with a body of at most `most` bytes.

    Reading it raises TooLarge, before anything is read if a longer one is announced, or, when it
    does not come in time, RefusedRequest.
    """
    receive, announced = request.receive, int(request.headers.get("content-length", 0))
    received, waited, complete = 0, 0.0, False

    async def one() -> Message:
        nonlocal received, waited, complete
        if complete:  # What comes now is the end of the connection.
            return await receive()
        if announced > most:
            raise TooLarge
        clock = asyncio.get_running_loop().time
        began = clock()
        try:
            async with asyncio.timeout(PATIENCE + received / BYTES_A_SECOND - waited):
                message = await receive()
        except TimeoutError:
            timed_out = {"message": "Request timed out"}
            raise RefusedRequest(408, timed_out, {"connection": "close"}) from None
        waited += clock() - began
        received += len(message.get("body", b""))
        complete = not message.get("more_body", False)
        if received > most:
            raise TooLarge
        return message

    return Request(request.scope, one)


def loads(text: str | bytes) -> Any:
    """What a text in JSON says.

    ValueError where it is none. Python's own reader takes NaN, and fails otherwise at deep nesting.
    """
    try:
        return json.loads(text, parse_constant=_no_constant)
    except RecursionError as error:
        raise ValueError("JSON that is nested too deep") from error


async def json_object(request: Request) -> Json:
    """The JSON object of a request's body; empty where nothing was sent.

    Raises ValueError for any other body, and TooLarge for one above `MAX_JSON`.
    """
    raw = await limited(request, MAX_JSON).body()
    value = loads(raw or b"{}")
    dump(value, errors="strict")  # half a surrogate pair is no text
    if not isinstance(value, dict):
        raise ValueError("JSON that is no object")
    return value


def dump(value: Any, errors: str = "replace") -> str:
    """Compact JSON, not escaped beyond need; ids and times are texts.

    Half a surrogate pair, which UTF-8 has not, is `?`.
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=plain)
    return text.encode(errors=errors).decode()


def plain(value: object) -> str:
    """The text of an id, or of a time as JavaScript writes it: in UTC, to the millisecond."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return str(value)


def uuid_of(text: object) -> UUID | None:
    """The id that a text is; None where it is none."""
    try:
        return UUID(str(text))
    except ValueError:
        return None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
