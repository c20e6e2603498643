"""Answers a second to the board's own query, beside the real PostgREST on the same database.

pytest tests/benchmarks/test_rest.py -m benchmark -n 0 -s
"""

from __future__ import annotations

import asyncio
import statistics
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from medtui.data import Backend, MemoryTokens, Server
from tests.helpers.postgrest import postgrest
from tests.helpers.stack import Person, Stack

pytestmark = pytest.mark.benchmark

LOAD = Path(__file__).with_name("load.py")
SESSIONS = 30
ROUNDS, SECONDS = 5, 2


async def test_the_boards_query(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    host, guest = await stack.person("Amara"), await stack.person("Daniel")
    for number in range(SESSIONS):
        starts_in = timedelta(hours=number + 1)
        await stack.session(host, starts_in=starts_in, guest=guest if number % 2 else None)
    sent = await the_boards_request(stack, host, monkeypatch)
    async with postgrest(stack) as real:
        for connections in (1, 8, 32):
            rates: dict[str, list[float]] = {f"{stack.url}/rest/v1": [], real: []}
            for _ in range(ROUNDS):  # in turns, so that a noisy moment hits both
                for url, rate in rates.items():
                    rate.append(await answers_a_second(url, sent, connections))
            ours, theirs = (statistics.median(rate) for rate in rates.values())
            print(
                f"\nthe board's query by {connections}: {ours:.0f} answers a second, PostgREST"
                f" {theirs:.0f}, ratio {ours / theirs:.2f} (aim: at least 0.5)"
            )


async def the_boards_request(
    stack: Stack, person: Person, monkeypatch: pytest.MonkeyPatch
) -> httpx.Request:
    """What the data module sends for the board, taken down on its way."""
    sent: list[httpx.Request] = []
    send = httpx.AsyncClient.send

    async def noted(client: httpx.AsyncClient, request: httpx.Request, **rest: object) -> object:
        sent.append(request)
        return await send(client, request, **rest)  # type: ignore[arg-type]

    monkeypatch.setattr(httpx.AsyncClient, "send", noted)
    server = Server(stack.url, stack.anon_key)
    async with Backend.open(server, tokens=MemoryTokens(), notify=lambda _: None) as backend:
        await backend.auth.sign_in(person.email, person.password)
        shown = await backend.sessions.window(datetime.now(UTC))
    assert len(shown) == SESSIONS
    return next(request for request in sent if request.url.path.endswith("practice_sessions"))


async def answers_a_second(url: str, sent: httpx.Request, connections: int) -> float:
    where = urlsplit(url)
    assert where.hostname
    query = sent.url.raw_path.partition(b"?")[2]
    names = ("apikey", "authorization", "accept", "prefer", "accept-profile")
    headers = b"".join(
        b"%s: %s\r\n" % (name.encode(), sent.headers[name].encode())
        for name in names
        if name in sent.headers
    )
    request = b"GET %s/practice_sessions?%s HTTP/1.1\r\nHost: %s\r\n%s\r\n" % (
        where.path.encode(), query, where.netloc.encode(), headers,
    )  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(LOAD), where.hostname, str(where.port)),
        *(str(connections), str(SECONDS)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate(request)
    assert process.returncode == 0
    return float(output)
