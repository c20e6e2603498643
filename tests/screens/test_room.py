"""The room: two people at two terminals prepare a station, hold it, and look back at it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.screens.conftest import Seat
from tests.stack import Person, Stack


@pytest.fixture
async def amara(stack: Stack) -> Person:
    return await stack.person("Amara", "Okafor", "st1-applicant")


@pytest.fixture
async def mei(stack: Stack) -> Person:
    return await stack.person("Mei", "Tanaka", "foundation")


async def enter(here: Seat) -> None:
    """From the start of the app into the room of the one session on the board."""
    await here.until_text("● LIVE")
    await here.press("enter")
    await here.until_screen("DetailsScreen")
    await here.press("enter")
    await here.until_screen("RoomScreen")


async def row(stack: Stack) -> dict[str, Any]:
    (found,) = await stack.sql("select * from practice_sessions")
    return found


@pytest.mark.parametrize("candidate", ["guest", "host"])
async def test_two_people_walk_a_whole_station_by_keys(
    candidate: str, stack: Stack, amara: Person, mei: Person, seat: Any
) -> None:
    cases = [await stack.case(n) for n in (1, 2)]
    await stack.session(amara, guest=mei, starts_in=timedelta(minutes=5))
    host, guest = await seat(person=amara), await seat(person=mei)
    await enter(host)
    await enter(guest)
    await host.until_text("mock with Mei Tanaka", "● LIVE", "PREP", "Choose who is the candidate")
    await guest.until_text("mock with Amara Okafor", "Waiting for Amara Okafor to choose who")
    await host.until_text("you and Mei Tanaka")
    await guest.until_text("you and Amara Okafor")

    await host.press("r")
    await host.until_text("Who is the candidate?")
    await host.press("2" if candidate == "guest" else "1")
    sits, acts = (guest, host) if candidate == "guest" else (host, guest)
    await sits.until_text("you are the CANDIDATE")
    await acts.until_text("you are the ACTOR")

    await host.press("c")
    await host.until_text("2 of 2 cases")
    if candidate == "guest":
        await host.until_text("Name of case 1")
        await host.press("enter")
    else:
        assert "Name of case" not in host.text
        await host.press("r")
    await host.until_screen("RoomScreen")
    await guest.until_text("Red eye · history taking")
    chosen = (await row(stack))["case_id"]
    number = cases.index(chosen) + 1
    await acts.until_text(f"Part of case {number}", f"Your part · Name of case {number}")
    await sits.until_text("your brief comes with the start")
    await guest.until_text("Ready: Amara Okafor starts the station")

    await host.press("s")
    await host.until_text("INTERVIEW")
    await sits.until_text("INTERVIEW", f"Task of case {number}")
    await acts.until_text("INTERVIEW", f"Part of case {number}")
    assert "Part of" not in sits.text
    assert "Task of" not in acts.text

    assert "not in the room" not in host.text, "the guest is here"

    await host.press("f")
    await host.until_text("The time is not up yet")
    await host.press("y")
    for here in (host, guest):
        await here.until_text("WRAP-UP", f"Name of case {number}", f"Condition of case {number}")
        await here.until_text("Transcript not there yet")
    await sits.until_text("you were the CANDIDATE")

    await host.press("r")
    await host.until_text("Swap roles", "A new recording and mark sheet will replace")
    await host.press("y")
    await sits.until_text("you are the ACTOR", "PREP")
    await acts.until_text("you are the CANDIDATE", "PREP")
    found = await row(stack)
    assert found["case_id"] is None
    assert found["candidate_id"] == (amara.id if candidate == "guest" else mei.id)
    await host.press("c")
    await host.until_text("1 of 1 cases")  # the other one was shown to both
    await host.press("r")
    await host.until_screen("RoomScreen")
    await guest.until_text("Red eye · history taking")
    assert UUID(str((await row(stack))["case_id"])) != chosen
