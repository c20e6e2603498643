"""Every screen at two sizes, and the board in the dark and in the light.

    pytest tests/board/test_pictures.py --snapshot-update

writes the pictures again; the README shows one of them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from medtui.ui.status_line import ConnectionState
from tests.helpers.seats import NOW, Seat
from tests.helpers.stack import Person, Stack

SIZES = [(80, 24), (160, 48)]
Compare = Callable[[Seat, str], None]


def at(size: tuple[int, int], name: str) -> str:
    return f"{name}-{size[0]}x{size[1]}"


@pytest.fixture
async def amara(stack: Stack) -> Person:
    """The viewer of a board with sessions in every state, always the same ones."""
    amara = await stack.person("Amara", "Okafor", "st1-applicant")
    daniel = await stack.person("Daniel", "Reyes", "st2")
    mei = await stack.person("芽衣", "田中", "foundation")
    priya = await stack.person("Priya", "Nair", "st3")
    tom = await stack.person("Tom", "Ellery", "st1")
    max_ = await stack.person(
        "Maximiliana Theodora", "Featherstonehaugh-Cholmondeley", "st4-and-above"
    )
    zoe = await stack.person("Zoë 👩🏽‍⚕️", "Šimić", "PGY2")
    cases = await stack.sql(
        "insert into cases (category, domain) values ('Red eye', 'history taking'),"
        " ('Vision loss', 'breaking bad news'), ('Lids', 'consent') returning id"
    )
    red, vision, lids = (row["id"] for row in cases)
    number = 0

    async def session(minutes: int, host: Person, guest: Person | None = None, **more: Any) -> None:
        nonlocal number
        number += 1
        fixed = {
            "id": UUID(int=number),
            "datetime_utc": NOW + timedelta(minutes=minutes),
            "room_url": f"https://meet.jit.si/medtui-{number:04}",
        }
        made = await stack.session(host, guest=guest, **{"type": "mock", **fixed, **more})
        if "stage_since" in more:  # the guard has set it to the real time
            await stack.sql(
                "update practice_sessions set stage_since = %s where id = %s",
                more["stage_since"],
                made,
            )

    def running(stage: int, minutes: int, case: Any, candidate: Person) -> dict[str, Any]:
        since = NOW - timedelta(minutes=minutes)
        chosen = {"case_id": case, "candidate_id": candidate.id}
        return {"version": stage, "stage_since": since, **chosen}

    await session(-19, priya, zoe, **running(2, 4, vision, zoe))
    await session(-64, tom, mei, type="communication", **running(3, 6, lids, mei))
    await session(26, daniel)
    await session(26, max_, tom, type="review", case_id=red)
    await session(56, mei, amara, case_id=lids)
    await session(71, zoe, type="Long case with a viva")
    await session(116, amara, type="clinical")
    await session(13 * 60 + 26, tom, type="clinical")
    await session(15 * 60, amara, daniel, type="communication", case_id=vision)
    await session(3 * 1440, max_)
    return amara


@pytest.mark.parametrize("size", SIZES)
async def test_the_board(size: tuple[int, int], amara: Person, seat: Any, picture: Compare) -> None:
    here = await seat(size=size, clock=lambda: NOW, person=amara)
    await here.until_text("● LIVE")
    await here.press("j", "j")
    picture(here, at(size, "board"))
    await here.press("enter")
    await here.until_screen("DetailsScreen")
    picture(here, at(size, "details"))
    await here.press("escape", "question_mark")
    await here.until_screen("HelpScreen")
    picture(here, at(size, "help"))
    await here.press("escape", "n")
    await here.until_screen("SessionForm")
    await here.fill("link", "https://meet.jit.si/medtui")  # the suggested one has an id in it
    await here.fill("when", "tomorrow 6pm")
    picture(here, at(size, "post"))


@pytest.mark.parametrize("size", SIZES)
async def test_the_board_in_the_light(
    size: tuple[int, int], amara: Person, seat: Any, picture: Compare
) -> None:
    here = await seat(size=size, clock=lambda: NOW, theme="medtui-light", person=amara)
    await here.until_text("● LIVE")
    picture(here, at(size, "board-light"))


@pytest.mark.parametrize("size", SIZES)
async def test_the_stale_board(
    size: tuple[int, int], amara: Person, stack: Stack, seat: Any, picture: Compare
) -> None:
    here = await seat(size=size, clock=lambda: NOW, person=amara)
    await here.until_text("● LIVE")
    await stack.stop_gateway()
    await here.until_text("STALE since")
    await here.app.backend.live.stop()
    # Since when is the one thing that is never the same.
    with here.app._context():
        here.app.feed.connection = ConnectionState(
            since=NOW, reason="the live feed cannot be reached"
        )
        here.app.screen._redraw()
    await here.pause()
    picture(here, at(size, "board-stale"))


@pytest.mark.parametrize("size", SIZES)
async def test_an_empty_board(
    size: tuple[int, int], stack: Stack, seat: Any, picture: Compare
) -> None:
    here = await seat(size=size, clock=lambda: NOW, person=await stack.person())
    await here.until_text("● LIVE")
    await here.until_text("No sessions yet")
    picture(here, at(size, "board-empty"))


@pytest.mark.parametrize("size", SIZES)
async def test_the_way_to_the_board(
    size: tuple[int, int], stack: Stack, seat: Any, picture: Compare
) -> None:
    newcomer = await stack.person(profile=False)
    here = await seat(size=size)
    await here.until_text("Sign in", "Another server")
    picture(here, at(size, "login"))
    await here.press("ctrl+t")
    await here.fill("email", "not an address")
    await here.fill("password", "x")
    await here.press("enter")
    await here.until_text("not an e-mail address")
    picture(here, at(size, "login-wrong"))
    await here.press("ctrl+t")
    await here.sign_in(newcomer)
    await here.until_screen("ProfileScreen")
    picture(here, at(size, "profile"))


@pytest.mark.parametrize("size", SIZES)
async def test_the_first_screens(size: tuple[int, int], seat: Any, picture: Compare) -> None:
    here = await seat(size=size, server="")
    picture(here, at(size, "welcome"))
    await here.press("3")
    await here.until_screen("ConnectScreen")
    picture(here, at(size, "connect"))
