"""Mark sheets and answers that are forged: by the candidate, by a former guest, by the partner.

The attacker has a plain client and their own login. Those who are attacked run medtui.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from medtui.core.mark_sheet import Sheet
from medtui.core.mark_sheet_json import assessment
from medtui.data.events import RoomHeard
from medtui.data.sheet_messages import RECEIPT, SHEET
from medtui.store.outbox import DeliveryState, Hold, Submission
from tests.data.test_courier import Desk, Practice
from tests.helpers.realtime_door import Subscriber, subscriber
from tests.helpers.stack import Person, Stack

SETTLED = 1.5
"""Seconds in which a sheet that is uploaded unasked is uploaded, as the pauses are here."""


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("medtui.data.sheet_delivery.PAUSES", (0.2, 1.0))


@pytest.fixture
async def practice(stack: Stack, tmp_path: Path) -> AsyncIterator[Practice]:
    host = await stack.person("Amara", "Okafor")
    guest = await stack.person("Mei", "Tanaka")
    session = await stack.session(
        host,
        guest=guest,
        starts_in=timedelta(minutes=5),
        case_id=await stack.case(),
        candidate_id=host.id,
        version=3,
    )
    async with contextlib.AsyncExitStack() as opened:
        yield Practice(stack, tmp_path, host, guest, session, opened)


async def room(practice: Practice, who: Person, guest: Person, **config: Any) -> Subscriber:
    """A person's websocket, in the channel of the host and a guest if they are let in."""
    socket = await practice.opened.enter_async_context(subscriber(practice.stack))
    topic = channel(practice, guest)
    await socket.join(who.token, topic, private=True, **config)
    return socket


def channel(practice: Practice, guest: Person) -> str:
    return f"realtime:room:{practice.session}:{practice.host.id}:{guest.id}"


async def say(socket: Subscriber, topic: str, event: str, payload: dict[str, Any]) -> None:
    await socket.send(topic, "broadcast", {"type": "broadcast", "event": event, "payload": payload})


def said(sheet: Sheet, revision: int = 1) -> dict[str, Any]:
    content = assessment(sheet).decode()
    return {"sheet": str(sheet.id), "revision": revision, "content": content}


def receipt(sheet: Sheet, where: str, **more: Any) -> dict[str, Any]:
    answer = {"sheet": str(sheet.id), "revision": sheet.revision, "where": where}
    return {**answer, "reason": "", "is_in_the_way": False, **more}


async def come(practice: Practice, host: Desk, sheet: Sheet, revision: int = 1) -> Submission:
    """Wait until a sheet, that is said again and again, is on the host's disk."""
    socket = await room(practice, practice.guest, practice.guest)
    for _ in range(200):
        await say(socket, channel(practice, practice.guest), SHEET, said(sheet, revision))
        await asyncio.sleep(0.05)
        for submission in host.delivery.of(practice.session):
            if (submission.sheet, submission.revision) == (sheet.id, revision):
                return submission
    raise AssertionError("it never came")


@pytest.mark.detail
@pytest.mark.short(2)
@pytest.mark.parametrize(
    "state",
    ["version = 2, candidate_id = guest_id", "version = 3, candidate_id = guest_id",
     "version = 1, candidate_id = guest_id", "version = 3, candidate_id = null"],
)  # fmt: skip
async def test_who_is_not_the_assessor_uploads_nothing_unasked(
    state: str, practice: Practice
) -> None:
    await practice.stack.sql(f"update practice_sessions set {state}")
    host = await practice.open(practice.host)
    submission = await come(practice, host, practice.sheet(100))
    assert submission.hold is Hold.NOT_ASSESSOR
    await asyncio.sleep(SETTLED)
    assert await practice.uploaded() is None
    # Nor is it in the way of the host's own.
    own = practice.sheet(40)
    content = await practice.hand_in(host, own)
    await host.until(DeliveryState.UPLOADED, sheet=own.id)
    assert await practice.uploaded() == content
    [kept] = [p for p in host.delivery.of(practice.session) if not p.is_mine]
    assert kept.is_held


@pytest.mark.detail
async def test_the_host_decides_about_a_sheet_that_is_held(practice: Practice) -> None:
    await practice.stack.sql("update practice_sessions set candidate_id = guest_id")
    host = await practice.open(practice.host)
    wanted, unwanted = practice.sheet(100), practice.sheet(90)
    await host.delivery.decline(await come(practice, host, unwanted))
    await host.until(DeliveryState.REFUSED, sheet=unwanted.id)
    assert await practice.uploaded() is None
    await host.delivery.agree(await come(practice, host, wanted))
    await host.until(DeliveryState.UPLOADED, sheet=wanted.id)
    assert await practice.uploaded() == assessment(wanted)


@pytest.mark.detail
async def test_a_held_sheet_is_not_let_go_by_the_next_station(practice: Practice) -> None:
    """The candidate's own sheet waits until they are the assessor, in a station that is over."""
    await practice.stack.sql("update practice_sessions set version = 2, candidate_id = guest_id")
    host = await practice.open(practice.host)
    await come(practice, host, practice.sheet(100))
    await practice.stack.sql("update practice_sessions set version = 3, candidate_id = host_id")
    await asyncio.sleep(SETTLED)
    assert await practice.uploaded() is None
    # What is asked does not go with a program's end.
    await practice.kill(host)
    again = await practice.open(practice.host)
    await again.until(DeliveryState.WITH_HOST, hold=Hold.NOT_ASSESSOR)
    await asyncio.sleep(SETTLED)
    assert await practice.uploaded() is None


@pytest.mark.detail
async def test_an_assessors_sheet_is_uploaded_once_the_station_is_over(practice: Practice) -> None:
    await practice.stack.sql("update practice_sessions set version = 2")
    host = await practice.open(practice.host)
    sheet = practice.sheet()
    assert (await come(practice, host, sheet)).hold is Hold.STATION
    await asyncio.sleep(SETTLED)
    assert await practice.uploaded() is None
    await practice.stack.sql("update practice_sessions set version = 3")
    await host.until(DeliveryState.UPLOADED)
    assert await practice.uploaded() == assessment(sheet)


async def test_a_former_guests_sheet_is_none_of_the_next_ones_station(practice: Practice) -> None:
    """It is on the host's disk when the seat changes, and when the next station is over."""
    await practice.stack.sql("update practice_sessions set version = 2")
    host = await practice.open(practice.host)
    assert (await come(practice, host, practice.sheet(100))).hold is Hold.STATION
    following = await practice.stack.person("Daniel", "Reyes")
    await practice.stack.sql(
        "update practice_sessions set version = 3, guest_id = %s", following.id
    )
    await host.until(DeliveryState.WITH_HOST, hold=Hold.NOT_ASSESSOR)
    await asyncio.sleep(SETTLED)
    assert await practice.uploaded() is None


@pytest.mark.detail
async def test_what_was_said_in_a_former_guests_room_is_not_taken(practice: Practice) -> None:
    """It may arrive after the seat has changed, and before the room is left."""
    following = await practice.stack.person("Daniel", "Reyes")
    await practice.stack.sql("update practice_sessions set guest_id = %s", following.id)
    host = await practice.open(practice.host, live=False)
    forged, genuine = practice.sheet(100), practice.sheet(50)
    host.on_event(RoomHeard(practice.session, SHEET, said(forged), practice.guest.id))
    host.on_event(RoomHeard(practice.session, SHEET, said(genuine), following.id))
    await host.until(DeliveryState.UPLOADED)
    assert [p.sheet for p in host.delivery.of(practice.session)] == [genuine.id]


@pytest.mark.detail
async def test_a_former_guest_hears_nothing_and_ends_no_delivery(practice: Practice) -> None:
    """They stayed in the channel that they had joined, and try all others of that session."""
    stack, former = practice.stack, practice.guest
    following = await stack.person("Daniel", "Reyes")
    theirs = await room(practice, former, former)
    await stack.sql("update practice_sessions set guest_id = %s", following.id)
    sockets, others = [theirs], (channel(practice, following), f"realtime:room:{practice.session}")
    for topic in others:
        refused = await theirs.join(former.token, topic, private=True)
        assert refused["status"] == "error"
        # A public channel of the same name is another one, which medtui does not join.
        public = await practice.opened.enter_async_context(subscriber(stack))
        assert (await public.join(former.token, topic))["status"] == "ok"
        sockets.append(public)
    guest = await practice.open(following)  # the host is away
    sheet = practice.sheet()
    content = await practice.hand_in(guest, sheet)
    for where in ("uploaded", "refused", "with host"):
        for topic in (channel(practice, former), *others):
            for socket in sockets:
                await say(socket, topic, RECEIPT, receipt(sheet, where))
    await asyncio.sleep(SETTLED)
    [submission] = guest.delivery.of(practice.session)
    assert submission.where is DeliveryState.WAITING
    for socket in sockets:
        with pytest.raises(TimeoutError):
            await socket.frame("broadcast", seconds=0.2)
    await practice.open(practice.host)
    await guest.until(DeliveryState.UPLOADED)
    assert await practice.uploaded() == content


@pytest.mark.detail
@pytest.mark.parametrize("where", ["uploaded", "refused"])
async def test_a_forged_answer_of_the_partners_ends_no_delivery(
    where: str, practice: Practice
) -> None:
    """Anybody in the room may say it: a candidate who hosts, with another program."""
    guest = await practice.open(practice.guest)
    sheet = practice.sheet()
    content = await practice.hand_in(guest, sheet)
    theirs = await room(practice, practice.host, practice.guest)
    for _ in range(5):
        forged = receipt(sheet, where, reason="It is of no use.")
        await say(theirs, channel(practice, practice.guest), RECEIPT, forged)
        await asyncio.sleep(0.1)
    if where == "refused":
        shown = await guest.until(DeliveryState.REFUSED)
        assert shown.reason.startswith("It is of no use.")
    [submission] = guest.delivery.of(practice.session)
    assert not submission.is_over
    await practice.kill(guest)
    again = await practice.open(practice.guest)  # it is still to be done after the program's end
    await practice.open(practice.host)
    await again.until(DeliveryState.UPLOADED)
    assert await practice.uploaded() == content


@pytest.mark.detail
async def test_uploaded_counts_where_the_bucket_has_these_bytes_and_no_others(
    practice: Practice,
) -> None:
    guest = await practice.open(practice.guest)
    sheet = practice.sheet()
    content = await practice.hand_in(guest, sheet)
    other = bytes(byte ^ 1 if chr(byte).isdigit() else byte for byte in content)
    assert len(other) == len(content)
    await practice.stack.file(practice.session, "assessment.json", content=other)
    guest.on_event(RoomHeard(practice.session, RECEIPT, receipt(sheet, "uploaded")))
    await asyncio.sleep(SETTLED)
    assert [p.where for p in guest.delivery.of(practice.session)] == [DeliveryState.WAITING]
    await practice.stack.remove_files()
    await practice.stack.file(practice.session, "assessment.json", content=content)
    await guest.until(DeliveryState.UPLOADED)


async def test_answers_to_what_was_never_handed_in_change_nothing(practice: Practice) -> None:
    guest = await practice.open(practice.guest, live=False)
    sheet = practice.sheet()
    for where in ("uploaded", "refused", "with host", "elsewhere"):
        guest.on_event(RoomHeard(practice.session, RECEIPT, receipt(sheet, where)))
        guest.on_event(RoomHeard(uuid4(), RECEIPT, receipt(sheet, where)))
    content = await practice.hand_in(guest, sheet)
    assert content
    assert [p.where for p in guest.delivery.of(practice.session)] == [DeliveryState.WAITING]
