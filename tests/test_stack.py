"""What the tests stand on."""

from __future__ import annotations

import pytest

from medtui.local.keys import ServerKeys
from medtui.local.postgres import Cluster
from tests.fidelity.test_realtime import joined
from tests.helpers.stack import stacked


async def leak(template: Cluster, keys: ServerKeys) -> None:
    async with stacked(template, keys) as stack:
        await stack.sql("grant select (room_url) on practice_sessions to anon")
        async with joined(stack, stack.anon_key) as stranger:
            await stack.session(await stack.person(), room_url="https://ours.example/room")
            await stranger.change()


async def test_a_link_sent_to_strangers_would_be_noticed(
    template: Cluster, keys: ServerKeys
) -> None:
    with pytest.raises(AssertionError, match=r"without a login: .*ours\.example"):
        await leak(template, keys)
