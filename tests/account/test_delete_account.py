"""Deleting one's account in the app: what is said before, what proves who asks, what is left."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from medtui.account.screen import CHOICES
from medtui.store import account_files
from tests.account.test_codes import says
from tests.helpers.seats import NOW, Pictures, Seat
from tests.helpers.stack import Person, Stack


async def opened(seat: Any, person: Person, **options: Any) -> Seat:
    here: Seat = await seat(person=person, **options)
    await here.until_text("● LIVE")
    await here.press("A", str(list(CHOICES).index("delete") + 1))
    await here.until_screen("DeleteAccountScreen")
    return here


async def users(stack: Stack) -> int:
    return len(await stack.sql("select from auth.users"))


async def test_one_is_told_and_asked_for_the_password_and_nothing_is_left(
    stack: Stack, seat: Any, pictures: Pictures
) -> None:
    me = replace(await stack.person(), email="amara@example.org")
    await stack.sql("update auth.users set email = %s", me.email)
    ben, mei = await stack.person("Ben", "Adeyemi"), await stack.person("Mei", "Tanaka")
    await stack.session(me, guest=ben, datetime_utc=NOW + timedelta(hours=1))
    await stack.session(me, datetime_utc=NOW + timedelta(hours=5))
    seat_of_mine = await stack.session(mei, guest=me, datetime_utc=NOW + timedelta(days=1))
    held = await stack.session(
        mei, guest=me, datetime_utc=NOW - timedelta(days=9), version=3, candidate_id=me.id
    )
    here = await opened(seat, me, clock=lambda: NOW)
    state = here.app.settings.state
    (state / "rooms" / str(me.id)).mkdir(parents=True)
    await says(
        here,
        "Your 2 coming sessions are cancelled. Ben Adeyemi loses the seat.",
        "Your seat with Mei Tanaka is free again.",
        "1 earlier session stays with your partner",
    )
    await pictures(here, "delete-account")
    await here.press("enter")
    await says(here, "Enter your password, or ask for a code.")
    await here.fill("password", "anothers")
    await here.press("enter")
    await says(here, "This is not your password")
    assert await users(stack) == 3
    await here.fill("password", me.password)
    # The database's clock is not the picture's: there both are long over.
    await stack.sql("update practice_sessions set datetime_utc = now() where version = 1")
    await here.press("enter")
    await here.until_text("Your account is deleted.")
    assert await users(stack) == 2
    left = await stack.sql("select id, guest_id from practice_sessions order by version")
    assert [(row["id"], row["guest_id"]) for row in left] == [(seat_of_mine, None), (held, me.id)]
    assert here.app.backend.auth.user is None
    assert not (state / "rooms" / str(me.id)).exists()
    await here.press("escape")
    assert "LIVE" not in here.text


@pytest.mark.detail
async def test_a_code_takes_the_place_of_the_password(stack: Stack, seat: Any) -> None:
    me = await stack.person()
    here = await opened(seat, me)
    await says(here, "You host no coming session.")
    await here.press("ctrl+o")
    await says(here, f"We e-mailed a code to {me.email}")
    await here.press("enter")
    await says(here, "Enter the code from the e-mail.")
    await here.fill("code", "000000")
    await here.press("enter")
    await says(here, "This code is wrong or too old")
    [row] = await stack.sql("select code from auth.one_time_codes where code is not null")
    await here.fill("code", row["code"])
    await here.press("enter")
    await here.until_text("Your account is deleted.")
    assert await users(stack) == 0


@pytest.mark.detail
async def test_after_a_refusal_the_board_is_live_again(stack: Stack, seat: Any) -> None:
    me = await stack.person()
    await stack.sql("create table theirs (user_id uuid references auth.users (id))")
    await stack.sql("insert into theirs values (%s)", me.id)
    here = await opened(seat, me)
    await says(here, "You host no coming session.")
    await here.fill("password", me.password)
    await here.press("enter")
    await says(here, "because this server's other data needs it: ask its operator")
    await here.press("escape", "escape")
    await here.until_text("● LIVE")
    assert await users(stack) == 1


@pytest.mark.detail
async def test_a_server_of_kind_2_says_what_to_ask_its_operator_for(
    data_model_stack: Stack, seat: Any
) -> None:
    me = await data_model_stack.person()
    here = await opened(seat, me, on=data_model_stack)
    await says(
        here, "does not let its users delete their accounts: ask your administrator", me.email
    )
    assert "Delete my account" not in here.text
    await here.press("ctrl+s", "ctrl+o", "escape")
    await here.until_screen("AccountScreen")


@pytest.mark.detail
async def test_files_that_cannot_be_deleted_are_told(
    stack: Stack, seat: Any, monkeypatch: Any
) -> None:
    me = await stack.person()
    here = await opened(seat, me)
    await says(here, "You host no coming session.")
    state = here.app.settings.state
    (state / account_files.FOLDERS[0]).mkdir(parents=True)
    (state / account_files.FOLDERS[0] / str(me.id)).write_text("in the place of a folder")
    await here.fill("password", me.password)
    await here.press("enter")
    await says(here, "Your account is deleted. Some of your files are left: delete them in")
