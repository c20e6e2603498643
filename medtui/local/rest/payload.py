"""The body of a request: checked as far as its keys are needed, and passed on as it came."""

from __future__ import annotations

import json
from collections.abc import Set
from dataclasses import dataclass, replace
from typing import Any, NoReturn

from starlette.requests import Request

from medtui.local.rest.errors import bad_body, not_supported

_JSON = "application/json"
_UNSUPPORTED = (
    *("text/csv", "application/x-www-form-urlencoded", "application/octet-stream"),
    *("text/plain", "text/xml"),
)


@dataclass(frozen=True)
class Payload:
    """JSON: an object, or an array of objects with the same keys."""

    text: str
    names: Set[str]
    is_array: bool

    def keys(self) -> Set[str]:
        return self.names

    def with_names(self, names: Set[str]) -> Payload:
        return replace(self, names=names)


async def read(request: Request, *, columns: bool, empty: str = "") -> Payload:
    """The request's body. RestError (PGRST102).

    Args:
        columns: whether the query string says which keys count: then rows may differ in theirs.
        empty: what no body at all stands for.
    """
    kind = request.headers.get("content-type", _JSON).partition(";")[0].strip()
    if kind in _UNSUPPORTED:
        raise not_supported(f"bodies of {kind}")
    if kind != _JSON:
        raise bad_body(f"Content-Type not acceptable: {kind}")
    try:
        text = (await request.body()).decode() or empty
        if "\x00" in text:
            raise bad_body()
        if columns:  # which Postgres looks for by itself
            return Payload(text, frozenset(), is_array=text.lstrip(" \t\r\n")[:1] != "{")
        value = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise bad_body() from None
    if isinstance(value, dict):
        return Payload(text, value.keys(), is_array=False)
    if not isinstance(value, list):
        return Payload("[]", frozenset(), is_array=True)
    return Payload(text, _common_keys(value), is_array=True)


def _common_keys(rows: list[Any]) -> Set[str]:
    if not rows:
        return frozenset()
    first = rows[0].keys() if isinstance(rows[0], dict) else None
    if first is None or any(not isinstance(row, dict) or row.keys() != first for row in rows):
        raise bad_body("All object keys must match")
    return first


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
