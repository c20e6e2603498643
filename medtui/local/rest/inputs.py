"""What a request asks for beside its query string: its headers, and its body."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request

from medtui.local.bodies import loads
from medtui.local.db_role import Claims
from medtui.local.rest.errors import JSON, RestError, bad_body, not_supported

OBJECT = "application/vnd.pgrst.object+json"

_PREFERENCES: Mapping[str, tuple[str, ...]] = {
    "resolution": ("merge-duplicates", "ignore-duplicates"),
    "return": ("representation", "minimal"),
    "count": ("exact",),
    "missing": ("null",),
    "handling": ("lenient",),
    "timezone": (),
    "params": (),
}
"""Those of PostgREST, and which of their values are spoken here."""


@dataclass(frozen=True)
class Call:
    """A request, who sends it, and what its headers ask for."""

    request: Request
    claims: Claims
    single: bool  # Whether the answer is to be one object: then anything but one row is an error.
    represent: bool  # Whether a write is to show the rows that it touched.
    count: bool
    resolution: str | None  # What to do with a row that is there already.

    @property
    def media(self) -> str:
        return f"{OBJECT if self.single else JSON}; charset=utf-8"


def call_of(request: Request, claims: Claims) -> Call:
    """The request with what its headers ask for. RestError for what is not spoken here."""
    reading = request.method in ("GET", "HEAD")
    profile = request.headers.get("accept-profile" if reading else "content-profile")
    if profile not in (None, "public"):
        raise RestError(406, "PGRST106", "The schema must be one of the following: public")
    if "range" in request.headers:
        raise not_supported("the header Range: use limit and offset")
    found: dict[str, str] = {}
    for item in ",".join(request.headers.getlist("prefer")).split(","):
        name, _, value = item.strip().partition("=")
        if value in _PREFERENCES.get(name, (value,)):
            found.setdefault(name, value)
        else:
            raise not_supported(f"the preference {item.strip()}")
    accepted = request.headers.get("accept", "*/*")
    kind, _, parameters = accepted.partition(";")
    if kind not in ("*/*", JSON, OBJECT) or "nulls=" in parameters:
        raise not_supported(f"answers as {accepted}")
    return Call(
        request,
        claims,
        single=kind == OBJECT,
        represent=found.get("return") == "representation",
        count="count" in found,
        resolution=found.get("resolution"),
    )


@dataclass(frozen=True)
class Payload:
    """JSON: an object, or an array of objects; `keys` are those of any of them."""

    text: str
    keys: frozenset[str]
    is_array: bool
    count: int = 1


async def read_body(request: Request, *, may_differ: bool = False) -> Payload:
    """The request's body. RestError (PGRST102) where it is none.

    `may_differ`: rows may have different keys, as the query string says which of them count.
    """
    kind = request.headers.get("content-type", JSON).partition(";")[0].strip()
    if kind != JSON:
        raise not_supported(f"bodies of {kind}")
    try:
        text = (await request.body()).decode()
        value = loads(text)
    except ValueError:
        raise bad_body() from None
    rows = value if isinstance(value, list) else [value]
    if not all(isinstance(row, dict) for row in rows):
        raise bad_body()
    if not may_differ and any(row.keys() != rows[0].keys() for row in rows):
        raise bad_body("All object keys must match")
    keys = frozenset(key for row in rows for key in row)
    return Payload(text, keys, isinstance(value, list), len(rows))
