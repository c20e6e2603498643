"""Turns the user's recorded stations into words, and hands them in, whatever screen is up.

A recording is listened to once its station is over, also by a later start of the program. Its sound
is deleted when its words are in the transcript that both can read.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from medtui.core.key_names import key_of
from medtui.core.models import FileKind, PracticeSession, Stage
from medtui.core.voice import Voice
from medtui.data.errors import DataError, Gone, Invalid
from medtui.data.events import Event, SessionsChanged, SheetMoved
from medtui.data.monotonic import elapsed
from medtui.listening import speech_models
from medtui.listening.errors import ListenError
from medtui.listening.extra import why_not_listen
from medtui.listening.listener import listen
from medtui.store.outbox import DeliveryState, Submission
from medtui.store.recordings import Recording, recorded

if TYPE_CHECKING:
    from medtui.data.backend import Backend
    from medtui.data.sheet_delivery import SheetDelivery

log = logging.getLogger(__name__)

AGAIN_SECONDS = 60.0
"""After how many seconds a recording that could not become words is tried again."""

LOOK_SECONDS = 4.0
"""How often one looks for recordings whose station is over."""


class OwnVoices:
    """One person's recordings on this machine, while they are signed in.

    Args:
        state: the folder of this program's state.
        model: the name of the model, or its folder.
        keeps_sound: recordings stay on this machine when they are words.
        tell: tells the user a sentence.
    """

    def __init__(
        self,
        backend: Backend,
        me: UUID,
        delivery: SheetDelivery,
        state: Path,
        model: str,
        tell: Callable[[str], None],
        *,
        keeps_sound: bool,
    ) -> None:
        self._backend = backend
        self._me = me
        self._delivery = delivery
        self._state = state
        self._model = model
        self._keeps_sound = keeps_sound
        self._tell = tell
        self._told: set[str] = set()
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._progress: dict[UUID, str] = {}
        self._not_before: dict[UUID, float] = {}
        """When a recording that failed is tried again, by the monotonic clock."""

    def start(self) -> None:
        self._task = asyncio.create_task(self._follow(), name="own voices")

    def stop(self) -> None:
        """Stop at once; what is not finished goes on at the next start."""
        if self._task is not None:
            self._task.cancel()

    async def stopped(self) -> None:
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)

    def on_event(self, event: Event) -> None:
        """Look now where words have arrived, or a session of the user's has changed."""
        match event:
            case SheetMoved():
                self._wake.set()
            case SessionsChanged(changed) if any(each.involves(self._me) for each in changed):
                self._wake.set()

    def progress(self, session_id: UUID) -> str:
        """How far a session's recording is transcribed, in words; "" if it is not under way."""
        return self._progress.get(session_id, "")

    async def _follow(self) -> None:
        await self._delivery.is_loaded.wait()
        while True:
            self._wake.clear()
            for recording in await asyncio.to_thread(recorded, self._state, self._me):
                if self._not_before.get(recording.session, 0.0) <= elapsed():
                    await self._try(recording)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._wake.wait()

    async def _try(self, recording: Recording) -> None:
        """Try the next step of one recording; what fails is tried again after a while."""
        try:
            await self._advance(recording)
        except ListenError as error:
            self._say(f"Your recording is kept, but is no transcript yet. {error}")
        except Invalid as error:
            self._say(error.message)
        except DataError as error:
            log.info("a recording is not further yet: %s", error.title)
            return
        except OSError as error:
            log.warning("a recording could not be read: %s", type(error).__name__)
        else:
            return
        self._not_before[recording.session] = elapsed() + AGAIN_SECONDS

    async def _advance(self, recording: Recording) -> None:
        """The next step of one recording. Raises ListenError, DataError, OSError."""
        handed = self._handed(recording.session)
        if handed is not None:
            if handed.where is DeliveryState.UPLOADED:
                await asyncio.to_thread(recording.remove, keeps_sound=self._keeps_sound)
            return
        claim = await asyncio.to_thread(recording.claim)
        if claim is None:
            return  # it is being recorded, or another window listens to it
        try:
            session = await self._backend.sessions.one(recording.session)
            if session.stage is Stage.WRAP_UP and session.involves(self._me):
                await self._hand_in(recording, session)
                self._wake.set()
        except Gone:
            return
        finally:
            self._progress.pop(recording.session, None)
            await asyncio.to_thread(claim.release)

    async def _hand_in(self, recording: Recording, session: PracticeSession) -> None:
        """Hand the words of a recording in. Raises ListenError, DataError, OSError."""
        content = await asyncio.to_thread(lambda: recording.words)
        if content is None:
            content = await self._words(recording, session)
        sheet = uuid5(session.id, f"voice {self._me}")
        await self._delivery.hand_in(session, sheet, 0, content, FileKind.TRANSCRIPT)

    async def _words(self, recording: Recording, session: PracticeSession) -> bytes:
        """Listen to a recording. Raises ListenError, OSError."""
        if reason := why_not_listen():
            raise ListenError(reason)
        folder = await asyncio.to_thread(speech_models.folder_of, self._model)
        if folder is None:
            raise ListenError(
                f"The model {self._model} is not on this computer: medtui listen downloads it."
            )
        since = await asyncio.to_thread(lambda: recording.station) or session.stage_since
        if since is None:
            since = (await asyncio.to_thread(recording.stretches))[0].began_at
        track = await asyncio.to_thread(recording.write_track, since)

        def show(at: float, of: float | None) -> None:
            total = f" of {of:.0f} s" if of else ""
            self._progress[recording.session] = f"listening to your voice: {at:.0f} s{total}"

        show(0, None)
        case = await self._backend.cases.debriefed(session)
        heard = await listen([track], folder, self._state, show, is_one_person=True, case=case)
        voice = Voice(
            session_id=session.id,
            speaker=self._me,
            began_at=since,
            seconds=heard.seconds,
            model=f"faster-whisper {Path(self._model).name}"[:80],
            heard_at=self._backend.clock.now(),
            utterances=heard.tracks[0],
        )
        content = await asyncio.to_thread(voice.packed)
        await asyncio.to_thread(recording.note_words, content)
        await asyncio.to_thread(heard.journal.unlink, missing_ok=True)
        return content

    def _handed(self, session_id: UUID) -> Submission | None:
        return next(
            (
                each
                for each in self._delivery.of(session_id)
                if each.is_mine and each.kind is FileKind.TRANSCRIPT
            ),
            None,
        )

    def _say(self, words: str) -> None:
        if words not in self._told:
            self._told.add(words)
            self._tell(words)


def moved(submission: Submission) -> str | None:
    """What is said when recorded words have come to where they are; None where that is no news."""
    partner = submission.partner or "the other one"
    if submission.where is DeliveryState.UPLOADED:
        return (
            f"The transcript of the recorded station is uploaded: {key_of('room.review')} in the "
            "room "
            "reads it."
        )
    if submission.where is DeliveryState.REFUSED:
        return f"The recording became no transcript. {submission.reason}"
    if not submission.is_mine:
        return None
    if submission.where is DeliveryState.WAITING:
        return f"Your words are not yet with {partner}: they go over once you are both there."
    return submission.reason or None
