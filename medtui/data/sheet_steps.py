"""The steps by which a mark sheet comes into the bucket: sent to the host, or uploaded."""

from __future__ import annotations

import contextlib
import logging
from typing import TYPE_CHECKING
from uuid import UUID

from medtui.core.models import FileKind, PracticeSession
from medtui.data.errors import DataError, FileExists, Gone, NotAllowed
from medtui.data.sheet_messages import EVENTS, letter
from medtui.data.submissions import Submissions
from medtui.data.voice_steps import VoiceSteps
from medtui.store.outbox import HELD, Submission

if TYPE_CHECKING:
    from pathlib import Path

    from medtui.data.backend import Backend

log = logging.getLogger(__name__)

NOT_CARRIED = (
    "This server cannot send mark sheets between the two of you: save the sheet as a file, and "
    "give it to the host."
)


class SheetSteps:
    """The next step of each sheet of one person.

    Attributes:
        is_live: whether rooms carry messages now.
        refused: the sessions whose rooms the server has refused to join.
    """

    def __init__(self, backend: Backend, me: UUID, sheets: Submissions, folder: Path) -> None:
        self.is_live = False
        self.refused: set[UUID] = set()
        self._backend = backend
        self._me = me
        self._sheets = sheets
        self._voices = VoiceSteps(backend, me, sheets, folder)

    async def advance(self, submission: Submission) -> None:
        """Try the next step; what keeps it from going on is told with the sheet."""
        try:
            if submission.is_host:
                await self._upload(submission)
            else:
                await self._send(submission)
        except DataError as error:
            log.info("a mark sheet is not further yet: %s", error.title)
            if not submission.is_told:
                with contextlib.suppress(OSError):
                    await self._sheets.move(submission, reason=error.message)
        except OSError as error:
            log.warning("a mark sheet's state could not be kept: %s", type(error).__name__)

    async def _upload(self, submission: Submission) -> None:
        if not submission.is_mine:
            session = await self._row(submission)
            if session is None:
                return
            if (hold := submission.hold_in(session)) is not submission.hold:
                await self._sheets.move(submission, hold=hold, reason=HELD.get(hold, ""))
            if hold in HELD:
                return
        if submission.kind is FileKind.TRANSCRIPT:
            if (session := await self._row(submission)) is not None:
                await self._voices.upload(submission, session)
            return
        data = submission.content.encode()
        files = self._backend.assessments
        try:
            await files.upload(submission.session, submission.kind, data)
        except FileExists as error:
            if await files.read(submission.session, submission.kind) != data:
                await self._sheets.move(submission, is_in_the_way=True, reason=error.message)
                return
        except NotAllowed:
            if await self._row(submission) is None:
                return
            raise
        await self._sheets.mark_uploaded(submission)

    async def _send(self, submission: Submission) -> None:
        """Broadcast a sheet to the host, unless it is in the bucket already."""
        if await self._row(submission) is None or not self.is_live:
            return
        if await self.has_arrived(submission):
            return
        if submission.session not in self.refused:
            event = EVENTS[submission.kind]
            self._backend.live.rooms.send(submission.session, event, letter(submission))
        elif not submission.is_told:
            await self._sheets.move(submission, reason=NOT_CARRIED)

    async def has_arrived(self, submission: Submission) -> bool:
        """Whether the bucket has exactly these bytes; if so, the sheet is marked as uploaded."""
        if submission.kind is FileKind.TRANSCRIPT:
            return await self._voices.has_arrived(submission)
        data, files = submission.content.encode(), self._backend.assessments
        is_there = await files.has(submission.session, submission.kind, data)
        if is_there:
            await self._sheets.mark_uploaded(submission)
        return is_there

    async def _row(self, submission: Submission) -> PracticeSession | None:
        """Its session; None if it can no longer be uploaded, and then it is marked as refused."""
        try:
            session = await self._backend.sessions.one(submission.session)
        except Gone:
            reason = "The session was cancelled."
        else:
            if session.involves(self._me):
                return session
            reason = "You no longer have a seat in this session."
        await self._sheets.refuse(submission, reason)
        return None
