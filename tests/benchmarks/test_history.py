"""Years of sessions: until the list stands, until all is read, and whether keys wait meanwhile."""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest

from tests.helpers.seats import Seat
from tests.helpers.seats import seat as seat
from tests.helpers.stack import Person, Stack

pytestmark = pytest.mark.benchmark

SESSIONS, MARKED = 3_000, 300


async def filled(stack: Stack) -> Person:
    """A user with years of sessions, inserted by SQL."""
    amara, mei = await stack.person("Amara", "Okafor"), await stack.person("Mei", "Tanaka")
    await stack.sql(
        "insert into practice_sessions (host_id, guest_id, datetime_utc, type, candidate_id)"
        " select %s, %s, now() - n * interval '9 hours', 'mock', %s"
        " from generate_series(1, %s) as n",
        amara.id, mei.id, amara.id, SESSIONS,
    )  # fmt: skip
    await stack.sql("update practice_sessions set version = 3")
    rows = await stack.sql(
        "select id, datetime_utc from practice_sessions order by datetime_utc desc limit %s", MARKED
    )
    for number, row in enumerate(rows):
        content = json.dumps(
            {
                "dimensions": [
                    {"name": name, "raw_score_0_to_100": (number * 7 + at * 13) % 100,
                     "weighted_score": (number * 7 + at * 13) % 100 / 8}
                    for at, name in enumerate(("Rapport", "Empathy", "Plan", "Honesty", "Pace"))
                ]
            }
        ).encode()  # fmt: skip
        version = str(uuid4())
        (stack.files / version).write_bytes(content)
        await stack.sql(
            "insert into storage.objects (bucket_id, name, version, metadata)"
            " values ('assessments', %s, %s, %s::jsonb)",
            f"{row['id']}/assessment.json", version,
            json.dumps({"size": len(content), "mimetype": "application/json"}),
        )  # fmt: skip
    return amara


@pytest.fixture
async def lags() -> AsyncIterator[list[float]]:
    """By how much the loop was late, in milliseconds, every 5 ms."""
    found: list[float] = []

    async def watch() -> None:
        while True:
            start = time.perf_counter()
            await asyncio.sleep(0.005)
            found.append((time.perf_counter() - start - 0.005) * 1000)

    watching = asyncio.create_task(watch())
    yield found
    watching.cancel()


async def test_years_of_sessions(stack: Stack, seat: Any, lags: list[float]) -> None:
    amara = await filled(stack)
    await opened(await seat(size=(120, 40)), amara, lags, "for the first time")
    await opened(await seat(size=(120, 40)), amara, lags, "again")


async def opened(here: Seat, amara: Person, lags: list[float], when: str) -> None:
    """Open the history, and print how long what took. The gateway shares the app's loop."""
    await here.board(amara)
    lags.clear()
    start = time.perf_counter()
    await here.press("h")
    await here.until(lambda: here.app.screen.list.entry is not None, seconds=30)
    listed = time.perf_counter() - start
    await here.until(lambda: here.app.screen._reading.is_read, seconds=300)
    read = time.perf_counter() - start
    late = sorted(lags)
    start = time.perf_counter()
    await here.press("tab")
    drawn = time.perf_counter() - start
    print(
        f"\n{SESSIONS} sessions, {MARKED} assessments, {when}: listed after {listed:.2f} s,"
        f" read after {read:.1f} s, progress drawn in {drawn * 1000:.0f} ms;"
        f" loop late by {statistics.median(late):.1f} ms (median),"
        f" {late[int(len(late) * 0.99)]:.0f} ms (p99), {late[-1]:.0f} ms (worst)"
    )
