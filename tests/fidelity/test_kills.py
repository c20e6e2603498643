"""SIGKILL at any moment, of anything: what was acknowledged is there, and nobody is left."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.helpers.http_clients import http_client
from tests.helpers.process import Serve, Server, nobody_is_left
from tests.helpers.writes import KINDS, Database, Door, Kind, Unacknowledged

VICTIMS = ("gateway", "postgres", "both", "backend", "starting")
LONGEST = 1.0
"""Seconds within which the moment of a kill lies."""
PATIENCE = 10.0


@pytest.mark.parametrize(
    "rounds", [pytest.param(3, id="short"), pytest.param(50, id="long", marks=pytest.mark.long)]
)
async def test_what_is_acknowledged_outlives_every_kill(
    serve: Serve, folder: Path, monkeypatch: pytest.MonkeyPatch, rounds: int
) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    dice = random.Random(seed)
    data, temporary = folder / "data", folder / "temporary"
    temporary.mkdir(mode=0o711)
    monkeypatch.setenv("TMPDIR", str(temporary))
    kinds = [kind() for kind in KINDS]
    victims = [*VICTIMS * (rounds // len(VICTIMS))] or dice.sample(VICTIMS, rounds)
    dice.shuffle(victims)
    slowest, left, strays = 0.0, None, set[Path]()
    for number, victim in enumerate(victims):
        print(f"round {number}: {victim}")
        server = serve("--data", data, "--port", 0)
        if victim == "starting":
            await asyncio.sleep(dice.uniform(0, LONGEST))
            server.process.kill()
        else:
            line = await asyncio.to_thread(server.line)
            assert left is None or not left.exists()
            check(kinds, line, data)
            async with http_client(timeout=PATIENCE) as http:
                await kill_among_writes(victim, server, data, kinds, Door(line, http), dice)
        slowest = max(slowest, await nobody_left(server, data))
        folders = set(temporary.iterdir())
        if victim == "starting":
            # A folder for sockets may be left; the next start deletes it, once its name is noted.
            left = left_by(data)
            strays |= folders - {left}
        else:
            assert folders <= strays
    server = serve("--data", data, "--port", 0)
    check(kinds, await asyncio.to_thread(server.line), data)
    print(f"{rounds} rounds, all gone after at most {slowest:.1f} s")
    print(", ".join(f"{kind.count} {type(kind).__name__}" for kind in kinds))


async def kill_among_writes(
    victim: str, server: Server, data: Path, kinds: list[Kind], door: Door, dice: random.Random
) -> None:
    """Write all the while, and kill at some moment; then end what goes on in any case."""
    moment = dice.uniform(0, LONGEST)
    stop = asyncio.Event()
    writers = [asyncio.create_task(write_on(kind, door, stop)) for kind in kinds]
    while not all(kind.count for kind in kinds) and not any(task.done() for task in writers):
        await asyncio.sleep(0.01)  # In the first round: a slow machine is to have written, too.
    await asyncio.sleep(moment)
    postmaster = int((data / "pgdata" / "postmaster.pid").read_text().split()[0])
    if victim == "backend":
        os.kill(dice.choice(backends(postmaster)), signal.SIGKILL)
        await asyncio.sleep(dice.uniform(0, LONGEST))
        stop.set()  # Who was waiting for nothing at that moment has noticed nothing.
        await asyncio.gather(*writers)
        # PostgreSQL recovers by itself, and the gateway goes on with it.
        await serves_again(kinds, door)
        server.process.kill()
        return
    if victim in ("postgres", "both"):
        os.kill(postmaster, signal.SIGKILL)
    if victim in ("gateway", "both"):
        server.process.kill()
    await asyncio.gather(*writers)


async def write_on(kind: Kind, door: Door, stop: asyncio.Event) -> None:
    """Until the server is gone or in trouble, or it is enough."""
    with contextlib.suppress(Unacknowledged):
        while not stop.is_set():
            await kind.write(door)
            kind.count += 1


async def serves_again(kinds: list[Kind], door: Door) -> None:
    deadline = time.monotonic() + PATIENCE
    waiting = list(kinds)
    while waiting:
        try:
            await waiting[0].write(door)
            waiting.pop(0)
        except Unacknowledged:
            await asyncio.sleep(0.05)
        if time.monotonic() > deadline:
            pytest.fail(f"PostgreSQL has not come back for {type(waiting[0]).__name__}")


def backends(postmaster: int) -> list[int]:
    """PostgreSQL's processes below the first one."""
    listed = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True
    )
    pairs = (map(int, line.split()) for line in listed.stdout.splitlines())
    return [pid for pid, parent in pairs if parent == postmaster]


def left_by(data: Path) -> Path | None:
    """The folder of sockets that was noted last."""
    holders = data / "holders"
    return Path(holders.read_text()).parent if holders.exists() else None


async def nobody_left(server: Server, data: Path) -> float:
    """Wait for the end of everything, no longer than ten seconds; how long it took."""
    began = time.monotonic()
    while True:
        took = time.monotonic() - began
        gone = not (data / "pgdata.lock").exists() or nobody_is_left(data)
        if gone and server.process.poll() is not None:
            return took
        assert took < PATIENCE, (server.process.poll(), gone)
        await asyncio.sleep(0.02)


def check(kinds: list[Kind], line: dict[str, str], data: Path) -> None:
    sql = Database(line["DB_URL"], data / "files")
    try:
        for kind in kinds:
            kind.check(sql)
    finally:
        sql.close()
