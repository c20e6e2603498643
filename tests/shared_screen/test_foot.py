"""How to join is shown whole, so that it can be copied."""

from __future__ import annotations

from typing import Any


async def test_a_long_line_to_join_is_wrapped_and_not_cut(wall: Any) -> None:
    line = "http://sb_publishable_" + "x" * 60 + "@192.168.178.20:54321"
    async with wall(size=(80, 24), invite=line) as here:
        await here.live()
        shown = here.text.replace("\n", "").replace(" ", "")
        assert f"tojoin:medtuijoin{line}".lower() in shown.lower()
