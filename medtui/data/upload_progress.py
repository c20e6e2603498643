"""How far an upload has come."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx

Sent = Callable[[int], None]
"""Called with how many bytes are on their way."""

PATIENCE = 60.0
"""Seconds: what the network has taken over may be on a slow line for so long."""


async def wait_longer(request: httpx.Request) -> None:
    """Give a file that goes out the time that it takes."""
    if request.method == "POST" and "/storage/v1/object/assessments/" in request.url.path:
        timeout = request.extensions.get("timeout", {})
        request.extensions["timeout"] = timeout | {"read": PATIENCE, "write": PATIENCE}


class Counted(io.BufferedReader):
    """A file that tells how much of it the network has taken: what was read before the last read.

    A part is read only when the one before it has been handed over.
    """

    def __init__(self, content: bytes, sent: Sent) -> None:
        super().__init__(io.BytesIO(content))
        self._sent = sent

    def read(self, size: int | None = -1, /) -> bytes:
        self._sent(self.tell())
        return super().read(size)
