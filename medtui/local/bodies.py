"""Bodies: of requests, counted as they come in and given up when they are too slow; and JSON."""

from __future__ import annotations

import asyncio
import json
from typing import Any, NoReturn

from starlette.requests import Request
from starlette.types import Message

PATIENCE = 10.0
"""Seconds that we wait for a body, and a second more for each `BYTES_A_SECOND` that have come."""
BYTES_A_SECOND = 8 * 1024
MAX_JSON = 1024 * 1024
"""Bytes of the JSON that auth and Storage take: many times the longest that medtui sends."""

Json = dict[str, Any]


class TooLarge(Exception):
    """More has come than this service takes, whatever the header has said."""


class TooSlow(Exception):
    """The body, or its next part, has not come in time."""


def limited(request: Request, most: int) -> Request:
    """The request with a body of at most `most` bytes.

    Reading it raises TooLarge, before anything is read if a longer one is announced, or TooSlow.
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
            raise TooSlow from None
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
    """Compact JSON, not escaped beyond need. Half a surrogate pair, which UTF-8 has not, is `?`."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode(errors=errors).decode()


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
