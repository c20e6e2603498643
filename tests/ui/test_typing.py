"""Keys that arrive in one read act as the same keys typed slowly, on every screen."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from textual.widgets import Input

from medtui.core.mark_sheet import RemarkKind
from tests.helpers.seats import NOW, Seat
from tests.helpers.stack import Person, Stack
from tests.marking.test_mark_sheet import RAPPORT, sheet, station

SIZE = (120, 40)


@pytest.fixture
async def amara(stack: Stack) -> Person:
    return await stack.person("Amara", "Okafor", "st1-applicant")


@pytest.fixture
async def mei(stack: Stack) -> Person:
    return await stack.person("Mei", "Tanaka", "foundation")


def values(here: Seat) -> dict[str, str]:
    """What is in the fields of the screen, by their ids."""
    found: dict[str, str] = {}
    for field in here.app.screen.query(Input):
        assert field.parent is not None
        found[str(field.id or field.parent.id)] = field.value
    return found


# One by one


@pytest.mark.detail
async def test_marks_go_where_one_has_moved_to(
    stack: Stack, seat: Any, amara: Person, mei: Person
) -> None:
    await station(stack, amara, mei, mei)
    here = await seat(size=SIZE, clock=lambda: NOW, person=amara)
    await sheet(here)
    domains = [domain.name for domain in here.app.screen.sheet.rubric.domains]
    await here.burst(*"40j65j", "7", "k", "k", "4", "tab", "6", *"6jj-")
    given = [here.app.screen.sheet.at(name).score for name in domains[:4]]
    assert given[:3] == [4, 66, 7]
    await here.burst(*"gsSays who she is", "enter", *"j8iAsks little", "enter", "9")
    marks = here.app.screen.sheet
    assert marks.at(RAPPORT).of(RemarkKind.STRENGTH) == ("Says who she is",)
    assert marks.at(domains[1]).of(RemarkKind.IMPROVEMENT) == ("Asks little",)
    assert marks.at(domains[1]).score in (8, 89)


@pytest.mark.detail
async def test_a_password_is_only_ever_in_its_field(stack: Stack, seat: Any, amara: Person) -> None:
    here = await seat()
    await here.until_text("Sign in")
    await here.burst(*"amara@example.org", "tab", *"her secret", "shift+tab", "end", *".uk")
    assert values(here) == {"email": "amara@example.org.uk", "password": "her secret"}
    await here.burst("ctrl+u", *amara.email, "tab", "ctrl+u", *amara.password, "enter")
    await here.until_text("● LIVE")


@pytest.mark.detail
async def test_a_session_is_posted_in_one_burst(stack: Stack, seat: Any, amara: Person) -> None:
    here = await seat(person=amara, clock=lambda: NOW)
    await here.until_text("● LIVE")
    await here.burst("n", *"fri 19:00", *["tab"] * 4, "ctrl+u", *"our room", "backspace")
    assert values(here)["when"] == "fri 19:00"
    await here.burst("ctrl+u", *"room-7", "ctrl+s")
    await here.until(lambda: here.screen == "BoardScreen")
    [row] = await stack.sql("select datetime_utc, room_url from practice_sessions")
    assert row["datetime_utc"].isoformat() == "2030-11-29T19:00:00+00:00"
    assert row["room_url"] == "room-7"


@pytest.mark.detail
async def test_the_prefilled_date_is_cleared_before_the_next_is_typed(
    stack: Stack, seat: Any, amara: Person
) -> None:
    here = await seat(person=amara)
    await here.until_text("● LIVE")
    await here.burst("n", "ctrl+u", *"tomorrow 18:30")
    assert values(here)["when"] == "tomorrow 18:30"
    await here.burst(*"xx", "ctrl+u", *"sat 9am")
    assert values(here)["when"] == "sat 9am"


@pytest.mark.detail
async def test_an_answer_waits_for_its_question(
    stack: Stack, seat: Any, amara: Person, mei: Person
) -> None:
    """The question comes once the server has said which files there are."""
    await stack.session(amara, starts_in=timedelta(hours=1))
    kept = await stack.session(amara, starts_in=timedelta(hours=2))
    await stack.session(mei, starts_in=timedelta(hours=3))
    here = await seat(person=amara)
    await here.until_text("● LIVE")
    await here.burst("g", "x", "y")
    await here.until_text("Cancelled: ")
    rows = await stack.sql("select id from practice_sessions order by datetime_utc")
    assert len(rows) == 2
    assert rows[0]["id"] == kept
    await here.burst("G", "b", "l", "y", "b")
    await here.until(lambda: here.app.screen.list.session.guest_id == amara.id)
    await here.until_text("Booked: ")
    rows = await stack.sql("select guest_id from practice_sessions order by datetime_utc")
    assert [row["guest_id"] for row in rows] == [None, amara.id]


async def test_a_key_alone_waits_for_no_worker(stack: Stack, seat: Any, amara: Person) -> None:
    """A worker that a key has started may take its time; the next key acts at once."""
    here = await seat(person=amara)
    await here.until_text("● LIVE")
    with here.app._context():
        here.app.run_worker(never())
        await here.press("n")
        await here.until_screen("SessionForm")
        await here.press("escape")
        await here.until_screen("BoardScreen")


async def never() -> None:
    await asyncio.Event().wait()
