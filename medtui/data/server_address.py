"""Checks that a URL and a key lead to a server that medtui can work with."""

from __future__ import annotations

import asyncio
import json
import re
from urllib.parse import urlsplit

from medtui.core.api_keys import is_secret, tidy
from medtui.data.errors import Invalid, ServerTooOld, Unreachable
from medtui.data.gateway_refusals import refusal_in
from medtui.data.network import Route, is_loopback

_API = re.compile(r"/(auth|rest|storage|realtime|functions|graphql)/v\d.*|/project/.*", re.DOTALL)
"""Paths that people copy along with a server's address."""
_DASHBOARD = re.compile(r"(?:app\.|www\.)?supabase\.(?:com|io|green)")
_PROJECT = re.compile(r"/project/([a-z0-9]{16,32})(?![a-z0-9])")

PROBE_SECONDS = 20
"""Seconds for all answers together: httpx limits only the wait for each part of an answer."""


async def check_server(url: str, key: str) -> str:
    """Check that a server answers at a URL, and return the URL as it is to be saved.

    Raises Invalid (`field` url or key), Unreachable, or ServerTooOld if the platform's tables are
    missing.
    """
    url = tidy_url(url)
    if not tidy(key):
        raise Invalid("Enter the project's public key (anon or publishable).", field="key")
    await probe(url, public_key(key))
    return url


def usable(url: str, key: str) -> tuple[str, str]:
    """A URL and a key from the settings, tidied so that calls can be made with them.

    Sends no request. Raises Invalid (`field` url or key) if they are malformed, and for a secret
    key.
    """
    if not tidy(key):
        raise Invalid(
            "There is no key for this server: set SUPABASE_ANON_KEY to its public one, "
            "or choose the server again.",
            field="key",
        )
    return tidy_url(url), public_key(key)


def public_key(key: str) -> str:
    """A key without quotes and blanks around it. Raises Invalid (`field` key) for a secret one."""
    if is_secret(key):
        raise Invalid(
            "This is the secret key, which may do everything: "
            "use the public one (anon or publishable).",
            field="key",
        )
    key = tidy(key)
    if not key.isascii() or not key.isprintable() or " " in key:
        raise Invalid("This is not a key: copy the whole of it, in one line.", field="key")
    return key


async def probe(url: str, key: str) -> None:
    """Check that a Supabase with our tables is at this address and accepts this key.

    Raises Invalid (`field` url or key), Unreachable, ServerTooOld.
    """
    import httpx

    from medtui.data.transport import http_client

    route = await Route.to(url)
    try:
        async with (
            asyncio.timeout(PROBE_SECONDS),
            http_client(route, timeout=8, headers={"apikey": key}) as http,
        ):
            settings = await http.get(f"{url}/auth/v1/settings")
            tables = await http.get(
                f"{url}/rest/v1/profiles", params={"select": "user_id", "limit": "0"}
            )
    except httpx.ConnectError as error:
        raise Unreachable(
            "No answer from this address: check it, and that you are online."
        ) from error
    except (httpx.TimeoutException, TimeoutError) as error:
        raise Unreachable("The server did not answer in time: try again in a moment.") from error
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        raise Unreachable(
            "The connection was refused or broke: check the address and the network."
        ) from error

    for answer in (settings, tables):
        if refusal := refusal_in(answer.status_code, answer.text):
            raise refusal
    if settings.status_code in (401, 403):
        kind = "service" if is_secret(key) else "public"
        raise Invalid(f"The server refuses this key: copy the project's {kind} key.", field="key")
    if settings.status_code >= 500:
        raise Unreachable("The server has a problem: try again in a moment.")
    if settings.status_code != 200 or "external" not in json_object(settings.text):
        raise Invalid(
            "There is a server here, but it is not Supabase: check the address, and sign in to "
            "this network if it asks for that.",
            field="url",
        )
    if json_object(tables.text).get("code") in ("42P01", "PGRST205"):
        raise ServerTooOld(
            "This project lacks the platform's tables: deploy medtui's migrations to it first."
        )


def tidy_url(url: str) -> str:
    """A server's base URL, without paths of its API. Raises Invalid.

    A path before those stays, as a server may be below one. The address of a project's page in the
    dashboard becomes the project's own.
    """
    url = re.sub(r"^(https?):/*", r"\1://", tidy(url).lstrip("/"), flags=re.IGNORECASE)
    try:
        parts = urlsplit(url if "://" in url else f"//{url}")
        host, _ = parts.hostname or "", parts.port
        host.encode("idna")  # as a resolver does
    except ValueError:
        host = ""
    scheme = (parts.scheme or "https") if host else ""
    if scheme not in ("http", "https") or any(c.isspace() or not c.isprintable() for c in url):
        raise Invalid(
            "This is not a URL: it should look like https://abc.supabase.co.", field="url"
        )
    if _DASHBOARD.fullmatch(host):
        if project := _PROJECT.search(parts.path):
            return f"https://{project[1]}.supabase.co"
        raise Invalid(
            "This is the dashboard's address, not a project's: copy the project's URL, "
            "such as https://abc.supabase.co.",
            field="url",
        )
    path = "" if host.endswith(".supabase.co") else _API.sub("", parts.path).rstrip("/")
    return f"{scheme}://{parts.netloc.rpartition('@')[2]}{path}"


def is_unprotected(url: str) -> bool:
    """Whether passwords would be sent unencrypted to another machine."""
    parts = urlsplit(url)
    return parts.scheme == "http" and not is_loopback(parts.hostname or "")


def json_object(text: str) -> dict[str, object]:
    """A JSON object; empty for anything else."""
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):  # a stranger's text, nested to any depth
        return {}
    return parsed if isinstance(parsed, dict) else {}
