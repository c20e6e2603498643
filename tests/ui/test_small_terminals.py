"""On 40 by 12 cells each screen still has time, host, seat, LIVE, role and clock."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.helpers.seats import NOW, Seat
from tests.helpers.stack import Person, Stack
from tests.room.test_room import enter
from tests.shared_screen.conftest import wall as wall

SMALL = (40, 12)


@pytest.fixture
async def people(stack: Stack) -> tuple[Person, Person]:
    return await stack.person("Amara", "Okafor", "st1-applicant"), await stack.person(
        "Mei", "Tanaka"
    )


def within(here: Seat, *texts: str) -> None:
    """All of these are on the screen, none of whose lines is wider than it is."""
    for text in texts:
        assert text in here.text, f"{text} is not on the screen:\n{here.text}"
    assert len(here.text.split("\n")) == SMALL[1]


async def test_the_board_has_time_host_and_seat(
    stack: Stack, people: tuple[Person, Person], seat: Any
) -> None:
    amara, mei = people
    await stack.session(mei, datetime_utc=NOW + timedelta(minutes=26))
    await stack.session(mei, guest=amara, datetime_utc=NOW + timedelta(minutes=56))
    here = await seat(clock=lambda: NOW, person=amara, size=SMALL)
    await here.until_text("● LIVE", "18:30")
    within(here, "● LIVE", "1 open of 2", "18:04", "18:30  Mei Tanaka", "○ open", "● you")
    await stack.stop_gateway()
    await here.until_text("▲ STALE since ")
    await stack.start_gateway()


async def test_the_room_has_time_partner_role_and_clock(
    stack: Stack, people: tuple[Person, Person], seat: Any
) -> None:
    amara, mei = people
    columns = {"case_id": await stack.case(1), "candidate_id": mei.id}
    await stack.session(amara, guest=mei, datetime_utc=NOW + timedelta(minutes=4), **columns)
    here = await seat(clock=lambda: NOW, person=mei, size=SMALL)
    await enter(here)
    await here.until_text("✓     Roles")
    within(here, "● LIVE Amara", "PREP  CANDIDATE", "today 18:08, in 4 min", "✓     Case", "Start")
    await stack.sql(
        "update practice_sessions set version = 2, stage_since = %s", NOW - timedelta(seconds=50)
    )
    await stack.sql("update practice_sessions set stage_since = %s", NOW - timedelta(seconds=50))
    await here.until_text("INTERVIEW")
    await here.until(lambda: here.app.screen.session.stage_since == NOW - timedelta(seconds=50))
    within(here, "● LIVE", "INTERVIEW  CANDIDATE", "INTERVIEW", "█")


async def test_the_mark_sheet_has_whole_names_and_the_clock(
    stack: Stack, people: tuple[Person, Person], seat: Any
) -> None:
    amara, mei = people
    await stack.session(
        amara, guest=mei, datetime_utc=NOW, case_id=await stack.case(1), candidate_id=mei.id,
        version=2,
    )  # fmt: skip
    here = await seat(clock=lambda: NOW, person=amara, size=SMALL)
    await enter(here)
    await here.press("m")
    await here.until_text("Rapport")
    within(here, "Mei Tanaka", "● LIVE", "INTERVIEW ACTOR", "INTERVIEW 8:00")
    within(here, "Rapport, introduction,         –/100", "structure and flow          – / 13.3")
    await here.resize(80, 24)
    await here.resize(*SMALL)
    await here.until(lambda: here.app.screen.table.size.height == 11)
    await here.press("G")
    await here.until_text("▌ Overall")
    await here.press("R")
    await here.until_text("1  Platform default: 5 domains,", "49.8 in all")


async def test_the_shared_screen_has_who_and_whether_the_seat_is_free(
    stack: Stack, people: tuple[Person, Person], wall: Any
) -> None:
    amara, mei = people
    await stack.session(mei, datetime_utc=NOW + timedelta(minutes=26))
    await stack.session(amara, guest=mei, datetime_utc=NOW + timedelta(minutes=56))
    async with wall(size=SMALL) as here:
        await here.live()
        await here.until_text("SEAT FREE")
        within(here, "● LIVE", "18:30", "Mei T.", "○ SEAT FREE", "● with")
