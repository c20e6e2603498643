"""What the tests of the local server share."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from medtui.local.account import SystemAccount
from medtui.local.postgres import Cluster
from tests.helpers.http_clients import http_client

if TYPE_CHECKING:
    from tests.helpers.auth_door import AuthDoor
    from tests.helpers.process import Serve
    from tests.helpers.stack import Stack


@pytest.fixture
async def auth(stack: Stack) -> AsyncIterator[AuthDoor]:
    from tests.helpers.auth_door import AuthDoor

    async with http_client() as http:
        yield AuthDoor(stack, http)


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts servers; whatever they do, none is left when the test is over."""
    from tests.helpers.process import Server

    with ExitStack() as started:

        def start(*options: object) -> Server:
            server = Server(*options)
            started.callback(server.process.communicate)
            started.callback(server.process.kill)
            return server

        yield start


@pytest.fixture(scope="session")
def stopped_practice() -> Iterator[Path]:
    """The data folder of a practice that was made and stopped: what `practice` copies."""
    from medtui.local.install import install

    async def make(data: Path) -> None:
        cluster = await Cluster.start(data)
        await install(cluster)
        await cluster.stop()

    folder = SystemAccount.choose().temporary_folder()
    asyncio.run(make(folder / "data"))
    yield folder / "data"
    shutil.rmtree(folder)


@pytest.fixture
def practice(stopped_practice: Path, folder: Path) -> Path:
    """The data folder of a stopped practice: starting it skips initdb and migrations."""
    subprocess.run(["cp", "-a", stopped_practice, folder / "data"], check=True)
    return folder / "data"
