"""A shared screen that hangs for weeks: its text is the database's, whatever comes."""

from __future__ import annotations

import asyncio
import os
import random
import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from tests.helpers.stack import Person, Stack, administrator
from tests.helpers.terminal import Terminal
from tests.test_end_to_end import environment, server

LONDON = ZoneInfo("Europe/London")
BEGINNING = datetime(2026, 10, 18, 20, 0, tzinfo=UTC)
"""The clocks go back a week later, on the 25th."""

STEP = timedelta(minutes=30)
AT = Path(__file__).with_name("at.py")


class Fortnight:
    """The terminal, the time in it, and people who post, book, begin, end and cancel."""

    def __init__(self, stack: Stack, terminal: Terminal, told: Path, dice: random.Random) -> None:
        self.stack = stack
        self.terminal = terminal
        self.now = BEGINNING
        self._told = told
        self._dice = dice
        self.people: list[Person] = []

    def pass_time(self, by: timedelta) -> None:
        self.now += by
        part = self._told.with_suffix(".part")
        part.write_text(self.now.isoformat())
        part.replace(self._told)

    async def traffic(self) -> None:
        """A few changes, by SQL."""
        sql = self.stack.sql
        for _ in range(self._dice.randrange(4)):
            host, guest = self._dice.sample(self.people, 2)
            match self._dice.randrange(6):
                case 0 | 1:
                    await self.post(host)
                case 2:
                    await sql(
                        "update practice_sessions set guest_id = %s where id = (select id from"
                        " practice_sessions where guest_id is null and version = 1"
                        " and host_id <> %s order by random() limit 1)",
                        guest.id,
                        guest.id,
                    )
                case 3:
                    await sql(
                        "update practice_sessions set version = version + 1 where id = (select id"
                        " from practice_sessions where guest_id is not null and version < 3"
                        " and datetime_utc < %s order by random() limit 1)",
                        self.now,
                    )
                case 4:
                    await sql(
                        "delete from practice_sessions where id = (select id from"
                        " practice_sessions order by random() limit 1)"
                    )
                case 5:
                    await sql(
                        "update practice_sessions set datetime_utc = datetime_utc"
                        " + interval '35 minutes' where id = (select id from practice_sessions"
                        " where version = 1 order by random() limit 1)"
                    )

    async def post(self, host: Person) -> None:
        (count,) = await self.stack.sql(
            "select count(*) from practice_sessions where datetime_utc > %s", self.now
        )
        if count["count"] < 24:  # what fits on one page
            at = self.now + timedelta(minutes=self._dice.randrange(-20, 60 * 40))
            await self.stack.session(host, datetime_utc=at, type=f"t{uuid4().hex[:6]}")

    async def expected(self) -> list[tuple[str, str, str]]:
        """The lines as SQL has them: start, type, and what is said of the seat or the stage."""
        rows = await self.stack.sql(EXPECTED.replace(":now", f"'{self.now.isoformat()}'"))
        return [(row["start"], row["type"], row["state"]) for row in rows]

    def shown(self) -> list[tuple[str, str, str]]:
        found = []
        for line in self.terminal.lines:
            match = re.match(r"^[▌ ] (\d\d:\d\d)  .*?\b(T[0-9a-f]{6}|t[0-9a-f]{6})", line)
            state = re.search(r"interview|wrap-up|SEAT FREE|with|due", line)
            if match and state:
                found.append((match[1], match[2].lower(), state[0]))
        return found

    async def is_true(self, seconds: float = 12) -> None:
        """Wait until the screen says what SQL says, at the time that it is."""
        local = self.now.astimezone(LONDON)
        day = f"{local:%A} {local.day} {local:%B}"
        wanted = await self.expected()
        try:
            async with asyncio.timeout(seconds):
                while not (
                    self.shown() == wanted
                    and "● LIVE" in self.terminal.text
                    and day in self.terminal.lines[1]
                ):
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise AssertionError(
                f"at {local}: {self.shown()} is not {wanted}\n{self.terminal.text}"
            ) from None

    @property
    def memory(self) -> int:
        """Resident bytes of the program."""
        pages = Path(f"/proc/{self.terminal.process.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")


EXPECTED = """
    select to_char(datetime_utc at time zone 'Europe/London', 'HH24:MI') as start, type,
      case when version = 2 then 'interview' when version = 3 then 'wrap-up'
        when guest_id is null then 'SEAT FREE'
        when datetime_utc > :now then 'with' else 'due' end as state
    from practice_sessions
    where datetime_utc >= :now::timestamptz - case when version = 1
      then interval '1 hour' else interval '4 hours' end
    order by (version = 1 and datetime_utc > :now), datetime_utc, id
"""


async def pass_a_time(stack: Stack, folder: Path, steps: int, seed: int) -> Any:
    dice = random.Random(seed)
    print(f"seed {seed}")
    told = folder / "time"
    told.write_text(BEGINNING.isoformat())
    command = [sys.executable, str(AT), str(told), "--zone", "Europe/London"]
    env = environment(folder, PYTHONPATH=str(Path(__file__).parents[2]), **server(stack))
    memory = 0
    async with Terminal(command, env=env, columns=120, rows=60) as terminal:
        here = Fortnight(stack, terminal, told, dice)
        here.people = [await stack.person(f"P{n}", "Ellery") for n in range(6)]
        for host in here.people * 2:
            await here.post(host)
        await terminal.until("● LIVE")
        for step in range(steps):
            here.pass_time(STEP)
            event = dice.randrange(40)
            if event == 0:  # an outage, and life goes on meanwhile
                await stack.stop_gateway()
                await terminal.until("STALE since")
                await here.traffic()
                here.pass_time(STEP)
                await stack.start_gateway()
            elif event == 1:
                await stack.restart_gateway()
            elif event == 2:
                terminal.resize(*dice.choice([(100, 70), (160, 60), (120, 60)]))
            elif event == 3:  # the clock jumps
                here.pass_time(timedelta(hours=dice.choice([-3, 5])))
            elif event == 4:  # the log's connection dies
                async with await administrator(stack.cluster) as admin:
                    await admin.execute(
                        "select pg_terminate_backend(pid) from pg_stat_activity"
                        " where application_name = 'medtui-realtime' and datname = %s",
                        [stack.database],
                    )
            await here.traffic()
            await here.is_true(30 if event in (0, 1, 4) else 12)
            if step == 1:
                memory = here.memory
        terminal.press("q")
        grown = here.memory - memory
        await asyncio.wait_for(terminal.process.wait(), 60)
    return here.now, grown


@pytest.mark.detail
async def test_a_day_before_the_wall(stack: Stack, tmp_path: Path) -> None:
    _, grown = await pass_a_time(stack, tmp_path, 12, seed=7)
    assert grown < 10 * 1024 * 1024


@pytest.mark.long
async def test_a_fortnight_before_the_wall(stack: Stack, tmp_path: Path) -> None:
    """Half an hour a step; the clocks go back on the way. Memory from after the first hour."""
    now, grown = await pass_a_time(stack, tmp_path, 14 * 48, seed=random.randrange(10**6))
    print(f"from {BEGINNING} to {now}; memory grew by {grown / 1024**2:.1f} MB")
    assert grown < 5 * 1024 * 1024
