"""Every screen at two sizes, and the board in the dark and in the light.

    pytest tests/board/test_pictures.py --snapshot-update

writes the pictures again; the README shows one of them.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from textual.widgets import Input

from medtui.ui.status_line import ConnectionState
from tests.helpers.seats import NOW, Pictures
from tests.helpers.stack import Person, Stack


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
    await session(26, daniel, note="FRCOphth Part 2, in English or Español")
    await session(26, max_, tom, type="review", case_id=red)
    await session(56, mei, amara, case_id=lids)
    await session(71, zoe, type="Long case with a viva")
    await session(116, amara, type="clinical")
    await session(13 * 60 + 26, tom, type="clinical")
    await session(15 * 60, amara, daniel, type="communication", case_id=vision)
    await session(3 * 1440, max_)
    return amara


async def test_the_board(amara: Person, seat: Any, pictures: Pictures) -> None:
    here = await seat(clock=lambda: NOW, person=amara)
    await here.until_text("● LIVE")
    await here.press("k", "k")  # from one's own next session to a free seat
    await pictures(here, "board")
    await here.press("enter")
    await here.until_screen("DetailsScreen")
    await pictures(here, "details")
    await here.press("escape", "question_mark")
    await here.until_screen("HelpScreen")
    await pictures(here, "help")
    await here.press("escape", "n")
    await here.until_screen("SessionForm")
    await here.fill("link", "https://meet.jit.si/medtui")  # the suggested one has an id in it
    await here.fill("when", "tomorrow 6pm")
    here.app.screen.query_one("#times", Input).value = "3"
    here.app.screen.query_one("#rooms", Input).value = "2"
    await here.fill("note", "FRCOphth Part 2, in English or Español")
    await pictures(here, "post")


async def test_the_board_in_the_light(amara: Person, seat: Any, pictures: Pictures) -> None:
    here = await seat(clock=lambda: NOW, theme="medtui-light", person=amara)
    await here.until_text("● LIVE")
    await pictures(here, "board-light")


async def test_the_stale_board(amara: Person, stack: Stack, seat: Any, pictures: Pictures) -> None:
    here = await seat(clock=lambda: NOW, person=amara)
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
    await pictures(here, "board-stale")


async def test_an_empty_board(stack: Stack, seat: Any, pictures: Pictures) -> None:
    here = await seat(clock=lambda: NOW, person=await stack.person())
    await here.until_text("● LIVE")
    await here.until_text("No sessions yet")
    await pictures(here, "board-empty")


async def test_the_way_to_the_board(stack: Stack, seat: Any, pictures: Pictures) -> None:
    newcomer = await stack.person(profile=False)
    here = await seat()
    await here.until_text("Sign in", "Another server")
    await pictures(here, "login")
    await here.resize(40, 12)
    await here.until_text("Sign in", "Create account", "E-mail me a code", "I forgot my password")
    await here.resize(80, 24)
    await here.press("ctrl+t")
    await here.fill("email", "not an address")
    await here.fill("password", "x")
    await here.press("enter")
    await here.until_text("not an e-mail address")
    await pictures(here, "login-wrong")
    await here.press("ctrl+t")
    await here.sign_in(newcomer)
    await here.until_screen("ProfileScreen")
    await pictures(here, "profile")


async def test_the_first_screens(seat: Any, pictures: Pictures) -> None:
    here = await seat(server="")
    await pictures(here, "welcome")
    await here.press("3")
    await here.until_screen("ConnectScreen")
    await pictures(here, "connect")
