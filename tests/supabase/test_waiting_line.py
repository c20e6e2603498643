"""Many people wait for one seat that is freed again and again: each has it in turn, and alone."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.helpers.stack import Person, Stack
from tests.supabase.doors import Doors, knock


async def book(doors: Doors, who: Person, session_id: UUID) -> bool:
    """Whether a person has got the seat, by the answer to their own request."""
    wanted = {"guest_id": str(who.id)}
    path = f"practice_sessions?id=eq.{session_id}&guest_id=is.null"
    answer = await doors.rest(who, "PATCH", path, wanted, Prefer="return=representation")
    return answer.status_code == 200 and len(answer.json()) == 1


async def call(doors: Doors, who: Person, name: str, session_id: UUID) -> int:
    return (
        await doors.rest(who, "POST", f"rpc/{name}", {"session_id": str(session_id)})
    ).status_code


async def row(stack: Stack, session_id: UUID) -> dict[str, Any]:
    [found] = await stack.sql("select * from practice_sessions where id = %s", session_id)
    return found


@pytest.mark.parametrize(
    ("people", "times"), [(10, 6), pytest.param(50, 20, marks=pytest.mark.long)]
)
async def test_a_seat_that_is_freed_again_and_again(people: int, times: int, stack: Stack) -> None:
    """All try to book each time, at once, while offers run out, are passed on, or are declined."""
    chance = random.Random(times)  # no secret
    host, guest = await stack.person(), await stack.person()
    line = deque([await stack.person() for _ in range(people)])
    session_id = await stack.session(host, guest=guest, starts_in=timedelta(days=3))
    async with knock(stack) as doors:
        for person in line:
            assert await call(doors, person, "wait_for_seat", session_id) == 200
        had: list[UUID] = []
        for _ in range(times):
            await doors.rest(
                guest, "PATCH", f"practice_sessions?id=eq.{session_id}", {"guest_id": None}
            )
            found = await row(stack, session_id)
            assert (found["guest_id"], found["kept_for"]) == (None, line[0].id)
            match chance.choice(["at once", "at once", "runs out", "declines"]):
                case "runs out":
                    late = datetime.now(UTC) - timedelta(seconds=1)
                    await stack.sql(
                        "update practice_sessions set kept_until = %s where id = %s",
                        late, session_id,
                    )  # fmt: skip
                    line.append(line.popleft())
                case "declines":
                    assert await call(doors, line[0], "stop_waiting", session_id) < 300
                    declined = line.popleft()
                    assert (await row(stack, session_id))["kept_for"] == line[0].id
                    assert await call(doors, declined, "wait_for_seat", session_id) == 200
                    line.append(declined)
            everyone = [guest, *line]
            chance.shuffle(everyone)
            tries = [book(doors, person, session_id) for person in everyone]
            looks = [call(doors, person, "next_offer", session_id) for person in line]
            got, _ = await asyncio.gather(asyncio.gather(*tries), asyncio.gather(*looks))
            winners = [person.id for person, has in zip(everyone, got, strict=True) if has]
            first = line.popleft()
            assert winners == [first.id]
            found = await row(stack, session_id)
            assert (found["guest_id"], found["kept_for"]) == (first.id, None)
            had.append(first.id)
            assert await call(doors, guest, "wait_for_seat", session_id) == 200
            line.append(guest)
            guest = first
        assert len(set(had)) == times
