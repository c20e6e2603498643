"""From where a request comes, as far as limits are counted by it."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from contextvars import ContextVar
from typing import Any

UNKNOWN = "unknown"

current: ContextVar[str] = ContextVar("address", default="")
"""The address of the request that is being answered; empty for what the server does by itself."""


def address_of(client: Sequence[Any] | None) -> str:
    """The address of an ASGI scope's `client`, as text.

    Of IPv6 it is the network of 64 bits, as one machine has all addresses in its network. What is
    no address, as a proxy may pass it on, is `UNKNOWN`: all of that counts as one.
    """
    try:
        address = ipaddress.ip_address(client[0] if client else "")
    except ValueError:
        return UNKNOWN
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        if not address.is_loopback:
            return str(ipaddress.ip_network((int(address), 64), strict=False))
    return str(address)
