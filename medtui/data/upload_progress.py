"""The progress of an upload."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx

Sent = Callable[[int], None]
"""Called with the number of bytes handed to the network so far."""

PATIENCE = 60.0
"""Seconds that bytes handed to the network may take on a slow line."""


async def wait_longer(request: httpx.Request) -> None:
    """Lengthen the timeout of a request that uploads a file."""
    if request.method == "POST" and "/storage/v1/object/assessments/" in request.url.path:
        timeout = request.extensions.get("timeout", {})
        request.extensions["timeout"] = timeout | {"read": PATIENCE, "write": PATIENCE}


class Counted(io.BufferedReader):
    """A file that reports the bytes handed to the network: all that was read before the last read.

    A part is read only when the one before it has been handed over.
    """

    def __init__(self, content: bytes, sent: Sent) -> None:
        super().__init__(io.BytesIO(content))
        self._sent = sent

    def read(self, size: int | None = -1, /) -> bytes:
        self._sent(self.tell())
        return super().read(size)
