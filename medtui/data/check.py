"""Whether a URL and a key lead to a server that medtui can work with, before they are saved."""

from __future__ import annotations

import asyncio
import base64
import binascii
import ipaddress
import json
from urllib.parse import urlsplit

from medtui.data.errors import Invalid, ServerTooOld, Unreachable

PROBE_SECONDS = 20
"""How long all answers together may take: httpx has a limit for each piece of one alone."""


async def check_server(url: str, key: str) -> str:
    """Ask the server whether it is one, and return its URL as it should be stored.

    Raises Invalid (`field` url or key), Unreachable, or ServerTooOld when the
    platform's tables are not there.
    """
    url = tidy_url(url)
    key = key.strip()
    if not key:
        raise Invalid("Enter the project's public key (anon or publishable).", field="key")
    _refuse_no_key(key)
    if is_secret(key):
        raise Invalid(
            "This is the secret key, which may do everything: "
            "use the public one (anon or publishable).",
            field="key",
        )
    await probe(url, key)
    return url


def usable(url: str, key: str) -> tuple[str, str]:
    """A URL and a key as they stand in the settings, as calls can be made with them.

    Nobody is asked. Raises Invalid (`field` url or key) for what no call can be made with.
    """
    tidy, key = tidy_url(url), key.strip()
    if not key:
        raise Invalid(
            "There is no key for this server: set SUPABASE_ANON_KEY to its public one, "
            "or choose the server again.",
            field="key",
        )
    _refuse_no_key(key)
    # Its path stays: whoever runs a server of their own may have put it below one.
    return (url.strip() if "://" in url else tidy), key


def _refuse_no_key(key: str) -> None:
    if not key.isascii() or not key.isprintable() or " " in key:
        raise Invalid("This is not a key: copy the whole of it, in one line.", field="key")


async def probe(url: str, key: str) -> None:
    """Ask whether there is a Supabase at this address that takes this key, with our tables.

    Raises Invalid (`field` url or key), Unreachable, ServerTooOld.
    """
    import httpx

    headers = {"apikey": key}
    try:
        async with (
            asyncio.timeout(PROBE_SECONDS),
            httpx.AsyncClient(timeout=8, headers=headers) as http,
        ):
            settings = await http.get(f"{url}/auth/v1/settings")
            tables = await http.get(
                f"{url}/rest/v1/profiles", params={"select": "user_id", "limit": "0"}
            )
    except httpx.ConnectError as error:
        raise Unreachable(
            "Nobody answers at this address: check it, and that you are online."
        ) from error
    except (httpx.TimeoutException, TimeoutError) as error:
        raise Unreachable("The server did not answer in time: try again in a moment.") from error
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        raise Unreachable(
            "The connection was refused or broke: check the address and the network."
        ) from error

    if settings.status_code in (401, 403):
        kind = "service" if is_secret(key) else "public"
        raise Invalid(f"The server refuses this key: copy the project's {kind} key.", field="key")
    if settings.status_code >= 500:
        raise Unreachable("The server is in trouble: try again in a moment.")
    if settings.status_code != 200 or "external" not in json_object(settings.text):
        raise Invalid("There is a server here, but it is not Supabase.", field="url")
    if json_object(tables.text).get("code") in ("42P01", "PGRST205"):
        raise ServerTooOld(
            "This project lacks the platform's tables: deploy medtui's migrations to it first."
        )


def tidy_url(url: str) -> str:
    """A project's URL without path and trailing slash. Raises Invalid."""
    url = url.strip()
    if "://" not in url:
        url = f"https://{url}"
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
        (host or "").encode("idna")  # as whoever looks a name up does
    except ValueError:
        host = None
    if not host or parts.scheme not in ("http", "https") or any(c.isspace() for c in url):
        raise Invalid(
            "This is not a URL: it should look like https://abc.supabase.co.", field="url"
        )
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def is_unprotected(url: str) -> bool:
    """Whether passwords would travel unencrypted to another machine."""
    parts = urlsplit(url)
    if parts.scheme != "http" or parts.hostname == "localhost":
        return False
    try:
        return not ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return True


def is_secret(key: str) -> bool:
    """Whether this is a service key, of the new kind or a JWT, rather than the public one."""
    return key.startswith("sb_secret_") or claims_of(key).get("role") == "service_role"


def is_public(key: str) -> bool:
    """Whether this is a public key, of the new kind or a JWT."""
    return key.startswith("sb_publishable_") or claims_of(key).get("role") == "anon"


def claims_of(key: str) -> dict[str, object]:
    """What a JWT says of itself, which nothing proves; empty for what is no JWT."""
    try:
        payload = key.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError, binascii.Error):
        return {}
    return claims if isinstance(claims, dict) else {}


def json_object(text: str) -> dict[str, object]:
    """A JSON object; empty for anything else."""
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):  # a stranger's, nested as deep as they like
        return {}
    return parsed if isinstance(parsed, dict) else {}
