"""One run of a schedule: faults, others' writes and the client's own, and what became of them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import signal
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

from tests.faults.faults import Fault, Kind, Schedule
from tests.faults.notices import Mine
from tests.faults.proxy import faulty
from tests.helpers.stack import PASSWORD, Person, Stack, administrator

WITHIN = 5.0
WITHIN_IF_CHANGES_STOPPED = 60.0
LIVE_WITHOUT_PROOF = 30.0
TOLD_WITHIN = 5.0
"""Seconds after the board is right in which all notices are told."""
UNCERTAIN_LAG = 0.25
AWAKE = 2.0
"""What a process that was stopped may take until what it says counts again."""

OUTCOMES = {"done", "changed", "gone", "Unreachable", "TooOften"}
"""What an act may come to between faults and other people."""

BOARD = """
    select s.id, s.datetime_utc, s.type, s.host_id, s.guest_id, s.version,
        h.first_name || ' ' || h.last_name as host, g.first_name || ' ' || g.last_name as guest
    from practice_sessions s
    join profiles h on h.user_id = s.host_id left join profiles g on g.user_id = s.guest_id
    order by s.datetime_utc, s.id
"""

HISTORY = """
    create table if not exists history (id uuid, guest_id uuid);
    create or replace function remember() returns trigger language plpgsql security definer as $$
        begin insert into public.history values (new.id, new.guest_id); return null; end $$;
    create or replace trigger remember after insert or update on practice_sessions
        for each row execute function remember();
"""
"""Whatever a row has ever been, so that a board can be held against it."""


@dataclass
class Verdict:
    """What one run showed. `wrong` is empty if it was as it should be."""

    schedule: Schedule
    injected: dict[str, int] = field(default_factory=dict)
    met: int = 0
    """How many of the schedule's faults something has run into."""
    kinds: frozenset[str] = frozenset()
    """Of which kinds those were."""
    equal_after: float = float("nan")
    longest_live: float = 0.0
    lag: float = 0.0
    """How late this process was woken at worst: what it measures is as uncertain."""
    acts: dict[str, int] = field(default_factory=dict)
    notices: int = 0
    wrong: list[str] = field(default_factory=list)
    log: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        injected = ", ".join(f"{kind} {n}" for kind, n in sorted(self.injected.items()))
        return (
            f"seed {self.schedule.seed}: equal {self.equal_after:.1f} s after the return,"
            f" LIVE {self.longest_live:.1f} s without proof at most, lag {self.lag * 1000:.0f} ms,"
            f" {self.acts.get('done', 0)} of {sum(self.acts.values())} acts done;"
            f" {self.notices} notices;"
            f" {self.met} of {len(self.schedule.faults)} faults met: {injected}"
        )

    @property
    def is_uncertain(self) -> bool:
        """Whether it only was late, on a machine that was too busy to tell."""
        is_late = all("equal" in what or "answer" in what for what in self.wrong)
        return bool(self.wrong) and is_late and self.lag > UNCERTAIN_LAG

    def explain(self) -> str:
        return "\n".join([str(self), *self.wrong, str(self.schedule), *self.log])


class Nursery:
    """Forks clients from one process that has imported everything."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls) -> AsyncIterator[Nursery]:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "tests.faults.client"),
            cwd=Path(__file__).parents[2],
            stdin=asyncio.subprocess.PIPE,
        )
        try:
            yield cls(process)
        finally:
            assert process.stdin
            process.stdin.close()
            await process.wait()

    def bear(self, job: dict[str, Any]) -> None:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(job).encode() + b"\n")


class Client:
    """The client's process, as seen from here: what its board shows, and how to tell it things."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.pid = 0
        self.rows: list[list[Any]] = []
        self.is_live = False
        self.seen: set[tuple[str, str | None]] = set()
        """Each row, with its guest, that the board has ever shown."""
        self.said: list[dict[str, Any]] = []
        self._writer = writer
        self._heard = asyncio.Event()
        self._reading = asyncio.create_task(self._read(reader))

    def order(self, word: str) -> None:
        self._writer.write(word.encode() + b"\n")

    def words(self, what: str) -> list[dict[str, Any]]:
        return [said for said in self.said if said["is"] == what]

    async def until(self, what: str, seconds: float) -> dict[str, Any]:
        """Wait until it says something of this kind. Raises TimeoutError."""
        before = len(self.words(what))
        async with asyncio.timeout(seconds):
            while len(self.words(what)) == before:
                await self.news()
        return self.words(what)[-1]

    async def news(self) -> None:
        self._heard.clear()
        await self._heard.wait()

    def close(self) -> None:
        self._reading.cancel()
        self._writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> None:
        while line := await reader.readline():
            said = json.loads(line)
            match said["is"]:
                case "hello":
                    self.pid = said["pid"]
                case "live":
                    self.is_live = True
                case "stale":
                    self.is_live = False
                case "board":
                    self.rows = said.pop("rows")
                    self.seen |= {(row[0], row[5]) for row in self.rows}
            self.said.append(said)
            self._heard.set()
        self.is_live = False
        self.said.append({"is": "dead"})


class Run:
    """One schedule on one stack, whose practice is emptied first."""

    def __init__(self, stack: Stack, nursery: Nursery, schedule: Schedule) -> None:
        self._stack = stack
        self._nursery = nursery
        self._schedule = schedule
        self._rng = random.Random(schedule.seed + 1)
        self._verdict = Verdict(schedule)
        self._paused_until = 0.0
        self._mine = Mine(stack, schedule.seed)

    async def run(self) -> Verdict:
        await self._prepare()
        async with faulty(self._stack.url) as self._proxy, self._born() as self._client:
            try:
                async with asyncio.timeout(60):
                    while not self._client.is_live:
                        await self._client.news()
                await self._play()
            except TimeoutError:
                self._wrong("the client does not answer any more")
            finally:
                self._verdict.injected = dict(self._proxy.injected)
                self._verdict.met = len(self._proxy.met)
                self._verdict.kinds = frozenset(self._proxy.met.values())
                self._verdict.log = [*self._proxy.log, *self._told()]
        return self._verdict

    async def _prepare(self) -> None:
        await self._stack.sql("delete from practice_sessions")
        for statement in HISTORY.split(";\n    create"):
            create = "" if statement.strip().startswith("create") else "create "
            await self._stack.sql((create + statement).strip().removesuffix(";"))
        await self._stack.sql("delete from history")
        self._me = await self._stack.person("Vera", "Viewer")
        self._others = [await self._stack.person(f"Other{n}", "Person") for n in range(3)]
        for n in range(8):
            await self._post(n)
        await self._mine.prepare(self._me)

    @contextlib.asynccontextmanager
    async def _born(self) -> AsyncIterator[Client]:
        """A client, which signs in and comes to be live."""
        path = str(self._stack.files / "control")
        came: asyncio.Future[Client] = asyncio.get_running_loop().create_future()
        server = await asyncio.start_unix_server(
            lambda reader, writer: came.set_result(Client(reader, writer)), path, limit=2**22
        )
        job = {
            "control": path,
            "url": self._proxy.url,
            "key": self._stack.anon_key,
            "email": self._me.email,
            "password": PASSWORD,
            "seed": self._schedule.seed,
            "state": str(self._stack.files / f"state-{self._me.id}"),
        }
        self._nursery.bear(job)
        client = await came
        try:
            yield client
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.kill(client.pid, signal.SIGCONT)
            client.close()
            server.close()
            Path(path).unlink()

    async def _play(self) -> None:
        client = self._client
        await self._mine.look()
        self._proxy.start_clock()
        self._began = time.monotonic()
        client.order("act")
        watching = asyncio.create_task(self._watch())
        things = [self._suffer(fault) for fault in self._schedule.faults]
        if self._stack.like_hosted:
            things.append(self._lose_the_log())
        others = asyncio.gather(self._write(), self._change_mine())
        try:
            await asyncio.gather(*things)
            await others
            await self._at(self._schedule.over)
            self._proxy.note("the network is back")
            resting = asyncio.create_task(client.until("resting", 60))
            await asyncio.sleep(0)
            client.order("rest")
            await self._equal()
            await resting
            await self._settled()
            await self._all_told()
        finally:
            watching.cancel()
            others.cancel()
        await self._judge()

    async def _at(self, moment: float) -> None:
        await asyncio.sleep(self._began + moment - time.monotonic())

    async def _suffer(self, fault: Fault) -> None:
        await self._at(fault.start)
        if fault.kind is Kind.PAUSE:
            self._proxy.note(f"begins: {fault}")
            self._proxy.count(fault)
            self._paused_until = max(self._paused_until, self._began + fault.end + AWAKE)
            os.kill(self._client.pid, signal.SIGSTOP)
            await self._at(fault.end)
            # Two pauses may overlap: the later end counts.
            if time.monotonic() + 0.05 >= self._paused_until - AWAKE:
                os.kill(self._client.pid, signal.SIGCONT)
            return
        self._proxy.begin(fault)
        await self._at(fault.end)
        self._proxy.end(fault)

    async def _lose_the_log(self) -> None:
        """Once, Realtime's connection to the log dies, and it tells nobody."""
        await self._at(random.Random(self._schedule.seed + 2).uniform(1, self._schedule.over))
        async with await administrator(self._stack.cluster) as admin:
            await admin.execute(
                "select pg_terminate_backend(active_pid) from pg_replication_slots"
                " where database = %s",
                [self._stack.database],
            )
        self._proxy.note("Realtime has lost the log")

    async def _watch(self) -> None:
        """How long LIVE is shown after the last proof of life."""
        while True:
            before = time.monotonic()
            await asyncio.sleep(0.1)
            now = time.monotonic()
            self._verdict.lag = max(self._verdict.lag, now - before - 0.1)
            if self._client.is_live and now > self._paused_until:
                gap = now - self._proxy.last_life
                if gap > self._verdict.longest_live:
                    self._verdict.longest_live = gap

    # What others do

    async def _change_mine(self) -> None:
        for moment in self._mine.moments(max(fault.end for fault in self._schedule.faults)):
            await self._at(moment)
            await self._mine.change()

    async def _write(self) -> None:
        for moment in self._schedule.writes:
            await self._at(moment)
            what = self._rng.choices(["post", "book", "leave", "cancel", "move", "name"],
                                     [4, 4, 2, 2, 2, 1])[0]  # fmt: skip
            if what == "name" and not self._is_read_again_after(moment):
                what = "post"
            await getattr(self, f"_{what}")()

    def _is_read_again_after(self, moment: float) -> bool:
        """Whether the feed has to begin anew later on: names come with the window alone."""
        return any(
            fault.start > moment
            and fault.concerns("websocket")
            and fault.kind in (Kind.DROP, Kind.RESET, Kind.TRUNCATE)
            for fault in self._schedule.faults
        )

    async def _post(self, n: int = 0) -> None:
        host: Person = self._rng.choice(self._others)
        await self._stack.session(host, starts_in=timedelta(minutes=self._rng.randint(60, 600)))

    async def _one(self, condition: str) -> list[Any]:
        """The id of some session of others, as the seed chooses it."""
        rows = await self._stack.sql(
            f"select id from practice_sessions where host_id <> %s and {condition} order by"
            " datetime_utc, id",
            self._me.id,
        )
        return [self._rng.choice(rows)["id"]] if rows else []

    async def _book(self) -> None:
        for id_ in await self._one("guest_id is null"):
            await self._stack.sql(
                "update practice_sessions set guest_id = (select user_id from profiles where"
                " user_id <> host_id and user_id <> %s limit 1) where id = %s and guest_id is null",
                self._me.id,
                id_,
            )

    async def _leave(self) -> None:
        for id_ in await self._one(f"guest_id is not null and guest_id <> '{self._me.id}'"):
            await self._stack.sql(
                "update practice_sessions set guest_id = null where id = %s and guest_id <> %s",
                id_,
                self._me.id,
            )

    async def _cancel(self) -> None:
        for id_ in await self._one(f"guest_id is distinct from '{self._me.id}'"):
            await self._stack.sql(
                "delete from practice_sessions where id = %s and guest_id is distinct from %s",
                id_,
                self._me.id,
            )

    async def _move(self) -> None:
        for id_ in await self._one("true"):
            await self._stack.sql(
                "update practice_sessions set datetime_utc = datetime_utc + interval '7 minutes'"
                " where id = %s",
                id_,
            )

    async def _name(self) -> None:
        await self._stack.sql(
            "update profiles set last_name = 'Name' || %s where user_id = %s",
            str(self._rng.randint(0, 999)),
            self._rng.choice(self._others).id,
        )

    # What has to be true afterwards

    async def _truth(self) -> list[list[Any]]:
        return [
            [
                str(row["id"]),
                row["datetime_utc"].astimezone(UTC).isoformat(),
                row["type"],
                str(row["host_id"]),
                row["host"],
                str(row["guest_id"]) if row["guest_id"] else None,
                row["guest"],
                row["version"],
            ]
            for row in await self._stack.sql(BOARD)
        ]

    async def _is_equal(self) -> bool:
        return self._client.rows == await self._truth() and self._client.is_live

    @property
    def _loses_changes(self) -> bool:
        """Whether a change may be lost of which nothing tells but a look at the server."""
        return self._schedule.stops_changes or self._stack.like_hosted

    async def _equal(self) -> None:
        """Wait until the board is live and equals the database; late is wrong."""
        back = self._began + self._schedule.over
        limit = WITHIN_IF_CHANGES_STOPPED if self._loses_changes else WITHIN
        while not await self._is_equal():
            if time.monotonic() > back + max(limit, 15) + 5:
                self._wrong(f"the board is not equal: {await self._difference()}")
                return
            await asyncio.sleep(0.05)
        self._verdict.equal_after = time.monotonic() - back
        self._proxy.note("the board is equal")
        if self._verdict.equal_after > limit:
            self._wrong(f"the board was equal after {self._verdict.equal_after:.1f} s")

    async def _settled(self) -> None:
        """After the client's last act the board is equal still, and one more write arrives."""
        await self._post()
        deadline = time.monotonic() + (WITHIN_IF_CHANGES_STOPPED if self._loses_changes else WITHIN)
        while not await self._is_equal():
            if time.monotonic() > deadline:
                self._wrong(f"the board is not equal afterwards: {await self._difference()}")
                return
            await asyncio.sleep(0.05)

    async def _all_told(self) -> None:
        """Notices have told all that lasts, and no more."""
        deadline = time.monotonic() + TOLD_WITHIN
        while wrong := await self._mine.wrong(self._client.said):
            if time.monotonic() > deadline:
                for what in wrong:
                    self._wrong(what)
                break
            await asyncio.sleep(0.05)
        self._verdict.notices = len(self._client.words("notice"))

    async def _difference(self) -> str:
        truth = {tuple(row) for row in await self._truth()}
        shown = {tuple(row) for row in self._client.rows}
        return f"missing {truth - shown}, too much {shown - truth}, live {self._client.is_live}"

    async def _judge(self) -> None:
        client, verdict = self._client, self._verdict
        who = asyncio.create_task(client.until("who", 30))
        await asyncio.sleep(0)
        client.order("who")
        if client.words("dead"):
            self._wrong("the client has ended")
        if client.words("out") or (await who)["user"] != str(self._me.id):
            self._wrong("logged out")
        if verdict.longest_live > LIVE_WITHOUT_PROOF:
            self._wrong(f"LIVE for {verdict.longest_live:.1f} s without a proof of life")
        ever = {
            (str(row["id"]), str(row["guest_id"]) if row["guest_id"] else None)
            for row in await self._stack.sql("select * from history")
        }
        for id_, guest in client.seen - ever:
            self._wrong(f"shown, but never so: session {id_} with guest {guest}")
        await self._judge_acts()

    async def _judge_acts(self) -> None:
        """What the server has acknowledged is there, unless the client undid it later."""
        rows = {row[0]: row for row in await self._truth()}
        last: dict[str, dict[str, Any]] = {}
        for said in self._client.said:
            if said["is"] in ("begun", "done"):
                last[said["id"]] = said
            if said["is"] == "done":
                outcome = said["outcome"].partition(":")[0]
                if outcome not in OUTCOMES:
                    self._wrong(f"this is no fault's outcome: {said}")
                self._verdict.acts[outcome] = self._verdict.acts.get(outcome, 0) + 1
        for id_, said in last.items():
            if said["is"] == "begun" or said["outcome"] != "done":
                continue
            row = rows.get(id_)
            is_kept = {
                "post": row is not None,
                "book": row is not None and row[5] == str(self._me.id),
                "leave": row is None or row[5] != str(self._me.id),
                "cancel": row is None,
            }[said["what"]]
            if not is_kept:
                self._wrong(f"acknowledged, but not there: {said}")

    def _wrong(self, what: str) -> None:
        self._verdict.wrong.append(f"WRONG: {what}")

    def _told(self) -> list[str]:
        return [json.dumps(said) for said in self._client.said if said["is"] not in ("board",)]
