"""A window of more sessions than one answer holds: the first are there while the rest is read."""

from __future__ import annotations

import asyncio

from medtui.data.events import BoardRead, Event, FeedWentLive, WindowBegun
from medtui.data.paging import PAGE
from tests.data.conftest import Open
from tests.helpers.stack import Stack


async def test_the_earliest_sessions_come_before_all_are_read(
    stack: Stack, open_backend: Open
) -> None:
    viewer, host = await stack.person("Vera", "Viewer"), await stack.person()
    await stack.sql(
        "insert into practice_sessions (host_id, datetime_utc, type)"
        " select %s, now() + n * interval '10 minutes', 'mock' from generate_series(1, %s) n",
        host.id,
        PAGE + 200,
    )
    came: list[Event] = []
    is_live = asyncio.Event()

    def notify(event: Event) -> None:
        came.append(event)
        if isinstance(event, FeedWentLive):
            is_live.set()

    backend = await open_backend(viewer, notify=notify)
    backend.live.start()
    await asyncio.wait_for(is_live.wait(), 60)
    first, whole = (e for e in came if isinstance(e, WindowBegun | BoardRead))
    assert isinstance(first, WindowBegun)
    assert isinstance(whole, BoardRead)
    assert len(first.sessions) == PAGE
    assert len(whole.sessions) == PAGE + 200
    latest = max(session.starts_at for session in first.sessions)
    beyond = {session.id for session in whole.sessions} - {s.id for s in first.sessions}
    assert all(session.starts_at > latest for session in whole.sessions if session.id in beyond)
