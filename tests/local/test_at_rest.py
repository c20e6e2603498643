"""A server that has nothing to do leaves the processor to others."""

from __future__ import annotations

import asyncio
import time

from tests.helpers.stack import Stack


async def test_a_server_at_rest_takes_little_of_the_processor(stack: Stack) -> None:
    await stack.person()  # its services have started
    await asyncio.sleep(0.5)
    # On a busy machine it only gets less of the processor.
    wall, used = time.monotonic(), time.process_time()
    await asyncio.sleep(2)
    assert time.process_time() - used < 0.3 * (time.monotonic() - wall)
