"""The body of a request: checked as far as its keys are needed, and passed on as it came."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, NoReturn

from starlette.requests import Request

from medtui.local.rest.errors import JSON, bad_body, not_supported


@dataclass(frozen=True)
class Payload:
    """JSON: an object, or an array of objects; `keys` are those of any of them."""

    text: str
    keys: frozenset[str]
    is_array: bool


async def read(request: Request, *, may_differ: bool = False) -> Payload:
    """The request's body. RestError (PGRST102) where it is none.

    `may_differ`: rows may have different keys, as the query string says which of them count.
    """
    kind = request.headers.get("content-type", JSON).partition(";")[0].strip()
    if kind != JSON:
        raise not_supported(f"bodies of {kind}")
    try:
        text = (await request.body()).decode()
        value: Any = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise bad_body() from None
    rows = value if isinstance(value, list) else [value]
    if not all(isinstance(row, dict) for row in rows):
        raise bad_body()
    if not may_differ and any(row.keys() != rows[0].keys() for row in rows):
        raise bad_body("All object keys must match")
    keys = frozenset(key for row in rows for key in row)
    return Payload(text, keys, is_array=isinstance(value, list))


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
