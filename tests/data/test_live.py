"""The live feed is current, or says since when it is not, and comes back by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest

from medtui.core.models import PracticeSession
from medtui.data import Backend, live
from medtui.data.events import (
    BoardRead,
    Event,
    FeedWentLive,
    FeedWentStale,
    SessionsChanged,
)
from medtui.local.realtime.feed import ChangeLog
from tests.data.conftest import Open
from tests.helpers.sources import both
from tests.helpers.stack import Person, Stack, administrator

stack = both


class Watcher:
    """What a screen would show, built from the events alone."""

    def __init__(self) -> None:
        self.rows: dict[UUID, PracticeSession] = {}
        self.is_live = False
        self.stale: list[FeedWentStale] = []
        self.bursts = 0
        self._happened = asyncio.Event()

    def notify(self, event: Event) -> None:
        match event:
            case BoardRead(sessions):
                self.rows = {session.id: session for session in sessions}
            case SessionsChanged(changed, removed):
                self.bursts += 1
                self.rows.update({session.id: session for session in changed})
                for id_ in removed:
                    del self.rows[id_]
            case FeedWentLive():
                self.is_live = True
            case FeedWentStale():
                self.is_live = False
                self.stale.append(event)
        self._happened.set()

    async def until(self, condition: Callable[[], bool], seconds: float = 40) -> None:
        try:
            async with asyncio.timeout(seconds):
                while not condition():
                    self._happened.clear()
                    await self._happened.wait()
        except TimeoutError:
            raise AssertionError(
                f"{len(self.rows)} rows after {self.bursts} bursts,"
                f" {'live' if self.is_live else 'not live'}, {self.stale}"
            ) from None


@pytest.fixture
def watcher() -> Watcher:
    return Watcher()


@pytest.fixture
async def viewer(stack: Stack) -> Person:
    return await stack.person("Vera", "Viewer")


@pytest.fixture
async def backend(viewer: Person, watcher: Watcher, open_backend: Open) -> Backend:
    backend = await open_backend(viewer, notify=watcher.notify)
    backend.live.start()
    await watcher.until(lambda: watcher.is_live)
    return backend


async def truth(stack: Stack) -> dict[UUID, tuple[object, ...]]:
    rows = await stack.sql(
        "select id, host_id, guest_id, datetime_utc, type, room_url, version"
        " from practice_sessions where datetime_utc > now() - interval '23 hours'"
    )
    return {row["id"]: tuple(row.values()) for row in rows}


def shown(watcher: Watcher) -> dict[UUID, tuple[object, ...]]:
    return {
        s.id: (s.id, s.host_id, s.guest_id, s.starts_at, s.type, s.room_url, int(s.stage))
        for s in watcher.rows.values()
    }


async def until_equal(stack: Stack, watcher: Watcher, seconds: float = 40) -> None:
    expected = await truth(stack)
    await watcher.until(lambda: shown(watcher) == expected, seconds)


@pytest.mark.detail
async def test_the_board_is_read_and_then_live(
    stack: Stack, watcher: Watcher, open_backend: Open, viewer: Person
) -> None:
    host = await stack.person("Amara", "Okafor")
    session_id = await stack.session(host)
    backend = await open_backend(viewer, notify=watcher.notify)
    backend.live.start()
    await watcher.until(lambda: watcher.is_live)
    assert watcher.rows[session_id].host is not None
    assert watcher.rows[session_id].host.name == "Amara Okafor"  # type: ignore[union-attr]


@pytest.mark.detail
async def test_what_others_do_appears_by_itself(
    stack: Stack, watcher: Watcher, backend: Backend
) -> None:
    host = await stack.person("Amara", "Okafor")
    session_id = await stack.session(host)
    await watcher.until(lambda: session_id in watcher.rows)
    assert watcher.rows[session_id].host.name == "Amara Okafor"  # type: ignore[union-attr]

    guest = await stack.person("Mei", "Tanaka")
    await stack.sql(
        "update practice_sessions set guest_id = %s where id = %s", guest.id, session_id
    )
    await watcher.until(lambda: watcher.rows[session_id].guest is not None)
    assert watcher.rows[session_id].guest.name == "Mei Tanaka"  # type: ignore[union-attr]

    await stack.sql("delete from practice_sessions where id = %s", session_id)
    await watcher.until(lambda: session_id not in watcher.rows)


@pytest.mark.detail
async def test_a_burst_ends_in_what_the_database_says(
    stack: Stack, watcher: Watcher, backend: Backend
) -> None:
    host = await stack.person()
    ids = [await stack.session(host, starts_in=timedelta(minutes=n)) for n in range(30)]
    for n in range(3):
        await stack.sql("update practice_sessions set type = %s", f"type {n}")
    await stack.sql("delete from practice_sessions where id = any(%s)", ids[:10])
    await until_equal(stack, watcher)
    assert len(watcher.rows) == 20


@pytest.mark.detail
async def test_a_session_of_long_ago_never_appears(
    stack: Stack, watcher: Watcher, backend: Backend
) -> None:
    host = await stack.person()
    old = await stack.session(host, starts_in=-timedelta(days=3))
    new = await stack.session(host)
    await watcher.until(lambda: new in watcher.rows)
    assert old not in watcher.rows


@pytest.mark.detail
async def test_an_own_write_is_shown_before_the_feed_brings_it(
    stack: Stack, watcher: Watcher, backend: Backend, viewer: Person
) -> None:
    session_id = await stack.session(await stack.person())
    await watcher.until(lambda: session_id in watcher.rows)
    booked = await backend.sessions.book(watcher.rows[session_id])
    backend.live.apply(booked)
    assert watcher.rows[session_id].guest_id == viewer.id


@pytest.mark.detail
async def test_a_server_that_went_away_and_came_back(
    stack: Stack, watcher: Watcher, backend: Backend
) -> None:
    host = await stack.person()
    kept, cancelled = await stack.session(host), await stack.session(host)
    await watcher.until(lambda: len(watcher.rows) == 2)

    await stack.stop_gateway()
    await watcher.until(lambda: not watcher.is_live)
    assert watcher.stale[0].since is not None
    assert abs(backend.clock.now() - watcher.stale[0].since) < timedelta(seconds=30)
    assert watcher.rows.keys() == {kept, cancelled}, "what was known stays on the screen"

    await stack.sql("delete from practice_sessions where id = %s", cancelled)
    await stack.sql("update practice_sessions set type = 'review'")
    await stack.session(host)
    await stack.start_gateway()
    await watcher.until(lambda: watcher.is_live, seconds=6)
    await until_equal(stack, watcher, seconds=1)


@pytest.mark.detail
async def test_a_feed_whose_log_died_reads_again(
    stack: Stack, watcher: Watcher, backend: Backend
) -> None:
    session_id = await stack.session(await stack.person())
    await watcher.until(lambda: session_id in watcher.rows)
    async with await administrator(stack.cluster) as admin:
        await admin.execute(
            "select pg_terminate_backend(active_pid) from pg_replication_slots where database = %s",
            [stack.database],
        )
    await watcher.until(lambda: bool(watcher.stale))
    await stack.sql("update practice_sessions set type = 'review'")
    await watcher.until(lambda: watcher.is_live)
    await until_equal(stack, watcher, seconds=3)


async def test_a_name_that_changes_is_seen_at_the_next_reread(
    stack: Stack,
    watcher: Watcher,
    open_backend: Open,
    viewer: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(live, "REREAD_SECONDS", 0.3)
    host = await stack.person("Before", "Marriage")
    session_id = await stack.session(host)
    backend = await open_backend(viewer, notify=watcher.notify)
    backend.live.start()
    await watcher.until(lambda: watcher.is_live)
    await stack.sql("update profiles set last_name = 'Wedding' where user_id = %s", host.id)
    await watcher.until(
        lambda: watcher.rows[session_id].host.name == "Before Wedding"  # type: ignore[union-attr]
    )
    assert not watcher.stale, "nothing was lost, so the feed goes on"


@pytest.mark.detail
async def test_a_name_that_changed_while_the_feed_was_away_is_not_remembered(
    stack: Stack, watcher: Watcher, backend: Backend
) -> None:
    host = await stack.person("Before", "Marriage")
    first = await stack.session(host)
    await watcher.until(lambda: first in watcher.rows)
    await stack.sql("delete from practice_sessions")
    await watcher.until(lambda: not watcher.rows)

    await stack.stop_gateway()
    await watcher.until(lambda: not watcher.is_live)
    await stack.sql("update profiles set last_name = 'Wedding' where user_id = %s", host.id)
    await stack.start_gateway()
    await watcher.until(lambda: watcher.is_live)
    second = await stack.session(host)
    await watcher.until(lambda: second in watcher.rows)
    assert watcher.rows[second].host.name == "Before Wedding"  # type: ignore[union-attr]


@pytest.mark.stand_in("dropped messages")
async def test_a_change_that_the_feed_missed_is_found(
    stack: Stack,
    watcher: Watcher,
    open_backend: Open,
    viewer: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(live, "REREAD_SECONDS", 0.3)
    session_id = await stack.session(await stack.person())
    backend = await open_backend(viewer, notify=watcher.notify)
    backend.live.start()
    await watcher.until(lambda: watcher.is_live)
    with monkeypatch.context() as patch:
        patch.setattr(ChangeLog, "_drops", lambda *_: True)
        await stack.sql("update practice_sessions set type = 'missed'")
        await watcher.until(lambda: watcher.rows[session_id].type == "missed")
    # By the count it is known that only this one is missing.
    assert bool(watcher.stale) is (not backend.live._source.is_counted)


@pytest.mark.detail
async def test_a_login_that_expires_under_a_live_board_leaves_it_live(
    stack: Stack, watcher: Watcher, backend: Backend, viewer: Person
) -> None:
    await backend.auth._replace(backend._connection.token)
    session_id = await stack.session(await stack.person())
    await watcher.until(lambda: session_id in watcher.rows)
    assert not watcher.stale


@pytest.mark.detail
async def test_of_several_changes_in_a_burst_the_last_one_counts(
    stack: Stack, watcher: Watcher, backend: Backend
) -> None:
    session_id = await stack.session(await stack.person())
    await watcher.until(lambda: session_id in watcher.rows)
    for n in range(200):
        await stack.sql("update practice_sessions set type = %s where id = %s", f"n{n}", session_id)
    await watcher.until(lambda: watcher.rows[session_id].type == "n199")
    await asyncio.sleep(0.2)
    assert watcher.rows[session_id].type == "n199"
