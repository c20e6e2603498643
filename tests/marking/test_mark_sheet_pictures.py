"""The mark sheet at two sizes: while the station runs, while one writes, and by another rubric."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.helpers.seats import NOW, Pictures, Seat
from tests.helpers.stack import Person, Stack
from tests.room.test_room import PART, TASK, enter, settled

SESSION = UUID(int=5)


@pytest.fixture
async def amara(stack: Stack) -> Person:
    return await stack.person("Amara", "Okafor", "st1-applicant")


@pytest.fixture
async def mei(stack: Stack) -> Person:
    return await stack.person("Mei", "Tanaka", "foundation")


async def write(here: Seat, key: str, text: str) -> None:
    await here.press(key)
    await here.until(lambda: here.app.screen.writing.display)
    await here.type(text)
    await here.press("enter")
    await here.until(lambda: not here.app.screen.writing.display)


async def test_the_sheet_while_the_station_runs(
    stack: Stack, amara: Person, mei: Person, seat: Any, pictures: Pictures
) -> None:
    case = await stack.case(
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
        id=SESSION,
        datetime_utc=NOW - timedelta(minutes=4),
        case_id=case,
        candidate_id=mei.id,
        version=2,
        stage_since=NOW - timedelta(seconds=252),
    )
    here = await seat(clock=lambda: NOW, person=amara)
    await enter(here)
    await here.until_text("INTERVIEW", "Opening line")
    await here.press("m")
    await here.until_text("Mark sheet", "Rapport, introduction", "4:12 in")
    await here.press("8", "2")
    await write(here, "s", "Says who she is")
    await write(here, "e", "what do you understand so far?")
    await write(here, "i", "Ask first what is known")
    await here.press("j", "7", "6", "tab", "5", "5")
    await write(here, "f", "Promises sight")
    await here.press("tab", "u")
    await write(here, "n", "Long silence")
    await here.until_text("2 domains are not marked", "”1", "+1 →1", "!1")
    await here.press("g")
    await settled(here)
    await here.until_text("Says who she is")
    await pictures(here, "sheet-interview")
    await here.press("b")
    await here.until_text("You are Margaret, 71", "82/100")
    await pictures(here, "sheet-brief")
    await here.press("escape", "G", "s")
    await here.type("Silences are borne")
    await here.until_text("Keep doing", "Long silence")
    await pictures(here, "sheet-writing")
    await here.press("enter", "R")
    await here.until_text("By which rubric do you mark?", "RCGP SCA")
    await pictures(here, "sheet-rubrics")
    await here.press("3")
    await here.until_text("Clinical management and")
    await here.press("g", "2", "j", "3")
    await here.until_text("Pass", "Clear pass ×1.5")
    await settled(here)
    await pictures(here, "sheet-sca")
    await here.press("h")
    await here.until_text("Hand in this sheet?", "1 domain is not")
    await pictures(here, "sheet-hand-in")
