"""What the feed does not tell a room: whether its files are there, and who knows the case."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import UUID

from medtui.core.models import FileKind, PracticeSession, Stage
from medtui.data import DataError
from medtui.room.facts import FileState, RoomFacts

if TYPE_CHECKING:
    from medtui.data import Backend

FILES_SECONDS = 8
"""Seconds between two looks whether the station's files are there."""


class RoomLookups:
    """Puts what it finds into `facts`, and calls `draw`."""

    def __init__(
        self, facts: RoomFacts, backend: Backend, me: UUID, draw: Callable[[], None]
    ) -> None:
        self._facts = facts
        self._backend = backend
        self._me = me
        self._draw = draw

    async def files(self, session: Callable[[], PracticeSession]) -> None:
        """After the station: ask the bucket for the files, until the room is in another stage."""
        self._facts.files = FileState()
        while session().stage is Stage.WRAP_UP:
            with contextlib.suppress(DataError):  # not known, until the next time
                found = await self._backend.assessments.files(session().id)
                kinds = {file.kind for file in found}
                self._facts.files = FileState(
                    FileKind.TRANSCRIPT in kinds, FileKind.ASSESSMENT in kinds
                )
                self._draw()
            await asyncio.sleep(FILES_SECONDS)

    async def past(self, session: PracticeSession) -> None:
        """Find whether the candidate has acted the chosen case before: then both should know."""
        self._facts.mark = ""
        who, case_id = session.candidate_id, session.case_id
        if who is None or case_id is None or session.stage is not Stage.PREP:
            return
        with contextlib.suppress(DataError):  # it is only a hint
            if (await self._backend.cases.past([who])).has_acted(who, case_id):
                has = "you have" if who == self._me else "the candidate has"
                self._facts.mark = f"{has} played it"
                self._draw()
