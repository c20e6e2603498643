"""What the mark sheet's keys that ask do, without Textual: on a host's own sheet."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID

import pytest

from medtui.core.mark_sheet import RemarkKind, Sheet, Spot
from medtui.core.models import FileKind, PracticeSession
from medtui.core.rubrics import RUBRICS, Rubric
from medtui.data.sheet_delivery import SheetDelivery
from medtui.documents.submitted import why_no_mark_sheet
from medtui.marking.actions import SheetActs
from medtui.store.outbox import Submission
from medtui.ui.protocol import SaveCopy
from tests.helpers.acting import Context, Screen, signed_in
from tests.helpers.stack import Stack

FIRST = RUBRICS[0].domains[0].name
STRENGTH = Spot(FIRST, RemarkKind.STRENGTH)


class SheetContext(Context):
    """The app of a user whose mark sheets are delivered."""

    sheets: SimpleNamespace


class SheetScreen(Screen):
    """The mark sheet's screen."""

    partner = "Mei Tanaka"

    def __init__(self, context: SheetContext, session: PracticeSession) -> None:
        super().__init__(context)
        self.session = session
        self.sheet = Sheet(session.id, session.candidate_id or session.host_id, RUBRICS[0])
        self.chosen: Spot | None = None
        self.has_left = False
        self._acts = SheetActs(self, context)

    @property
    def submission(self) -> Submission | None:
        sent = self.context.sheets.delivery.of(self.session.id)
        return next((one for one in sent if one.sheet == self.sheet.id), None)

    async def rubrics(self) -> tuple[Rubric, ...]:
        return RUBRICS

    def set_sheet(self, sheet: Sheet) -> None:
        self.sheet = sheet

    async def start_new(self) -> None:
        self.sheet = Sheet(self.session.id, self.sheet.candidate, self.sheet.rubric)

    def leave_remarks(self) -> None:
        self.has_left = True

    def draw(self) -> None: ...

    async def press(self, name: str) -> None:
        await self._acts.keys[name]()


@pytest.fixture
async def screen(stack: Stack, tmp_path: Path) -> AsyncIterator[SheetScreen]:
    host, guest = await stack.person("Amara", "Okafor"), await stack.person("Mei", "Tanaka")
    session_id: UUID = await stack.session(host, guest=guest, candidate_id=guest.id, version=3)
    async with signed_in(stack, host) as context:
        delivery = SheetDelivery(
            context.backend, host.id, tmp_path, lambda event: None, why_no_mark_sheet
        )
        delivery.start()
        context.sheets = SimpleNamespace(delivery=delivery)
        yield SheetScreen(context, await context.backend.sessions.one(session_id))
        delivery.stop()
        await delivery.stopped()


async def test_a_remark_is_deleted_after_asking(screen: SheetScreen) -> None:
    await screen.press("delete")
    assert screen.shown == ["Press enter first, to go to the remarks."]
    screen.set_sheet(screen.sheet.write(STRENGTH, "Warm"))
    screen.chosen, screen.answer = STRENGTH._replace(at=0), False
    await screen.press("delete")
    assert screen.sheet.at(FIRST).of(RemarkKind.STRENGTH) == ("Warm",)
    screen.answer = True
    await screen.press("delete")
    assert screen.asked == ["Delete this remark? Warm"] * 2
    assert screen.sheet.is_empty
    assert screen.has_left


@pytest.mark.detail
async def test_marks_of_another_rubric_are_said_to_come_back(screen: SheetScreen) -> None:
    screen.set_sheet(screen.sheet.write(STRENGTH, "Warm"))
    screen.answer = RUBRICS[1]
    await screen.press("rubric")
    assert screen.sheet.rubric == RUBRICS[1]
    (words,) = screen.shown
    assert "Kept:" in words


async def test_a_new_sheet_is_begun_after_asking(screen: SheetScreen) -> None:
    await screen.press("new")
    assert screen.shown == ["This sheet is new: there is nothing on it yet."]
    screen.set_sheet(screen.sheet.score(FIRST, 60))
    before = screen.sheet.id
    await screen.press("new")
    assert screen.sheet.is_empty
    assert screen.sheet.id != before


async def test_a_copy_is_the_assessment(screen: SheetScreen) -> None:
    screen.set_sheet(screen.sheet.score(FIRST, 60))
    screen.answer = Path("/somewhere/assessment.json")
    await screen.press("save")
    (asked,) = screen.opened
    assert isinstance(asked, SaveCopy)
    (domain, *_) = json.loads(asked.content())["dimensions"]
    assert (domain["name"], domain["raw_score_0_to_100"]) == (FIRST, 60)
    assert screen.shown == ["Saved as /somewhere/assessment.json."]


async def test_a_sheet_is_handed_in_after_asking_and_arrives(screen: SheetScreen) -> None:
    await screen.press("hand_in")
    assert screen.shown == ["There is nothing on this sheet yet."]
    screen.set_sheet(screen.sheet.score(FIRST, 60))
    screen.answer = False
    await screen.press("hand_in")
    assert screen.submission is None
    screen.answer = True
    await screen.press("hand_in")
    files = screen.context.backend.assessments.files
    async with asyncio.timeout(40):
        while not await files(screen.session.id):
            await asyncio.sleep(0.05)
    assert [file.kind for file in await files(screen.session.id)] == [FileKind.ASSESSMENT]
