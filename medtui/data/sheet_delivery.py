"""Delivers mark sheets to the bucket: a guest's by the host's client, a host's directly.

Only the host may upload. So a guest's sheet is broadcast in the room's channel, again and again,
until the host's client has answered. The host's client saves it to its own disk first, then
uploads it, and answers after each. Whatever is interrupted, one of the two disks has the sheet, and
repeating a step changes nothing: a sheet is known by its id and revision.

    guest: waiting ── saved on the host's disk ──► with host ── in the bucket ──► uploaded

A sheet counts as uploaded once the bucket has exactly its bytes: both sides look there, and the
other side's message is no proof. A refusal by the other side does not end the delivery either. The
host's client uploads unasked only what comes from the assessor, after the station; otherwise it
keeps the sheet, and asks the host.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from medtui.core.models import FileKind, PracticeSession
from medtui.core.voice import why_no_voice
from medtui.data.backoff import Backoff
from medtui.data.errors import DataError, Invalid
from medtui.data.events import (
    BoardRead,
    Event,
    FeedWentLive,
    FeedWentStale,
    Notify,
    RoomHeard,
    RoomMet,
    RoomParted,
    SessionsChanged,
    SheetMoved,
)
from medtui.data.sheet_listeners import RoomSubscriptions
from medtui.data.sheet_messages import (
    KINDS,
    RECEIPT,
    Letter,
    Receipt,
    is_too_long,
    receipt,
)
from medtui.data.sheet_steps import SheetSteps
from medtui.data.submissions import Key, Submissions
from medtui.store.outbox import MOST, DeliveryState, Hold, Submission

if TYPE_CHECKING:
    from medtui.data.backend import Backend

log = logging.getLogger(__name__)

PAUSES = 3.0, 60.0
"""Seconds between two attempts: the first pause, and the longest."""

MOST_WAITING = 20
"""The most received messages that wait; more are dropped, as they will be sent again."""

LOOK_PAUSES = 1.0, 60.0
"""Seconds between two looks into the bucket after the other side has said that a sheet is there."""

Check = Callable[[bytes, UUID, UUID], str | None]
"""Why bytes are no sheet of this session by this person; None if they are one."""


class SheetDelivery:
    """Delivers one person's sheets while they are signed in.

    `start`, `on_event` for each event of the data module, `stop`.

    Args:
        folder: the folder of this program's state.
        notify: called with `SheetMoved` when a sheet's delivery state has changed.
        check: returns a sentence if bytes are no assessment by this person, else None.
    """

    def __init__(
        self, backend: Backend, me: UUID, folder: Path, notify: Notify, check: Check
    ) -> None:
        self._backend = backend
        self._me = me
        self._folder = folder
        self._notify = notify
        self._check = check
        self._sheets = Submissions(folder, me, notify, self._send_receipt)
        self._pace: Backoff[Key] = Backoff(PAUSES)
        self._looks: Backoff[Key] = Backoff(LOOK_PAUSES)
        self._ears = RoomSubscriptions(me, backend.clock.now)
        self._steps = SheetSteps(backend, me, self._sheets, folder)
        self._said: asyncio.Queue[RoomHeard] = asyncio.Queue(MOST_WAITING)
        self._wake = asyncio.Event()
        self._busy = asyncio.Lock()
        self._tasks: list[asyncio.Task[None]] = []
        self.is_loaded = asyncio.Event()
        """Set when `of` knows what is on the disk."""

    def start(self) -> None:
        self._tasks = [
            asyncio.create_task(self._deliver(), name="delivery"),
            asyncio.create_task(self._answer(), name="delivery's ear"),
        ]
        for task in self._tasks:
            task.add_done_callback(_log_fault)

    def stop(self) -> None:
        """Stop at once: every sheet that is not uploaded is on a disk."""
        for task in self._tasks:
            task.cancel()

    async def stopped(self) -> None:
        """Wait until it has stopped."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def of(self, session_id: UUID) -> list[Submission]:
        """The sheets of a session that were handed in here, or have come here."""
        return self._sheets.of(session_id)

    def attend(self, session_id: UUID) -> None:
        """A screen shows this session: listen to its room, and retry its waiting sheets."""
        self._ears.attend(session_id)
        self._listen()
        self._hurry(session_id)

    def unattend(self, session_id: UUID) -> None:
        """A screen shows this session no more."""
        self._ears.unattend(session_id)
        self._listen()

    async def hand_in(
        self,
        session: PracticeSession,
        sheet: UUID,
        revision: int,
        content: bytes,
        kind: FileKind = FileKind.ASSESSMENT,
    ) -> Submission:
        """Hand in the user's own sheet; it is on the disk when this returns. Raises Invalid."""
        is_host = session.host_id == self._me
        partner = session.partner_of(self._me)
        submission = Submission(
            session=session.id,
            sheet=sheet,
            revision=revision,
            content=content.decode(),
            is_mine=True,
            is_host=is_host,
            partner=partner.name if partner else "",
            where=DeliveryState.WITH_HOST if is_host else DeliveryState.WAITING,
            kind=kind,
        )
        if is_too_long(submission):
            raise Invalid(
                "Too many words were recorded to be sent to the host: medtui listen reads the file."
                if kind is FileKind.TRANSCRIPT
                else "This sheet is too long to hand in: shorten its remarks."
            )
        try:
            kept = await self._sheets.save(submission)
        except OSError as error:
            raise Invalid(
                f"The sheet could not be handed in: the disk refuses it ({error.strerror}).",
                title="The disk refuses",
            ) from error
        self._listen()
        self._hurry(session.id)
        return kept

    async def replace(self, submission: Submission) -> None:
        """Replace the present assessment by a sheet, as the host decided. Raises DataError."""
        async with self._busy:
            await self._backend.assessments.replace(
                submission.session,
                submission.kind,
                submission.content.encode(),
                keep=self._folder,
            )
            with contextlib.suppress(OSError):  # it is looked for again at the next start
                await self._sheets.mark_uploaded(submission)

    async def agree(self, submission: Submission) -> None:
        """Upload a sheet that is held, as the host has decided."""
        async with self._busy:
            with contextlib.suppress(OSError):  # the host is asked again
                await self._sheets.move(submission, hold=Hold.AGREED, reason="")
        self._hurry(submission.session)

    async def decline(self, submission: Submission) -> None:
        """Refuse a held sheet, as the host has decided, and notify the guest."""
        kept = submission.is_in_the_way
        decided = "kept the existing assessment" if kept else "decided not to upload it"
        async with self._busy:
            with contextlib.suppress(OSError):  # the host is asked again
                await self._sheets.refuse(submission, f"The host {decided}.")

    def on_event(self, event: Event) -> None:
        """Handle an event of the data module. To be called with each, in order."""
        match event:
            case FeedWentLive():
                self._steps.is_live = True
                self._hurry()
            case FeedWentStale():
                self._steps.is_live = False
            case BoardRead(sessions):
                self._ears.look_at(sessions, whole=True)
                self._listen()
            case SessionsChanged(changed, removed):
                self._ears.look_at(changed, removed)
                self._listen()
                for held in [each for each in self._sheets.unfinished() if each.is_held]:
                    if held.session in {session.id for session in changed}:
                        self._hurry(held.session)  # the station may be over
            case RoomHeard(_, name) if name in KINDS or name == RECEIPT:
                with contextlib.suppress(asyncio.QueueFull):
                    self._said.put_nowait(event)
            case RoomParted(where, is_refused) if is_refused:
                self._steps.refused.add(where)
                self._hurry(where)  # to find out why, and say so
            case RoomMet(where) | RoomParted(where):
                self._steps.refused.discard(where)

    def _listen(self) -> None:
        sending = {each.session for each in self._sheets.unfinished() if not each.is_host}
        self._backend.live.rooms.listen(self._ears.rooms | sending)

    # Messages received

    async def _answer(self) -> None:
        while True:
            heard = await self._said.get()
            try:
                if heard.event == RECEIPT:
                    await self._take_receipt(heard.session_id, Receipt.of(heard.payload))
                else:
                    await self._receive(heard)
            except (KeyError, TypeError, ValueError, AttributeError):
                log.info("something that is no mark sheet was said in a room")
            except DataError as error:
                log.info("a mark sheet could not be taken: %s", error.title)
            except OSError as error:  # it is sent again, and may be saved then
                log.warning("an answer could not be kept: %s", type(error).__name__)

    async def _receive(self, heard: RoomHeard) -> None:
        """Save a guest's sheet. Raises ValueError and its like for any other message."""
        session_id, said = heard.session_id, Letter.of(heard.payload)
        session = await self._backend.sessions.one(session_id)
        if session.host_id != self._me or session.guest_id is None:
            return
        if heard.guest_id not in (None, session.guest_id):
            return  # it was said in the room of a guest who has left
        known = self._sheets.get((session_id, said.sheet))
        if known is not None and known.is_mine:
            return
        if known is not None and known.revision >= said.revision:
            self._send_receipt(known)
            return
        kind = KINDS[heard.event]
        submission = said.submission(session, kind)
        sender = session.guest_id
        check = why_no_voice if kind is FileKind.TRANSCRIPT else self._check
        reason = await asyncio.to_thread(check, said.content.encode(), session_id, sender)
        if reason is None and known is None and len(self.of(session_id)) >= MOST:
            reason = "There are too many mark sheets of this session already."
        if reason is not None:
            self._send_receipt(replace(submission, where=DeliveryState.REFUSED, reason=reason))
            return
        try:
            self._send_receipt(await self._sheets.save(submission))
        except OSError:
            reason = "The host's computer could not save it. Trying again…"
            self._send_receipt(replace(submission, where=DeliveryState.WAITING, reason=reason))
            return
        self._hurry(session_id)

    async def _take_receipt(self, session_id: UUID, said: Receipt) -> None:
        """Show the other side's answer about our sheet. It does not end the delivery."""
        key = session_id, said.sheet
        submission = self._sheets.get(key)
        is_known = submission is not None and not submission.is_host and not submission.is_over
        if submission is None or not is_known or submission.revision != said.revision:
            return
        if submission.where is DeliveryState.WITH_HOST and said.where is DeliveryState.WAITING:
            return  # a repeated answer
        if said.where is DeliveryState.UPLOADED:
            if self._looks.is_due(key):
                await self._steps.has_arrived(submission)
        elif said.where is DeliveryState.REFUSED:
            if not (submission.is_told and submission.reason.startswith(said.reason)):
                await self._sheets.refuse(submission, said.reason, is_told=True)
        else:
            await self._sheets.move(
                submission,
                where=said.where,
                reason=said.reason,
                is_in_the_way=said.is_in_the_way,
                is_told=False,
            )

    def _send_receipt(self, submission: Submission) -> None:
        self._backend.live.rooms.send(submission.session, RECEIPT, receipt(submission))

    # Messages sent, and uploads

    async def _deliver(self) -> None:
        found = await self._sheets.load()
        self.is_loaded.set()
        for submission in found:
            if not submission.is_over and not submission.is_told:
                self._notify(SheetMoved(submission))
        self._listen()
        while True:
            self._wake.clear()
            waiting = [(each.session, each.sheet) for each in self._sheets.unfinished()]
            for key in waiting:
                if self._pace.is_due(key):
                    await self._advance(key)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._pace.seconds(waiting)):
                    await self._wake.wait()

    async def _advance(self, key: Key) -> None:
        """Try the next step of a sheet's delivery."""
        async with self._busy:
            submission = self._sheets.get(key)
            # The host may have decided while this has waited.
            if submission is not None and not submission.is_over:
                await self._steps.advance(submission)

    def _hurry(self, session_id: UUID | None = None) -> None:
        """Retry the waiting sheets now, of one session or, for None, of all."""
        self._pace.hurry(lambda key: session_id in (None, key[0]))
        self._wake.set()


def _log_fault(task: asyncio.Task[None]) -> None:
    """Log a delivery task's exception, as no caller awaits these tasks."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("the delivery has ended", exc_info=error)
