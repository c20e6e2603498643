"""The bodies of requests: counted as they come in, and given up when they come too slowly."""

from __future__ import annotations

import asyncio

from starlette.types import Message, Receive

PATIENCE = 10.0
"""Seconds that we wait for a body, and a second more for each `BYTES_A_SECOND` that have come."""
BYTES_A_SECOND = 8 * 1024


class TooLarge(Exception):
    """More has come than this service takes, whatever the header has said."""


class TooSlow(Exception):
    """The body, or its next part, has not come in time."""


def counted(receive: Receive, most: int) -> Receive:
    """Receive a body of at most so many bytes. It raises TooLarge and TooSlow."""
    received, waited = 0, 0.0
    complete = False

    async def one() -> Message:
        nonlocal received, waited, complete
        if complete:  # What comes now is the end of the connection.
            return await receive()
        clock = asyncio.get_running_loop().time
        began = clock()
        try:
            async with asyncio.timeout(PATIENCE + received / BYTES_A_SECOND - waited):
                message = await receive()
        except TimeoutError:
            raise TooSlow from None
        waited += clock() - began
        received += len(message.get("body", b""))
        complete = not message.get("more_body", False)
        if received > most:
            raise TooLarge
        return message

    return one
