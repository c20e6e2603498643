"""A server that has exactly what the data model says, and nothing of ours: what is asked of it,
what it lets one do, and what becomes of the rest."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from medtui.core.case_draw import CaseDraw
from medtui.core.models import ProfileDraft, SessionDraft, Stage
from medtui.data import Backend, Changed, MemoryTokens, NotAllowed, Server, Unreachable
from tests.data.test_live import Watcher
from tests.helpers.proxy import Proxy, proxied
from tests.helpers.stack import Person, Stack

SPOILERS = {"candidate_brief", "actor_brief", "condition", "case_name", "case_name_internal", "*"}


@pytest.fixture
def stack(data_model_stack: Stack) -> Stack:
    return data_model_stack


@pytest.fixture
async def proxy(stack: Stack) -> AsyncIterator[Proxy]:
    async with proxied(stack.url) as proxy:
        yield proxy


@pytest.fixture
async def open_backend(stack: Stack, proxy: Proxy) -> AsyncIterator[Callable[..., Any]]:
    """`await open_backend(person, watcher)`: through the proxy."""
    from contextlib import AsyncExitStack

    async with AsyncExitStack() as opened:

        async def open_(person: Person | None = None, watcher: Watcher | None = None) -> Backend:
            backend = await opened.enter_async_context(
                Backend.open(
                    Server(proxy.url, stack.anon_key),
                    tokens=MemoryTokens(),
                    notify=(watcher or Watcher()).notify,
                )
            )
            if person is not None:
                await backend.auth.sign_in(person.email, person.password)
            return backend

        yield open_


def columns(proxy: Proxy) -> set[str]:
    """Every column that anybody has asked for, of any table, and what filters name."""
    asked: set[str] = set()
    for line in proxy.requests("/rest/v1/"):
        query = line.partition("?")[2].removesuffix(" HTTP/1.1")
        asked |= set(re.findall(r"[\w*]+", query))
    return asked


def draft(**changes: Any) -> SessionDraft:
    values = {
        "id": uuid4(),
        "starts_at": datetime.now(UTC) + timedelta(hours=1),
        "type": "mock",
        "room_url": f"https://example.org/{uuid4().hex}",
    }
    return SessionDraft(**values | changes)


@pytest.mark.detail
async def test_all_that_the_policies_allow_can_be_done(
    stack: Stack, proxy: Proxy, open_backend: Any
) -> None:
    host, guest = await stack.person(), await stack.person("Mei", "Tanaka", profile=False)
    [case] = await stack.sql(
        "insert into cases (case_name, category, condition, candidate_brief, actor_brief)"
        " values ('n', 'Lids', 'x', 'c', 'a') returning id"
    )
    watcher = Watcher()
    hosting, booking = await open_backend(host), await open_backend(guest, watcher)
    assert await booking.profiles.mine() is None
    made = await booking.profiles.create(
        ProfileDraft(first_name="Mei", last_name="Tanaka", training_level="st1")
    )
    booking.live.start()
    await watcher.until(lambda: watcher.is_live)

    posted = await hosting.sessions.create(draft())
    await watcher.until(lambda: posted.id in watcher.rows)
    await stack.sql("update practice_sessions set case_id = %s", case["id"])
    await watcher.until(lambda: watcher.rows[posted.id].case is not None)
    booked = await booking.sessions.book(watcher.rows[posted.id])
    assert (booked.guest, booked.case and booked.case.category) == (made, "Lids")
    moved = await hosting.sessions.edit(
        booked,
        starts_at=booked.starts_at + timedelta(hours=1),
        type="review",
        room_url=booked.room_url,
        candidate_id=guest.id,
    )
    await watcher.until(lambda: watcher.rows[posted.id] == moved)
    await hosting.sessions.cancel(moved)
    await watcher.until(lambda: not watcher.rows)
    assert await stack.sql("select from practice_sessions") == []

    assert not columns(proxy) & SPOILERS
    assert "stage_since" not in columns(proxy)
    assert len(proxy.requests("/rpc/session_case")) == 2  # once a connection
    assert not proxy.requests("server_time")


async def test_what_they_do_not_allow_is_refused_in_a_sentence(
    stack: Stack, open_backend: Any
) -> None:
    host, guest = await stack.person(), await stack.person("Mei", "Tanaka")
    session = await stack.session(host, guest=guest)
    backend = await open_backend(guest)
    with pytest.raises(NotAllowed, match="does not let guests leave"):
        await backend.sessions.leave(await backend.sessions.one(session))
    with pytest.raises(NotAllowed, match="does not let profiles be changed"):
        await backend.profiles.edit(
            ProfileDraft(first_name="May", last_name="Tanaka", training_level="st1")
        )
    assert not backend.is_complete
    [row] = await stack.sql(
        "select guest_id, first_name from practice_sessions join profiles on user_id = guest_id"
    )
    assert (row["guest_id"], row["first_name"]) == (guest.id, "Mei")


async def test_a_profile_whose_answer_got_lost_is_set_up_all_the_same(
    stack: Stack, open_backend: Any
) -> None:
    backend = await open_backend(await stack.person("Mei", "Tanaka", "st1"))
    same = ProfileDraft(first_name="Mei", last_name="Tanaka", training_level="st1")
    assert (await backend.profiles.create(same)).name == "Mei Tanaka"


@pytest.mark.stand_in("what it has sent to strangers")
async def test_room_links_never_reach_a_board_without_a_login(
    stack: Stack, proxy: Proxy, open_backend: Any
) -> None:
    host = await stack.person()
    watcher = Watcher()
    before = await stack.session(host, room_url="https://example.org/secret-1")
    backend = await open_backend(None, watcher)
    backend.live.start()
    await watcher.until(lambda: watcher.is_live and before in watcher.rows)
    after = await stack.session(host, room_url="https://example.org/secret-2")
    await stack.sql("update practice_sessions set type = 'review'")
    await watcher.until(
        lambda: after in watcher.rows and {s.type for s in watcher.rows.values()} == {"review"}
    )
    assert [session.room_url for session in watcher.rows.values()] == [None, None]
    # The server itself has no column grants, and does send them.
    assert "secret-2" in "".join(stack.to_strangers)
    stack.to_strangers.clear()
    assert "room_url" not in columns(proxy)
    assert not columns(proxy) & SPOILERS


@pytest.mark.detail
async def test_the_kind_of_server_is_asked_once_however_many_ask(
    stack: Stack, proxy: Proxy, open_backend: Any
) -> None:
    session = await stack.session(await stack.person())
    backend = await open_backend(await stack.person())
    assert backend.is_complete  # as long as nobody knows
    await asyncio.gather(*(backend.sessions.one(session) for _ in range(8)))
    assert not backend.is_complete
    assert len(proxy.requests("/rpc/session_case")) == 1


@pytest.mark.detail
async def test_a_failing_network_says_nothing_about_the_kind_of_server(
    stack: Stack, proxy: Proxy, open_backend: Any
) -> None:
    session = await stack.session(await stack.person())
    backend = await open_backend(await stack.person())
    await stack.stop_gateway()
    with pytest.raises(Unreachable):
        await backend.sessions.one(session)
    assert backend.is_complete
    await stack.start_gateway()
    await backend.sessions.one(session)
    assert not backend.is_complete


@pytest.mark.detail
async def test_a_deployed_table_with_more_columns_and_naive_times(
    stack: Stack, open_backend: Any
) -> None:
    """As clients before ours have made it: what we do not know stays as it is."""
    await stack.sql(
        """
        alter table practice_sessions
            add column private boolean not null default true,
            add column notes jsonb default '{"a": [1]}',
            alter column datetime_utc type timestamp using datetime_utc at time zone 'utc',
            alter column created_at type timestamp using created_at at time zone 'utc',
            alter column version drop not null
        """
    )
    host, guest = await stack.person(), await stack.person("Mei", "Tanaka")
    watcher = Watcher()
    hosting, booking = await open_backend(host), await open_backend(guest, watcher)
    booking.live.start()
    await watcher.until(lambda: watcher.is_live)
    starts_at = datetime.now(UTC).replace(microsecond=123456) + timedelta(hours=1)
    posted = await hosting.sessions.create(draft(starts_at=starts_at))
    assert posted.starts_at == starts_at
    await watcher.until(lambda: posted.id in watcher.rows)
    assert watcher.rows[posted.id].starts_at == starts_at
    booked = await booking.sessions.book(watcher.rows[posted.id])
    moved = await hosting.sessions.edit(
        booked,
        starts_at=starts_at + timedelta(minutes=30),
        type=booked.type,
        room_url=booked.room_url,
        candidate_id=None,
    )
    await watcher.until(lambda: watcher.rows[posted.id] == moved)
    [row] = await stack.sql("select * from practice_sessions")
    assert (row["private"], row["notes"], row["guest_id"]) == (True, {"a": [1]}, guest.id)
    assert row["datetime_utc"] == moved.starts_at.replace(tzinfo=None)


@pytest.mark.detail
@pytest.mark.parametrize(
    ("version", "stage"),
    [(0, Stage.PREP), (-3, Stage.PREP), (4, Stage.WRAP_UP), (2**31 - 1, Stage.WRAP_UP)],
)
async def test_a_version_from_elsewhere_is_the_nearest_stage(
    stack: Stack, open_backend: Any, version: int, stage: Stage
) -> None:
    host, watcher = await stack.person(), Watcher()
    session = await stack.session(host)
    backend = await open_backend(host, watcher)
    backend.live.start()
    await watcher.until(lambda: watcher.is_live)
    await stack.sql("update practice_sessions set type = 'x', version = %s", version)
    await watcher.until(lambda: watcher.rows[session].type == "x")
    assert watcher.rows[session].stage is stage
    assert (await backend.sessions.one(session)).stage is stage
    await backend.sessions.cancel(watcher.rows[session])
    assert await stack.sql("select from practice_sessions") == []


async def test_what_two_have_sat_and_acted_is_known_for_the_draw(
    stack: Stack, open_backend: Any
) -> None:
    host, guest = await stack.person(), await stack.person("Mei")
    cases = [await stack.case(number) for number in range(5)]
    began = {"guest": guest, "version": 3, "candidate_id": guest.id}
    await stack.session(host, case_id=cases[0], **began)
    await stack.session(host, case_id=cases[1], **began | {"candidate_id": None})
    for case, time in zip(
        cases[2:], ("infinity", "9999-12-31T23:59:59-05", "0044-01-01Z BC"), strict=True
    ):
        await stack.session(host, case_id=case, datetime_utc=time, **began)
    backend = await open_backend(host)
    past = await backend.cases.past([host.id, guest.id])
    assert all(past.knows(who, case) for who in (host.id, guest.id) for case in cases)
    assert [past.has_acted(host.id, case) for case in cases] == [True, False, True, True, True]
    dated = {use.case_id for use in past.uses if use.at}
    assert dated == set(cases[:2])
    draws = CaseDraw(await backend.cases.catalogue(), past, guest.id, host.id)
    new = await stack.case(9, domain="consent")
    assert draws.draw(await backend.cases.catalogue(), random.Random(1)).id == new


@pytest.mark.detail
async def test_a_time_that_python_lacks_does_not_hide_the_board(
    stack: Stack, open_backend: Any
) -> None:
    """On such a server a session can be posted at any time that Postgres can store."""
    host, other, watcher = await stack.person(), await stack.person("Mei"), Watcher()
    good = await stack.session(host)
    backend = await open_backend(host, watcher)
    backend.live.start()
    await watcher.until(lambda: watcher.is_live)
    moments = ["infinity", "-infinity", "10000-01-01Z", "9999-12-31T23:59:59-05", "0044-01-01Z BC"]
    for moment in moments:
        await stack.session(other, datetime_utc=moment, version=3, guest=host)
    await stack.sql(
        "update practice_sessions set created_at = 'infinity', type = 'x' where id = %s", good
    )
    await watcher.until(lambda: watcher.rows[good].type == "x")
    now = datetime.now(UTC)
    assert [session.id for session in await backend.sessions.window(now)] == [good]
    assert [page async for page in backend.history.sessions(now)] == [[]]
    assert watcher.rows.keys() == {good}
    [odd] = await stack.sql("select id from practice_sessions where datetime_utc = 'infinity'")
    with pytest.raises(Unreachable):
        await backend.sessions.one(odd["id"])
    assert watcher.is_live


@pytest.mark.detail
async def test_what_has_become_of_both_is_not_cancelled_by_one(
    stack: Stack, open_backend: Any
) -> None:
    """No guard of the database holds it here."""
    host, guest = await stack.person(), await stack.person("Mei", "Tanaka")
    session = await stack.session(host, guest=guest)
    backend = await open_backend(host)
    seen = await backend.sessions.one(session)
    await stack.sql("update practice_sessions set version = 2")
    with pytest.raises(Changed, match="it is in interview now"):
        await backend.sessions.cancel(seen)
    await stack.sql("update practice_sessions set version = 1")
    await stack.file(session, "transcript.json")
    with pytest.raises(NotAllowed, match="Mei Tanaka would lose its transcript"):
        await backend.sessions.cancel(seen)
    assert len(await stack.sql("select from practice_sessions")) == 1
