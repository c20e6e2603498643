"""No candidate's program is ever sent what the candidate must not see, in either order.

Two real programs, each behind a recorder of its own. Every hidden text of every case carries a
token of its own, which is looked for in all that was sent to a program, wrote on its terminal,
or left in its files.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from tests.helpers.recorder import Recorder, recorded
from tests.helpers.stack import Person, Stack
from tests.helpers.terminal import Terminal
from tests.test_end_to_end import medtui, sign_in

HIDDEN = ("case_name", "condition", "actor_brief", "candidate_brief", "case_name_internal")
TO_ACTOR = {"case_name", "actor_brief"}
TO_CANDIDATE = {"candidate_brief"}


class Seat:
    """One person's program, with all that reaches it."""

    def __init__(self, person: Person, home: Path, recorder: Recorder, terminal: Terminal) -> None:
        self.person, self.home = person, home
        self.recorder, self.terminal = recorder, terminal

    @property
    def everything(self) -> str:
        files = [
            path.read_bytes().decode(errors="replace")
            for path in self.home.rglob("*")
            if path.is_file()
        ]
        output = bytes(self.terminal.output).decode(errors="replace")
        return "\n".join([self.recorder.text, output, *files])


class Evening:
    """Cases with tokens, and two people at their terminals."""

    def __init__(self) -> None:
        self.tokens: dict[UUID, dict[str, str]] = {}

    async def cases(self, stack: Stack, count: int) -> None:
        for number in range(count):
            tokens = {name: f"{name.replace('_', '')}{uuid4().hex}" for name in HIDDEN}
            texts = {name: f"About {token}, in words." for name, token in tokens.items()}
            self.tokens[await stack.case(number, **texts)] = tokens

    def known(self, seat: Seat, case: UUID) -> set[str]:
        """The hidden texts of a case that were sent to a person, in any way."""
        everything = seat.everything
        return {name for name, token in self.tokens[case].items() if token in everything}


async def chosen(stack: Stack) -> UUID:
    """The case of the latest round."""
    rows = await stack.sql("select case_id from practice_sessions order by created_at")
    return UUID(str(rows[-1]["case_id"]))


@pytest.fixture
async def opened() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


async def sit(
    opened: AsyncExitStack, stack: Stack, person: Person, home: Path, *, delay: float = 0
) -> Seat:
    recorder = await opened.enter_async_context(recorded(stack.url, delay=delay))
    settings = {"SUPABASE_URL": recorder.url, "SUPABASE_ANON_KEY": stack.anon_key}
    terminal = await opened.enter_async_context(medtui(home, **settings))
    await sign_in(terminal, person)
    await terminal.until("LIVE", gone="Your login")
    terminal.press("\r")
    await terminal.until("go into the room")
    terminal.press("\r")
    await terminal.until("Room ·", "PREP")
    return Seat(person, home, recorder, terminal)


async def hold_a_station(
    evening: Evening, stack: Stack, host: Seat, guest: Seat, sits: Seat, before: set[UUID]
) -> UUID:
    """Choose a case, start it, and look at who was sent what before and after the end."""
    acts = guest if sits is host else host
    await sits.terminal.until("CANDIDATE")
    await acts.terminal.until("ACTOR")
    host.terminal.press("c")
    await host.terminal.until("cases", "enter" if sits is host else "Draw")
    await host.terminal.quiet(0.4)
    host.terminal.press("r")
    await host.terminal.until("Ready: s starts the station")
    case = await chosen(stack)
    assert case not in before
    await acts.terminal.until(evening.tokens[case]["actor_brief"][:40])
    await sits.terminal.until("Your brief appears when the station starts")
    assert evening.known(sits, case) == set()
    assert evening.known(acts, case) == TO_ACTOR
    host.terminal.press("s")
    await host.terminal.until("INTERVIEW")
    await sits.terminal.until("INTERVIEW", evening.tokens[case]["candidate_brief"][:40])
    await acts.terminal.until("INTERVIEW")
    host.terminal.press("f")
    await host.terminal.until("Time is not up yet")
    assert evening.known(sits, case) == TO_CANDIDATE
    assert evening.known(acts, case) == TO_ACTOR
    host.terminal.press("y")
    for seat in (host, guest):
        await seat.terminal.until("WRAP-UP", evening.tokens[case]["condition"][:30])
        assert evening.known(seat, case) == set(HIDDEN) - {"case_name_internal"}
    return case


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Stack:
    """A server of the wanted kind: with our migrations, or with the data model alone."""
    stack: Stack = request.getfixturevalue(request.param)
    return stack


@pytest.mark.detail
@pytest.mark.parametrize(
    ("server", "first"),
    [
        ("stack", "guest"),
        pytest.param("stack", "host", marks=pytest.mark.long),
        pytest.param("data_model_stack", "guest", marks=pytest.mark.long),
        pytest.param("data_model_stack", "host", marks=pytest.mark.long),
    ],
    indirect=["server"],
)
async def test_both_castings_with_a_swap(
    server: Stack, first: str, opened: AsyncExitStack, tmp_path: Path
) -> None:
    stack, evening = server, Evening()
    await evening.cases(stack, 6)
    people = await stack.person("Amara", "Okafor"), await stack.person("Mei", "Tanaka")
    await stack.session(people[0], guest=people[1], starts_in=timedelta(minutes=5))
    host, guest = await asyncio.gather(
        *(sit(opened, stack, who, tmp_path / name) for who, name in zip(people, "ab", strict=True))
    )
    host.terminal.press("r")
    await host.terminal.until("Who is the candidate?")
    host.terminal.press("2" if first == "guest" else "1")
    sits, acts = (guest, host) if first == "guest" else (host, guest)

    held = {await hold_a_station(evening, stack, host, guest, sits, set())}
    host.terminal.press("r")
    await guest.terminal.until("has started round 2")
    guest.terminal.press("1")
    await guest.terminal.until("Round 2 of 2")
    held.add(await hold_a_station(evening, stack, host, guest, acts, held))

    # Of the other cases at most a name that the host, as the actor, has rested on.
    for case in evening.tokens.keys() - held:
        assert evening.known(guest, case) == set()
        assert evening.known(host, case) <= {"case_name"}
