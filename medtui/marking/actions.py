"""What one does with a mark sheet as a whole: asks where it should be asked, then does it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from medtui.core.mark_sheet_json import assessment
from medtui.data import DataError
from medtui.marking import wording
from medtui.models import Stage
from medtui.ui.dialogs.choose import ChooseScreen
from medtui.ui.dialogs.confirm import ConfirmScreen
from medtui.ui.dialogs.save import SaveScreen

if TYPE_CHECKING:
    from medtui.marking.screen import MarkSheetScreen


class SheetActs:
    """The mark sheet's keys that ask. Each says in a sentence why it cannot act."""

    def __init__(self, screen: MarkSheetScreen) -> None:
        self._screen = screen
        self.keys: dict[str, Callable[[], Awaitable[None]]] = {
            "strike": self.strike,
            "rubric": self.rubric,
            "new": self.new,
            "save": self.save,
            "hand_in": self.hand_in,
        }

    async def strike(self) -> None:
        """Delete the remark under the cursor."""
        screen = self._screen
        if (spot := screen.chosen) is None or spot.at is None:
            screen.refuse("Go into the remarks first: enter.")
            return
        text = screen.sheet.at(spot.place).of(spot.kind)[spot.at]
        if await self._ask(f"Delete this remark? {text}", "Delete"):
            screen.put(screen.sheet.strike(spot))
            if not screen.sheet.at(spot.place).remarks:
                screen.table.focus()

    async def rubric(self) -> None:
        """Mark by another one."""
        screen, known = self._screen, await self._screen.rubrics()
        if screen.sheet.rubric not in known:
            known = (*known, screen.sheet.rubric)
        chosen = await screen.app.push_screen_wait(
            ChooseScreen(
                "By which rubric do you mark?",
                [(f"{rubric.name}: {rubric.words}", rubric) for rubric in known],
                known.index(screen.sheet.rubric),
            )
        )
        if chosen is not None and chosen != screen.sheet.rubric:
            screen.put(screen.sheet.choose(chosen))
            if words := wording.elsewhere_words(screen.sheet):
                come = "comes" if screen.sheet.elsewhere == 1 else "come"
                screen.notify(f"{words} {come} back with those.", markup=False)

    async def new(self) -> None:
        """Put the sheet aside, and begin another."""
        if self._screen.sheet.is_empty:
            self._screen.refuse("This sheet is new: there is nothing on it yet.")
        elif await self._ask("Put this sheet aside and begin a new one?", "A new one"):
            await self._screen.begin_anew()

    async def new_station(self) -> None:
        """The same, where the sheet is of an earlier station."""
        question = "This sheet is of an earlier station. Put it aside and begin a new one?"
        if await self._ask(question, "A new one"):
            await self._screen.begin_anew()

    async def save(self) -> None:
        """Write the assessment to a file of one's own."""
        sheet = self._screen.sheet
        saved = await self._screen.app.push_screen_wait(
            SaveScreen(
                Path.home() / "assessment.json",
                lambda: assessment(sheet).decode(),
                title="Save the assessment as a file",
            )
        )
        if saved is not None:
            self._screen.notify(f"Saved as {saved}.", markup=False)

    async def hand_in(self) -> None:
        """Have it uploaded as the session's assessment; where there is one, replace that."""
        screen = self._screen
        sheet, session, sent = screen.sheet, screen.session, screen.submission
        delivery, is_host = screen.context.sheets.delivery, screen.session.host_id == screen.me
        if delivery is None:
            return
        if sheet.is_empty:
            screen.refuse("There is nothing on this sheet yet.")
            return
        try:
            if sent is None or sent.revision != sheet.revision:
                runs = session.stage is Stage.INTERVIEW
                words = wording.question(sheet, is_host=is_host, partner=screen.partner, runs=runs)
                if await self._ask(words, "Hand in"):
                    content = assessment(sheet)
                    await delivery.hand_in(session, sheet.id, sheet.revision, content)
            elif not (sent.is_in_the_way and sent.is_host):
                screen.refuse(wording.standing(sheet, sent, screen.partner))
            elif await self._ask(wording.REPLACE, "Replace it"):
                await delivery.replace(sent)
        except DataError as error:
            screen.context.notify_error(error)
        screen.draw()

    async def _ask(self, question: str, yes: str) -> bool:
        return await self._screen.app.push_screen_wait(ConfirmScreen(question, yes=yes))
