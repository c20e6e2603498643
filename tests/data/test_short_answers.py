"""Servers that give fewer rows in one answer than were asked for: nothing is left out.

A project sets that limit itself ("Max rows", PostgREST's `db-max-rows`).
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from medtui.core.models import CaseDraft, Role
from medtui.data import Backend, MemoryTokens, Server, Unreachable, paging
from medtui.data.case_import import import_cases
from medtui.data.window import shared
from tests.data.conftest import Open
from tests.data.test_live import Watcher
from tests.helpers.proxy import proxied
from tests.helpers.stack import Person, Stack
from tests.shared_screen.test_once import board
from tests.test_end_to_end import server

MANY = 160
CASES = 130


@pytest.fixture(params=[7, 50, 77])
async def limited(request: pytest.FixtureRequest, stack: Stack) -> Stack:
    """The stack, whose server gives so few rows in an answer."""
    stack.max_rows = request.param
    await stack.restart_gateway()
    return stack


async def fill(stack: Stack) -> tuple[Person, set[UUID]]:
    """Sessions of many hosts with many cases: their ids, and one who has sat in half of them."""
    guest = await stack.person("Mei", "Tanaka")
    await stack.sql(
        "insert into profiles (user_id, first_name, last_name, training_level)"
        " select gen_random_uuid(), 'First', 'Last ' || n, 'st1' from generate_series(1, %s) as n",
        MANY,
    )
    await stack.sql(
        "insert into cases (id, case_name, case_name_internal, category, domain)"
        " select gen_random_uuid(), 'Eye ' || n, 'C' || n, 'Lids', 'ethics'"
        " from generate_series(1, %s) as n",
        CASES,
    )
    made = await stack.sql(
        "insert into practice_sessions"
        " (id, host_id, guest_id, datetime_utc, type, case_id, candidate_id, version)"
        " select gen_random_uuid(), people.ids[n], case when n %% 2 = 0 then %s::uuid end,"
        # Always three begin at the same moment.
        "   now() - interval '1 hour' + n / 3 * interval '1 minute', 'mock',"
        "   cases.ids[1 + n %% %s], case when n %% 2 = 0 then %s::uuid end,"
        "   case when n %% 4 = 0 then 3 else 1 end"
        " from (select array_agg(user_id) as ids from profiles where user_id <> %s) as people,"
        "   (select array_agg(id) as ids from cases) as cases, generate_series(1, %s) as n"
        " returning id",
        guest.id, CASES, guest.id, guest.id, MANY,
    )  # fmt: skip
    return guest, {row["id"] for row in made}


@pytest.mark.detail
@pytest.mark.short(1)
async def test_the_board_has_all_sessions_and_everybody_s_names(
    limited: Stack, open_backend: Open
) -> None:
    viewer, expected = await fill(limited)
    watcher = Watcher()
    backend = await open_backend(viewer, notify=watcher.notify)
    backend.live.start()
    await watcher.until(lambda: watcher.is_live)
    assert watcher.rows.keys() == expected
    await limited.sql("update practice_sessions set type = 'review'")
    await watcher.until(lambda: {s.type for s in watcher.rows.values()} == {"review"}, 75)
    assert all(session.host and session.case for session in watcher.rows.values())
    assert not watcher.stale


@pytest.mark.detail
@pytest.mark.short(1)
async def test_a_burst_of_new_people_and_cases_has_their_names(
    limited: Stack, open_backend: Open
) -> None:
    """What the feed brings has neither names nor cases: they are asked for by their ids."""
    watcher = Watcher()
    backend = await open_backend(await limited.person(), notify=watcher.notify)
    backend.live.start()
    await watcher.until(lambda: watcher.is_live)
    _, expected = await fill(limited)
    await watcher.until(lambda: watcher.rows.keys() == expected, 75)
    assert all(session.host and session.case for session in watcher.rows.values())


@pytest.mark.detail
@pytest.mark.short(1)
async def test_the_shared_board_has_all_of_them(limited: Stack, tmp_path: Path) -> None:
    _, expected = await fill(limited)
    watcher = Watcher()
    anonymous = Server(limited.url, limited.anon_key)
    async with Backend.open(
        anonymous, tokens=MemoryTokens(), notify=watcher.notify, scope=shared()
    ) as backend:
        backend.live.start()
        await watcher.until(lambda: watcher.is_live)
    window = list(watcher.rows.values())
    assert {session.id for session in window} == expected
    coming = [s for s in window if s.stage == 1 and s.starts_at > datetime.now(UTC)]
    code, out, _ = await board(tmp_path, "--json", **server(limited))
    assert code == 0
    shown = json.loads(out)["sessions"]
    assert abs(len([s for s in shown if not s["has_begun"]]) - len(coming)) <= 3
    assert len(shown) > MANY / 2


@pytest.mark.detail
@pytest.mark.short(1)
async def test_the_history_has_all_sessions_files_and_names(
    limited: Stack, open_backend: Open
) -> None:
    viewer, _ = await fill(limited)
    await limited.sql("update practice_sessions set datetime_utc = datetime_utc - interval '9 d'")
    backend = await open_backend(viewer)
    found = [s async for page in backend.history.sessions(datetime.now(UTC)) for s in page]
    assert len({session.id for session in found}) == len(found) == MANY / 2
    assert found == sorted(found, key=lambda s: (s.starts_at, s.id), reverse=True)
    over = {session.case_id for session in found if session.stage == 3 and session.case_id}
    assert (await backend.cases.names(over)).keys() == over
    sitting = {session.case_id for session in found if session.stage == 1}
    assert await backend.history.sitting() == sitting
    past = await backend.cases.past([viewer.id])
    sat = {use.case_id for use in past.uses if use.role is Role.CANDIDATE}
    assert sat == over
    assert all(use.at for use in past.uses)
    with_files = [session.id for session in found[:80]]
    for session_id in with_files:
        await limited.file(session_id, "transcript.json")
    assert await backend.assessments.sessions() == set(with_files)


@pytest.mark.detail(after=1)
async def test_the_case_picker_has_all_cases(limited: Stack, open_backend: Open) -> None:
    await fill(limited)
    backend = await open_backend(await limited.person())
    assert len(await backend.cases.catalogue()) == CASES
    assert len(await backend.cases.named("eye")) == CASES


@pytest.mark.detail
async def test_an_import_knows_all_cases_that_are_there(limited: Stack) -> None:
    cases = [
        CaseDraft(case_name_internal=f"C{n}", case_name="n", candidate_brief="c", actor_brief="a")
        for n in range(CASES)
    ]
    first = await import_cases(limited.url, limited.service_key, cases)
    assert len(first.added) == CASES
    again = await import_cases(limited.url, limited.service_key, cases)
    assert len(again.same) == CASES
    assert len(await limited.sql("select from cases")) == CASES


@pytest.mark.detail
@pytest.mark.short(1)
async def test_all_files_of_a_folder_are_named_before_its_session_goes(
    limited: Stack, open_backend: Open
) -> None:
    host = await limited.person()
    session_id = await limited.session(host)
    others = [f"a{n}.json" for n in range(90)]
    await limited.file(session_id, *others, "transcript.json")
    backend = await open_backend(host)
    assert set(await backend.assessments.names(session_id)) == {*others, "transcript.json"}
    [file] = await backend.assessments.files(session_id)
    assert file.kind == "transcript"


@pytest.mark.detail
async def test_rows_that_cannot_be_shown_end_no_reading(stack: Stack, open_backend: Open) -> None:
    """A whole page of them may come before the others."""
    stack.max_rows = 7
    await stack.restart_gateway()
    await stack.without_checks()
    await stack.sql("alter table practice_sessions alter host_id drop not null")
    host = await stack.person()
    for _ in range(9):
        await stack.session(host, host_id=None, starts_in=timedelta(minutes=1))
    shown = await stack.session(host, starts_in=timedelta(minutes=2))
    window = await (await open_backend(host)).sessions.window(datetime.now(UTC))
    assert [session.id for session in window] == [shown]


@pytest.mark.detail
@pytest.mark.parametrize("limit", [7, 1_000])
async def test_a_server_that_gives_no_count_is_asked_until_there_is_no_more(
    limit: int, stack: Stack
) -> None:
    stack.max_rows = limit
    await stack.restart_gateway()
    viewer, expected = await fill(stack)
    async with proxied(stack.url) as proxy, opened(proxy.url, stack) as backend:
        proxy.spoil = _no_totals
        await backend.auth.sign_in(viewer.email, viewer.password)
        window = await backend.sessions.window(datetime.now(UTC))
    assert {session.id for session in window} == expected
    last = proxy.requests("/practice_sessions?")[-1]
    assert "or=" in last, "the empty page behind the last one was asked for"


async def test_a_server_that_gives_the_same_page_for_ever_is_not_asked_for_ever(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(stack)
    monkeypatch.setattr(paging, "_after", lambda query, *args, **named: query)
    monkeypatch.setattr(paging, "PAGE", 10)
    async with opened(stack.url, stack) as backend:
        with pytest.raises(Unreachable):
            await backend.sessions.window(datetime.now(UTC))


def _no_totals(data: bytes) -> bytes:
    return re.sub(rb"(?i)(content-range: [^/\r]+)/\d+", rb"\1/*", data)


def opened(url: str, stack: Stack) -> Any:
    return Backend.open(
        Server(url, stack.anon_key), tokens=MemoryTokens(), notify=lambda event: None
    )
