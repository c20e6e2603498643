"""The app on a server that has the data model and nothing of ours: all works that the policies
allow, and a key that cannot work says why."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from medtui.ui.vim_select import VimSelect
from tests.helpers.proxy import proxied
from tests.helpers.stack import Stack
from tests.review.reader import PLATFORM, TALK
from tests.review.test_session_files import bring, content
from tests.review.test_session_review import over, review

SPOILERS = ("candidate_brief", "actor_brief", "condition", "case_name")


@pytest.fixture
def stack(data_model_stack: Stack) -> Stack:
    return data_model_stack


async def row(stack: Stack) -> dict[str, Any]:
    [only] = await stack.sql("select * from practice_sessions")
    return only


@pytest.mark.detail
async def test_from_the_first_login_to_a_cancelled_session(stack: Stack, seat: Any) -> None:
    host, guest = await stack.person("Amara", "Okafor", profile=False), await stack.person("Mei")
    async with proxied(stack.url) as proxy:
        hosting = await seat(server=proxy.url, key=stack.anon_key)
        await hosting.sign_in(host)
        await hosting.until_screen("ProfileScreen")
        await hosting.fill("first_name", "Amara")
        await hosting.fill("last_name", "Okafor")
        hosting.app.screen.query_one("#level", VimSelect).value = "st1"
        await hosting.press("ctrl+s")
        await hosting.until_text("● LIVE", "No sessions yet")

        booking = await seat(server=proxy.url, key=stack.anon_key)
        await booking.board(guest)
        await hosting.press("n")
        await hosting.until_screen("SessionForm")
        await hosting.press("ctrl+s")
        await hosting.until_text("○ open")
        await booking.until_text("Amara Okafor", "○ open")
        await booking.press("b")
        await booking.until_text("Booked: ")
        await hosting.until_text("● Mei Okafor")
        assert (await row(stack))["guest_id"] == guest.id

        before: datetime = (await row(stack))["datetime_utc"]
        await hosting.press("e")
        await hosting.until_screen("SessionForm")
        await hosting.fill("when", "tomorrow 19:30")
        await hosting.press("ctrl+s")
        await hosting.until_screen("BoardScreen")
        await booking.until_text("TOMORROW", "19:30")
        assert (await row(stack))["datetime_utc"] > before

        await hosting.press("x")
        await hosting.until_text("Okafor has booked it")
        await hosting.press("y")
        await booking.until_text("No sessions yet")
        assert await stack.sql("select from practice_sessions") == []
        asked = "\n".join(proxy.requests("/rest/v1/"))
    assert not [name for name in SPOILERS if name in asked]
    assert asked.count("/rpc/session_case") == 2  # once for each of them
    assert "select=*" not in asked


@pytest.mark.detail
async def test_a_guest_who_cannot_leave_reads_why_and_nothing_is_asked(
    stack: Stack, seat: Any
) -> None:
    me = await stack.person("Mei", "Tanaka")
    host = await stack.person("Amara", "Okafor")
    await stack.session(host, guest=me, room_url="https://example.org/room")
    async with proxied(stack.url) as proxy:
        here = await seat(server=proxy.url, key=stack.anon_key)
        await here.board(me)
        await here.until_text("● you")
        await here.press("enter")
        await here.until_text("You are the guest", "copy the room link")
        assert "leave it" not in here.text  # among what can be done
        await here.press("escape")
        await here.press("l")
        await here.until_text("This server does not let guests leave", "ask the host")
        assert not proxy.requests("PATCH")
    assert (await row(stack))["guest_id"] == me.id


@pytest.mark.detail
async def test_a_profile_that_cannot_be_changed_says_so_before_one_types(
    stack: Stack, seat: Any
) -> None:
    here = await seat(person=await stack.person("Mei", "Tanaka"))
    await here.until_text("● LIVE")
    await here.press("p")
    await here.until_text("This server does not let profiles be changed")
    assert here.screen == "BoardScreen"


async def test_the_files_of_a_session_are_read_by_two_and_changed_by_the_host(
    stack: Stack, seat: Any
) -> None:
    people = await stack.person("Amara", "Okafor"), await stack.person("Mei", "Tanaka")
    session_id = await over(stack, people)
    await stack.file(session_id, "transcript.json", content=PLATFORM.read_bytes())
    hosting, reading = [await review(seat, person) for person in people]
    await reading.until_text("This is no transcript, but an assessment")
    assert "a Add" not in reading.text
    await hosting.until_text("This is no transcript, but an assessment")
    await bring(hosting, TALK)
    await hosting.until_text("A transcript of 5 turns", "and replace")
    await hosting.press("enter")
    await hosting.until_text("Transcript uploaded", "Good morning")
    reading.app.screen.look_again()
    await reading.until_text("Good morning")
    assert await content(stack, session_id) == TALK.read_bytes()
    await hosting.press("d", "y")
    await hosting.until_text("The transcript is deleted", "No transcript and no assessment yet")
    assert await content(stack, session_id) is None
