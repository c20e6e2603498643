"""What a request's headers ask for: a media type, preferences, a range of rows, a schema."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from starlette.requests import Request

from medtui.local.rest.errors import RestError, not_supported
from medtui.local.rest.parse import BAD_LIMIT, out_of_range
from medtui.local.rest.query import Query

JSON = "application/json"
OBJECT = "application/vnd.pgrst.object+json"
_MEDIA = {
    "*/*": JSON,
    JSON: JSON,
    "application/vnd.pgrst.array": JSON,
    "application/vnd.pgrst.array+json": JSON,
    "application/vnd.pgrst.object": OBJECT,
    OBJECT: OBJECT,
}
_UNSUPPORTED_MEDIA = ("text/csv", "application/geo+json", "application/vnd.pgrst.plan")

# In the order in which the answer says which were applied.
_PREFERENCES: Mapping[str, tuple[str, ...]] = {
    "resolution": ("merge-duplicates", "ignore-duplicates"),
    "missing": ("default", "null"),
    "return": ("representation", "minimal", "headers-only"),
    "count": ("exact", "planned", "estimated"),
    "handling": ("strict", "lenient"),
}


@dataclass(frozen=True)
class Preferences:
    """As sent; `preferences` has only those that are known, with the first value of each."""

    media: str = JSON
    preferences: Mapping[str, str] = field(default_factory=dict)
    profile: str | None = None
    refusal: RestError | None = None
    """Why they cannot be met. What is asked is looked at first: so the real one does it."""

    @property
    def single(self) -> bool:
        """Whether the answer is to be one object: then anything but one row is an error."""
        return self.media == OBJECT

    @property
    def returned(self) -> str:
        return self.preferences.get("return", "minimal")

    @property
    def count(self) -> bool:
        return "count" in self.preferences

    def check(self) -> None:
        """RestError when they cannot be met."""
        if self.refusal:
            raise self.refusal

    def applied(self, *names: str) -> dict[str, str]:
        """The header that says which of these preferences were followed."""
        applied = [
            f"{name}={self.preferences[name]}"
            for name in _PREFERENCES
            if name in (*names, "count", "handling") and name in self.preferences
        ]
        return {"Preference-Applied": ", ".join(applied)} if applied else {}


def read(request: Request) -> Preferences:
    """The wishes in a request's headers. Raises RestError for another schema alone."""
    header = "accept-profile" if request.method in ("GET", "HEAD") else "content-profile"
    profile = request.headers.get(header)
    if profile not in (None, "public"):
        raise RestError(406, "PGRST106", "The schema must be one of the following: public")
    wishes = Preferences(profile=profile)
    try:
        wishes = replace(wishes, preferences=_preferences(request))
        return replace(wishes, media=_media(request))
    except RestError as refusal:
        return replace(wishes, refusal=refusal)


def _media(request: Request) -> str:
    accepted = request.headers.get("accept", "*/*")
    offers = []
    for offer in accepted.split(","):
        kind, *parameters = (part.strip() for part in offer.split(";"))
        quality = 1.0
        for parameter in parameters:
            if match := re.fullmatch(r"q=(\d(?:\.\d{1,3})?)", parameter):
                quality = float(match[1])
        offers.append((-quality, kind, parameters))
    for _, kind, parameters in sorted(offers, key=lambda offer: offer[0]):
        if kind.startswith(_UNSUPPORTED_MEDIA) or "nulls=stripped" in parameters:
            raise not_supported(f"answers as {kind}")
        if kind in _MEDIA:
            return _MEDIA[kind]
    raise RestError(415, "PGRST107", f"None of these media types are available: {accepted}")


def _preferences(request: Request) -> Mapping[str, str]:
    found: dict[str, str] = {}
    unknown = []
    for item in ",".join(request.headers.getlist("prefer")).split(","):
        name, _, value = item.strip().partition("=")
        if value in _PREFERENCES.get(name, ()):
            found.setdefault(name, value)
        elif name in ("timezone", "params"):
            raise not_supported(f"the preference {name}")
        elif name not in ("", "tx"):
            unknown.append(item.strip())
    if unknown and found.get("handling") == "strict":
        raise RestError(
            400,
            "PGRST122",
            "Invalid preferences given with handling=strict",
            details=f"Invalid preferences: {', '.join(unknown)}",
        )
    if found.get("count") in ("planned", "estimated"):
        raise not_supported("counts that are not exact")
    return found


def within_range(request: Request, query: Query) -> Query:
    """The part of a page that the `Range` header, of a GET, leaves."""
    match = re.fullmatch(r"(\d+)-(\d*)", request.headers.get("range", ""), re.ASCII)
    if request.method != "GET" or not match or query.limit == 0:
        return query
    first, last = int(match[1]), int(match[2]) if match[2] else None
    if last is not None and last < first:
        raise out_of_range(
            "The lower boundary must be lower than or equal to the upper boundary"
            " in the Range header."
        )
    start = max(first, query.offset)
    ends = [] if last is None else [last + 1]
    if query.limit is not None:
        ends.append(query.offset + query.limit)
    if not ends:
        return replace(query, offset=start)
    if min(ends) <= start:
        raise out_of_range(BAD_LIMIT)
    return replace(query, offset=start, limit=min(ends) - start)
