"""What a host chooses in a room, at two sizes; the stages themselves are in test_room.py."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.helpers.seats import NOW, Seat
from tests.helpers.stack import Person, Stack
from tests.room.test_room import PART, TASK, enter

SIZES = [(80, 24), (160, 48)]
SESSION = UUID(int=5)


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
    await here.until_text("3 of 3 cases", "A lump on the lid", "acted")
    picture(here, taken("cases"))
    await here.press("escape", "r", "1")
    await here.until_text("you are the CANDIDATE")
    await here.press("c")
    await here.until_text("2 of 2 cases", "Red eye · history taking (1)")
    picture(here, taken("cases-blind"))
