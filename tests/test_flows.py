"""The flows of every day, by a robot: how many keys they take beside text.

`python -m tests.flows` prints the figures, and the text of each screen in reading order.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.helpers.robot import Robot
from tests.helpers.slow_line import slow_line
from tests.helpers.stack import Person, Stack
from tests.helpers.terminal import Terminal
from tests.test_end_to_end import environment, medtui, server, sign_in

ENTER, TAB, SAVE, ESCAPE = "\r", "\t", "\x13", "\x1b"


async def from_invitation_to_seat(line: str, home: Path, *, host: str, pace: float = 0) -> Robot:
    """Join by the line that one was sent, sign up, and book the next free seat."""
    home.mkdir()
    command = [sys.executable, "-m", *line.split()]
    async with Terminal(command, env=environment(home), columns=100, rows=30) as terminal:
        robot = Robot(terminal, "invitation to booked seat", keys=1, pace=pace)  # the line's enter
        await robot.sees("Create account", "E-mail", "Password", "I have an account")
        await robot.type("ada.lovelace@example.org")
        await robot.key(TAB)
        await robot.type("correct horse")
        await robot.key(ENTER)
        await robot.sees("Your profile", "Ada", "Lovelace")
        await robot.type("m")
        await robot.sees("Medical student")
        await robot.key(SAVE)
        await robot.sees("LIVE", host)
        await robot.key("b")
        await robot.sees("Booked: ", "● you")
        print(robot.report())
    return robot


async def test_from_an_invitation_to_a_seat_takes_six_keys(stack: Stack, tmp_path: Path) -> None:
    host = await stack.person("Amara", "Okafor")
    await stack.session(host)
    line = f"medtui join http://{stack.anon_key}@{stack.url.removeprefix('http://')}"
    robot = await from_invitation_to_seat(line, tmp_path / "home", host=host.name)
    assert robot.keys <= 6
    [row] = await stack.sql("select guest_id from practice_sessions")
    assert row["guest_id"] is not None


@pytest.mark.short(1)
@pytest.mark.parametrize("pace", [0, 0.2])
async def test_over_a_slow_line_that_is_less_than_a_minute(
    pace: float, stack: Stack, tmp_path: Path
) -> None:
    """200 ms, 1 % lost, no clipboard, nobody who helps; at 0.2 as fast as a person types."""
    host = await stack.person("Amara", "Okafor")
    await stack.session(host)
    async with slow_line(stack.url) as url:
        line = f"medtui join http://{stack.anon_key}@{url.removeprefix('http://')}"
        robot = await from_invitation_to_seat(line, tmp_path / "home", host=host.name, pace=pace)
    assert robot.seconds < 60


@asynccontextmanager
async def at_the_board(stack: Stack, person: Person, home: Path, flow: str) -> AsyncIterator[Robot]:
    async with medtui(home, columns=120, rows=40, **server(stack)) as terminal:
        await sign_in(terminal, person)
        await terminal.until("LIVE")
        await terminal.quiet(0.2)
        yield Robot(terminal, flow)


@pytest.mark.detail
async def test_posting_takes_two_keys_and_the_last_assessment_four(
    stack: Stack, tmp_path: Path
) -> None:
    me, partner = await stack.person("Mei", "Tanaka"), await stack.person("Amara", "Okafor")
    held = await stack.session(
        partner, guest=me, candidate_id=me.id, version=3,
        starts_in=-timedelta(days=datetime.now(UTC).day + 3),
    )  # fmt: skip
    month = (datetime.now(UTC) - timedelta(days=datetime.now(UTC).day + 3)).strftime("%b").lower()
    await stack.file(held, "assessment.json", content=b'{"overall": "Well done"}')
    async with at_the_board(stack, me, tmp_path / "home", "post a session") as robot:
        await robot.key("n")
        await robot.sees("Post a session")
        await robot.type("tomorrow 18:30")
        await robot.key(ENTER)
        await robot.sees("Posted: ")
        print(robot.report())
        assert robot.keys <= 2
        robot = Robot(robot._terminal, "last month's assessment")
        await robot.key("h")
        await robot.sees("Amara Okafor")
        await robot.key("/")
        await robot.type(month)
        await robot.key(ENTER)
        await robot.sees("Amara Okafor")
        await robot.key(ENTER)
        await robot.sees("Review")
        print(robot.report())
        assert robot.keys <= 4


async def test_from_the_board_to_a_running_clock_takes_four_keys(
    stack: Stack, tmp_path: Path
) -> None:
    for number in range(3):
        await stack.case(number, category=f"Category {number}")
    me, partner = await stack.person("Mei", "Tanaka"), await stack.person("Amara", "Okafor")
    await stack.session(me, guest=partner, starts_in=timedelta(minutes=1))
    async with (
        at_the_board(stack, partner, tmp_path / "partner", "partner") as other,
        at_the_board(stack, me, tmp_path / "home", "board to running clock") as robot,
    ):
        await other.key(ENTER)
        await other.sees("PREP")
        robot = Robot(robot._terminal, "board to running clock")
        await robot.key(ENTER)
        await robot.sees("PREP")
        await robot.key("s")
        await robot.sees("Who is the candidate?")
        await robot.key(ENTER)
        await robot.sees("cases")
        await robot.key(ENTER)
        await robot.sees("INTERVIEW")
        print(robot.report())
        assert robot.keys <= 4
