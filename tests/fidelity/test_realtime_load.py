"""Many subscribers, many changes: none lost, none twice, in the order of commits, and soon."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from medtui.local.keys import ServerKeys
from tests.helpers.process import Server
from tests.helpers.stack import Stack

CROWD = Path(__file__).with_name("crowd.py")
WRITERS = 4


@dataclass
class Storm:
    """What a crowd heard while sessions changed."""

    written: list[list[str]]
    """By writer, what it committed, in its order."""

    alive: int
    sequences: list[list[str]]
    delays: list[float]

    def check(self, subscribers: int) -> None:
        """None lost, none twice; all in one order, in which each writer's is kept."""
        assert self.alive == subscribers
        [heard] = self.sequences
        assert len(heard) == sum(map(len, self.written))
        for number, written in enumerate(self.written):
            assert [text for text in heard if text.startswith(f"{number} ")] == written

    def delay(self, share: float) -> float:
        return self.delays[int(share * (len(self.delays) - 1))]


async def storm(
    url: str,
    key: str,
    tokens: Sequence[str],
    database: str,
    seconds: float,
    each_minute: Callable[[], None] = lambda: None,
) -> Storm:
    """20 changes a second, by four at once, seen by the tokens' users."""
    pipe = asyncio.subprocess.PIPE
    crowd = await asyncio.create_subprocess_exec(
        sys.executable, CROWD, url, key, stdin=pipe, stdout=pipe, limit=2**28
    )
    assert crowd.stdin is not None
    assert crowd.stdout is not None
    try:
        crowd.stdin.write("".join(f"{token}\n" for token in tokens).encode() + b"\n")
        assert await crowd.stdout.readline() == b"ready\n"
        written: list[list[str]] = [[] for _ in range(WRITERS)]
        writers = [
            asyncio.create_task(write(database, number, seconds, written[number]))
            for number in range(WRITERS)
        ]
        began = time.monotonic()
        for minute in range(int(seconds // 60)):
            await asyncio.sleep(began + 60 * (minute + 1) - time.monotonic())
            each_minute()
        await asyncio.gather(*writers)
        crowd.stdin.write(b"%d\n" % sum(map(len, written)))
        heard = json.loads(await crowd.stdout.readline())
        return Storm(written, heard["alive"], heard["sequences"], heard["delays"])
    finally:
        crowd.stdin.close()
        await crowd.wait()


async def write(database: str, number: int, seconds: float, written: list[str]) -> None:
    async with await psycopg.AsyncConnection.connect(database, autocommit=True) as connection:
        until = time.monotonic() + seconds
        due = time.monotonic() + 0.05 * number
        while (now := time.monotonic()) < until:
            await asyncio.sleep(max(due - now, 0))
            due += WRITERS / 20
            text = f"{number} {len(written)}"
            await connection.execute(
                "update practice_sessions set type = %s where room_url = %s",
                [text, f"room-{(number + len(written)) % 10}"],
            )
            written.append(text)


def people(database: str, keys: ServerKeys, count: int) -> list[str]:
    """People with ten sessions between them; a token of each."""
    users = [uuid4() for _ in range(count)]
    with psycopg.connect(database) as connection:
        for user in users:
            connection.execute(
                "insert into auth.users (id, email, aud, role)"
                " values (%s, %s, 'authenticated', 'authenticated')",
                [user, f"{user}@example.org"],
            )
            connection.execute(
                "insert into profiles (user_id, first_name, last_name, training_level)"
                " values (%s, 'Some', 'Body', 'st1')",
                [user],
            )
        for number in range(10):
            connection.execute(
                "insert into practice_sessions (id, host_id, datetime_utc, type, room_url)"
                " values (gen_random_uuid(), %s, now() + '1 h', 'mock', %s)",
                [users[number], f"room-{number}"],
            )
    now = int(time.time())
    claims = {"role": "authenticated", "aud": "authenticated", "iat": now, "exp": now + 3600}
    return [keys.sign({**claims, "sub": str(user)}) for user in users]


async def test_thirty_people_hear_of_every_change_once_and_in_order(stack: Stack) -> None:
    tokens = people(stack.db_url, stack.keys, 30)
    heard = await storm(stack.url, stack.anon_key, tokens, stack.db_url, 3)
    heard.check(30)


@pytest.fixture
def server(folder: Path) -> Iterator[Server]:
    """The whole of it in processes of its own, to be measured."""
    server = Server("--data", folder, "--port", 0, "--empty")
    yield server
    server.end(signal.SIGTERM)


@pytest.mark.long
async def test_two_hundred_people_and_twenty_changes_a_second_for_five_minutes(
    server: Server,
) -> None:
    line, gateway = server.line(), server.process.pid
    tokens = people(line["DB_URL"], ServerKeys.complete({"jwt_secret": line["JWT_SECRET"]}), 200)
    resident: list[float] = []
    before = processor_seconds([gateway]), processor_seconds(family(gateway))
    heard = await storm(
        line["API_URL"],
        line["ANON_KEY"],
        tokens,
        line["DB_URL"],
        300,
        lambda: resident.append(resident_megabytes(gateway)),
    )
    alone = processor_seconds([gateway]) - before[0]
    whole = processor_seconds(family(gateway)) - before[1]
    print(
        f"\n{len(heard.delays)} deliveries, from commit: median {heard.delay(0.5) * 1000:.0f} ms,"
        f" p99 {heard.delay(0.99) * 1000:.0f} ms, worst {heard.delay(1) * 1000:.0f} ms;"
        f" of a core, the gateway used {alone / 3:.0f} %, with PostgreSQL {whole / 3:.0f} %;"
        f" resident by the minute {', '.join(f'{size:.1f}' for size in resident)} MB"
    )
    heard.check(200)
    assert heard.delay(0.99) < 0.5
    assert abs(resident[-1] - resident[0]) < 10


@pytest.mark.long
async def test_idle_it_uses_less_than_a_hundredth_of_a_core(server: Server) -> None:
    server.line()
    await asyncio.sleep(5)  # past its start
    before = processor_seconds(family(server.process.pid))
    await asyncio.sleep(20)
    used = (processor_seconds(family(server.process.pid)) - before) / 20
    print(f"\nidle: {used * 100:.2f} % of a core")
    assert used < 0.01


def family(pid: int) -> list[int]:
    """A process and all below it; one that has just ended has none."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except (FileNotFoundError, ProcessLookupError):
        children = []
    return [pid, *(below for child in children for below in family(int(child)))]


def resident_megabytes(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    [line] = [line for line in status.splitlines() if line.startswith("VmRSS")]
    return int(line.split()[1]) / 1024


def processor_seconds(pids: Sequence[int]) -> float:
    """What processes have used, their ended children included."""
    ticks = 0
    for pid in pids:
        # One that has ended meanwhile is counted with its parent's ended children.
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")
