"""What the app does with mark sheets that were handed in, whatever screen is up."""

from __future__ import annotations

from enum import Enum, auto
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Callable

    from medtui.core.models import PracticeSession
    from medtui.data import Backend
    from medtui.data.events import Event, Notify
    from medtui.data.sheet_delivery import SheetDelivery
    from medtui.listening.own_voices import OwnVoices
    from medtui.store.outbox import Submission
    from medtui.ui.context import Context

SETTLES = 1.0
"""Seconds before the state of a delivery is shown: most are over sooner."""


class SheetHandover:
    """Delivers the signed-in user's mark sheets, and notifies when a sheet's state changes.

    Args:
        notify: handles the events of the delivery.
        set_timer: calls a function after some seconds.
    """

    def __init__(
        self,
        context: Context,
        notify: Notify,
        set_timer: Callable[[float, Callable[[], None]], object],
    ) -> None:
        self.delivery: SheetDelivery | None = None
        self._voices: OwnVoices | None = None
        self._context = context
        self._notify = notify
        self._set_timer = set_timer
        self._said: dict[UUID, str] = {}
        self._last: dict[UUID, Submission] = {}

    def start(self, backend: Backend, me: UUID) -> None:
        """Start delivering: a user has reached the board."""
        if self.delivery is not None:
            return
        from medtui.data.sheet_delivery import SheetDelivery
        from medtui.documents.submitted import why_no_mark_sheet
        from medtui.listening.own_voices import OwnVoices

        folder = self._context.settings.state
        self.delivery = SheetDelivery(backend, me, folder, self._notify, why_no_mark_sheet)
        self.delivery.start()
        settings, tell = self._context.settings, partial(self._context.notify, markup=False)
        self._voices = OwnVoices(
            backend,
            me,
            self.delivery,
            folder,
            settings.listen_model,
            tell,
            keeps_sound=settings.keep_recordings,
        )
        self._voices.start()

    def stop(self) -> None:
        """Stop delivering: the login has ended."""
        if self.delivery is not None:
            self.delivery.stop()
            self.delivery = None
            if self._voices is not None:
                self._voices.stop()
            self._last.clear()

    async def close(self) -> None:
        """The app ends."""
        if (delivery := self.delivery) is not None:
            self.stop()
            await delivery.stopped()
            if self._voices is not None:
                await self._voices.stopped()

    def attend(self, session_id: UUID) -> None:
        """A screen is up that is about this session: its room is heard until `unattend`."""
        if self.delivery is not None:
            self.delivery.attend(session_id)

    def unattend(self, session_id: UUID) -> None:
        if self.delivery is not None:
            self.delivery.unattend(session_id)

    def waiting(self, session_id: UUID) -> Submission | None:
        """A guest's sheet that waits for the host's decision."""
        arrived = self.delivery.of(session_id) if self.delivery else []
        from medtui.core.models import FileKind

        waiting = [
            submission
            for submission in arrived
            if not submission.is_mine
            and submission.kind is not FileKind.TRANSCRIPT
            and (submission.is_in_the_way or submission.is_held)
        ]
        return waiting[-1] if waiting else None

    def listening(self, session_id: UUID) -> str:
        """How far the user's recording of a session has become words; "" if nothing is done."""
        return self._voices.progress(session_id) if self._voices is not None else ""

    def on_event(self, event: Event) -> None:
        """What the data module tells."""
        from medtui.data.events import SheetMoved

        if self.delivery is not None:
            self.delivery.on_event(event)
        if self._voices is not None:
            self._voices.on_event(event)
        if isinstance(event, SheetMoved):
            self._last[event.submission.sheet] = event.submission
            self._set_timer(SETTLES, partial(self._notify_moved, event.submission))

    def _notify_moved(self, submission: Submission) -> None:
        """Say where a sheet stands, if it has not gone on since."""
        from medtui.core.models import FileKind
        from medtui.listening import own_voices
        from medtui.marking.wording import moved

        if self._last.get(submission.sheet) is not submission:
            return
        is_voice = submission.kind is FileKind.TRANSCRIPT
        words = own_voices.moved(submission) if is_voice else moved(submission)
        if words is not None and self._said.get(submission.sheet) != words:
            self._said[submission.sheet] = words
            self._context.notify(words, markup=False)


async def decide_first(context: Context, session: PracticeSession) -> bool:
    """Ask the host about a guest's sheet that waits. Whether to go on to the user's own sheet.

    After a decision only the assessor goes on: a candidate is not led into a self-assessment. esc
    leaves all as it is, and the next key press asks again.
    """
    from medtui.core.room_rules import why_not_mark

    sheets, reason = context.sheets, why_not_mark(session, context.me)
    waiting = sheets.waiting(session.id)
    if sheets.delivery and waiting:
        is_candidate = session.candidate_id == context.me
        answer = await _answer(context, waiting, is_candidate, has_own=reason is None)
        if answer is None or answer is SheetAnswer.LATER:
            return answer is SheetAnswer.LATER
        await _act(context, sheets.delivery, waiting, answer)
        return reason is None and not is_candidate
    if reason is not None:
        context.notify(reason, severity="warning", markup=False)
    return reason is None


class SheetAnswer(Enum):
    """What a host says to a guest's sheet."""

    UPLOAD = auto()
    DECLINE = auto()
    LATER = auto()
    """Not yet: first the host's own sheet."""


async def _answer(
    context: Context, submission: Submission, is_candidate: bool, *, has_own: bool
) -> SheetAnswer | None:
    """Ask the host whether a guest's sheet is to be uploaded; None: they went back."""
    from medtui.marking.wording import decision, later
    from medtui.ui.dialogs.choose import ChooseScreen

    question, yes, no = decision(submission)
    choices = [(yes, SheetAnswer.UPLOAD), (no, SheetAnswer.DECLINE)]
    if has_own:
        choices.append((later(is_candidate=is_candidate), SheetAnswer.LATER))
    answer: SheetAnswer | None = await context.push_screen_wait(ChooseScreen(question, choices))
    return answer


async def _act(
    context: Context, delivery: SheetDelivery, submission: Submission, answer: SheetAnswer
) -> None:
    from medtui.data import DataError

    try:
        if answer is SheetAnswer.DECLINE:
            await delivery.decline(submission)
        elif submission.is_in_the_way:
            await delivery.replace(submission)
        else:
            await delivery.agree(submission)
    except DataError as error:
        context.notify_error(error)
