"""HTTP clients of the tests' own."""

from __future__ import annotations

import ssl
from functools import cache
from typing import Any

import httpx


@cache
def _trust() -> ssl.SSLContext:
    """Trusts no server: all of the tests' are on this machine, and unencrypted.

    Reading the usual certificates takes 20 ms of the processor for each client.
    """
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def http_client(**options: Any) -> httpx.AsyncClient:
    """A client for this machine's servers; `options` are those of `httpx.AsyncClient`."""
    return httpx.AsyncClient(verify=_trust(), **options)
