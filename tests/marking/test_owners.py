"""Whatever two people do in a meeting, and whatever befalls their programs, marks keep their owner.

Random sequences of rounds, stages, hand-ins by both, an older client that turns a row back, files
of other clients, kills and lost connections, against real servers of both kinds. Afterwards: no
mark has changed its owner, none is lost, none is counted twice, and the history and the progress of
both say what the bucket and the sheets that were handed in say.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from medtui.core.history import History
from medtui.core.mark_sheet import Sheet
from medtui.core.mark_sheet_json import assessment
from medtui.core.models import FileKind, PracticeSession, Stage
from medtui.core.progress import By, progress
from medtui.core.room_rules import other_of, why_no_round, why_not_mark
from medtui.core.rounds import begun_after, rounds_of
from medtui.core.rubrics import DEFAULT
from medtui.data import Backend, DataError, FileExists, MemoryTokens, Server
from medtui.data.events import Event, FeedWentLive
from medtui.data.sheet_delivery import SheetDelivery
from medtui.documents.assessment import Owner
from medtui.documents.submitted import why_no_mark_sheet
from medtui.history.loader import HistoryReading
from medtui.store.outbox import DeliveryState, Outbox, Submission
from tests.helpers.stack import Person, Stack

STEPS = "rrusssfffmmmmMMMMopkKcC"
"""r, u: next round. s, f: start, finish. m, M: host, guest hands a sheet in. o: an older client
turns the row back. p: another client's file. k, K: a program is killed. c, C: its network goes."""

Key = tuple[UUID, FileKind]


@dataclass
class Program:
    """One person's medtui, as far as rounds and mark sheets are concerned."""

    person: Person
    backend: Backend
    delivery: SheetDelivery
    events: list[Event]
    opened: contextlib.AsyncExitStack

    async def close(self) -> None:
        self.delivery.stop()
        await self.delivery.stopped()
        await self.opened.aclose()


@dataclass
class Meeting:
    """Two people, the sheets that they handed in, and what the bucket must say of them."""

    stack: Stack
    folder: Path
    dice: random.Random
    host: Person
    guest: Person
    session: UUID
    programs: dict[UUID, Program] = field(default_factory=dict)
    handed_in: dict[Key, list[bytes]] = field(default_factory=dict)
    """The contents of the sheets of each file, by the candidate whom they were written about."""
    platform: dict[UUID, tuple[UUID | None, bytes]] = field(default_factory=dict)
    """Other clients' files: of which candidate (None: the row was turned since), and what."""
    offline: set[UUID] = field(default_factory=set)

    async def open(self, person: Person) -> Program:
        events: list[Event] = []
        program: Program

        def hear(event: Event) -> None:
            events.append(event)
            program.delivery.on_event(event)

        opened = contextlib.AsyncExitStack()
        server = Server(self.stack.url, self.stack.anon_key)
        backend = await opened.enter_async_context(
            Backend.open(server, tokens=MemoryTokens(), notify=hear)
        )
        folder = self.folder / str(person.id)
        delivery = SheetDelivery(backend, person.id, folder, hear, why_no_mark_sheet)
        program = Program(person, backend, delivery, events, opened)
        await backend.auth.sign_in(person.email, person.password)
        delivery.start()
        self.programs[person.id] = program
        await self.connect(program)
        return program

    async def connect(self, program: Program) -> None:
        program.backend.live.start()
        self.offline.discard(program.person.id)
        before = len(program.events)
        async with asyncio.timeout(60):
            while not any(isinstance(each, FeedWentLive) for each in program.events[before:]):
                await asyncio.sleep(0.01)

    async def present(self) -> PracticeSession:
        return await self.programs[self.host.id].backend.sessions.one(self.session)

    async def play(self, step: str) -> None:
        """Do a step, if the rules of the room allow it now."""
        host, guest = self.programs[self.host.id], self.programs[self.guest.id]
        session = await self.present()
        if step in "ru" and why_no_round(session, self.host.id) is None:
            await self.begin_round(session, step)
        elif step == "s" and session.stage is Stage.PREP and session.candidate_id:
            await host.backend.sessions.set_stage(session, Stage.INTERVIEW)
        elif step == "f" and session.stage is Stage.INTERVIEW:
            await host.backend.sessions.set_stage(session, Stage.WRAP_UP)
        elif step == "o" and session.stage is not Stage.PREP:
            await self.turn(session)
        elif step == "p" and session.stage is Stage.WRAP_UP:
            await self.add_platform_file(session)
        elif step in "mM":
            await self.hand_in(host if step == "m" else guest, session)
        elif step in "kK":
            program = host if step == "k" else guest
            await program.close()
            await self.open(program.person)
        elif step in "cC":
            program = host if step == "c" else guest
            if program.person.id in self.offline:
                await self.connect(program)
            else:
                await program.backend.live.stop()
                self.offline.add(program.person.id)

    async def begin_round(self, session: PracticeSession, key: str) -> None:
        host, guest = self.programs[self.host.id], self.programs[self.guest.id]
        candidate = session.candidate_id if key == "u" else other_of(session, session.candidate_id)
        known = await host.backend.sessions.window(host.backend.clock.now())
        number = rounds_of(known)[session.id].of + 1 if session.id in rounds_of(known) else 2
        begun = await host.backend.rounds.begin(
            session, candidate, number, host.backend.clock.now()
        )
        again = await host.backend.rounds.begin(
            session, candidate, number, host.backend.clock.now()
        )
        assert begun.id == again.id, "twice is one round"
        seen = await guest.backend.sessions.window(guest.backend.clock.now())
        offered = begun_after(session, seen, self.guest.id)
        assert offered is not None
        taken = await guest.backend.sessions.book(offered)
        if taken.candidate_id is None and candidate == self.guest.id:
            await host.backend.sessions.choose_candidate(taken, candidate)
        self.session = begun.id

    async def turn(self, session: PracticeSession) -> None:
        """As versions without rounds swap: the same row goes back to prep, the other way round."""
        backend = self.programs[self.host.id].backend
        who = other_of(session, session.candidate_id)
        back = await backend.sessions.set_stage(session, Stage.PREP)
        if who is not None:
            await backend.sessions.choose_candidate(back, who, keep_case=False)
        if session.id in self.platform:
            self.platform[session.id] = (None, self.platform[session.id][1])

    async def add_platform_file(self, session: PracticeSession) -> None:
        """A file as the platform's own client writes it: it names nobody."""
        if not self.stack.has_grants:
            return  # such a server does not say when a row was turned
        score = self.dice.randrange(1, 100)
        content = json.dumps({"dimensions": [{"name": "Rapport", "raw_score_0_to_100": score}],
                              "totals": {"percentage": score}}).encode()  # fmt: skip
        backend = self.programs[self.host.id].backend
        with contextlib.suppress(FileExists):
            await backend.assessments.upload(session.id, FileKind.ASSESSMENT, content)
            self.platform[session.id] = (session.candidate_id, content)

    async def hand_in(self, program: Program, session: PracticeSession) -> None:
        me = program.person.id
        if session.stage is Stage.PREP or why_not_mark(session, me) is not None:
            return
        assert session.candidate_id is not None
        is_own = session.candidate_id == me
        kind = FileKind.SELF_ASSESSMENT if is_own else FileKind.ASSESSMENT
        sheet = Sheet(session.id, session.candidate_id, DEFAULT)
        sheet = sheet.score(DEFAULT.domains[0].name, self.dice.randrange(1, 100))
        owner = Owner(session.candidate_id, session.id, session.case_id, me)
        content = assessment(sheet, owner)
        await program.delivery.hand_in(session, sheet.id, sheet.revision, content, kind)
        self.handed_in.setdefault((session.id, kind), []).append(content)

    # What must be true afterwards

    async def settle(self) -> None:
        """Both are there and connected; wait until every sheet has arrived as far as it can."""
        for program in list(self.programs.values()):
            if program.person.id in self.offline:
                await self.connect(program)
        try:
            async with asyncio.timeout(120):
                while any(self.is_moving(each) for each in self.unfinished()):
                    await asyncio.sleep(0.02)
        except TimeoutError:
            moving = [
                replace(each, content="") for each in self.unfinished() if self.is_moving(each)
            ]
            raise AssertionError(f"sheets that never came further: {moving}") from None

    def unfinished(self) -> list[Submission]:
        """The sheets that are not uploaded, on both disks."""
        return [
            submission
            for program in self.programs.values()
            for submission in program.delivery._sheets.unfinished()
        ]

    def is_moving(self, submission: Submission) -> bool:
        """Whether a sheet goes on by itself: not one that waits for the host's decision."""
        if submission.is_over or submission.where is DeliveryState.REFUSED:
            return False  # refused are those beyond the most sheets of one session
        if submission.is_host:
            return not submission.is_in_the_way and not submission.is_held
        arrived = self.programs[self.host.id].delivery.of(submission.session)
        theirs = [each for each in arrived if each.sheet == submission.sheet]
        return any(map(self.is_moving, theirs)) if theirs else self.stack.has_grants

    async def bucket(self) -> dict[Key, bytes]:
        backend, found = self.programs[self.host.id].backend, {}
        for session_id in await backend.assessments.sessions():
            for file in await backend.assessments.files(session_id):
                found[session_id, file.kind] = await backend.assessments.read(session_id, file.kind)
        return found

    async def check(self) -> None:
        files = await self.bucket()
        for key, content in files.items():
            of_platform = self.platform.get(key[0])
            is_platforms = of_platform is not None and of_platform[1] == content
            assert is_platforms or content in self.handed_in[key], "a file that nobody handed in"
        kept = {
            submission.content.encode()
            for person in (self.host, self.guest)
            for submission in Outbox(self.folder / str(person.id), person.id).all()
        }
        for contents in self.handed_in.values():
            assert kept | set(files.values()) >= set(contents), "a sheet is lost"
        for person in (self.host, self.guest):
            await self.check_history(person, files)

    def owner(self, key: Key, content: bytes) -> UUID | None:
        """Whose marks a file holds, by what was done."""
        turned = self.platform.get(key[0])
        if turned is not None and turned[1] == content:
            return turned[0]
        return UUID(json.loads(content)["candidate_id"])

    async def check_history(self, person: Person, files: dict[Key, bytes]) -> None:
        backend = self.programs[person.id].backend
        history = History(person.id, UTC)
        later = backend.clock.now() + timedelta(days=1)
        reading = HistoryReading(backend, history, lambda: later, lambda: None)
        await reading.read()
        assert reading.error == ""
        wanted: Counter[float] = Counter()
        own: Counter[float] = Counter()
        for (session_id, kind), content in files.items():
            if self.owner((session_id, kind), content) == person.id:
                counts = wanted if kind is FileKind.ASSESSMENT else own
                counts[percent(content)] += 1
        entries = history.entries
        assert Counter(e.own_marks.percent for e in entries if e.own_marks) == wanted
        assert Counter(e.self_marks.percent for e in entries if e.self_marks) == own
        series = progress(entries, By.DOMAIN)
        assert Counter(point.percent for each in series for point in each.points) == wanted
        assert Counter(point.percent for each in series for point in each.own) == own


def percent(content: bytes) -> float:
    found: Any = json.loads(content)["totals"]["percentage"]
    return float(found)


async def hold(stack: Stack, folder: Path, seed: int) -> None:
    """One meeting, played and checked."""
    dice = random.Random(seed)
    host, guest = await stack.person(f"Host{seed}", "Vogt"), await stack.person("Ben", "Adeyemi")
    first = dice.choice([host.id, guest.id])
    link = f"practice-{seed}"
    session = await stack.session(
        host, guest=guest, candidate_id=first, room_url=link, starts_in=-timedelta(minutes=30)
    )
    meeting = Meeting(stack, folder, dice, host, guest, session)
    played = "".join(dice.choice(STEPS) for _ in range(dice.randrange(8, 24)))
    try:
        for person in (host, guest):
            await meeting.open(person)
        for step in played:
            with contextlib.suppress(DataError):  # as a user, one looks again
                await meeting.play(step)
        await meeting.settle()
        await meeting.check()
    except BaseException as error:
        error.add_note(f"seed {seed}: {played}")
        raise
    finally:
        for program in meeting.programs.values():
            await program.close()


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("medtui.data.sheet_delivery.PAUSES", (0.2, 1.0))
    monkeypatch.setattr("medtui.data.sheet_delivery.LOOK_PAUSES", (0.1, 1.0))


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Stack:
    """A server of the wanted kind: with our migrations, or with the data model alone."""
    stack: Stack = request.getfixturevalue(request.param)
    return stack


both_kinds = pytest.mark.parametrize("server", ["stack", "data_model_stack"], indirect=True)


@both_kinds
async def test_no_sequence_changes_the_owner_of_a_mark(server: Stack, tmp_path: Path) -> None:
    for seed in range(3):
        await hold(server, tmp_path, seed)


@pytest.mark.long
@both_kinds
@pytest.mark.parametrize("batch", range(20))
async def test_no_sequence_of_a_thousand_changes_the_owner_of_a_mark(
    batch: int, server: Stack, tmp_path: Path
) -> None:
    for seed in range(batch * 25, batch * 25 + 25):
        await hold(server, tmp_path, 1_000 + seed)
