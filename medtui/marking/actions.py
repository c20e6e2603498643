"""What one does with a mark sheet as a whole: asks where it should be asked, then does it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from medtui.core.key_names import key_of, with_keys
from medtui.core.mark_sheet_json import assessment
from medtui.core.models import FileKind, Stage
from medtui.data.answer import write
from medtui.documents.assessment import Owner
from medtui.marking import wording
from medtui.store.read_marks import has_read
from medtui.ui.protocol import SaveCopy, Ui

if TYPE_CHECKING:
    from medtui.core.mark_sheet import Sheet, Spot
    from medtui.core.models import PracticeSession
    from medtui.core.rubrics import Rubric
    from medtui.store.outbox import Submission
    from medtui.ui.context import Context


class SheetUi(Ui, Protocol):
    """What the mark sheet's actions ask of its ui."""

    sheet: Sheet
    session: PracticeSession

    @property
    def chosen(self) -> Spot | None:
        """The remark under the cursor; None: the cursor is not among the remarks."""

    @property
    def partner(self) -> str:
        """The other user's name."""

    @property
    def submission(self) -> Submission | None:
        """This sheet on its way, if it was handed in."""

    async def rubrics(self) -> tuple[Rubric, ...]:
        """The rubrics to choose from."""

    def set_sheet(self, sheet: Sheet) -> None:
        """Save the changed sheet, and draw it."""

    async def start_new(self) -> None:
        """Put this sheet aside: it stays on the disk, beside the new one."""

    def leave_remarks(self) -> None:
        """Go back from the remarks to the marks."""

    def draw(self) -> None:
        """Draw the sheet again: its delivery has changed."""


class SheetActs:
    """The mark sheet's keys that ask. Each says in a sentence why it cannot act."""

    def __init__(self, ui: SheetUi, context: Context) -> None:
        self._ui = ui
        self._context = context
        self.keys: dict[str, Callable[[], Awaitable[None]]] = {
            "delete": self.delete,
            "rubric": self.rubric,
            "new": self.new,
            "save": self.save,
            "hand_in": self.hand_in,
            "examiner": self.examiner,
        }

    async def delete(self) -> None:
        """Delete the remark under the cursor."""
        ui = self._ui
        if (spot := ui.chosen) is None or spot.at is None:
            ui.refuse(f"Press {key_of('sheet.remarks')} first, to go to the remarks.")
            return
        text = ui.sheet.at(spot.place).of(spot.kind)[spot.at]
        if await ui.ask(f"Delete this remark? {text}", "Delete"):
            ui.set_sheet(ui.sheet.delete(spot))
            if not ui.sheet.at(spot.place).remarks:
                ui.leave_remarks()

    async def rubric(self) -> None:
        """Mark by another one."""
        ui, known = self._ui, await self._ui.rubrics()
        if ui.sheet.rubric not in known:
            known = (*known, ui.sheet.rubric)
        chosen = await ui.choose(
            "By which rubric do you mark?",
            [(f"{rubric.name}: {rubric.words}", rubric) for rubric in known],
            known.index(ui.sheet.rubric),
        )
        if chosen is not None and chosen != ui.sheet.rubric:
            ui.set_sheet(ui.sheet.choose(chosen))
            if words := wording.elsewhere_words(ui.sheet):
                ui.notify(f"Kept: {words}.", markup=False)

    async def new(self) -> None:
        """Put the sheet aside, and begin another."""
        if self._ui.sheet.is_empty:
            self._ui.refuse("This sheet is new: there is nothing on it yet.")
        elif await self._ui.ask("Set this sheet aside and start a new one?", "A new one"):
            await self._ui.start_new()

    async def new_station(self) -> None:
        """The same, where the sheet is of an earlier station."""
        question = "This sheet is from an earlier station. Set it aside and start a new one?"
        if await self._ui.ask(question, "A new one"):
            await self._ui.start_new()

    async def save(self) -> None:
        """Write the assessment to a file of one's own."""
        sheet = self._ui.sheet
        saved = await self._ui.open(
            SaveCopy(
                Path.home() / "assessment.json",
                lambda: assessment(sheet, self._owner(sheet)).decode(),
                title="Save the assessment as a file",
            )
        )
        if saved is not None:
            self._ui.notify(f"Saved as {saved}.", markup=False)

    async def hand_in(self) -> None:
        """Have it uploaded as the session's assessment; where there is one, replace that."""
        ui = self._ui
        sheet, session, sent = ui.sheet, ui.session, ui.submission
        delivery, is_host = self._context.sheets.delivery, session.host_id == self._context.me
        if delivery is None:
            return
        if sheet.is_empty:
            ui.refuse("There is nothing on this sheet yet.")
            return
        if sent is None or sent.revision != sheet.revision:
            runs = session.stage is Stage.INTERVIEW
            is_own = sheet.candidate == self._context.me
            if is_own and not self._context.backend.takes_self_assessments:
                ui.refuse(with_keys(wording.NO_SELF_ASSESSMENTS))
                return
            owner = self._owner(sheet)
            if is_own:
                owner = await asyncio.to_thread(self._as_read, owner)
            words = wording.question(sheet, is_host=is_host, partner=ui.partner, runs=runs)
            if is_own:
                words = wording.own_question(sheet, read_first=owner.read_first)
            if await ui.ask(words, "Hand in"):
                content = assessment(sheet, owner)
                kind = FileKind.SELF_ASSESSMENT if is_own else FileKind.ASSESSMENT
                handed_in = delivery.hand_in(session, sheet.id, sheet.revision, content, kind)
                await self._write(handed_in)
        elif not (sent.is_in_the_way and sent.is_host):
            ui.refuse(wording.standing(sheet, sent, ui.partner))
        elif await ui.ask(wording.REPLACE, "Replace it"):
            await self._write(delivery.replace(sent))
        ui.draw()

    async def examiner(self) -> None:
        """Say on the sheet that one marks as an examiner, or as a fellow trainee again."""
        self._ui.set_sheet(self._ui.sheet.toggle_examiner())
        how = "an examiner" if self._ui.sheet.is_examiner else "a fellow trainee"
        self._ui.notify(f"The sheet now says that {how} marked.", markup=False)

    def _owner(self, sheet: Sheet) -> Owner:
        """Whose marks these are: the candidate's whom the sheet was begun for."""
        session = self._ui.session
        is_of_row = sheet.candidate == session.candidate_id
        return Owner(
            candidate_id=sheet.candidate,
            session_id=session.id,
            case_id=session.case_id if is_of_row else None,
            assessed_by=self._context.me,
            marked_at=self._context.now(),
        )

    def _as_read(self, owner: Owner) -> Owner:
        """Say whether the candidate has read the assessment before. Blocks for a moment."""
        state, me = self._context.settings.state, self._context.me
        return replace(owner, read_first=has_read(state, me, self._ui.session.id))

    async def _write(self, work: Awaitable[object]) -> None:
        if error := (await write(work)).error:
            self._context.notify_error(error)
