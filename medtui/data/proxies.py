"""Which proxy the environment names for a server, if any."""

from __future__ import annotations

import ipaddress
import os
import re
import socket
from dataclasses import dataclass, field
from urllib.parse import quote, unquote, urlsplit

from medtui.data.errors import Unreachable

PORTS = {"http": 80, "https": 443, "socks5h": 1080}
"""The kinds of proxies, and the default port of each."""
KINDS = {**dict(zip(PORTS, PORTS, strict=True)), "socks": "socks5h", "socks5": "socks5h"}
"""Each spelling of a kind. A SOCKS proxy always looks names up itself, for HTTP and websockets."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True)
class Proxy:
    """A proxy, and the variable that names it."""

    scheme: str
    host: str
    port: int
    source: str
    """The variable's name."""
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def shown(self) -> str:
        """Its address, without a password."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.shown}"

    @property
    def for_websockets(self) -> str:
        """Its address with its login, which websockets takes as it is."""
        if not (self.user or self.password):
            return self.url
        login = [quote(part, safe="!$%&'()*+,;=:@~ ") for part in (self.user, self.password)]
        return f"{self.scheme}://{':'.join(login)}@{self.shown}"


def proxy_for(scheme: str, host: str, port: int | None) -> Proxy | None:
    """The proxy for a server; None if requests go directly, as they always do to this machine.

    Raises Unreachable if the variable that counts names no valid proxy.
    """
    if scheme not in ("http", "https") or is_loopback(host):
        return None
    port = port or PORTS[scheme]
    named = _variables()
    for name in (f"{scheme}_proxy", "all_proxy"):
        source, value = named.get(name, ("", ""))
        if value:
            except_ = named.get("no_proxy", ("", ""))[1]
            return None if _is_excepted(host, port, except_) else _parsed(source, value)
    return None if named else _systems(scheme, host, port)


def _systems(scheme: str, host: str, port: int) -> Proxy | None:
    """The proxy in the system's own settings (macOS, Windows); None if there is none."""
    from urllib.request import getproxies, proxy_bypass  # seldom needed, and slow

    known = getproxies()
    value = known.get(scheme) or known.get("all")
    if not value or proxy_bypass(f"{host}:{port}"):
        return None
    return _parsed("The system's setting for a proxy", value)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, in any spelling."""
    name = host.strip("[]").rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    address = _address(name)
    return address is not None and (address.is_loopback or address.is_unspecified)


def _address(host: str) -> Address | None:
    """A host as an IP address; None for a name."""
    try:
        found = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        try:  # such as 127.1, which resolvers accept
            return ipaddress.IPv4Address(socket.inet_aton(host)) if host[:1].isdigit() else None
        except (OSError, ValueError):
            return None
    mapped = getattr(found, "ipv4_mapped", None)
    return mapped or found


def _variables() -> dict[str, tuple[str, str]]:
    """The proxy variables in lower and upper case, with their spelling; lower case wins."""
    wanted = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
    # Upper case is sorted first, so lower case overwrites it.
    return {
        name.lower(): (name, value.strip())
        for name, value in sorted(os.environ.items())
        if name.lower() in wanted
    }


def _parsed(source: str, value: str) -> Proxy:
    try:
        parts = urlsplit(value if "://" in value else f"http://{value}")
        scheme, host = KINDS[parts.scheme], parts.hostname or ""
        port = parts.port or PORTS[scheme]
        host = str(ipaddress.IPv6Address(host)) if ":" in host else host.encode("idna").decode()
    except (ValueError, LookupError):
        host = ""
    if not host or parts.path.strip("/") or not re.fullmatch(r"[A-Za-z0-9._:-]+", host):
        raise Unreachable(
            f"{source} does not name a proxy that medtui can use: set it to an address such as "
            "http://proxy.example:8080 or socks5://proxy.example:1080, or unset it."
        )
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Proxy(scheme, host, port, source, user, password)


def _is_excepted(host: str, port: int, listed: str) -> bool:
    """Whether `NO_PROXY` names a server: by name, domain, address, network, or `*`."""
    name = host.strip("[]").rstrip(".").lower()
    address = _address(name)
    return any(_names(entry, name, address, port) for entry in re.split(r"[\s,;]+", listed.lower()))


def _names(entry: str, host: str, address: Address | None, port: int) -> bool:
    entry = entry.partition("://")[2] or entry
    if entry == "*":
        return True
    try:
        network = ipaddress.ip_network(entry.strip("[]"), strict=False)
    except ValueError:
        rest, colon, only = entry.rpartition(":")
        if colon and only.isdigit():
            return int(only) == port and _names(rest, host, address, port)
        domain = entry.lstrip("*").strip(".")
        return bool(domain) and (host == domain or host.endswith(f".{domain}"))
    return address is not None and address in network
