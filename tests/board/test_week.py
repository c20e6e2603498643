"""The board as a week: live, with the list's filters, cursor and keys."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.helpers.seats import NOW, Seat
from tests.helpers.stack import Person, Stack

HOUR = timedelta(hours=1)


@pytest.fixture
async def people(stack: Stack) -> dict[str, Person]:
    """Amara looks on. NOW is a Tuesday, 18:04, and in London there is no summer time."""
    amara = await stack.person("Amara", "Okafor", "st1-applicant")
    daniel = await stack.person("Daniel", "Reyes", "st2")
    mei = await stack.person("芽衣", "田中", "foundation")
    priya = await stack.person("Priya", "Nair", "st3")
    sessions = [
        (0.5, daniel, None),
        (1, mei, amara),
        (1.2, priya, daniel),
        (2, amara, None),
        (24 + 1, priya, None),
        (48 - 4, amara, daniel),
        (48 + 1.5, daniel, None),
        (5 * 24 + 1, mei, None),
        (7 * 24 + 2, priya, None),
    ]
    for number, (hours, host, guest) in enumerate(sessions, 1):
        await stack.session(host, guest=guest, id=UUID(int=number), datetime_utc=NOW + hours * HOUR)
    return {"amara": amara, "daniel": daniel, "mei": mei, "priya": priya}


async def week(seat: Any, person: Person, size: tuple[int, int] = (100, 30)) -> Seat:
    here: Seat = await seat(clock=lambda: NOW, person=person, size=size)
    await here.until_text("● LIVE")
    await here.press("w")
    await here.until_text("Week 48")
    return here


def under_the_cursor(here: Seat) -> int | None:
    session = here.app.screen.shown.session
    return session.id.int if session else None


async def test_a_week_in_seven_columns(
    stack: Stack, people: dict[str, Person], seat: Any, picture: Any
) -> None:
    here = await week(seat, people["amara"])
    await here.until_text("Monday 25", "Sunday 1", ":34 ○ Daniel", ":04 ● 芽衣", ":04 ○ You")
    picture(here, "week-100x30")
    await here.resize(160, 48)
    await here.until_text("Wednesday 27", "19:04 ○ Priya Nair")
    picture(here, "week-160x48")


async def test_arrows_and_pages_move_the_cursor_and_the_boards_keys_act_on_it(
    stack: Stack, people: dict[str, Person], seat: Any
) -> None:
    here = await week(seat, people["amara"])
    assert under_the_cursor(here) == 2, "one's own next session"
    await here.press("up")
    assert under_the_cursor(here) == 1
    await here.press("right", "right")
    assert under_the_cursor(here) == 7, "on Thursday, near 18:34"
    await here.press("right_square_bracket")
    await here.until_text("Week 49", "○ P. Nair")
    assert under_the_cursor(here) == 9
    await here.press("b")
    await here.until_text("Booked: Priya Nair")
    found = await stack.sql("select guest_id from practice_sessions where id = %s", UUID(int=9))
    assert found == [{"guest_id": people["amara"].id}]
    await here.press("right_square_bracket")
    await here.until_text("Week 50", "no sessions")
    await here.press("b")
    await here.until_text("There is no session here.")
    await here.press("left_square_bracket", "left_square_bracket")
    await here.until_text("Week 48")
    assert under_the_cursor(here) is not None
    await here.press("w")
    await here.until_text("TODAY")


@pytest.mark.detail
async def test_the_week_is_live_and_filtered_as_the_list_is(
    stack: Stack, people: dict[str, Person], seat: Any
) -> None:
    here = await week(seat, people["amara"])
    await here.until_text(":34 ○ Daniel")
    await stack.sql(
        "update practice_sessions set guest_id = %s where id = %s",
        people["priya"].id,
        UUID(int=1),
    )
    await here.until_text(":34 · Daniel")
    await stack.session(people["priya"], id=UUID(int=20), datetime_utc=NOW + 3 * HOUR)
    await here.until_text(":04 ○ P")
    await here.press("slash")
    await here.type("priya")
    await here.press("enter")
    await here.until_text("hidden", ":04 ○ P", "21:00")
    assert "芽衣" not in here.text.split("Week 48")[1]
    await here.press("escape")
    await here.until_text("● 芽衣")
    await here.press("enter")
    await here.until_screen("DetailsScreen")


@pytest.mark.detail
async def test_a_narrow_terminal_is_told_how_wide_the_week_is(
    stack: Stack, people: dict[str, Person], seat: Any
) -> None:
    here = await seat(clock=lambda: NOW, person=people["amara"], size=(99, 24))
    await here.until_text("● LIVE")
    await here.press("w")
    await here.until_text("The week needs a terminal of 100 columns, and this one has 99")
    await here.resize(120, 24)
    await here.press("w")
    await here.until_text("Week 48")
    await here.resize(80, 24)
    await here.until_text("this one has 80", "TODAY")
