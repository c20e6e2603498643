"""Both ways in which changes come: Broadcast, and where it is refused `postgres_changes`.

A module that imports `both` as `stack` runs its tests with each; those with the second are details.
"""

from __future__ import annotations

import pytest

from tests.helpers.stack import Stack

BROADCAST, POSTGRES_CHANGES = "broadcast", "postgres_changes"
SOURCES = [BROADCAST, pytest.param(POSTGRES_CHANGES, marks=pytest.mark.detail)]


async def refuse_broadcast(stack: Stack) -> None:
    """Have Realtime refuse the board's topics to everybody, as an earlier server does."""
    await stack.sql('drop policy if exists "Boards hear of changed sessions" on realtime.messages')


@pytest.fixture(params=SOURCES)
async def both(request: pytest.FixtureRequest, stack: Stack) -> Stack:
    if request.param == POSTGRES_CHANGES:
        await refuse_broadcast(stack)
    return stack
