"""On the board: what a key does, what it refuses and why, and that the board stays true."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from medtui.core.models import PracticeSession
from tests.helpers.stack import Stack

LONG = ("Maximiliana Theodora Wilhelmina", "Featherstonehaugh-Cholmondeley")


async def test_booking_takes_the_seat_says_so_and_can_be_undone(stack: Stack, seat: Any) -> None:
    me = await stack.person("Mei", "Tanaka")
    await stack.session(await stack.person("Amara", "Okafor"))
    here = await seat(person=me)
    await here.until_text("● LIVE")
    await here.until_text("Amara Okafor", "○ open")
    await here.press("b")
    await here.until_text("Booked: ", "● you")
    (row,) = await stack.sql("select guest_id from practice_sessions")
    assert row["guest_id"] == me.id
    await here.press("b")
    await here.until_text("You have booked this session already", "z Undo")
    await here.press("z")
    await here.until_text("Undone: the seat is free again.", "○ open")
    assert "z Undo" not in here.text
    (row,) = await stack.sql("select guest_id from practice_sessions")
    assert row["guest_id"] is None


@pytest.mark.detail
async def test_the_loser_of_a_race_reads_who_won(stack: Stack, seat: Any) -> None:
    me, winner = await stack.person(), await stack.person("Daniel", "Reyes")
    await stack.session(await stack.person("Amara", "Okafor"))
    here = await seat(person=me)
    await here.until_text("● LIVE")
    await here.until_text("○ open")
    await here.app.backend.live.stop()  # so that the news comes with the refusal
    await stack.sql("update practice_sessions set guest_id = %s", winner.id)
    await here.press("b")
    await here.until_text("Daniel Reyes has just booked it", "● D. Reyes")


@pytest.mark.detail
async def test_an_answer_that_comes_late_takes_nothing_back(
    stack: Stack, seat: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    me, host = await stack.person("Mei", "Tanaka"), await stack.person("Amara", "Okafor")
    await stack.session(host)
    here = await seat(person=me)
    await here.until_text("● LIVE")
    await here.until_text("○ open")
    arrived, book = asyncio.Event(), here.app.backend.sessions.book

    async def booked_late(seen: PracticeSession) -> PracticeSession:
        written = await book(seen)
        await arrived.wait()
        return written

    monkeypatch.setattr(here.app.backend.sessions, "book", booked_late)
    await here.press("b")
    await here.until_text("● you")
    await stack.sql("update practice_sessions set guest_id = null")  # the host frees the seat
    await here.until_text("○ open")
    arrived.set()
    await here.until_text("Booked: ")  # it was
    assert "○ open" in here.text
    assert "● you" not in here.text


@pytest.mark.detail
async def test_two_apps_race_and_the_loser_names_the_winner(stack: Stack, seat: Any) -> None:
    await stack.session(await stack.person("Amara", "Okafor"))
    people = {
        "Mei": await stack.person("Mei", "Tanaka"),
        "Tom": await stack.person("Tom", "Ellery"),
    }
    seats = {name: await seat() for name in people}
    for name, person in people.items():
        await seats[name].board(person)
        await seats[name].until_text("○ open")
    for here in seats.values():  # neither hears of the other before the key is pressed
        await here.app.backend.live.stop()
    for here in seats.values():
        await here.press("b")
    (row,) = await stack.sql("select guest_id from practice_sessions")
    [winner] = [name for name, person in people.items() if person.id == row["guest_id"]]
    [loser] = people.keys() - {winner}
    await seats[winner].until_text("Booked: ")
    await seats[loser].until_text(f"{people[winner].name} has just booked it")


@pytest.mark.detail
async def test_a_session_that_moved_under_the_cursor_is_not_booked(stack: Stack, seat: Any) -> None:
    await stack.session(await stack.person())
    here = await seat(person=await stack.person())
    await here.until_text("● LIVE")
    await here.until_text("○ open")
    await here.app.backend.live.stop()
    await stack.sql("update practice_sessions set datetime_utc = datetime_utc + interval '2 hours'")
    await here.press("b")
    await here.until_text("It was moved from", "in 3 h")
    (row,) = await stack.sql("select guest_id from practice_sessions")
    assert row["guest_id"] is None


@pytest.mark.detail
async def test_a_cancelled_session_leaves_the_board(stack: Stack, seat: Any) -> None:
    await stack.session(await stack.person())
    here = await seat(person=await stack.person())
    await here.until_text("● LIVE")
    await here.until_text("○ open")
    await here.app.backend.live.stop()
    await stack.sql("delete from practice_sessions")
    await here.press("b")
    await here.until_text("The host has cancelled this session", "No sessions yet")


@pytest.mark.detail
async def test_an_overlap_asks_first(stack: Stack, seat: Any) -> None:
    me, host = await stack.person(), await stack.person("Amara", "Okafor")
    await stack.session(host, guest=me, starts_in=timedelta(minutes=60))
    await stack.session(host, starts_in=timedelta(minutes=100))
    here = await seat(person=me)
    await here.until_text("● LIVE")
    await here.until_text("○ open")
    await here.press("G", "b")
    await here.until_text("You have another session")
    await here.press("n")
    await here.until_screen("BoardScreen")
    await here.press("b")
    await here.until_text("You have another session")
    await here.press("y")
    await here.until_text("Booked: ")


@pytest.mark.detail
async def test_leaving_asks_and_frees_the_seat(stack: Stack, seat: Any) -> None:
    me = await stack.person()
    await stack.session(await stack.person("Amara", "Okafor"), guest=me)
    here = await seat(person=me)
    await here.until_text("● LIVE")
    await here.until_text("● you")
    await here.press("l")
    await here.until_text("with Amara Okafor?")
    await here.press("escape")
    await here.until_screen("BoardScreen")
    await here.press("l", "y")
    await here.until_text("Left: ", "○ open")
    (row,) = await stack.sql("select guest_id from practice_sessions")
    assert row["guest_id"] is None
    await here.press("l")
    await here.until_text("You have not booked this session")


@pytest.mark.detail
async def test_a_session_is_posted_as_it_was_typed(stack: Stack, seat: Any) -> None:
    me = await stack.person()
    here = await seat(person=me)
    await here.until_text("● LIVE")
    await here.press("n")
    await here.until_screen("SessionForm")
    await here.fill("when", "tomorrow 25:00")
    await here.until_text("✗ There is no 25:00")
    await here.press("ctrl+s")
    assert here.screen == "SessionForm"
    await here.fill("when", "tomorrow 6pm")
    await here.press("ctrl+s")
    await here.until_text("TOMORROW", "18:00", "You ")
    (row,) = await stack.sql("select id, type, room_url, host_id from practice_sessions")
    assert row["host_id"] == me.id
    assert row["room_url"] == f"https://meet.jit.si/medtui-{row['id'].hex}"


@pytest.mark.detail
async def test_a_form_that_is_left_keeps_what_was_typed(stack: Stack, seat: Any) -> None:
    here = await seat(person=await stack.person())
    await here.until_text("● LIVE")
    await here.press("n")
    await here.until_screen("SessionForm")
    await here.fill("link", "https://example.org/mine")
    await here.press("escape")
    await here.until_text("Draft saved")
    await here.press("n")
    await here.until_screen("SessionForm")
    await here.until_text("https://example.org/mine", "Draft restored")


@pytest.mark.detail
async def test_a_failing_post_keeps_the_form_with_the_reason_at_its_field(
    stack: Stack, seat: Any
) -> None:
    other = await stack.person()
    await stack.session(other, room_url="https://example.org/taken")
    here = await seat(person=await stack.person())
    await here.until_text("● LIVE")
    await here.press("n")
    await here.until_screen("SessionForm")
    for link, words in [
        ("http://example.org", "Only https links"),
        ("javascript:alert(1)", "Enter an https link"),
        ("https://example.org/taken", "already uses this room link"),
    ]:
        await here.fill("link", link)
        await here.press("ctrl+s")
        await here.until_text(words)
        assert here.app.screen.query_one("#link").value == link
    await stack.stop_gateway()
    await here.fill("link", "https://example.org/free")
    await here.press("ctrl+s")
    await here.until_text("cannot be reached")
    await stack.start_gateway()
    await here.press("ctrl+s")
    await here.until_screen("BoardScreen")
    rows = await stack.sql("select room_url from practice_sessions where host_id <> %s", other.id)
    assert [row["room_url"] for row in rows] == ["https://example.org/free"]


@pytest.mark.detail
async def test_rescheduling_changes_only_what_was_changed(stack: Stack, seat: Any) -> None:
    me = await stack.person()
    session_id = await stack.session(me, room_url="room-7")
    (before,) = await stack.sql("select * from practice_sessions where id = %s", session_id)
    here = await seat(person=me)
    await here.until_text("● LIVE")
    await here.until_text("You ")
    await here.press("e")
    await here.until_screen("SessionForm")
    await here.fill("when", "+2d 12:00")
    await here.press("ctrl+s")
    await here.until_screen("BoardScreen")
    (after,) = await stack.sql("select * from practice_sessions where id = %s", session_id)
    assert (after["datetime_utc"] - before["datetime_utc"]).days in (1, 2)
    assert {**after, "datetime_utc": None} == {**before, "datetime_utc": None}


@pytest.mark.detail
async def test_cancelling_asks_and_says_whom_it_concerns(stack: Stack, seat: Any) -> None:
    me = await stack.person()
    await stack.session(me, guest=await stack.person("Mei", "Tanaka"))
    here = await seat(person=me)
    await here.until_text("● LIVE")
    await here.until_text("Mei Tanaka")
    await here.press("x")
    await here.until_text("Cancel the mock session", "Mei Tanaka")
    await here.press("y")
    await here.until_text("Cancelled: ", "No sessions yet")
    assert not await stack.sql("select 1 from practice_sessions")


@pytest.mark.detail
async def test_what_is_not_ones_own_says_whose_it_is(stack: Stack, seat: Any) -> None:
    await stack.session(await stack.person("Amara", "Okafor"))
    here = await seat(person=await stack.person())
    await here.until_text("● LIVE")
    await here.until_text("○ open")
    for key in ("e", "x"):
        await here.press(key)
        await here.until_text("Amara Okafor hosts this session")


@pytest.mark.detail
async def test_the_filter_narrows_as_one_types_and_esc_takes_it_back(
    stack: Stack, seat: Any
) -> None:
    for first in ("Amara", "Daniel"):
        await stack.session(await stack.person(first, "Someone"))
    here = await seat(person=await stack.person())
    await here.until_text("● LIVE")
    await here.until_text("Amara", "Daniel")
    await here.press("slash")
    await here.type("dan")
    await here.until(lambda: "Amara" not in here.text)
    assert "Daniel" in here.text
    await here.press("enter", "b")
    await here.until_text("Booked: ")
    await here.press("escape")
    await here.until_text("Amara", "Daniel")
    await here.press("slash")
    await here.type("nobody")
    await here.until_text("No matches. The filter hides 2")


@pytest.mark.detail
async def test_views(stack: Stack, seat: Any) -> None:
    me, other = await stack.person(), await stack.person("Amara", "Okafor")
    await stack.session(me)
    await stack.session(other, type="free one")
    await stack.session(other, guest=await stack.person(), type="full one")
    here = await seat(person=me)
    await here.until_text("● LIVE")
    await here.until_text("free one", "full one", "You ")
    await here.press("v")
    await here.until(lambda: "full one" not in here.text and "You " not in here.text)
    await here.press("v")
    await here.until(lambda: "free one" not in here.text and "You " in here.text)
    await here.press("v")
    await here.until_text("free one", "full one")


@pytest.mark.detail
async def test_long_names_can_be_read_in_full_at_80x24(stack: Stack, seat: Any) -> None:
    host = await stack.person(*LONG)
    await stack.session(host, guest=await stack.person("芽衣" * 15, "👩🏽‍⚕️ 田中"))
    here = await seat(person=await stack.person())
    await here.until_text("● LIVE")
    await here.until_text("Maximiliana")
    await here.press("enter")
    await here.until_screen("DetailsScreen")
    words = "".join(here.text.split())
    assert "".join(LONG).replace(" ", "") in words.replace("│", "")
    assert "芽衣" * 15 in words


@pytest.mark.detail
async def test_markup_and_escapes_in_names_are_harmless(stack: Stack, seat: Any) -> None:
    await stack.without_checks()
    host = await stack.person("[bold red]Eve[/]", "\u202egnp.exe")
    await stack.session(host, type="[@click=app.quit]x[/]", room_url="javascript:alert(1)")
    here = await seat(size=(160, 40), person=await stack.person())
    await here.until_text("● LIVE")
    await here.until_text("[bold red]Eve[/]", "[@click=app.quit]x[/]")
    assert "\u202e" not in here.text
    await here.press("o")
    await here.until_text("This link does not say plainly where it leads")


@pytest.mark.detail
async def test_over_ssh_a_link_is_shown_with_a_code_to_scan(
    stack: Stack, seat: Any, monkeypatch: Any
) -> None:
    monkeypatch.setenv("SSH_CONNECTION", "10.0.0.1 1 10.0.0.2 22")
    await stack.session(await stack.person(), room_url="https://meet.jit.si/medtui-1")
    here = await seat(size=(100, 50), person=await stack.person())
    await here.until_text("● LIVE")
    await here.until_text("○ open")
    await here.press("o")
    await here.until_text("https://meet.jit.si/medtui-1", "█▀▀▀▀▀█")


@pytest.mark.detail
async def test_the_cursor_stays_on_its_session_while_others_come_and_go(
    stack: Stack, seat: Any
) -> None:
    host = await stack.person("Amara", "Okafor")
    ids = [await stack.session(host, starts_in=timedelta(hours=n)) for n in (1, 2, 3)]
    here = await seat(person=await stack.person())
    await here.until_text("● LIVE")
    await here.until_text("in 3 h")
    await here.press("j")
    assert here.app.screen.list.session.id == ids[1]
    await stack.session(host, starts_in=timedelta(minutes=5), type="earlier")
    await here.until_text("earlier")
    assert here.app.screen.list.session.id == ids[1]
    await stack.sql("delete from practice_sessions where id = %s", ids[1])
    await here.until(lambda: here.app.screen.list.session.id != ids[1])
    assert here.app.screen.list.session.id in ids


@pytest.mark.detail
async def test_help_and_palette_name_every_key(stack: Stack, seat: Any) -> None:
    here = await seat(size=(100, 40), person=await stack.person())
    await here.until_text("● LIVE")
    await here.press("question_mark")
    await here.until_text("Help", "Book", "Post a new session", "Sign out")
    await here.press("escape", "ctrl+p")
    await here.until_screen("CommandPalette")
    await here.type("Post a new")
    await here.until_text("Post a new session")
    await here.press("enter")
    await here.until_screen("SessionForm")
