"""What the board asks for, embeds included, costs what its window holds, not the table."""

from __future__ import annotations

import json
import os
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import AsyncRawCursor

from medtui.data import Backend, MemoryTokens, Server
from medtui.data.window import BOARD, SessionWindow, shared
from medtui.local.rest import Rest
from medtui.local.rest.sql import Statement
from tests.helpers.stack import Person, Stack

pytestmark = pytest.mark.stand_in("which statement a request becomes")

WINDOW = 1_000
INDEX = "practice_sessions_datetime_utc_idx"
LIMIT = 0.020


async def fill(stack: Stack, total: int) -> None:
    """Sessions of many hosts: a thousand that come, and as many past as make up the total."""
    await stack.sql(
        "insert into profiles (user_id, first_name, last_name, training_level)"
        " select gen_random_uuid(), 'First', 'Last ' || n, 'st1' from generate_series(1, 2000) as n"
    )
    await stack.sql(
        "insert into cases (category, domain) select 'Lids', 'ethics' from generate_series(1, 200)"
    )
    await stack.sql(
        "insert into practice_sessions"
        " (host_id, guest_id, datetime_utc, type, room_url, case_id, candidate_id)"
        " select people.ids[1 + n %% 2000], people.ids[1 + (n + 1) %% 2000],"
        "   now() + case when n <= %s then n * interval '1 minute'"
        "     else interval '-25 hours' - n * interval '1 minute' end,"
        "   'mock', 'https://meet.example/' || n, cases.ids[1 + n %% 200], null"
        " from (select array_agg(user_id) as ids from profiles) as people,"
        "   (select array_agg(id) as ids from cases) as cases, generate_series(1, %s) as n",
        WINDOW, total,
    )  # fmt: skip
    await stack.sql("analyze")


Sent = list[tuple[Statement, str]]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    """The statements that requests for sessions became, each with its caller's claims."""
    statements: Sent = []
    run = Rest._run

    async def recorded(self: Rest, call: Any, statement: Any, **k: Any) -> Any:
        if call.request.scope["path"].endswith("/practice_sessions"):
            statements.append((statement, json.dumps(call.claims)))
        return await run(self, call, statement, **k)

    monkeypatch.setattr(Rest, "_run", recorded)
    return statements


async def run(
    stack: Stack, statement: Statement, claims: str, times: int
) -> tuple[dict[str, Any], float, float]:
    """The plan of a statement in its caller's role, its median time, and the server's work."""
    dsn = stack.authenticator_url
    async with await psycopg.AsyncConnection.connect(
        dsn, cursor_factory=AsyncRawCursor, options="-c search_path=public,extensions"
    ) as connection:
        role = json.loads(claims)["role"]
        await connection.execute(f"set local role {role}".encode())
        await connection.execute("select set_config('request.jwt.claims', $1, true)", [claims])
        explain = f"explain (analyze, format json) {statement.sql}".encode()
        answer = await (await connection.execute(explain, statement.parameters)).fetchone()
        assert answer is not None
        took = []
        before = processor_time(connection.info.backend_pid)
        for _ in range(times):
            start = time.perf_counter()
            await connection.execute(statement.sql.encode(), statement.parameters)
            took.append(time.perf_counter() - start)
        busy = (processor_time(connection.info.backend_pid) - before) / times
        return answer[0][0]["Plan"], statistics.median(took), busy


def processor_time(pid: int) -> float:
    """Seconds for which a process has run: unlike those on the wall, not the machine's others'."""
    status = Path(f"/proc/{pid}/stat")
    if not status.exists():
        return time.perf_counter()
    fields = status.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", []):
        yield from nodes(below)


async def ask(stack: Stack, person: Person | None, scope: SessionWindow, times: int) -> list[float]:
    """Read the window as the board does, so many times; how long each took."""
    server = Server(stack.url, stack.anon_key)
    async with Backend.open(server, tokens=MemoryTokens(), notify=lambda event: None) as backend:
        if person is not None:
            await backend.auth.sign_in(person.email, person.password)
        now = (await stack.sql("select now() as now"))[0]["now"]
        took = []
        for _ in range(times):
            start = time.perf_counter()
            sessions = await backend.sessions.window(now, scope)
            took.append(time.perf_counter() - start)
            assert len(sessions) == WINDOW
            assert all(s.host and s.guest and s.case for s in sessions)
    return took


async def check(
    stack: Stack, sent: Sent, total: int, *, times: int = 3, limit: float | None = None
) -> None:
    await fill(stack, total)
    person = await stack.person()
    for who, scope in ((person, BOARD), (None, shared(days=1))):
        sent.clear()
        took = statistics.median(await ask(stack, who, scope, times))
        statement, claims = sent[0]
        plan, median, busy = await run(stack, statement, claims, 3 * times)
        found = list(nodes(plan))
        on_sessions = [n for n in found if n.get("Relation Name") == "practice_sessions"]
        assert INDEX in [n["Index Name"] for n in found if "Index Name" in n], plan
        assert all(n["Node Type"].startswith(("Index", "Bitmap")) for n in on_sessions)
        # Once to be shown, and once to be counted, by the index alone.
        assert sum(n["Actual Rows"] for n in on_sessions) <= 2 * (WINDOW + 1)
        print(
            f"{total} sessions, {WINDOW} in the window, as {json.loads(claims)['role']}: "
            f"{median * 1000:.1f} ms at the median, of which the server works {busy * 1000:.1f}; "
            f"into the client's models {took * 1000:.0f} ms, in {len(sent) // times} requests"
        )
        if limit is not None:
            assert busy < limit


async def test_the_window_is_read_by_its_index(stack: Stack, sent: Sent) -> None:
    await check(stack, sent, 12_000)


@pytest.mark.long
async def test_the_window_is_read_by_its_index_among_100_000(stack: Stack, sent: Sent) -> None:
    await check(stack, sent, 100_000, times=15, limit=LIMIT)
