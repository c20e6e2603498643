"""A guest's mark sheet on its way to the bucket, with the host away, back, killed, gone for good.

After each of these it is there once and whole, or lies on the guest's disk, who is told so.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import json
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from medtui.core.mark_sheet import Sheet
from medtui.core.mark_sheet_json import assessment
from medtui.core.models import FileKind
from medtui.core.rubrics import DEFAULT
from medtui.data import Backend, DataError, Invalid, MemoryTokens, NotAllowed, Server
from medtui.data.events import BoardRead, Event, FeedWentLive, RoomHeard, SheetMoved
from medtui.data.sheet_delivery import SheetDelivery
from medtui.data.sheet_messages import RECEIPT, SHEET
from medtui.documents.submitted import why_no_mark_sheet
from medtui.store.outbox import DeliveryState, Outbox, Submission
from tests.helpers.stack import Person, Stack


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("medtui.data.sheet_delivery.PAUSES", (0.2, 1.0))


@dataclass
class Desk:
    """A user's program, as far as mark sheets are concerned."""

    person: Person
    backend: Backend
    delivery: SheetDelivery
    events: list[Event] = field(default_factory=list)
    deaf: set[str] = field(default_factory=set)
    """What is said in the room and does not arrive here."""

    def on_event(self, event: Event) -> None:
        if isinstance(event, RoomHeard) and event.event in self.deaf:
            return
        self.events.append(event)
        self.delivery.on_event(event)

    async def until(self, where: DeliveryState, **wanted: Any) -> Submission:
        """Wait until the one sheet here has come so far."""
        submission: Submission | None = None
        try:
            async with asyncio.timeout(40):
                while True:
                    for submission in self.delivery._sheets._known.values():
                        is_so = all(getattr(submission, name) == v for name, v in wanted.items())
                        if submission.where is where and is_so:
                            return submission
                    await asyncio.sleep(0.01)
        except TimeoutError:
            raise AssertionError(f"it never came so far: {submission}") from None

    async def close(self) -> None:
        self.delivery.stop()
        await self.delivery.stopped()


@dataclass
class Practice:
    stack: Stack
    folder: Path
    host: Person
    guest: Person
    session: UUID
    opened: contextlib.AsyncExitStack

    async def open(self, person: Person, *, live: bool = True) -> Desk:
        """Start a user's program: the submissions on its disk are there again."""
        desk: Desk

        def hear(event: Event) -> None:
            desk.on_event(event)

        backend = await self.opened.enter_async_context(
            Backend.open(
                Server(self.stack.url, self.stack.anon_key), tokens=MemoryTokens(), notify=hear
            )
        )
        folder = self.folder / person.name
        delivery = SheetDelivery(backend, person.id, folder, hear, why_no_mark_sheet)
        desk = Desk(person, backend, delivery)
        await backend.auth.sign_in(person.email, person.password)
        self.opened.push_async_callback(desk.close)
        delivery.start()
        if live:
            await self.go_live(desk)
        return desk

    async def go_live(self, desk: Desk) -> None:
        desk.backend.live.start()
        async with asyncio.timeout(40):
            while not any(isinstance(event, FeedWentLive) for event in desk.events):
                await asyncio.sleep(0.01)

    async def kill(self, desk: Desk) -> None:
        """End a program without its doing anything more."""
        await desk.close()
        await desk.backend.live.stop()

    async def hand_in(self, desk: Desk, sheet: Sheet) -> bytes:
        content = assessment(sheet)
        session = await desk.backend.sessions.one(self.session)
        await desk.delivery.hand_in(session, sheet.id, sheet.revision, content)
        return content

    def sheet(self, score: int = 70) -> Sheet:
        sheet = Sheet(self.session, self.host.id, DEFAULT)
        return sheet.score(DEFAULT.domains[0].name, score)

    async def uploaded(self) -> bytes | None:
        """What is in the bucket, asked as the host with a client of their own."""
        client = await self.stack.client(self.host)
        try:
            path = f"{self.session}/assessment.json"
            return await client.storage.from_("assessments").download(path)
        except Exception:
            return None

    async def uploads(self) -> int:
        query = "select count(*) from storage.objects where name like %s"
        [row] = await self.stack.sql(query, f"{self.session}/%")
        return int(row["count"])


@pytest.fixture
async def practice(stack: Stack, tmp_path: Path) -> AsyncIterator[Practice]:
    host = await stack.person("Amara", "Okafor")
    guest = await stack.person("Mei", "Tanaka")
    case = await stack.case()
    session = await stack.session(host, guest=guest, case_id=case, candidate_id=host.id, version=3)
    async with contextlib.AsyncExitStack() as opened:
        yield Practice(stack, tmp_path, host, guest, session, opened)


@pytest.mark.detail
async def test_both_are_there(practice: Practice) -> None:
    host, guest = await practice.open(practice.host), await practice.open(practice.guest)
    content = await practice.hand_in(guest, practice.sheet())
    await guest.until(DeliveryState.UPLOADED)
    assert await practice.uploaded() == content
    [has] = host.delivery.of(practice.session)
    assert (has.where, has.is_mine, has.partner) == (DeliveryState.UPLOADED, False, "Mei Tanaka")
    told = [e.submission.where for e in guest.events if isinstance(e, SheetMoved)]
    assert told[0] is DeliveryState.WAITING
    assert told[-1] is DeliveryState.UPLOADED


@pytest.mark.detail
async def test_a_hosts_own_goes_straight_to_the_bucket(practice: Practice) -> None:
    host = await practice.open(practice.host, live=False)
    content = await practice.hand_in(host, practice.sheet())
    await host.until(DeliveryState.UPLOADED)
    assert await practice.uploaded() == content


@pytest.mark.detail
async def test_the_host_is_away_and_comes_back(practice: Practice) -> None:
    guest = await practice.open(practice.guest)
    content = await practice.hand_in(guest, practice.sheet())
    await asyncio.sleep(0.5)
    assert [p.where for p in guest.delivery.of(practice.session)] == [DeliveryState.WAITING]
    host = await practice.open(practice.host)
    await guest.until(DeliveryState.UPLOADED)
    assert await practice.uploaded() == content
    await host.until(DeliveryState.UPLOADED)


@pytest.mark.detail
async def test_the_guest_leaves_before_the_host_comes(practice: Practice) -> None:
    guest = await practice.open(practice.guest)
    content = await practice.hand_in(guest, practice.sheet())
    await practice.kill(guest)
    await practice.open(practice.host)
    again = await practice.open(practice.guest)
    await again.until(DeliveryState.UPLOADED)
    assert await practice.uploaded() == content


async def test_the_host_is_gone_for_good(practice: Practice) -> None:
    guest = await practice.open(practice.guest)
    content = await practice.hand_in(guest, practice.sheet())
    await practice.kill(guest)
    again = await practice.open(practice.guest)
    submission = await again.until(DeliveryState.WAITING)
    assert submission.content.encode() == content
    await practice.stack.sql("delete from practice_sessions where id = %s", practice.session)
    again.delivery.attend(practice.session)
    gone = await again.until(DeliveryState.REFUSED)
    assert gone.reason.startswith("The session was cancelled. The assessment is in /")
    [file] = (practice.folder / practice.guest.name).rglob("*.assessment")
    assert str(file) in gone.reason
    assert file.read_bytes() == content
    assert gone.content.encode() == content
    [kept] = Outbox(practice.folder / practice.guest.name, practice.guest.id).all()
    assert kept == gone


@pytest.mark.detail
async def test_the_host_is_killed_between_the_disk_and_the_bucket(
    practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    host, guest = await practice.open(practice.host), await practice.open(practice.guest)

    async def never(submission: Submission) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(host.delivery._steps, "_upload", never)
    content = await practice.hand_in(guest, practice.sheet())
    await guest.until(DeliveryState.WITH_HOST)
    await practice.kill(host)
    assert await practice.uploaded() is None
    again = await practice.open(practice.host)
    await again.until(DeliveryState.UPLOADED)
    await guest.until(DeliveryState.UPLOADED)
    assert await practice.uploaded() == content


@pytest.mark.detail
async def test_the_host_is_killed_between_the_bucket_and_the_answer(
    practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    host, guest = await practice.open(practice.host), await practice.open(practice.guest)
    monkeypatch.setattr(host.delivery, "_send_receipt", lambda submission: None)
    content = await practice.hand_in(guest, practice.sheet())
    await host.until(DeliveryState.UPLOADED)
    await practice.kill(host)
    # No client answers, and the guest's client looks into the bucket itself.
    await guest.until(DeliveryState.UPLOADED)
    assert await practice.uploaded() == content


@pytest.mark.detail
async def test_the_answer_is_lost(practice: Practice) -> None:
    host, guest = await practice.open(practice.host), await practice.open(practice.guest)
    guest.deaf = {RECEIPT}
    await practice.hand_in(guest, practice.sheet())
    await guest.until(DeliveryState.UPLOADED)
    assert len(host.delivery.of(practice.session)) == 1
    assert await practice.uploads() == 1


@pytest.mark.detail
async def test_what_is_said_is_lost_a_few_times(practice: Practice) -> None:
    host, guest = await practice.open(practice.host), await practice.open(practice.guest)
    host.deaf = {SHEET}
    content = await practice.hand_in(guest, practice.sheet())
    await asyncio.sleep(0.7)
    assert await practice.uploaded() is None
    host.deaf = set()
    await guest.until(DeliveryState.UPLOADED)
    assert await practice.uploaded() == content


@pytest.mark.detail
async def test_the_network_of_both_breaks_and_comes_back(practice: Practice) -> None:
    host, guest = await practice.open(practice.host), await practice.open(practice.guest)
    await practice.stack.stop_gateway()
    sheet = practice.sheet()
    content = assessment(sheet)
    [known] = next(event.sessions for event in guest.events if isinstance(event, BoardRead))
    await guest.delivery.hand_in(known, sheet.id, sheet.revision, content)
    await practice.stack.start_gateway()
    await guest.until(DeliveryState.UPLOADED)
    await host.until(DeliveryState.UPLOADED)
    assert await practice.uploaded() == content


@pytest.mark.detail
async def test_there_is_an_assessment_already(practice: Practice) -> None:
    other = b'{"max_total": 49.8, "dimensions": []}'
    await practice.stack.file(practice.session, "assessment.json", content=other)
    host, guest = await practice.open(practice.host), await practice.open(practice.guest)
    await practice.hand_in(guest, practice.sheet())
    await guest.until(DeliveryState.WITH_HOST, is_in_the_way=True)
    await host.until(DeliveryState.WITH_HOST, is_in_the_way=True)
    assert await practice.uploaded() == other
    # Only the host decides; and once they have, it is all the same to everybody.
    [submission] = guest.delivery.of(practice.session)
    with pytest.raises(NotAllowed):
        await guest.delivery.replace(submission)
    [submission] = host.delivery.of(practice.session)
    await host.delivery.replace(submission)
    await guest.until(DeliveryState.UPLOADED, is_in_the_way=False)
    assert await practice.uploaded() == submission.content.encode()
    assert await practice.uploads() == 1


async def test_what_the_host_has_declined_is_not_tried_once_more(practice: Practice) -> None:
    await practice.stack.file(practice.session, "assessment.json", content=b'{"dimensions": []}')
    host, guest = await practice.open(practice.host), await practice.open(practice.guest)
    await practice.hand_in(guest, practice.sheet())
    submission = await host.until(DeliveryState.WITH_HOST, is_in_the_way=True)
    async with asyncio.TaskGroup() as both, host.delivery._busy:  # which is free in this order
        both.create_task(host.delivery.decline(submission))
        await asyncio.sleep(0)
        both.create_task(host.delivery._advance((submission.session, submission.sheet)))
        await asyncio.sleep(0)
    [submission] = host.delivery.of(practice.session)
    assert (submission.where, submission.is_in_the_way) == (DeliveryState.REFUSED, False)
    await guest.until(DeliveryState.REFUSED)


@pytest.mark.detail
async def test_a_changed_sheet_takes_the_place_of_the_one_that_still_waits(
    practice: Practice,
) -> None:
    guest = await practice.open(practice.guest)
    first = practice.sheet(50)
    await practice.hand_in(guest, first)
    content = await practice.hand_in(guest, first.score(DEFAULT.domains[1].name, 90))
    await practice.open(practice.host)
    await guest.until(DeliveryState.UPLOADED, revision=2)
    assert await practice.uploaded() == content
    assert len(guest.delivery.of(practice.session)) == 1


async def test_two_windows_of_the_host_upload_it_once(practice: Practice) -> None:
    one, two = await practice.open(practice.host), await practice.open(practice.host)
    guest = await practice.open(practice.guest)
    content = await practice.hand_in(guest, practice.sheet())
    await guest.until(DeliveryState.UPLOADED)
    await one.until(DeliveryState.UPLOADED)
    await two.until(DeliveryState.UPLOADED)
    assert await practice.uploaded() == content
    assert await practice.uploads() == 1


@pytest.mark.detail
async def test_a_window_with_an_earlier_revision_leaves_the_later_one_on_the_disk(
    practice: Practice,
) -> None:
    one = await practice.open(practice.guest)
    first = practice.sheet(50)
    await practice.hand_in(one, first)
    two = await practice.open(practice.guest)
    await two.until(DeliveryState.WAITING)
    later = first.score(DEFAULT.domains[1].name, 90)
    content = await practice.hand_in(one, later)
    await practice.kill(one)
    receipt = {"sheet": str(first.id), "revision": first.revision, "where": "with host"}
    two.on_event(
        RoomHeard(practice.session, RECEIPT, {**receipt, "reason": "", "is_in_the_way": 0})
    )
    await two.until(DeliveryState.WAITING, revision=later.revision)
    [kept] = Outbox(practice.folder / practice.guest.name, practice.guest.id).all()
    assert kept.content.encode() == content
    # And this window sees to that one from now on.
    await practice.open(practice.host)
    await two.until(DeliveryState.UPLOADED, revision=later.revision)
    assert await practice.uploaded() == content


async def test_after_a_full_disk_a_client_still_receives(
    practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    guest = await practice.open(practice.guest)
    sheet = practice.sheet()
    await practice.hand_in(guest, sheet)
    receipt = {"sheet": str(sheet.id), "revision": sheet.revision, "where": "with host"}
    heard = RoomHeard(practice.session, RECEIPT, {**receipt, "reason": "", "is_in_the_way": 0})
    is_tried = asyncio.Event()
    loop = asyncio.get_running_loop()

    def full(box: Outbox, submission: Submission) -> Submission:
        loop.call_soon_threadsafe(is_tried.set)
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Outbox, "save", full)
        guest.on_event(heard)
        async with asyncio.timeout(40):
            await is_tried.wait()
    guest.on_event(heard)
    await guest.until(DeliveryState.WITH_HOST)


@pytest.mark.detail
async def test_each_of_the_two_is_told_of_their_own_disk_alone(practice: Practice) -> None:
    host, guest = await practice.open(practice.host), await practice.open(practice.guest)
    said: list[Any] = []
    say = host.backend.live.rooms.send

    def listen(*args: Any) -> None:
        said.append(args)
        say(*args)

    host.backend.live.rooms.send = listen  # type: ignore[method-assign]
    other = b'{"max_total": 49.8, "dimensions": []}'
    await practice.stack.file(practice.session, "assessment.json", content=other)
    content = await practice.hand_in(guest, practice.sheet())
    await host.until(DeliveryState.WITH_HOST, is_in_the_way=True)
    await guest.until(DeliveryState.WITH_HOST, is_in_the_way=True)
    await practice.stack.sql("delete from practice_sessions where id = %s", practice.session)
    host.delivery.attend(practice.session)
    await host.until(DeliveryState.REFUSED)
    gone = await guest.until(DeliveryState.REFUSED)
    [told] = [payload for *_, payload in said if payload.get("where") == "refused"]
    assert str(practice.folder / practice.host.name) not in json.dumps(told)
    [file] = (practice.folder / practice.guest.name).rglob("*.assessment")
    assert gone.reason.startswith("The session was cancelled.")
    assert str(file) in gone.reason
    assert file.read_bytes() == content


HOSTILE: list[Any] = [
    None,
    "text",
    [],
    {},
    {"sheet": "x", "revision": 1, "content": "{}"},
    {"sheet": str(uuid4()), "revision": "1", "content": "{}"},
    {"sheet": str(uuid4()), "revision": -1, "content": "{}"},
    {"sheet": str(uuid4()), "revision": True, "content": "{}"},
    {"sheet": str(uuid4()), "revision": 1, "content": {"max_total": 1}},
    {"sheet": str(uuid4()), "revision": 1, "content": "x" * 200_001},
    {"sheet": str(uuid4()), "revision": 1, "content": "\ud800"},
    {"sheet": "../../../etc/passwd", "revision": 1, "content": "{}"},
]
NO_SHEETS = [
    "not JSON",
    "{}",
    '{"dimensions": ' + "[" * 5_000,
    '[{"speaker": "A", "text": "a transcript"}]',
    '{"max_total": 49.8, "totals": {"total_score": 49}, "model": "some-model"}',
    '{"max_total": 49.8, "totals": {"total_score": 49}}',
]


async def test_whatever_is_said_in_the_room_is_no_more_than_refused(practice: Practice) -> None:
    host = await practice.open(practice.host, live=False)
    said: list[Any] = []
    host.backend.live.rooms.send = lambda *args: said.append(args)  # type: ignore[method-assign]
    for payload in HOSTILE:
        host.on_event(RoomHeard(practice.session, SHEET, payload))
        host.on_event(RoomHeard(practice.session, RECEIPT, payload))
        await asyncio.sleep(0)
    for content in NO_SHEETS:
        payload = {"sheet": str(uuid4()), "revision": 1, "content": content}
        host.on_event(RoomHeard(practice.session, SHEET, payload))
        async with asyncio.timeout(40):
            while not said or said[-1][2]["sheet"] != payload["sheet"]:
                await asyncio.sleep(0.01)
        assert said[-1][2]["where"] == "refused"
        assert said[-1][2]["reason"]
    assert host.delivery.of(practice.session) == []
    assert await practice.uploaded() is None
    # And the next good one is taken.
    sheet = practice.sheet()
    payload = {"sheet": str(sheet.id), "revision": 1, "content": assessment(sheet).decode()}
    host.on_event(RoomHeard(practice.session, SHEET, payload))
    await host.until(DeliveryState.UPLOADED)


async def test_a_sheet_for_a_session_that_one_does_not_host_is_not_taken(
    practice: Practice,
) -> None:
    other = await practice.stack.session(practice.guest, guest=practice.host)
    host = await practice.open(practice.host, live=False)
    sheet = practice.sheet()
    payload = {"sheet": str(sheet.id), "revision": 1, "content": assessment(sheet).decode()}
    for session in (other, uuid4()):
        host.on_event(RoomHeard(session, SHEET, payload))
    host.on_event(RoomHeard(practice.session, SHEET, payload))
    await host.until(DeliveryState.UPLOADED)
    assert host.delivery.of(other) == []


@pytest.mark.detail
async def test_a_flood_of_sheets_fills_no_disk(practice: Practice) -> None:
    other = b'{"max_total": 49.8, "dimensions": []}'
    await practice.stack.file(practice.session, "assessment.json", content=other)
    host = await practice.open(practice.host, live=False)
    for score in range(30):
        sheet = practice.sheet(score)
        payload = {"sheet": str(sheet.id), "revision": 1, "content": assessment(sheet).decode()}
        host.on_event(RoomHeard(practice.session, SHEET, payload))
        await asyncio.sleep(0.02)
    await host.until(DeliveryState.WITH_HOST, is_in_the_way=True)
    async with asyncio.timeout(40):
        while not host.delivery._said.empty():  # what was said is dealt with
            await asyncio.sleep(0.01)
    assert len(host.delivery.of(practice.session)) == 8


@pytest.mark.detail
async def test_too_long_a_sheet_is_not_handed_in(practice: Practice) -> None:
    guest = await practice.open(practice.guest, live=False)
    session = await guest.backend.sessions.one(practice.session)
    with pytest.raises(Invalid, match="too long"):
        await guest.delivery.hand_in(session, uuid4(), 1, b"x" * 200_001)
    assert guest.delivery.of(practice.session) == []


@pytest.mark.detail
async def test_at_the_server_only_the_host_uploads_and_only_the_two_talk(
    practice: Practice,
) -> None:
    guest, stranger = practice.guest, await practice.stack.person("Daniel", "Reyes")
    for person in (guest, stranger):
        desk = await practice.open(person, live=False)
        with pytest.raises(NotAllowed):
            await desk.backend.assessments.upload(
                practice.session, FileKind.ASSESSMENT, assessment(practice.sheet())
            )
    host = await practice.open(practice.host)
    outsider = await practice.open(stranger)
    outsider.backend.live.rooms.listen({practice.session})
    payload = {"sheet": str(uuid4()), "revision": 1, "content": "{}"}
    for _ in range(5):
        outsider.backend.live.rooms.send(practice.session, SHEET, payload)
        await asyncio.sleep(0.1)
    assert not [e for e in host.events if isinstance(e, RoomHeard) and e.event == SHEET]
    assert await practice.uploads() == 0


async def weather(practice: Practice, rounds: int, seed: int) -> None:
    """Programs come and go, messages get lost, the server goes away, the guest hands in again."""
    dice = random.Random(seed)
    sheet, content = practice.sheet(50), b""
    desks: dict[str, Desk | None] = {"host": None, "guest": None}
    people = {"host": practice.host, "guest": practice.guest}
    for _ in range(rounds):
        who = dice.choice(["host", "guest"])
        here = desks[who]
        match dice.choice(["come or go", "come or go", "deaf", "server", "hand in"]):
            case "come or go" if here is None:
                desks[who] = await practice.open(people[who])
            case "come or go":
                desks[who] = None
                await practice.kill(here)
            case "deaf" if here is not None:
                here.deaf = set(dice.sample([SHEET, RECEIPT], dice.randint(0, 2)))
            case "server":
                await practice.stack.stop_gateway()
                await asyncio.sleep(dice.random() / 5)
                await practice.stack.start_gateway()
            case "hand in" if (guest := desks["guest"]) is not None and not content:
                with contextlib.suppress(DataError):
                    content = await practice.hand_in(guest, sheet)
        await asyncio.sleep(dice.random() / 3)
    for who, here in desks.items():
        if here is None:
            desks[who] = await practice.open(people[who])
        else:
            here.deaf = set()
    guest = desks["guest"]
    assert guest is not None
    if not content:
        content = await practice.hand_in(guest, sheet)
    await guest.until(DeliveryState.UPLOADED)
    assert await practice.uploaded() == content
    assert await practice.uploads() == 1
    assert len(guest.delivery.of(practice.session)) == 1


@pytest.mark.detail
async def test_whatever_the_weather_it_arrives_once(practice: Practice) -> None:
    await weather(practice, 8, seed=3)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(25))
async def test_whatever_the_weather_it_arrives_once_at_length(
    practice: Practice, seed: int
) -> None:
    await weather(practice, 30, seed)
