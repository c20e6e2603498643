"""What one's partner did is told by name until it was read: at the board and at the next start."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from medtui.core.models import Stage
from medtui.data import news
from tests.helpers.seats import Seat
from tests.helpers.stack import Stack
from tests.room.test_room import enter
from tests.room.test_room_edges import Pair, pair


@pytest.fixture(params=["stack", "data_model_stack"])
def any_stack(request: pytest.FixtureRequest) -> Stack:
    """A server with our migrations, and one with the data model alone."""
    stack: Stack = request.getfixturevalue(request.param)
    return stack


async def at_board(seat: Any, stack: Stack, person: Any, **more: Any) -> Seat:
    here: Seat = await seat(person=person, on=stack, **more)
    await here.until_text("● LIVE")
    return here


async def leave_the_app(here: Seat) -> None:
    """End the app, once all that it keeps is on the disk."""
    await here.app.backend.news.close()
    await here.app.backend.live.stop()


@pytest.mark.detail
@pytest.mark.short(1)
async def test_a_cancelled_session_is_told_until_it_is_read(any_stack: Stack, seat: Any) -> None:
    two: Pair = await pair(any_stack, starts_in=timedelta(days=2))
    host = await at_board(seat, any_stack, two.host)
    guest = await at_board(seat, any_stack, two.guest)
    await host.until_text("● Mei Tanaka")
    await guest.until_text("● you")
    await host.press("x")
    await host.until_screen("CancelScreen")
    await host.press("y")
    await until_told(guest, "Amara Okafor cancelled your mock of")
    await guest.until_text("No sessions yet")
    assert "got it" not in said(host)
    await leave_the_app(guest)

    again = await at_board(seat, any_stack, two.guest)
    await again.until_text("Amara Okafor cancelled your mock of")
    await again.press("d")
    await again.until(lambda: "cancelled your mock" not in again.text)
    await leave_the_app(again)

    third = await at_board(seat, any_stack, two.guest)
    await third.until_text("No sessions yet")
    await third.pause(0.2)
    assert "cancelled" not in third.text


@pytest.mark.detail
async def test_what_happens_while_one_is_away_is_told_at_the_next_start(
    any_stack: Stack, seat: Any
) -> None:
    two: Pair = await pair(any_stack, starts_in=timedelta(days=2))
    other = await any_stack.session(two.host, guest=two.guest, starts_in=timedelta(days=3))
    past = await any_stack.session(two.host, guest=two.guest, starts_in=-timedelta(hours=20))
    guest = await at_board(seat, any_stack, two.guest)
    await guest.until_text("● you")
    await guest.until(lambda: len(guest.app.backend.news._known) == 3)
    await leave_the_app(guest)

    await any_stack.sql(
        "update practice_sessions set datetime_utc = datetime_utc + interval '1 hour'"
        " where id = %s", two.session_id,
    )  # fmt: skip
    await any_stack.sql("delete from practice_sessions where id = %s", other)
    # It leaves the board's window, and is still there.
    await any_stack.sql(
        "update practice_sessions set datetime_utc = datetime_utc - interval '8 hours'"
        " where id = %s", past,
    )  # fmt: skip

    again = await at_board(seat, any_stack, two.guest, size=(120, 40))
    told = set()
    for _ in range(3):
        await until_told(again, "Amara Okafor")
        told.add(again.app.screen.notice.visual.plain.split(" your mock")[0])
        await again.press("d")
    await again.until(lambda: "got it" not in said(again))
    assert told == {"Amara Okafor moved", "Amara Okafor cancelled"}


@pytest.mark.detail
async def test_a_freed_seat_is_told_to_the_guest_and_a_left_one_to_the_host(
    stack: Stack, seat: Any
) -> None:
    two = await pair(stack)
    host, guest = await at_board(seat, stack, two.host), await at_board(seat, stack, two.guest)
    await guest.until_text("● you")
    await guest.press("l")
    await guest.until_screen("ConfirmScreen")
    await guest.press("y")
    await until_told(host, "Mei Tanaka left your mock of")
    await guest.until_text("○ open")
    assert "got it" not in said(guest)
    await host.press("d")
    await guest.press("b")
    await host.until_text("● Mei Tanaka")
    await enter(host)
    await host.press("X")
    await host.until_screen("ConfirmScreen")
    await host.press("y")
    await until_told(guest, "Amara Okafor freed your seat in the mock of")
    await host.press("escape")
    await host.until_text("○ open")
    assert "got it" not in said(host)


@pytest.mark.detail
async def test_ones_own_leaving_is_no_news_in_another_window(stack: Stack, seat: Any) -> None:
    two = await pair(stack)
    one, other = await at_board(seat, stack, two.guest), await at_board(seat, stack, two.guest)
    for here in (one, other):
        await here.until_text("● you")
    await one.press("l")
    await one.until_screen("ConfirmScreen")
    await one.press("y")
    await other.until_text("○ open")
    await other.until(lambda: not other.app.backend.news._known)
    await other.until(lambda: not other.app.backend.news._writes)
    for here in (one, other):
        assert here.app.backend.news.waiting == ()


@pytest.mark.detail
@pytest.mark.short(1)
async def test_files_that_the_host_deletes_are_told_to_the_guest(
    any_stack: Stack, seat: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("medtui.data.news.CONFIRM_SECONDS", 0.1)
    two: Pair = await pair(any_stack, starts_in=-timedelta(hours=1))
    await two.set(version=Stage.WRAP_UP.value)
    await any_stack.file(two.session_id, "transcript.json", "assessment.json")
    guest = await at_board(seat, any_stack, two.guest)
    host = await at_board(seat, any_stack, two.host)
    theirs = guest.app.backend.news
    await guest.until(lambda: theirs._known and len(theirs._known[two.session_id].files) == 2)
    await host.press("R")
    await host.until_screen("SessionReviewScreen")
    await host.until_text("transcript")
    await host.until(lambda: host.app.screen.files)
    await host.press("d", "1")
    await host.until_screen("DeleteScreen")
    await host.until(lambda: "Mei Tanaka loses it, too. s saves a copy first" in said(host))
    await host.press("s")
    await host.until_screen("SaveScreen")
    await host.press("escape")
    await host.until_screen("DeleteScreen")
    await host.press("y")
    await host.until_text("The transcript is deleted")
    await theirs._look_at_files()
    await until_told(guest, "Amara Okafor deleted the transcript of your mock of")
    assert "got it" not in said(host)


@pytest.mark.detail
async def test_a_file_that_is_being_replaced_is_not_told_as_deleted(
    stack: Stack, seat: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_replaced = asyncio.Event()

    async def sleep(seconds: float) -> None:
        await (is_replaced.wait() if seconds == news.CONFIRM_SECONDS else asyncio.sleep(seconds))

    monkeypatch.setattr(news, "sleep", sleep)
    two = await pair(stack, starts_in=-timedelta(hours=1))
    await two.set(version=Stage.WRAP_UP.value)
    await stack.file(two.session_id, "transcript.json")
    guest = await at_board(seat, stack, two.guest)
    theirs = guest.app.backend.news
    await guest.until(lambda: theirs._known and theirs._known[two.session_id].files)
    await stack.remove_files()
    await theirs._look_at_files()
    assert theirs._confirming
    await stack.file(two.session_id, "transcript.json", content=b'{"new": 1}')
    is_replaced.set()
    await guest.until(lambda: not theirs._confirming)
    assert theirs.waiting == ()


async def test_who_is_elsewhere_in_the_app_is_told_too(stack: Stack, seat: Any) -> None:
    two = await pair(stack, starts_in=timedelta(days=2))
    guest = await at_board(seat, stack, two.guest)
    await guest.until_text("● you")
    await guest.press("h")
    await guest.until_screen("HistoryScreen")
    await stack.sql("delete from practice_sessions")
    await guest.until(lambda: "Amara Okafor cancelled your mock" in said(guest))
    assert guest.screen == "HistoryScreen"
    await guest.press("escape")
    await until_told(guest, "Amara Okafor cancelled your mock of")


@pytest.mark.detail
@pytest.mark.short(2)
@pytest.mark.parametrize("stage", [Stage.INTERVIEW, Stage.WRAP_UP])
async def test_from_the_start_of_a_station_on_x_does_not_cancel(
    any_stack: Stack, seat: Any, stage: Stage
) -> None:
    two: Pair = await pair(any_stack)
    await two.set(version=stage.value)
    here = await at_board(seat, any_stack, two.host)
    await here.until_text(f"{stage.label}")
    await here.press("x")
    await here.until_text("Mei Tanaka have started this")
    assert here.screen == "BoardScreen"
    await two.set(version=Stage.PREP.value)  # as after a swap of roles
    await here.until_text("● Mei Tanaka")
    with here.app._context():
        here.app.clear_notifications()
    await here.press("x")
    await here.until_text("Mei Tanaka have started this")
    assert len(await any_stack.sql("select from practice_sessions")) == 1


@pytest.mark.detail
async def test_the_cancel_dialog_follows_the_session(stack: Stack, seat: Any) -> None:
    two = await pair(stack, guest=None, candidate_id=None)
    host, guest = await at_board(seat, stack, two.host), await at_board(seat, stack, two.guest)
    for here in (host, guest):
        await here.until_text("○ open")
    await host.press("x")
    await host.until(lambda: "Cancel the mock session" in said(host))
    await guest.press("b")
    await host.until(lambda: "Mei Tanaka has just booked it. Cancel anyway?" in said(host))
    host.app.screen._changed -= 1  # the moment in which yes is not taken for an answer to it
    await host.press("y")
    await host.until_text("Cancelled: ")
    await guest.until_text("Amara Okafor cancelled your mock of")


@pytest.mark.detail
async def test_a_yes_that_meant_the_old_question_is_not_taken(stack: Stack, seat: Any) -> None:
    two = await pair(stack, guest=None, candidate_id=None)
    host = await at_board(seat, stack, two.host)
    await host.until_text("○ open")
    await host.press("x")
    await host.until_screen("CancelScreen")
    host.app.screen._changed = float("inf")  # it has just changed
    await host.press("y")
    assert host.screen == "CancelScreen"
    await host.press("n")
    await host.until_screen("BoardScreen")
    assert len(await stack.sql("select from practice_sessions")) == 1


@pytest.mark.detail
async def test_the_cancel_dialog_closes_when_the_station_starts(stack: Stack, seat: Any) -> None:
    two = await pair(stack)
    host = await at_board(seat, stack, two.host)
    await host.until_text("● Mei Tanaka")
    await host.press("x")
    await host.until_screen("CancelScreen")
    await two.set(version=Stage.INTERVIEW.value)
    await host.until_screen("BoardScreen")
    await host.until_text("Mei Tanaka have started this")


async def until_told(here: Seat, words: str) -> None:
    """Wait until the line at the top of the board says this."""
    await here.until(lambda: words in said(here) and "d: got it" in said(here))


def said(here: Seat) -> str:
    """The screen's words, however their lines are broken."""
    return " ".join(here.text.split())
