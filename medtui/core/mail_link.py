"""The link that a server e-mails in place of a code: read, never opened."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

TYPES = frozenset({"signup", "invite", "magiclink", "recovery", "email", "email_change"})
"""What a link may be for: GoTrue's types of verification."""

_PART = r"""[^\s/?#<>"']+"""
_LINK = re.compile(rf"""(https?)://({_PART})((?:/{_PART})*)/verify\?([^\s<>"'#]*)""", re.I)
_AFTERWARDS = re.compile(r"[#&?](access_token|error_description)=")
_API = re.compile(r"(/auth/v1)+/?$")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,128}")
_PORTS = {"http": ":80", "https": ":443"}
_THIS_MACHINE = re.compile(r"^(localhost|127\.0\.0\.1|\[::1\])(?=:|$)")
WRAPPINGS = 3
"""So often may filters of mail servers have put one link into another."""


@dataclass(frozen=True, slots=True)
class MailLink:
    """What a link says to its server: a token that works once, and what it is for."""

    token_hash: str
    type: str


class BadLink(ValueError):
    """What was pasted is no link of the server. The text is a sentence for the user."""


def is_link(text: str) -> bool:
    """Whether this is meant to be a link, rather than a code."""
    return "/" in text or "token" in text


def begins_with(server: str) -> str:
    """How the links of the server with this URL begin."""
    return f"{server.rstrip('/')}/auth/v1/verify"


def read(text: str, server: str) -> MailLink:
    """The link in what was pasted, also inside the link of a mail filter. Raises BadLink.

    `server`: the URL of the server in use. A link to another one is refused.
    """
    wanted, foreign = _place(server), ""
    unwrapped = html.unescape(text)
    for _ in range(WRAPPINGS + 1):
        for scheme, host, path, query in _LINK.findall(unwrapped):
            if _place(f"{scheme}://{host}{path}") != wanted:
                foreign = foreign or host
            elif link := _link(query):
                return link
        unwrapped = unquote(unwrapped)
    if foreign:
        raise BadLink(
            "This link is for another server: copy the one in the e-mail of this one, "
            f"which begins with {begins_with(server)}."
        )
    if _AFTERWARDS.search(text):
        raise BadLink(
            "This is the address of the page that the link leads to, and the link works only "
            "once: have another e-mail sent, and copy its link without opening it."
        )
    raise BadLink(f"This is not the whole link: it begins with {begins_with(server)}.")


def _link(query: str) -> MailLink | None:
    said = parse_qs(query)
    token = (said.get("token_hash") or said.get("token") or [""])[0]
    kind = said.get("type", [""])[0]
    is_whole = _TOKEN.fullmatch(token) and kind in TYPES
    return MailLink(token, kind) if is_whole else None


def _place(url: str) -> tuple[str, str]:
    """Which server a URL means: its host and port, and the path before its API."""
    parts = urlsplit(url)
    host = parts.netloc.lower().removesuffix(_PORTS.get(parts.scheme.lower(), ""))
    return _THIS_MACHINE.sub("localhost", host), _API.sub("", parts.path).rstrip("/")
