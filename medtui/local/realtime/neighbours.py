"""Clients that share an address, and what all clients take turns for."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from medtui.local.realtime.socket import ClientSocket


class Neighbours:
    """The sockets of one address. `large` is held, in the whole server, for one large frame."""

    def __init__(self, large: asyncio.Lock) -> None:
        self.large = large
        self.sockets: set[ClientSocket] = set()

    def filters(self) -> int:
        """How many filters all their channels have together."""
        return sum(
            channel.filters for socket in self.sockets for channel in socket.channels.values()
        )
