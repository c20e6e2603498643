"""People on the board: avatars, and a host's card."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.helpers.seats import NOW, Pictures, Seat
from tests.helpers.stack import Person, Stack


@pytest.fixture
async def people(stack: Stack) -> tuple[Person, Person]:
    amara = await stack.person("Amara", "Okafor", "st1-applicant")
    tom = await stack.person("Tom", "Ellery", "st4-and-above")
    await stack.sql(
        "update profiles set avatar = 'https://pictures.example.org/tom.png' where user_id = %s",
        tom.id,
    )
    case = await stack.case(1)
    held = {"case_id": case, "version": 3}
    day = timedelta(days=1)
    sessions = [
        (NOW - 40 * day, tom, amara, {**held, "candidate_id": amara.id}),
        (NOW - 12 * day, amara, tom, {**held, "candidate_id": tom.id}),
        (NOW + timedelta(minutes=26), tom, None, {}),
        (NOW + 2 * day, tom, None, {"type": "clinical"}),
    ]
    for number, (at, host, guest, more) in enumerate(sessions, 1):
        await stack.session(host, guest=guest, datetime_utc=at, id=UUID(int=number), **more)
    return amara, tom


async def board(seat: Any, person: Person, size: tuple[int, int]) -> Seat:
    here: Seat = await seat(clock=lambda: NOW, person=person, size=size)
    await here.until_text("● LIVE", "18:30")
    return here


async def test_a_hosts_card_says_what_was_practised_and_leads_to_their_sessions(
    stack: Stack, people: tuple[Person, Person], seat: Any, pictures: Pictures
) -> None:
    here = await board(seat, people[0], (160, 48))
    await here.until_text("TE Tom Ellery")
    await here.press("H")
    await here.until_text(
        "ST4 and above",
        "Practised together 2 times, last Thu 14 Nov.",
        "You: 1 as the",
        "candidate, 1 as the actor.",
        "today 18:30",
        "Thu 28 Nov 18:04",
    )
    await pictures(here, "host-card")
    await here.press("down", "enter")
    await here.until_screen("BoardScreen")
    assert here.app.screen.list.session_id == UUID(int=4)


@pytest.mark.detail
async def test_a_picture_is_opened_only_after_asking(
    stack: Stack, people: tuple[Person, Person], seat: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.delenv("SSH_CONNECTION", raising=False)
    here = await board(seat, people[0], (80, 24))
    opened: list[str] = []
    monkeypatch.setattr(here.app, "open_url", opened.append)
    await here.press("H")
    await here.until_text("o Picture")
    await here.press("o")
    await here.until_text("This picture leads to pictures.example.org. Open it")
    assert opened == []
    await here.press("y")
    await here.until(lambda: opened)
    assert opened == ["https://pictures.example.org/tom.png"]


async def test_an_emoji_is_shown_on_the_board_and_in_the_room(
    stack: Stack, people: tuple[Person, Person], seat: Any
) -> None:
    await stack.sql("update profiles set avatar = '🦊' where user_id = %s", people[1].id)
    here = await board(seat, people[0], (160, 48))
    await here.until_text("🦊 Tom Ellery")
    await here.press("b")
    await here.until_text("● you")
    await here.press("enter")
    await here.until_screen("RoomScreen")
    await here.until_text("With       🦊 Tom Ellery, ST4 and above")
