"""The room: two people at two terminals prepare a station, hold it, and look back at it.

Every screen at each stage, for the actor and the candidate, at two sizes, is compared with its
picture on the way.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.helpers.seats import NOW, Seat
from tests.helpers.stack import Person, Stack

SIZES = {"host": (80, 24), "guest": (160, 48)}

TASK = """# Eye casualty, 10:40

You are the ophthalmology doctor in eye casualty. **Margaret, 71**, lost the sight of her right
eye three hours ago, without pain. The nurse has measured:

| | right | left |
| --- | --- | --- |
| visual acuity | counting fingers | 6/9 |
| pupil | relative afferent defect | normal |

## Your task (8 minutes)

1. Find out what she understands and fears.
2. Tell her what you have found and what it means for her sight.
3. Explain what has to happen today, and why it matters for her health as a whole.
"""
PART = """# You are Margaret, 71

A retired school cook, widowed, who drives her grandson to school.

**Opening line:** "They said you'd be able to put it right. You can, can't you?"

## Your story

- The sight went "like a curtain" while you were buttering toast. No pain, no flashes.
- *Only if asked:* last month your speech was slurred for ten minutes and you told nobody.

## How you react

Go silent when you hear that the sight may not return; let the silence last.
"""


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
    await here.until(lambda: here.screen in ("DetailsScreen", "RoomScreen"))
    if here.screen == "DetailsScreen":  # on a narrow terminal
        await here.press("enter")
    await here.until_screen("RoomScreen")


async def row(stack: Stack) -> dict[str, Any]:
    """The latest session."""
    return (await stack.sql("select * from practice_sessions order by created_at"))[-1]


async def settled(here: Seat) -> None:
    """Without toasts: what they say is in other tests."""
    with here.app._context():
        here.app.clear_notifications()
    await here.pause(0.1)


@pytest.mark.parametrize("candidate", ["guest", pytest.param("host", marks=pytest.mark.long)])
async def test_two_people_walk_a_whole_station_by_keys(
    candidate: str,
    stack: Stack,
    amara: Person,
    mei: Person,
    seat: Any,
    picture: Callable[[Seat, str], None],
) -> None:
    first = await stack.case(
        1,
        category="Vision loss",
        domain="breaking bad news",
        case_name="The shadow that came at breakfast",
        condition="Central retinal artery occlusion",
        candidate_brief=TASK,
        actor_brief=PART,
    )
    await stack.session(
        amara,
        guest=mei,
        datetime_utc=NOW + timedelta(minutes=4),
        room_url="https://meet.jit.si/medtui-0005",
    )
    host = await seat(person=amara, size=SIZES["host"], clock=lambda: NOW)
    guest = await seat(person=mei, size=SIZES["guest"], clock=lambda: NOW)
    sits, acts = (guest, host) if candidate == "guest" else (host, guest)

    async def pictures(stage: str) -> None:
        for here in (host, guest):
            await settled(here)
            role = "candidate" if here is sits else "actor"
            width, height = SIZES["host" if here is host else "guest"]
            picture(here, f"room-{stage}-{role}-{width}x{height}")

    await enter(host)
    await enter(guest)
    await host.until_text("mock with Mei Tanaka", "● LIVE", "PREP", "who is the candidate?")
    await guest.until_text("mock with Amara Okafor", "Waiting for Amara Okafor to choose who")
    await host.until_text("you and Mei Tanaka")
    await guest.until_text("you and Amara Okafor")

    await host.press("r")
    await host.until_text("Who is the candidate?")
    await host.press("2" if candidate == "guest" else "1")
    await sits.until_text("you are the CANDIDATE")
    await acts.until_text("you are the ACTOR")
    await sits.until_text("Once a case is")
    await acts.until_text("The actor's brief appears here")

    await host.press("c")
    await host.until_text("1 of 1 cases")
    if candidate == "guest":
        await host.until_text("The shadow that came at breakfast")
        await host.press("enter")
    else:
        assert "The shadow" not in host.text
        await host.press("r")
    await host.until_screen("RoomScreen")
    await guest.until_text("Ready: Amara Okafor starts the station", "Vision loss")
    await acts.until_text("You are Margaret, 71", "Your part · The shadow that came")
    await sits.until_text("Your brief appears when the station starts")
    await pictures("prep")

    await host.press("s")
    await host.until_text("INTERVIEW")
    since = NOW - timedelta(seconds=73.2)
    await stack.sql("update practice_sessions set stage_since = %s", since)
    await sits.until_text("INTERVIEW", "You are the ophthalmology doctor")
    await acts.until_text("INTERVIEW", "Opening line")
    for here in (host, guest):
        await here.until(lambda here=here: here.app.screen.session.stage_since == since)
    assert "Opening line" not in sits.text
    assert "ophthalmology" not in acts.text
    await pictures("interview")

    await host.press("f")
    await host.until_text("Time is not up yet")
    await host.press("y")
    for here in (host, guest):
        await here.until_text("WRAP-UP", "The shadow that", "Central retinal artery occlusion")
        await here.until_text("Transcript not yet", "Eye casualty, 10:40")
    await sits.until_text("you were the CANDIDATE")
    await pictures("wrap-up")

    second = await stack.case(2)
    await host.press("r")
    await guest.until_text("Amara Okafor has started round 2")
    await guest.press("1")
    await sits.until_text("you are the ACTOR", "PREP")
    await acts.until_text("you are the CANDIDATE", "PREP")
    found = await row(stack)
    assert found["case_id"] is None
    assert found["candidate_id"] == (amara.id if candidate == "guest" else mei.id)
    await host.press("c")
    await host.until_text("1 of 1 cases")  # the first one was shown to both
    await host.press("r")
    await host.until_screen("RoomScreen")
    await guest.until_text("Red eye · history taking")
    assert UUID(str((await row(stack))["case_id"])) == second != first
