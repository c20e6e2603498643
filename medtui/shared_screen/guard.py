"""Who may look at `medtui board --web`: pages of its own address, and not too many of one viewer.

Any page in a browser may ask any address that the browser reaches, this machine's own included.
So a request has to name us by an address that we listen on (a stranger's name may be made to lead
here), and a page that asks has to be ours.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable

from aiohttp import web

_ORIGIN = re.compile(r"(https?)://([^][:@/?#\\\s]+|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?")
"""Stricter than the standard library, which takes `[::1].evil.example` for `::1`."""

PORTS = {"http": 80, "https": 443}

PER_ADDRESS = 6
"""How many places one viewer's address has."""


class Guard:
    """Refuses what is not meant for us. `public`: a name by which a proxy passes browsers on."""

    def __init__(self, host: str, public: str = "") -> None:
        name = socket.gethostname()
        self._names = {host.lower(), name.lower(), f"{name.partition('.')[0]}.local".lower()}
        self._public = public.lower()

    @web.middleware
    async def check(
        self, request: web.Request, handler: Callable[[web.Request], object]
    ) -> web.StreamResponse:
        if not self.is_for_us(request):
            raise web.HTTPForbidden(
                text="This address is not allowed: open the one that medtui board --web printed."
            )
        answer: web.StreamResponse = await handler(request)  # type: ignore[misc]
        return answer

    def is_for_us(self, request: web.Request) -> bool:
        """Whether Host is an address of ours, and Origin, where a page asks, is the same."""
        hosts, origins = request.headers.getall("Host", []), request.headers.getall("Origin", [])
        if len(hosts) != 1 or len(origins) > 1:
            return False
        # Behind a proxy we are asked by http, whatever the browser was asked by.
        schemes = ("http", "https") if self._public else ("http",)
        ours = [found for scheme in schemes if (found := _place(f"{scheme}://{hosts[0]}"))]
        if not ours or not self._is_ours(ours[0], request):
            return False
        return not origins or _place(origins[0]) in ours

    def _is_ours(self, place: tuple[str, str, int], request: web.Request) -> bool:
        _, host, port = place
        if self._public and host == self._public:
            return True
        here = request.transport and request.transport.get_extra_info("sockname")
        if not here or port != here[1]:
            return False
        address = _address(here[0])
        if host == "localhost":
            return address is not None and address.is_loopback
        return host in self._names or (address is not None and _address(host) == address)

    def viewer(self, request: web.Request) -> str:
        """Whose place a page takes: an address, or a network where one machine has many."""
        address = request.remote or ""
        found = _address(address)
        is_proxy = bool(self._public) and found is not None and found.is_loopback
        if is_proxy and (passed_on := request.headers.get("X-Forwarded-For")):
            address = passed_on.rpartition(",")[2].strip()
            found = _address(address)
        if found is None or found.version == 4:
            return address
        return str(ipaddress.ip_network((found, 64), strict=False))


def _place(url: str) -> tuple[str, str, int] | None:
    """Scheme, host and port of an origin; None for what is none, as `null`."""
    found = _ORIGIN.fullmatch(url.lower())
    if found is None:
        return None
    scheme, host, port = found.groups()
    return scheme, host.strip("[]"), int(port) if port else PORTS[scheme]


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """An address; one of IPv4 that is written as of IPv6 is one of IPv4."""
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found
