"""On the board: to wait for a seat, to be offered it, to pass it on, and to keep one's own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from medtui.board.actions import BoardActions
from tests.board.test_actions import board
from tests.helpers.stack import Stack


async def test_who_waits_for_a_seat_is_told_when_it_is_theirs_and_books_it(
    stack: Stack, seat: Any
) -> None:
    me, host = await stack.person("Mei", "Tanaka"), await stack.person("Amara", "Okafor")
    guest = await stack.person("Tom", "Ellery")
    await stack.session(host, guest=guest, starts_in=timedelta(hours=4))
    here = await seat(person=me)
    await here.resize(160, 48)
    await here.until_text("● LIVE", "b Wait", "b  wait for the seat")
    await here.press("b")
    await here.until_text("already booked by Tom Ellery.")
    await here.press("y")
    await here.until_text("You wait for the seat, 1st in line: you are told when it is yours.")
    await here.until_text("● Tom Ellery, you wait", "l Stop waiting")
    await stack.sql("update practice_sessions set guest_id = null")
    await here.until_text("The seat is yours until", "○ yours for 30 min", "Your turn:")
    await here.press("b")
    await here.until_text("Booked: Amara Okafor", "● you")
    [row] = await stack.sql("select guest_id, kept_for from practice_sessions")
    assert row == {"guest_id": me.id, "kept_for": None}


@pytest.mark.detail
async def test_a_seat_is_passed_on_and_others_read_that_it_is_kept(stack: Stack, seat: Any) -> None:
    me, host = await stack.person("Mei", "Tanaka"), await stack.person("Amara", "Okafor")
    first, guest = await stack.person(), await stack.person("Tom", "Ellery")
    id_ = await stack.session(host, guest=guest, starts_in=timedelta(hours=4))
    async with board(stack, first, id_) as screen:
        await BoardActions(screen, screen.context).book()
        assert screen.shown == [
            "You wait for the seat, 1st in line: you are told when it is yours."
        ]
        await stack.sql("update practice_sessions set guest_id = null")
        here = await seat(person=me)
        await here.resize(160, 48)
        await here.until_text("◌ kept for 30 min", "The seat is kept for another")
        await here.press("b")
        await here.until_text("This seat is kept for another person for 30 min.")
        await here.press("y")
        await here.until_text("2nd in line")
        screen.session = await screen.context.backend.sessions.one(id_)
        await BoardActions(screen, screen.context).leave()
        assert screen.asked[-1].startswith("Pass on the seat with Amara Okafor?")
        await here.until_text("The seat is yours until")


async def test_a_host_keeps_the_seat_for_a_person_and_takes_that_back(stack: Stack) -> None:
    host, friend = await stack.person("Amara", "Okafor"), await stack.person("Mei", "Tanaka")
    id_ = await stack.session(host, starts_in=timedelta(hours=4))
    await stack.session(friend)
    async with board(stack, host, id_) as screen:
        people = [*(await screen.context.backend.profiles.get_many([friend.id])).values()]
        screen.people = lambda: people  # type: ignore[method-assign]
        actions, [row] = (
            BoardActions(screen, screen.context),
            await stack.sql("select datetime_utc from practice_sessions where id = %s", id_),
        )
        answers: list[Any] = [friend.id, row["datetime_utc"], "no longer"]

        async def choose(question: str, choices: Any, current: int = 0) -> Any:
            answer = answers.pop(0)
            assert answer in [value for _, value in choices]
            return answer

        screen.choose = choose  # type: ignore[method-assign]
        await actions.keys["keep"]()
        query = "select kept_for, kept_until, kept_as from practice_sessions where id = %s"
        [kept] = await stack.sql(query, id_)
        assert kept == {
            "kept_for": friend.id, "kept_until": row["datetime_utc"], "kept_as": "invited"
        }  # fmt: skip
        assert screen.shown[-1].startswith("The seat is kept for Mei Tanaka until ")
        screen.session = await screen.context.backend.sessions.one(id_)
        await actions.keys["keep"]()
        assert (await stack.sql(query, id_))[0]["kept_for"] is None
        assert screen.shown[-1] == "The seat is free for everybody."


@pytest.mark.detail
async def test_a_server_without_lines_says_so_and_offers_none(
    data_model_stack: Stack, seat: Any
) -> None:
    stack = data_model_stack
    me, host = await stack.person("Mei", "Tanaka"), await stack.person("Amara", "Okafor")
    await stack.session(host, guest=await stack.person("Tom", "Ellery"))
    here = await seat(person=me, on=stack)
    await here.until_text("● LIVE", "Tom Ellery")
    await here.press("b")
    await here.until_text("booked by Tom Ellery, and this server has no waiting lists")
    assert "b Wait" not in here.text
