"""Offers to bring to an end what was interrupted while a file was replaced."""

from __future__ import annotations

import asyncio
from pathlib import Path
from uuid import UUID

from textual.screen import Screen

from medtui.core.wording import moment
from medtui.data import DataError, NotSignedIn
from medtui.data.answer import write
from medtui.data.file_replacement import Busy, RemoteState, Replacing
from medtui.store.replace_journal import ReplaceJournal, Which
from medtui.ui.context import Context
from medtui.ui.dialogs.choose import ChooseScreen


class Unfinished:
    """Of one person; of one session, where a screen is about one.

    Asks once about each, and does then what was chosen as soon as the server is there.
    """

    def __init__(
        self, screen: Screen[None], context: Context, session_id: UUID | None = None
    ) -> None:
        self._screen = screen
        self._context = context
        self._files = context.backend.assessments
        self._session_id = session_id
        self._left: set[Path] = set()
        """What was asked about, and left for later."""
        self._at_it = asyncio.Lock()

    async def end(self) -> None:
        """Look on the disk, and ask or act. To be called again when the server is back."""
        if self._at_it.locked():
            return
        async with self._at_it:
            try:
                replacing = self._files.replacing(self._context.settings.state)
            except NotSignedIn:
                return
            for kept in await replacing.pending():
                if self._session_id in (None, kept.session_id) and kept.folder not in self._left:
                    await self._end(replacing, kept)

    async def _end(self, replacing: Replacing, kept: ReplaceJournal) -> None:
        answer = await write(self._try_to_end(replacing, kept))
        if isinstance(answer.error, Busy):
            return  # that window brings it to an end, or it is asked again
        if answer.error and answer.is_final:  # else it is tried again when the server is back
            await self._set_aside(replacing, kept, answer.error)

    async def _try_to_end(self, replacing: Replacing, kept: ReplaceJournal) -> None:
        there = await replacing.look(kept)
        wanted = kept.wanted
        if there is RemoteState.NEW or there is RemoteState.OTHER:
            wanted = "new"  # nothing is left to choose
        if wanted is None:
            if not self._screen.is_active:  # a screen over this one may ask the same
                return
            wanted = await self._ask(kept, there)
        if wanted is None:
            self._left.add(kept.folder)
            return
        self._notify_end(kept, await replacing.end(kept, wanted))

    async def _set_aside(
        self, replacing: Replacing, kept: ReplaceJournal, error: DataError
    ) -> None:
        try:
            aside = await replacing.set_aside(kept)
        except DataError:
            return  # another window is at it, or has been; else it is tried again
        words = f"{error.message} Both versions of the {kept.kind} are in {aside}."
        self._screen.notify(words, title=error.title, severity="error", markup=False, timeout=15)

    async def _ask(self, kept: ReplaceJournal, there: RemoteState) -> Which | None:
        when = moment(kept.began, self._context.now(), self._context.zone)
        now = "the earlier one is there" if there is RemoteState.OLD else "none is there now"
        question = (
            f"A {kept.kind} was being replaced ({when}) when that was interrupted: {now}. "
            "Both versions are kept on this computer."
        )
        choices: list[tuple[str, Which]] = [
            ("finish: the new one", "new"),
            (
                "leave the earlier one" if there is RemoteState.OLD else "put back the earlier one",
                "old",
            ),
        ]
        return await self._screen.app.push_screen_wait(ChooseScreen(question, choices))

    def _notify_end(self, kept: ReplaceJournal, there: RemoteState) -> None:
        words = {
            RemoteState.NEW: f"The new {kept.kind} is there: nothing was lost.",
            RemoteState.OLD: f"The earlier {kept.kind} is there: nothing was lost.",
            RemoteState.OTHER: f"There is another {kept.kind} by now, which stays. "
            f"Yours are beside {kept.folder}.",
            RemoteState.NOTHING: f"The {kept.kind} was deleted meanwhile.",
        }
        self._screen.notify(words[there], markup=False, timeout=8)
