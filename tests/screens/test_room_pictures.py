"""The room at each stage, for the actor and the candidate, at two sizes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.screens.conftest import NOW, Seat
from tests.screens.test_room import enter
from tests.stack import Person, Stack

SIZES = [(80, 24), (160, 48)]
SESSION = UUID(int=5)

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
async def daniel(stack: Stack) -> Person:
    return await stack.person("Daniel", "Reyes", "st2")


@pytest.fixture
async def case(stack: Stack) -> UUID:
    return await stack.case(
        1,
        category="Vision loss",
        domain="breaking bad news",
        case_name="The shadow that came at breakfast",
        condition="Central retinal artery occlusion",
        candidate_brief=TASK,
        actor_brief=PART,
    )


async def be_in(stack: Stack, stage: int, ago: float, **columns: Any) -> None:
    """The session's stage, and since when by the clock of the pictures."""
    names = ", ".join(f"{name} = %s" for name in ("version", *columns))
    await stack.sql(f"update practice_sessions set {names}", stage, *columns.values())
    since = NOW - timedelta(seconds=ago)
    await stack.sql("update practice_sessions set stage_since = %s", since)


@pytest.mark.parametrize("size", SIZES)
async def test_the_room(
    size: tuple[int, int],
    stack: Stack,
    amara: Person,
    daniel: Person,
    case: UUID,
    seat: Any,
    picture: Callable[[Seat, str], None],
) -> None:
    def taken(name: str) -> str:
        return f"room-{name}-{size[0]}x{size[1]}"

    await stack.session(
        daniel,
        guest=amara,
        id=SESSION,
        datetime_utc=NOW + timedelta(minutes=4),
        room_url="https://meet.jit.si/medtui-0005",
    )
    here = await seat(size=size, clock=lambda: NOW, person=amara)
    await enter(here)
    await here.until_text("Waiting for Daniel Reyes to choose who", "Daniel Reyes is not here yet")
    picture(here, taken("prep"))

    await be_in(stack, 1, 0, candidate_id=amara.id, case_id=case)
    await here.until_text("you are the CANDIDATE", "your brief comes")
    await settled(here)
    picture(here, taken("prep-candidate"))

    await be_in(stack, 2, 73.2, candidate_id=amara.id)
    await here.until_text("INTERVIEW", "Margaret, 71")
    await settled(here)
    picture(here, taken("interview-candidate"))

    await be_in(stack, 2, 433.2, candidate_id=daniel.id)
    await here.until_text("you are the ACTOR", "LAST MINUTE", "Opening line")
    await here.press("i", "k", "i", "n", "d")
    await settled(here)
    picture(here, taken("interview-actor"))
    await here.press("escape")

    await be_in(stack, 3, 12)
    await here.until_text("WRAP-UP", "Central retinal artery occlusion", "Assessment not there")
    await settled(here)
    picture(here, taken("wrap-up"))


@pytest.mark.parametrize("size", SIZES)
async def test_what_a_host_chooses(
    size: tuple[int, int],
    stack: Stack,
    amara: Person,
    daniel: Person,
    case: UUID,
    seat: Any,
    picture: Callable[[Seat, str], None],
) -> None:
    def taken(name: str) -> str:
        return f"room-{name}-{size[0]}x{size[1]}"

    await stack.case(2, category="Red eye", case_name="Lenses at the pool")
    await stack.case(3, category="Red eye", domain="consent", case_name="A lump on the lid")
    await stack.session(amara, guest=daniel, id=SESSION, datetime_utc=NOW + timedelta(minutes=4))
    await stack.session(
        daniel,
        guest=amara,
        datetime_utc=NOW - timedelta(days=9),
        case_id=case,
        candidate_id=amara.id,
        version=3,
    )
    here = await seat(size=size, clock=lambda: NOW, person=amara)
    await enter(here)
    await here.until_text("Choose who is the candidate", "Daniel Reyes is not here yet")
    picture(here, taken("prep-host"))
    await here.press("t")
    await here.until_text("How long is a station?")
    picture(here, taken("timing"))
    await here.press("escape", "r")
    await here.until_text("Who is the candidate?")
    picture(here, taken("roles"))
    await here.press("2")
    await here.until_text("you are the ACTOR")
    await here.press("c")
    await here.until_text("3 of 3 cases", "A lump on the lid", "Daniel Reyes has acted it")
    picture(here, taken("cases"))
    await here.press("escape", "r", "1")
    await here.until_text("you are the CANDIDATE")
    await here.press("c")
    await here.until_text("2 of 2 cases", "Red eye · history taking (1)")
    picture(here, taken("cases-blind"))


async def settled(here: Seat) -> None:
    """The toasts are gone: what they say is in other tests."""
    with here.app._context():
        here.app.clear_notifications()
    await here.pause(0.1)
