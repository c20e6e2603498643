"""Addresses: from where a request comes, as limits are counted by it; and how others join us."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
from collections.abc import Sequence
from contextvars import ContextVar
from typing import Any

UNKNOWN = "unknown"

# Reserved for documentation: no machine is there, and nothing is sent to ask for the way to it.
_FOURTH, _SIXTH = (socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")
SOMEWHERE = {"0.0.0.0": [_FOURTH], "::": [_FOURTH, _SIXTH]}  # noqa: S104

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


def invitation(host: str, port: int, key: str) -> str:
    """What others type into their shell, for the host where we listen and a publishable key."""
    host = own_address(host)
    shown = f"[{host}]" if ":" in host else host
    return f"medtui join http://{key}@{shown}:{port}"


def is_private(host: str) -> bool:
    """Whether only this machine can reach the address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def own_address(host: str) -> str:
    """The address by which others reach us when we listen on this one."""
    if host not in SOMEWHERE:
        return host
    for family, there in SOMEWHERE[host]:
        # Without a network of this kind it cannot be connected.
        with socket.socket(family, socket.SOCK_DGRAM) as way, contextlib.suppress(OSError):
            way.connect((there, 9))
            return str(way.getsockname()[0])
    return "127.0.0.1"
