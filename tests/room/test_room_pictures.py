"""What a host chooses in a room, at two sizes; the stages themselves are in test_room.py."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.helpers.seats import NOW, Pictures
from tests.helpers.stack import Person, Stack
from tests.room.test_room import PART, TASK, enter

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


async def test_what_a_host_chooses(
    stack: Stack,
    amara: Person,
    daniel: Person,
    case: UUID,
    seat: Any,
    pictures: Pictures,
) -> None:
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
    here = await seat(clock=lambda: NOW, person=amara)
    await enter(here)
    await here.until_text("who is the candidate?", "Daniel Reyes is not here yet")
    await pictures(here, "room-prep-host")
    await here.resize(40, 12)
    await here.until_text("● LIVE Daniel Reyes", "PREP  no role yet")
    await here.resize(80, 24)
    await here.press("t")
    await here.until_text("How long is a station?")
    await pictures(here, "room-timing")
    await here.press("escape", "r")
    await here.until_text("Who is the candidate?")
    await pictures(here, "room-roles")
    await here.press("2")
    await here.until_text("you are the ACTOR")
    await here.press("c")
    await here.until_text("3 of 3 cases", "A lump on the lid", "acted")
    await pictures(here, "room-cases")
    await here.press("escape", "r", "1")
    await here.until_text("you are the CANDIDATE")
    await here.press("c")
    await here.until_text("2 of 2 cases", "Red eye · history taking (1)")
    await pictures(here, "room-cases-blind")
