"""Floods by a stranger, who has the public key and no login: the board stays LIVE.

Anybody with that key may broadcast on every public topic: so no client of ours is in one whose
name can be guessed.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from medtui.data.events import Event, RoomMet
from tests.data.conftest import Open
from tests.data.flooder import FLOODS
from tests.data.test_live import Watcher
from tests.helpers.stack import Stack

SECONDS = 3


@pytest.mark.short(1)
@pytest.mark.parametrize("kind", FLOODS)
@pytest.mark.detail
async def test_a_stranger_who_floods_what_can_be_guessed_makes_no_board_stale(
    kind: str, stack: Stack, open_backend: Open
) -> None:
    host, guest = await stack.person(), await stack.person()
    session_id = await stack.session(host, guest=guest)
    watcher = Watcher()
    met: list[Event] = []

    def notify(event: Event) -> None:
        met.append(event)
        watcher.notify(event)

    backend = await open_backend(guest, notify=notify)
    backend.live.start()
    await watcher.until(lambda: watcher.is_live)
    backend.live.rooms.enter(session_id, guest.id, {})
    await watcher.until(lambda: any(isinstance(event, RoomMet) for event in met))
    url = stack.url.replace("http", "ws") + "/realtime/v1/websocket"
    room = f"realtime:room:{session_id}:{host.id}:{guest.id}"
    topics = ["realtime:board", "realtime:board", "realtime:board", "realtime:board-", room]
    stranger = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.data.flooder"),
        *(f"{url}?apikey={stack.anon_key}&vsn=1.0.0", kind, str(SECONDS), *topics),
        cwd=Path(__file__).parents[2],
    )
    assert await stranger.wait() == 0
    await stack.sql("update practice_sessions set type = 'after the flood'")
    await watcher.until(lambda: {s.type for s in watcher.rows.values()} == {"after the flood"})
    assert not watcher.stale
