"""The session form: what is shown as one types, drafts, and saving exactly once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from textual.widgets import Input, Select

from medtui.core.board_rules import why_not_room_link
from tests.helpers.seats import LONDON, Seat
from tests.helpers.stack import Stack

BEFORE_THE_CLOCKS_GO_BACK = datetime(2032, 10, 30, 12, 0, tzinfo=UTC)


async def open_form(here: Seat, key: str = "n") -> None:
    await here.press(key)
    await here.until_screen("SessionForm")
    await here.pause()


@pytest.mark.detail
async def test_the_moment_is_shown_here_in_utc_and_from_now(stack: Stack, seat: Any) -> None:
    now = datetime(2031, 7, 1, 17, 4, tzinfo=UTC)  # summer: London is an hour ahead
    here = await seat(clock=lambda: now, person=await stack.person())
    await here.until_text("● LIVE")
    await open_form(here)
    await here.until_text("Tue 1 Jul 19:00", "19:00 BST · 18:00 UTC · in 56 min")
    await here.fill("when", "tomorrow 07:30")
    await here.until_text("✓ Wednesday 2 July 2031, 07:30 BST · 06:30 UTC · in 13 h")
    await here.fill("when", "nonsense")
    await here.until_text("✗ “nonsense” is not understood.")
    await here.press("ctrl+s")
    assert here.app.screen.when.has_class("-invalid")
    await here.fill("when", "1 Jul 2031 15:00")
    await here.press("ctrl+s")
    await here.until_text("more than an hour ago")


async def test_what_can_be_read_in_two_ways_is_asked_before_it_is_posted(
    stack: Stack, seat: Any
) -> None:
    here = await seat(clock=lambda: BEFORE_THE_CLOCKS_GO_BACK, person=await stack.person())
    await here.until_text("● LIVE")
    await open_form(here)
    await here.fill("when", "31 Oct 01:30")
    await here.until_text("? tomorrow 01:30 BST or tomorrow 01:30 GMT? The clocks go")
    await here.fill("when", "tomorrow at 7")
    await here.until_text("? tomorrow 19:00 or tomorrow 07:00? Add am or pm.")
    await here.press("ctrl+s")
    await here.until_text("When do you mean?", "1  Sunday 31 October 2032, 19:00 GMT")
    await here.press("escape")
    await here.until_screen("SessionForm")
    assert not await stack.sql("select from practice_sessions")
    await here.press("ctrl+s")
    await here.until_screen("ChooseScreen")
    await here.press("1")
    await here.until_screen("BoardScreen")
    (row,) = await stack.sql("select datetime_utc from practice_sessions")
    assert row["datetime_utc"] == datetime(2032, 10, 31, 19, 0, tzinfo=UTC)


@pytest.mark.detail
async def test_opening_and_saving_changes_nothing_even_in_such_an_hour(
    stack: Stack, seat: Any
) -> None:
    me = await stack.person()
    second = datetime(2032, 10, 31, 1, 30, 17, tzinfo=UTC)
    await stack.session(me, datetime_utc=second, room_url="room-7")
    here = await seat(clock=lambda: BEFORE_THE_CLOCKS_GO_BACK, person=me)
    await here.until_text("● LIVE")
    await here.until_text("You")
    await open_form(here, "e")
    await here.press("ctrl+s")
    await here.until_screen("BoardScreen")
    (row,) = await stack.sql("select datetime_utc from practice_sessions")
    assert row["datetime_utc"] == second


@pytest.mark.detail
async def test_an_overlap_is_said_and_asked_before_it_is_posted(stack: Stack, seat: Any) -> None:
    me = await stack.person()
    await stack.session(me, starts_in=timedelta(hours=2))
    here = await seat(person=me)
    await here.until_text("● LIVE")
    await here.until_text("You")
    await open_form(here)
    there = here.app.now().astimezone(LONDON) + timedelta(hours=2, minutes=59)
    await here.fill("when", f"{there.day} {there:%b %H:%M}")
    await here.until_text("! Overlaps with your session")
    await here.press("ctrl+s")
    await here.until_text("Post this one anyway?")
    await here.press("n")
    await here.until_screen("SessionForm")
    there += timedelta(minutes=2)
    await here.fill("when", f"{there.day} {there:%b %H:%M}")
    await here.until(lambda: "Overlaps" not in here.text)


@pytest.mark.detail
async def test_the_host_can_be_the_candidate_of_a_type_of_their_own(
    stack: Stack, seat: Any
) -> None:
    me = await stack.person()
    here = await seat(person=me)
    await here.until_text("● LIVE")
    await open_form(here)
    here.app.screen.query_one("#kind", Select).value = "other"
    await here.press("ctrl+s")
    await here.until_text("Enter the type of the session")
    await here.fill("own_kind", "Long case")
    here.app.screen.query_one("#candidate", Select).value = str(me.id)
    await here.press("ctrl+s")
    await here.until_screen("BoardScreen")
    (row,) = await stack.sql("select type, candidate_id, version from practice_sessions")
    assert row == {"type": "Long case", "candidate_id": me.id, "version": 1}


@pytest.mark.detail
async def test_saving_twice_posts_once(stack: Stack, seat: Any) -> None:
    here = await seat(person=await stack.person())
    await here.until_text("● LIVE")
    await open_form(here)
    await here.press("ctrl+s", "ctrl+s")
    await here.until_screen("BoardScreen")
    assert len(await stack.sql("select id from practice_sessions")) == 1


@pytest.mark.detail
async def test_an_answer_that_got_lost_is_no_second_session(stack: Stack, seat: Any) -> None:
    here = await seat(person=await stack.person())
    await here.until_text("● LIVE")
    await open_form(here)
    form = here.app.screen
    create = form._backend.sessions.create

    async def lose_the_answer(draft: Any) -> Any:
        from medtui.data import Unreachable

        form._backend.sessions.create = create
        await create(draft)
        raise Unreachable("The server cannot be reached: check the network and try again.")

    form._backend.sessions.create = lose_the_answer
    await here.press("ctrl+s")
    await here.until_text("The server cannot be reached")
    await here.press("ctrl+s")
    await here.until_screen("BoardScreen")
    assert len(await stack.sql("select id from practice_sessions")) == 1


@pytest.mark.detail
async def test_a_draft_comes_back_and_can_be_dropped(stack: Stack, seat: Any) -> None:
    here = await seat(person=await stack.person())
    await here.until_text("● LIVE")
    await open_form(here)
    await here.press("escape")
    await here.until_screen("BoardScreen")
    assert await here.app.drafts.waiting(here.app.login.account) == []  # nothing was typed
    await open_form(here)
    here.app.screen.query_one("#link").value = "https://example.org/mine"
    await here.press("escape")
    await open_form(here)
    await here.until_text("https://example.org/mine", "Draft restored")
    await here.press("ctrl+r")
    await here.until_text("https://meet.jit.si/medtui-")
    assert "Draft restored" not in here.text
    await here.press("escape")
    assert await here.app.drafts.waiting(here.app.login.account) == []


@pytest.mark.detail
async def test_a_guest_who_came_meanwhile_is_said_and_then_accepted(
    stack: Stack, seat: Any
) -> None:
    me = await stack.person()
    await stack.session(me, room_url="room-7")
    here = await seat(person=me)
    await here.until_text("● LIVE")
    await here.until_text("You")
    await open_form(here, "e")
    await here.app.backend.live.stop()
    guest = await stack.person("Mei", "Tanaka")
    await stack.sql("update practice_sessions set guest_id = %s", guest.id)
    await here.fill("link", "room-8")
    await here.press("ctrl+s")
    await here.until_text("Mei Tanaka has booked it. Save again")
    (row,) = await stack.sql("select room_url from practice_sessions")
    assert row["room_url"] == "room-7"
    await here.press("ctrl+s")
    await here.until_screen("BoardScreen")
    (row,) = await stack.sql("select room_url, guest_id from practice_sessions")
    assert row == {"room_url": "room-8", "guest_id": guest.id}


@pytest.mark.detail
async def test_several_are_said_posted_at_once_and_taken_back(stack: Stack, seat: Any) -> None:
    now = datetime(2031, 7, 1, 17, 4, tzinfo=UTC)
    here = await seat(clock=lambda: now, person=await stack.person())
    await here.until_text("● LIVE")
    await open_form(here)
    await here.fill("when", "thu 18:00")
    for name, text in {"times": "3", "rooms": "2", "weeks": "60"}.items():
        here.app.screen.query_one(f"#{name}", Input).value = text
    await here.press("ctrl+s")
    await here.until_text("✗ Sessions repeat for 26 weeks at most")
    here.app.screen.query_one("#weeks", Input).value = "2"
    await here.until_text("12 sessions: Thu 3 Jul 18:00, 18:20, 18:40, 2 at each")
    await here.press("ctrl+s")
    await here.until_text("Posted: Mock, Thu 3 Jul 18:00, and 11 more")
    rows = await stack.sql("select datetime_utc, room_url from practice_sessions order by 1")
    assert len({row["room_url"] for row in rows}) == 12
    assert {(row["datetime_utc"] - rows[0]["datetime_utc"]).days for row in rows} == {0, 7}
    await here.press("z")
    await here.until_text("Undone: 12 sessions are deleted.")
    assert not await stack.sql("select from practice_sessions")


async def test_a_session_like_the_last_one_is_posted_with_two_keys(stack: Stack, seat: Any) -> None:
    now = datetime(2031, 7, 1, 17, 4, tzinfo=UTC)
    me = await stack.person()
    here = await seat(clock=lambda: now, person=me)
    await here.until_text("● LIVE")
    await here.press("N")
    await here.until_text("No session was posted on this computer yet")
    await open_form(here)
    await here.fill("when", "tomorrow 18:30")
    here.app.screen.query_one("#kind", Select).value = "clinical"
    await here.fill("note", "see https://zoom.us/j/1")
    await here.press("ctrl+s")
    await here.until_text("Strangers can read a note: a link belongs to the room.")
    await here.fill("note", "FRCOphth, in Español")
    await here.press("ctrl+s")
    await here.until_text("Posted: Clinical, tomorrow 18:30")
    await here.press("N")
    await here.until_screen("SessionForm")
    await here.until_text("Wed 9 Jul 18:30")
    await here.press("enter")
    await here.until_text("Posted: Clinical, Wed 9 Jul 18:30")
    rows = await stack.sql("select type, datetime_utc, note from practice_sessions order by 2")
    assert [row["type"] for row in rows] == ["clinical"] * 2
    assert [row["note"] for row in rows] == ["FRCOphth, in Español"] * 2
    assert rows[1]["datetime_utc"] - rows[0]["datetime_utc"] == timedelta(days=7)


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ("https://zoom.us@evil.example/j/1", "does not say plainly where it leads"),
        ("https://evil.example\\@zoom.us", "does not say plainly where it leads"),
        ("https:///evil.example", "does not say plainly where it leads"),
        ("https://[::1].evil.example", "does not say plainly where it leads"),
        ("https:evil.example", "Enter an https link"),
        ("https://z\u043e\u043em.us/j/1", "plain letters: this one is xn--zm-fmca.us"),
        ("https://zoom.us\u200b/j/1", "has no spaces"),
    ],
)
def test_a_link_that_hides_where_it_leads_is_refused(link: str, words: str) -> None:
    assert words in str(why_not_room_link(link))


@pytest.mark.parametrize(
    "link",
    ["", "room-8", "https://zoom.us/j/1?pwd=a@b", "https://Meet.Jit.si/Room", "https://[::1]:8/x"],
)
def test_a_plain_link_is_taken(link: str) -> None:
    assert why_not_room_link(link) is None
