"""How the words of a recorded station become its transcript: joined and uploaded by the host.

Each side's words are a submission of the kind TRANSCRIPT. The host's medtui waits for those of
both, for a while, and uploads the one transcript of them. If the guest's come later, it takes the
place of the transcript of one side. A transcript of another origin is never replaced.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from medtui.core.key_names import with_keys
from medtui.core.models import FileKind, PracticeSession
from medtui.core.voice import ROOM, Voice, digest, joined, unpacked
from medtui.data.errors import FileExists, Gone
from medtui.data.submissions import Submissions
from medtui.store.outbox import DeliveryState, Submission

if TYPE_CHECKING:
    from pathlib import Path

    from medtui.data.backend import Backend

ONE_SIDE_AFTER = timedelta(minutes=10)
"""How long the host's words wait for the guest's."""

IN_THE_WAY = (
    "There is a transcript of this session already: where the recorded one should take its place,"
    " the host deletes it in the review ({review.delete})."
)


class VoiceSteps:
    """Joins and uploads the words of one session, for one person.

    Args:
        folder: the folder of this program's state.
    """

    def __init__(self, backend: Backend, me: UUID, sheets: Submissions, folder: Path) -> None:
        self._backend = backend
        self._me = me
        self._sheets = sheets
        self._folder = folder

    async def upload(self, submission: Submission, session: PracticeSession) -> None:
        """Upload what is there of both, as the host. Raises DataError, OSError."""
        voices = self._voices(session)
        if not voices:
            await self._sheets.refuse(submission, "These are no words of this session's two.")
            return
        if len(voices) == 1 and not self._is_enough(*voices[0]):
            return
        people = {who.user_id: who.name for who in (session.host, session.guest) if who}
        pairs = [(each.content.encode(), voice) for each, voice in voices]
        try:
            content = await asyncio.to_thread(joined, pairs, people, session.candidate_id)
        except ValueError:
            for each, _ in voices:
                await self._sheets.refuse(each, "No words were heard in the recording.")
            return
        if await self._put(submission, content, {digest(data) for data, _ in pairs}):
            for each, _ in voices:
                await self._sheets.mark_uploaded(each)

    async def has_arrived(self, submission: Submission) -> bool:
        """Whether the bucket's transcript has these words; if so, they are marked as uploaded."""
        present = await self._present(submission.session)
        if digest(submission.content.encode()) not in _parts(present):
            return False
        await self._sheets.mark_uploaded(submission)
        return True

    def _voices(self, session: PracticeSession) -> list[tuple[Submission, Voice]]:
        """The words of the host and of the guest, in this order, as far as they are here."""
        found: dict[UUID, tuple[Submission, Voice]] = {}
        for each in self._sheets.of(session.id):
            if each.kind is not FileKind.TRANSCRIPT or each.where is DeliveryState.REFUSED:
                continue
            try:
                voice = unpacked(each.content.encode())
            except ValueError:
                continue
            sender = self._me if each.is_mine else each.sender
            if voice.speaker == sender:
                found[voice.speaker] = each, voice
        people = (session.host_id, session.guest_id)
        return [found[who] for who in people if who is not None and who in found]

    def _is_enough(self, submission: Submission, voice: Voice) -> bool:
        """Whether the words of one side are uploaded without the other's."""
        if submission.is_mine:
            return self._backend.clock.now() - voice.heard_at >= ONE_SIDE_AFTER
        from medtui.store.recordings import Recording

        return not Recording(self._folder, self._me, submission.session).has_sound

    async def _put(self, submission: Submission, content: bytes, parts: Collection[str]) -> bool:
        """Upload a transcript, also in place of one with less. Returns whether it is there."""
        files, session_id = self._backend.assessments, submission.session
        try:
            await files.upload(session_id, FileKind.TRANSCRIPT, content)
        except FileExists:
            present = await self._present(session_id)
            there = _parts(present)
            if there >= set(parts):
                return True
            if not there or not there < set(parts):
                await self._sheets.move(submission, reason=with_keys(IN_THE_WAY))
                return False
            await files.replace(session_id, FileKind.TRANSCRIPT, content, keep=self._folder)
        return True

    async def _present(self, session_id: UUID) -> bytes:
        """The transcript that is there; b"" if there is none."""
        files = self._backend.assessments
        if not any(file.kind is FileKind.TRANSCRIPT for file in await files.files(session_id)):
            return b""
        try:
            return await files.read(session_id, FileKind.TRANSCRIPT)
        except Gone:
            return b""


def _parts(content: bytes) -> set[str]:
    """The digests of the words that a transcript was made of; empty for one that is not ours."""
    try:
        told: Any = json.loads(content)["metadata"]
        if told["source"] != ROOM:
            return set()
        return {part for part in told["parts"] if isinstance(part, str)}
    except (ValueError, TypeError, LookupError, RecursionError):
        return set()
