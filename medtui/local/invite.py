"""The line with which others join: where the server is, and its public key."""

from __future__ import annotations

import ipaddress
import socket

# Reserved for documentation: no machine is there, and nothing is sent to ask for the way to it.
SOMEWHERE = "192.0.2.1", "2001:db8::1"


def invitation(host: str, port: int, key: str) -> str:
    """What others type or paste into their shell.

    Args:
        host: where we listen; all addresses become the one that others know us by.
        key: the publishable key. With the line one can sign up, and no more than that.
    """
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
    everywhere = {"0.0.0.0": socket.AF_INET, "::": socket.AF_INET6}.get(host)  # noqa: S104
    if everywhere is None:
        return host
    for family, there in zip((socket.AF_INET, socket.AF_INET6), SOMEWHERE, strict=True):
        if family == socket.AF_INET6 and everywhere == socket.AF_INET:
            break
        with socket.socket(family, socket.SOCK_DGRAM) as way:
            try:
                way.connect((there, 9))
            except OSError:
                continue  # not connected to any network of this kind
            return str(way.getsockname()[0])
    return "127.0.0.1"
