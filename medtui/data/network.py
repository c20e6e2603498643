"""The route from this machine to a server: proxy, certificates, and limits on answers.

Every HTTP client and every websocket is made here. The environment's variables about proxies
(`HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`) and certificates (`SSL_CERT_FILE`,
`SSL_CERT_DIR`) are read here and nowhere else, so that all of medtui takes the same route.
"""

from __future__ import annotations

import asyncio
import os
import ssl
from dataclasses import dataclass
from errno import ENOENT
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from medtui.data.errors import PORTAL, Unreachable
from medtui.data.proxies import Proxy, is_loopback, proxy_for

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection

__all__ = ["Route", "certificate_error", "is_loopback"]

ELSEWHERE = (
    "Something other than Supabase answers here: sign in to this network if it asks for that, "
    "or check the server's address."
)

BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
"""Where systems keep their certificates: a Python from elsewhere may look in other places."""


@dataclass(frozen=True)
class Route:
    """How one server is reached. Made by `to`, which raises nothing: `fault` says what is wrong."""

    url: str
    proxy: Proxy | None = None
    """None: requests go to the server directly."""
    trust: ssl.SSLContext | None = None
    """None if nothing on the route is encrypted."""
    fault: str = ""
    """A sentence, if the environment names no usable way; every call raises it as Unreachable."""

    @classmethod
    async def to(cls, url: str) -> Route:
        """The route to the server at a URL, by the environment as it is now."""
        return await asyncio.to_thread(cls._to, url)

    @classmethod
    def _to(cls, url: str) -> Route:
        try:
            parts = urlsplit(url)
            proxy = proxy_for(parts.scheme, parts.hostname or "", parts.port)
            is_encrypted = parts.scheme == "https" or (proxy and proxy.scheme == "https")
            return cls(url, proxy, _trust() if is_encrypted else None)
        except ValueError:  # no URL; the caller reports it
            return cls(url)
        except Unreachable as error:
            return cls(url, fault=error.message)

    async def websocket(self, url: str, seconds: float) -> ClientConnection:
        """A websocket on this route, opened within `seconds`.

        Raises Unreachable if the reason is known, else any error of websockets.
        """
        from websockets.asyncio.client import connect
        from websockets.exceptions import InvalidStatus, WebSocketException

        class Connect(connect):
            def process_redirect(self, exc: Exception) -> Exception | str:
                return exc  # a network's login page, not another server

        if self.fault:
            raise Unreachable(self.fault)
        options: dict[str, Any] = {"proxy": self.proxy and self.proxy.for_websockets}
        if url.startswith("wss:"):
            options["ssl"] = self.trust
        if self.proxy and self.proxy.scheme == "https":
            options["proxy_ssl"] = self.trust
        try:
            return await Connect(url, open_timeout=seconds, **options)
        except InvalidStatus as error:
            status = error.response.status_code
            if status == 511:
                raise Unreachable(PORTAL) from error
            if status == 200 or 300 <= status < 400:
                raise Unreachable(ELSEWHERE) from error
            raise
        except (OSError, WebSocketException) as error:
            if (named := self.failed(error)) is not None:
                raise named from error
            raise

    def failed(self, error: Exception) -> Unreachable | None:
        """The error for a failed attempt to connect; None if the reason is not known."""
        refused = certificate_error(error)
        if refused is not None:
            return Unreachable(
                f"The server's certificate is not trusted ({refused.verify_message.rstrip('.')}): "
                "check this computer's clock; a network that inspects traffic needs its own "
                f"certificate among {certificates_asked()}."
            )
        if self.proxy is not None:
            return Unreachable(
                f"The server cannot be reached through {self.proxy.shown}, the proxy that "
                f"{self.proxy.source} names: check the variable, and that the proxy runs."
            )
        return None


def certificate_error(error: BaseException | None) -> ssl.SSLCertVerificationError | None:
    """The certificate error that caused an error; None if none did."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return error
        error = error.__cause__ or error.__context__
    return None


def _given() -> dict[str, str]:
    """The certificate files that the environment names, by variable."""
    names = ("SSL_CERT_FILE", "SSL_CERT_DIR")
    return {name: value for name in names if (value := os.environ.get(name, "").strip())}


def certificates_asked() -> str:
    """Words for the certificates that are trusted."""
    given = " and ".join(_given())
    return f"those in {given}" if given else "the system's, or in SSL_CERT_FILE"


def _trust() -> ssl.SSLContext:
    """The certificates that the environment names, else the system's own and Mozilla's.

    Raises Unreachable if the environment names a file that is not there.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # checks names and certificates
    given = _given()
    for name, value in given.items():
        try:
            if name == "SSL_CERT_FILE":
                context.load_verify_locations(cafile=value)
            elif not any(Path(folder).is_dir() for folder in value.split(os.pathsep)):
                raise FileNotFoundError(ENOENT, os.strerror(ENOENT))
        except OSError as error:
            is_other = isinstance(error, ssl.SSLError)
            what = "something that holds none" if is_other else str(error.strerror).lower()
            raise Unreachable(
                f"The variable {name} should lead to certificates, and does not ({what}): "
                "correct or unset it."
            ) from error
    context.load_default_certs()  # reads both variables, too
    if not given:
        import certifi

        context.load_verify_locations(certifi.where())
        for bundle in BUNDLES:
            if Path(bundle).is_file():
                context.load_verify_locations(bundle)
                break
    return context
