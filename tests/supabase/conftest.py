"""One stack for all attacks of a file and worker: they leave it as empty as it was."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest_asyncio

from medtui.local.postgres import Cluster

if TYPE_CHECKING:
    from medtui.local.keys import ServerKeys
    from tests.helpers.stack import Stack


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def arena(template: Cluster, keys: ServerKeys) -> AsyncIterator[Stack]:
    from tests.helpers.stack import stacked

    async with stacked(template, keys) as stack:
        yield stack
