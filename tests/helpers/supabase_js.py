"""The JavaScript client, fetched with npm: what another than our own says of the local server."""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.postgrest import fetched

PACKAGES = ("@supabase/supabase-js@2.109.0", "ws@8.18.3")  # before Node 22, it has no websockets
PATIENCE = 10


def packages() -> Path:
    """A folder with the client, fetched once. Skips the test where it cannot be."""
    return installed("supabase-js", *PACKAGES)


@cache
def installed(name: str, *wanted: str, patience: float = PATIENCE) -> Path:
    """A folder with npm's packages, fetched once. Skips the test where they cannot be."""
    kept = fetched(f"{name}-{wanted[0].rpartition('@')[2]}")
    if not kept.exists():
        if shutil.which("npm") is None or shutil.which("node") is None:
            pytest.skip(f"{name} comes with npm, and there is no npm here")
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=kept.parent) as folder:
            made = Path(folder) / "made"
            options = "--no-save --no-audit --no-fund --fetch-retries=0 --fetch-timeout=5000"
            command = ["npm", "install", *options.split(), "--prefix", str(made)]
            try:
                subprocess.run([*command, *wanted], check=True, timeout=patience,
                               stdin=subprocess.DEVNULL, capture_output=True)  # fmt: skip
            except (subprocess.SubprocessError, OSError) as error:
                pytest.skip(f"npm does not give {name}: {error}")
            with contextlib.suppress(OSError):
                made.rename(kept)  # at once: another worker may be fetching it, too
    return kept


async def node(script: Path, **given: Any) -> dict[str, Any]:
    """What a script prints as JSON; it finds what it is given in `process.argv[2]`."""
    folder = packages()
    process = await asyncio.create_subprocess_exec(
        "node", "--input-type=module", "-", json.dumps(given), cwd=folder,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        async with asyncio.timeout(30):
            out, err = await process.communicate(await asyncio.to_thread(script.read_bytes))
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    assert process.returncode == 0, err.decode()
    return dict(json.loads(out))
