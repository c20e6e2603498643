"""An evening: two programs in terminals hold four rounds in a row, by keys alone."""

from __future__ import annotations

import json
import time
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.stack import Person, Stack
from tests.helpers.terminal import Terminal
from tests.test_end_to_end import medtui, sign_in


async def sit(opened: AsyncExitStack, stack: Stack, person: Person, home: Path) -> Terminal:
    """A person's program, in the room of their one session."""
    settings = {"SUPABASE_URL": stack.url, "SUPABASE_ANON_KEY": stack.anon_key}
    terminal = await opened.enter_async_context(medtui(home, columns=100, rows=30, **settings))
    await sign_in(terminal, person)
    await terminal.until("LIVE", "Mock", gone="Your login")
    terminal.press("\r")
    await terminal.until("go into the room")
    terminal.press("\r")
    await terminal.until("PREP", "Board")
    return terminal


async def files_of(stack: Stack, person: Person) -> dict[str, dict[str, Any]]:
    """The assessments that a person may read, by session."""
    client = await stack.client(person)
    bucket = client.storage.from_("assessments")
    found = {}
    for row in await stack.sql("select id from practice_sessions"):
        found[str(row["id"])] = json.loads(await bucket.download(f"{row['id']}/assessment.json"))
    return found


@pytest.mark.detail
async def test_four_rounds_in_a_row(stack: Stack, tmp_path: Path) -> None:
    for number in range(8):
        await stack.case(number, category=f"Category {number}")
    amara, mei = await stack.person("Amara", "Okafor"), await stack.person("Mei", "Tanaka")
    link = "https://meet.example/evening"
    await stack.session(
        amara, guest=mei, candidate_id=mei.id, room_url=link, starts_in=-timedelta(minutes=2)
    )
    swaps: list[float] = []
    async with AsyncExitStack() as opened:
        host = await sit(opened, stack, amara, tmp_path / "a")
        guest = await sit(opened, stack, mei, tmp_path / "b")
        for number in range(1, 5):
            sits, acts = (guest, host) if number % 2 else (host, guest)
            await sits.until("CANDIDATE")
            await acts.until("ACTOR")
            host.press("c")
            await host.until("of 8 cases")
            await host.quiet(0.3)
            host.press("r")
            await host.until("Ready: s starts the station")
            host.press("s")
            for terminal in (host, guest):
                await terminal.until("INTERVIEW")
            host.press("f")
            await host.until("Time is not up yet")
            host.press("y")
            for terminal in (host, guest):
                await terminal.until("WRAP-UP")
            acts.press("m")
            await acts.until("Mark sheet", "Rapport")
            acts.press(f"{number}0")
            await acts.until(f"{number}0/100")
            acts.press("h")
            await acts.until("Hand in this sheet?")
            acts.press("y")
            await acts.until("Uploaded: it is the session's assessment.")
            acts.press("\x1b")
            await acts.until("WRAP-UP", "Review")
            if number == 4:
                break
            began = time.monotonic()
            host.press("r")
            if number == 1:
                await guest.until("has started round 2")
                guest.press("2")  # and at once from then on
            for terminal in (host, guest):
                await terminal.until(f"Round {number + 1} of {number + 1}", "PREP")
            swaps.append(time.monotonic() - began)
        print(f"swaps, with two keys and one: {', '.join(f'{each:.1f} s' for each in swaps)}")

        rows = await stack.sql("select * from practice_sessions order by datetime_utc")
        assert [row["candidate_id"] for row in rows] == [mei.id, amara.id, mei.id, amara.id]
        assert {row["version"] for row in rows} == {3}
        assert len({row["case_id"] for row in rows}) == 4
        files = await files_of(stack, amara)
        for number, row in enumerate(rows, 1):
            marks = files[str(row["id"])]
            other = amara if row["candidate_id"] == mei.id else mei
            assert marks["dimensions"][0]["raw_score_0_to_100"] == number * 10
            assert (marks["candidate_id"], marks["assessed_by"], marks["case_id"]) == (
                str(row["candidate_id"]),
                str(other.id),
                str(row["case_id"]),
            )
        for terminal in (host, guest):
            terminal.press("\x1b")
            await terminal.until("LIVE", "Filter")
            terminal.press("h")
            await terminal.until("4 sessions: 2 as candidate, 2 as actor", "Mock 4/4")
