"""The board's filters: chosen in a dialog, shown as chips, kept for the user."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.helpers.stack import Stack


async def test_filters_combine_are_shown_as_chips_and_kept(stack: Stack, seat: Any) -> None:
    me = await stack.person("Mei", "Tanaka")
    amara = await stack.person("Amara", "Okafor", "st1-applicant")
    tom = await stack.person("Tom", "Ellery", "medical-student")
    await stack.session(amara, type="mock")
    await stack.session(amara, type="review", starts_in=timedelta(minutes=40))
    await stack.session(tom, type="review", starts_in=timedelta(minutes=50))
    here = await seat(person=me, size=(120, 40))
    await here.until_text("● LIVE")
    await here.until_text("Tom Ellery", "Amara Okafor")
    await here.press("f")
    await here.until_screen("FilterScreen")
    await here.until_text("Level", "Medical student", "ST1 applicant", "within the hour")
    await here.press("j", "space", "j", "j", "space", "enter")  # ST1 applicant, Review
    await here.until_text(" ST1 applicant ", " Review ", "2 hidden")
    assert "Tom Ellery" not in here.text
    # Words come on top of it.
    await here.press("slash")
    await here.type("nobody")
    await here.until_text("No matches. The filter hides 3")
    await here.press("enter")
    await here.until_text("“nobody”")

    again = await seat(person=me, size=(120, 40))
    await again.until_text(" ST1 applicant ", " Review ", "2 hidden")
    other = await seat(person=tom, size=(120, 40))
    await other.until_text("● LIVE")
    await other.until_text("Amara Okafor")
    assert "hidden" not in other.text, "it is each user's own"

    await again.press("escape")
    await again.until_text("Tom Ellery")
    assert "hidden" not in again.text


async def test_the_cursor_stays_on_its_session_or_goes_to_the_nearest_in_time(
    stack: Stack, seat: Any
) -> None:
    hosts = [await stack.person(name, "Host") for name in ("Anna", "Bert", "Cleo")]
    ids = [
        await stack.session(host, starts_in=timedelta(minutes=minutes))
        for host, minutes in zip(hosts, (30, 60, 200), strict=True)
    ]
    here = await seat(person=await stack.person())
    await here.until_text("● LIVE")
    await here.until_text("Cleo Host")
    board = here.app.screen
    await here.press("j")
    assert board.list.session_id == ids[1]
    await here.press("slash")
    await here.type("cleo")
    await here.until(lambda: board.list.session_id == ids[2])
    await here.press("escape")
    await here.until(lambda: board.list.session_id == ids[1])
    await stack.sql("delete from practice_sessions where id = %s", ids[1])
    await here.until(lambda: board.list.session_id == ids[0])
