"""What the tests of the local server share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import httpx
import pytest

if TYPE_CHECKING:
    from tests.local.auth_door import AuthDoor
    from tests.stack import Stack


@pytest.fixture
async def auth(stack: Stack) -> AsyncIterator[AuthDoor]:
    from tests.local.auth_door import AuthDoor

    async with httpx.AsyncClient() as http:
        yield AuthDoor(stack, http)
