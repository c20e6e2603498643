"""`I` invites a person to a session; `medtui open CODE`, or the pasted text, leads there."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from textual import events

from tests.commands.test_sessions import SEATS
from tests.helpers.seats import Pictures
from tests.helpers.stack import Stack
from tests.test_end_to_end import medtui, server, sign_in


async def test_an_invitation_is_copied_and_leads_to_the_seat(seat: Any, stack: Stack) -> None:
    amara, mei = await stack.person("Amara", "Okafor"), await stack.person("Mei", "Tanaka")
    await stack.session(amara, starts_in=timedelta(hours=1))
    session = await stack.session(amara, starts_in=timedelta(hours=5))
    hers, his = await seat(person=amara), await seat(person=mei)
    await hers.until_text("○ open")
    await hers.press("down", "I")
    await hers.until_text("Copied: paste it into any chat")
    copied = hers.app.clipboard
    assert copied.startswith("Mock with Amara Okafor, ")
    assert copied.endswith(f"(London). To book it: medtui open {session.hex[:8]}")

    await his.until_text("○ open")
    await his.press("v", "v")  # where it is not shown
    his.app.screen.post_message(events.Paste(f"Hi! {copied}"))
    await his.until_text("Book the mock with Amara Okafor")
    await his.press("y")
    await his.until_text("● you")
    assert (await stack.sql(SEATS, session))[0]["guest_id"] == mei.id
    await hers.press("escape", "I")
    await hers.until_text("The seat is taken")


@pytest.mark.detail
async def test_what_leads_nowhere_is_said(seat: Any, stack: Stack) -> None:
    amara, mei = await stack.person("Amara", "Okafor"), await stack.person("Mei", "Tanaka")
    taken = await stack.session(amara, guest=await stack.person("Sam", "Oduya"))
    over = await stack.session(amara, starts_in=timedelta(hours=-3))
    his = await seat(person=mei)
    await his.until_text("Amara Okafor")
    for pasted, said in (
        (f"medtui open {taken.hex[:8]}", "already booked by Sam Oduya"),
        (over.hex[:8], "it was cancelled, or is over"),
        ("medtui open abcd1234", "There is no session abcd1234"),
    ):
        his.app.screen.post_message(events.Paste(pasted))
        await his.until_text(said)
    assert his.screen == "BoardScreen"


@pytest.mark.detail
async def test_the_command_opens_the_board_at_the_session(stack: Stack, tmp_path: Path) -> None:
    amara, mei = await stack.person("Amara", "Okafor"), await stack.person("Mei", "Tanaka")
    await stack.session(amara, starts_in=timedelta(hours=1))
    session = await stack.session(amara, starts_in=timedelta(hours=5))
    async with medtui(tmp_path, "open", session.hex[:8], **server(stack)) as terminal:
        await sign_in(terminal, mei)
        await terminal.until("Book the mock with Amara Okafor")
        terminal.press("y")
        await terminal.until("● you")
    assert (await stack.sql(SEATS, session))[0]["guest_id"] == mei.id


@pytest.mark.detail
async def test_it_fits_the_smallest_terminal(
    seat: Any, stack: Stack, pictures: Pictures, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.helpers.seats import NOW

    amara = await stack.person("Amara", "Okafor")
    await stack.session(
        amara, id="7f3a1c2e-9d04-4d51-8a66-0123456789ab", datetime_utc=NOW + timedelta(minutes=26)
    )
    here = await seat(person=amara, clock=lambda: NOW)
    await here.until_text("○ open")
    await here.press("I")
    await here.until_text("medtui open 7f3a1c2e")
    await pictures(here, "invitation")
