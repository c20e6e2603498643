"""Rounds: two people swap and go on, each round a session of its own, without leaving the room."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.helpers.seats import NOW, Seat
from tests.helpers.stack import Person, Stack
from tests.room.test_room import enter

LINK = "https://meet.jit.si/medtui-0005"


@pytest.fixture
async def amara(stack: Stack) -> Person:
    return await stack.person("Amara", "Okafor")


@pytest.fixture
async def mei(stack: Stack) -> Person:
    return await stack.person("Mei", "Tanaka")


async def in_wrap_up(on: Stack, host: Person, guest: Person) -> UUID:
    """A session whose station is over, with the guest as its candidate."""
    return await on.session(
        host,
        guest=guest,
        candidate_id=guest.id,
        case_id=await on.case(1),
        version=3,
        room_url=LINK,
        datetime_utc=NOW - timedelta(minutes=20),
    )


async def rows(stack: Stack) -> list[dict[str, Any]]:
    return await stack.sql("select * from practice_sessions order by datetime_utc")


async def test_a_swap_is_one_key_on_either_side_and_a_session_of_its_own(
    stack: Stack, amara: Person, mei: Person, seat: Any
) -> None:
    first = await in_wrap_up(stack, amara, mei)
    host = await seat(person=amara, clock=lambda: NOW)
    guest = await seat(person=mei, clock=lambda: NOW)
    for here in (host, guest):
        await enter(here)
    for here in (host, guest):
        await here.until_text("(here)")
    await guest.press("i")
    await guest.burst(*"Hold silences")
    await guest.press("escape")

    await host.press("r")
    await host.until_text("Round 2 of 2", "PREP")
    await guest.until_text("Amara Okafor has started round 2, with you as the actor")
    await guest.press("1")
    await guest.until_text("Round 2 of 2", "you are the ACTOR", "Hold silences")
    await host.until_text("you are the CANDIDATE", "(here)")

    before, after = await rows(stack)
    assert (before["id"], before["version"], before["candidate_id"]) == (first, 3, mei.id)
    assert before["turned_at"] is None
    assert (after["guest_id"], after["candidate_id"]) == (mei.id, amara.id)
    assert (after["meeting_id"], after["room_url"]) == (first, f"{LINK}#medtui-round=2")


async def test_once_more_keeps_the_roles_and_a_guest_can_agree_for_the_evening(
    stack: Stack, amara: Person, mei: Person, seat: Any
) -> None:
    await in_wrap_up(stack, amara, mei)
    host = await seat(person=amara, clock=lambda: NOW)
    guest = await seat(person=mei, clock=lambda: NOW)
    for here in (host, guest):
        await enter(here)
    await host.press("u")
    await guest.until_text("with you as the candidate", "in later rounds today automatically")
    await guest.press("2")
    await guest.until_text("Round 2 of 2", "you are the CANDIDATE")
    await host.until_text("you are the ACTOR", "s asks for the case", "(here)")

    await host.press("s")
    await host.until_text("Then the station starts", "No case")
    await host.press("n")
    await host.until_text("INTERVIEW")
    await host.press("u")
    await host.until_text("Finish it for both of you")
    await host.press("y")
    await guest.until_text("Round 3 of 3", "you are the CANDIDATE")
    found = await rows(stack)
    assert [row["version"] for row in found] == [3, 3, 1]
    assert {row["candidate_id"] for row in found} == {mei.id}
    assert len({row["room_url"] for row in found}) == 3


@pytest.mark.detail
async def test_a_guest_who_is_elsewhere_is_asked_when_they_come_back(
    stack: Stack, amara: Person, mei: Person, seat: Any
) -> None:
    await in_wrap_up(stack, amara, mei)
    guest = await seat(person=mei, clock=lambda: NOW)
    await enter(guest)
    await guest.press("R")
    await guest.until_screen("SessionReviewScreen")
    host = await seat(person=amara, clock=lambda: NOW)
    await enter(host)
    await host.press("r")
    await host.until_text("Round 2 of 2")
    await guest.until_text("Amara Okafor has started round 2")
    assert guest.screen == "SessionReviewScreen"
    await guest.press("escape")
    await guest.until_text("with you as the actor")
    await guest.press("1")
    await guest.until_text("you are the ACTOR")


@pytest.mark.detail
async def test_a_server_without_the_newest_migration_has_rounds_too_but_keeps_no_seat(
    data_model_stack: Stack, seat: Any
) -> None:
    amara = await data_model_stack.person("Amara", "Okafor")
    mei = await data_model_stack.person("Mei", "Tanaka")
    await in_wrap_up(data_model_stack, amara, mei)
    host: Seat = await seat(person=amara, on=data_model_stack, clock=lambda: NOW)
    guest: Seat = await seat(person=mei, on=data_model_stack, clock=lambda: NOW)
    for here in (host, guest):
        await enter(here)
    await host.press("r")
    await host.until_text("This server keeps no seat", "Round 2 of 2")
    await guest.until_text("has started round 2, with you as the actor")
    await guest.press("1")
    await host.until_text("you are the CANDIDATE", "s asks for the case")
