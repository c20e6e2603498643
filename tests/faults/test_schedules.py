"""Random faults between a client and its server, from seeds: the board is true again, or says
that it is not, nobody is logged out, and what was acknowledged is there."""

from __future__ import annotations

import asyncio
import os
import random
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import AsyncExitStack
from itertools import count

import pytest

from medtui.local.account import SystemAccount
from medtui.local.auth import sessions
from medtui.local.keys import ServerKeys
from medtui.local.postgres import Cluster
from medtui.local.realtime import hosted
from tests.faults.faults import make_schedule
from tests.faults.field import Nursery, Run, Verdict
from tests.helpers import stack
from tests.helpers.sources import refuse_broadcast
from tests.helpers.stack import make_template, stacked

SHORT = 5
LONG = int(os.environ.get("MEDTUI_SCHEDULES", "500"))
CLUSTERS, IN_EACH = 2, 8
"""A PostgreSQL takes a hundred connections: of eight whole servers."""
TOKEN_SECONDS = 20
FAULTS, KINDS = 3, 2
"""A schedule counts if so many faults of so many kinds have met something."""
ATTEMPTS = 3
"""Of one schedule, where the machine was too busy to tell."""


@pytest.fixture
def short_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    """Logins that are refreshed several times while the faults last."""
    monkeypatch.setattr(sessions, "TOKEN_SECONDS", TOKEN_SECONDS)


@pytest.fixture
def more_clusters() -> Iterator[list[Cluster]]:
    async def start() -> Cluster:
        cluster = await Cluster.start(SystemAccount.choose().temporary_folder(), throwaway=True)
        await make_template(cluster)
        return cluster

    clusters = [asyncio.run(start()) for _ in range(CLUSTERS - 1)]
    yield clusters
    for cluster in clusters:
        asyncio.run(cluster.stop())


async def play(
    clusters: list[Cluster], keys: ServerKeys, seeds: list[int], *, full: bool = False
) -> list[Verdict]:
    """Play the schedules of these seeds, so many at a time as fit on these clusters.

    Every second server has no Broadcast.

    `full`: for each in which too few faults have met anything, another one is played, too.
    """
    waiting, others = list(reversed(seeds)), count(10**6 + seeds[0])
    verdicts: list[Verdict] = []
    lag: list[float] = []

    async def worker(cluster: Cluster, nursery: Nursery, number: int) -> None:
        async with stacked(cluster, keys) as server:
            if number % 2:
                await refuse_broadcast(server)
            while waiting:
                seed = waiting.pop()
                for _ in range(ATTEMPTS):
                    verdict = await Run(server, nursery, make_schedule(seed)).run()
                    print(verdict.explain() if verdict.wrong else verdict, flush=True)
                    server.to_strangers.clear()
                    if not verdict.is_uncertain:
                        break
                    print(f"seed {seed}: again, as the machine was too busy to tell", flush=True)
                verdicts.append(verdict)
                if full and not is_full(verdict):
                    waiting.append(next(others))

    async def measure() -> None:
        while True:
            before = time.monotonic()
            await asyncio.sleep(0.05)
            lag.append(time.monotonic() - before - 0.05)

    async with AsyncExitStack() as opened:
        nursery = await opened.enter_async_context(Nursery.open())
        measuring = asyncio.create_task(measure())
        places = [cluster for _ in range(IN_EACH) for cluster in clusters][: len(seeds)]
        workers = (worker(cluster, nursery, number) for number, cluster in enumerate(places))
        await asyncio.gather(*workers)
        measuring.cancel()
    print(summary(verdicts, lag))
    return verdicts


def summary(verdicts: list[Verdict], lag: list[float]) -> str:
    injected: Counter[str] = Counter()
    for verdict in verdicts:
        injected.update(verdict.injected)
    faults = sum(len(verdict.schedule.faults) for verdict in verdicts)
    lines = [
        f"{sum(map(is_full, verdicts))} schedules in which {FAULTS} faults of {KINDS} kinds or more"
        f" met something; {faults} faults, of which {sum(v.met for v in verdicts)} met something: "
        + ", ".join(f"{kind} {n}" for kind, n in sorted(injected.items()))
    ]
    for name, group in (
        ("faults of the network", [v for v in verdicts if not v.schedule.stops_changes]),
        ("where changes alone stopped too", [v for v in verdicts if v.schedule.stops_changes]),
    ):
        if not group:
            continue
        times = sorted(v.equal_after for v in group)
        lines.append(
            f"{name}: {len(group)} schedules, equal after {statistics.median(times):.2f} s"
            f" (median), {times[int(len(times) * 0.95)]:.2f} s (95 %), {times[-1]:.2f} s (worst)"
        )
    lines.append(
        f"longest LIVE without proof {max(v.longest_live for v in verdicts):.1f} s;"
        f" acts {dict(sum((Counter(v.acts) for v in verdicts), Counter()))};"
        f" lag here 99 % {sorted(lag)[int(len(lag) * 0.99)] * 1000:.0f} ms,"
        f" worst {max(lag) * 1000:.0f} ms;"
        f" {sum(bool(v.wrong) for v in verdicts)} of {len(verdicts)} went wrong"
    )
    return "\n".join(lines)


def is_full(verdict: Verdict) -> bool:
    return verdict.met >= FAULTS and len(verdict.kinds) >= KINDS


def complain(verdicts: list[Verdict]) -> None:
    wrong = [verdict.explain() for verdict in verdicts if verdict.wrong]
    assert not wrong, "\n\n".join(wrong)


async def test_a_few_schedules(template: Cluster, keys: ServerKeys, short_tokens: None) -> None:
    # A change stream that stops alone is found within a minute: too long to be waited for here.
    seeds = [seed for seed in random.sample(range(10**6), 9 * SHORT) if not waits_long(seed)]
    complain(await play([template], keys, seeds_or(seeds[:SHORT])))


@pytest.fixture
def like_hosted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Changes are late; of three in a second one is lost, and some when the log's reader dies."""
    monkeypatch.setattr(stack, "LIKE_HOSTED", True)
    monkeypatch.setattr(hosted, "MESSAGES", (2, 1.0))


async def test_two_schedules_like_hosted(
    template: Cluster, keys: ServerKeys, short_tokens: None, like_hosted: None
) -> None:
    complain(await play([template], keys, seeds_or(random.sample(range(10**6), 2))))


@pytest.mark.long
async def test_five_hundred_schedules_like_hosted(
    template: Cluster,
    more_clusters: list[Cluster],
    keys: ServerKeys,
    short_tokens: None,
    like_hosted: None,
) -> None:
    start = random.randrange(10**6)
    clusters = [template, *more_clusters]
    complain(await play(clusters, keys, seeds_or(range(start, start + LONG)), full=True))


@pytest.mark.long
async def test_five_hundred_schedules(
    template: Cluster, more_clusters: list[Cluster], keys: ServerKeys, short_tokens: None
) -> None:
    start = random.randrange(10**6)
    clusters = [template, *more_clusters]
    complain(await play(clusters, keys, seeds_or(range(start, start + LONG)), full=True))


def waits_long(seed: int) -> bool:
    return make_schedule(seed).stops_changes


def seeds_or(seeds: list[int] | range) -> list[int]:
    """The seeds of `MEDTUI_SEEDS`, or these."""
    wanted = os.environ.get("MEDTUI_SEEDS")
    return [int(seed) for seed in wanted.split(",")] if wanted else list(seeds)
